"""Times the default model at the sizes of a real corpus: a training step (losses,
gradients, clipping, AdamW, moving average) and a prediction. Graphs, conditional means and
noise are ready before, as they are in Go, where the host prepares them ahead."""
import argparse
import json
import time

import numpy as np
import torch

import prior
from gsdnet import VP, GSDNet
from layers import NAMES, Params

CONFIG = dict(dims=(785, 384, 66), width=128, kernel=1, blocks=2, hidden=128, fusion_layers=2, beta=0.1, context=2,
              steps=4, head_draws=0.0)
AXES, FOLDS, INPUT_DROPOUT, DROPOUT, BLANK = 64, 5, 0.2, 0.4, 0.25


def network(config, weights):
    constants = prior.constants(config["dims"], AXES, FOLDS, np.random.default_rng(1))
    return GSDNet(config, Params(weights, torch.Generator().manual_seed(1)), constants)


def feed(b, n):
    """What the host prepares; random coordinates and graphs stand for real ones."""
    f = {"complete_" + name: torch.randn(b, n, d) for name, d in zip(NAMES, CONFIG["dims"])}
    f["present"] = (torch.rand(3, b, n, 1) < 0.5).float()
    f["has"], f["valid"] = torch.ones(3, b, n, 1), torch.ones(b, n)
    for m, name in enumerate(NAMES):
        f[name] = f["complete_" + name] * f["present"][m]
    f["graph"], f["prior_mean"] = torch.rand(3, b, n, n) / n, torch.randn(3, b, n, AXES)
    f["label"], f["labelled"] = torch.randn(b, n), torch.ones(b, n)
    return f


def dropout(share, *shape):
    return torch.bernoulli(torch.full(shape, 1 - share)) / (1 - share)


def training(f, width):
    """What a training step reads beside it: the truth, noise and dropout."""
    b, n = f["valid"].shape
    missing = 1 - f["present"]
    f["prior_truth"], f["prior_noise"] = (torch.randn(3, b, n, AXES) * missing for _ in range(2))
    f["time"] = torch.where(torch.rand(b) < BLANK, torch.ones(b), torch.rand(b) * 0.999 + 1e-3)
    f["level"] = torch.tensor([[*VP.marginal(t), t == 1] for t in f["time"].tolist()])
    for name, d in zip(NAMES, CONFIG["dims"]):
        f["drop_" + name] = dropout(INPUT_DROPOUT, b, n, d)
    f["drop_fused"] = dropout(DROPOUT, b, n, width)


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
    weights = {}
    net = network(dict(CONFIG, width=width), weights)
    f, single = feed(batch, length), feed(1, length)
    seen = dict(f)
    training(seen, width)
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
