"""Times the default model at the sizes of a real corpus: a training step (sampler,
gradients through it, clipping, AdamW, moving average) and inference. Graphs, spectra
and noise are ready before, as they are in Go, where the host prepares them ahead."""
import argparse
import json
import time

import torch

from gsdnet import NAMES, GSDNet, Params, regressions
from sde import VP

CONFIG = dict(dims=(785, 384, 66), width=128, kernel=1, blocks=3, hidden=128, fusion_layers=2, beta=0.1,
              free_weight=0.1, sde_x=VP(0.1, 20), sde_g=VP(0.1, 20), sampler="ddim", steps=4, prediction="x0",
              through=True, condition="clean", mean="regression", rows="embedded", context=2, dropout=0.4, input_dropout=0.2,
              ridge_rank=32, folds=5, around=False)


def network(config, weights):
    generator = torch.Generator().manual_seed(1)
    constants = regressions(config["dims"], config["ridge_rank"], config["folds"], config["around"], generator)
    constants["deviation"] = torch.tensor([0.1] * 3)
    return GSDNet(config, Params(weights, generator), constants)


def feed(b, n, rank):
    """What the host prepares; random spectra stand for real ones."""
    f = {"complete_" + name: torch.randn(b, n, d) for name, d in zip(NAMES, CONFIG["dims"])}
    f["present"] = (torch.rand(3, b, n, 1) < 0.5).float()
    f["has"], f["valid"] = torch.ones(3, b, n, 1), torch.ones(b, n)
    for m, name in enumerate(NAMES):
        f[name] = f["complete_" + name] * f["present"][m]
    f["basis"] = torch.linalg.qr(torch.randn(b, n, rank))[0]
    f["rest"], f["eigen_valid"] = torch.zeros(b, n, n), torch.ones(b, rank)
    f["lambda_ref"], f["lambda"] = torch.rand(b, rank), torch.rand(3, b, rank)
    f["lambda_target"] = torch.rand(3, b, rank)
    f["label"], f["labelled"] = torch.randn(b, n), torch.ones(b, n)
    return f


def noise(f, training, d):
    b, n = f["valid"].shape
    rank = f["lambda_ref"].shape[1]
    f.update(start_x=torch.randn(3, b, n, d), start_g=torch.randn(3, b, rank))
    if training:
        f.update(eps_x=torch.randn(3, b, n, d), eps_g=torch.randn(3, b, rank), time=torch.rand(b) * 0.999 + 1e-3)
        for name in NAMES:
            keep = 1 - CONFIG["input_dropout"]
            f[name] = f[name] * torch.bernoulli(torch.full_like(f[name], keep)) / keep


def median(run, repeats):
    run(), run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def measure(batch=8, length=96, width=128, repeats=5):
    """Median seconds of a training step, of inference of the batch and of one conversation."""
    config, weights = dict(CONFIG, width=width), {}
    net = network(config, weights)
    f = feed(batch, length, min(32, length))
    noise(f, True, width)
    folds = CONFIG["folds"]
    seen = dict(f, fold=torch.eye(folds)[torch.arange(batch) % folds])
    net.losses(seen)  # makes the weights
    parameters = list(weights.values())
    adam = torch.optim.AdamW(parameters, 1e-3, weight_decay=0.01)
    average = [p.detach().clone() for p in parameters]

    def train():
        adam.zero_grad()
        net.losses(seen)[0]["total"].backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        adam.step()
        with torch.no_grad():
            for a, p in zip(average, parameters):
                a.mul_(0.999).add_(p, alpha=0.001)

    def infer(f):
        with torch.no_grad():
            net.forecast(f)

    single = feed(1, length, min(32, length))
    noise(single, False, width)
    return dict(parameters=sum(p.numel() for p in parameters), train_step=median(train, repeats),
                infer_batch=median(lambda: infer(f), repeats), infer_one=median(lambda: infer(single), repeats))


def main():
    flags = argparse.ArgumentParser()
    flags.add_argument("--threads", type=int, default=2)
    flags.add_argument("--batch", type=int, default=8)
    flags.add_argument("--length", type=int, default=96)
    flags.add_argument("--width", type=int, default=128)
    flags.add_argument("--repeats", type=int, default=5)
    flags = vars(flags.parse_args())
    torch.set_num_threads(flags.pop("threads"))
    print(json.dumps(dict(torch=torch.__version__, threads=torch.get_num_threads(), **measure(**flags))))


if __name__ == "__main__":
    main()
