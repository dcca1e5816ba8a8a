"""Writes the golden values: inputs, weights, noise, and what is to come of them."""
import os

import numpy as np
import torch

import graph
import tensorfile
from gsdnet import GSDNet, NAMES, Params, regressions
from sde import VE, VP

DIMS, LENGTHS, N, WIDTH, RANK, WINDOW = (7, 5, 4), (7, 4), 7, 8, 4, 6
COMMON = dict(dims=DIMS, width=WIDTH, blocks=2, hidden=8, fusion_layers=2, beta=0.1, free_weight=0.1)
CASES = {
    "default": dict(sde_x=VP(0.1, 20), sde_g=VP(0.1, 20), sampler="ddim", steps=3, prediction="x0", through=True,
                    condition="clean", mean="regression", around=False, kernel=1, rows="embedded", context=2),
    "around": dict(sde_x=VP(0.1, 20), sde_g=VP(0.1, 20), sampler="ddim", steps=2, prediction="eps", through=True,
                   condition="clean", mean="regression", around=True, kernel=3, rows="embedded", context=2),
    "paper": dict(sde_x=VE(25), sde_g=VP(0.1, 1), sampler="euler", steps=3, prediction="score", through=False,
                  condition="noisy", mean="none", kernel=3, rows="encoded", context=0),
}


def data(rng):
    """Two conversations with holes; rows of the second beyond its length are padding."""
    size = len(LENGTHS)
    complete = [rng.standard_normal((size, N, d)).astype(np.float32) for d in DIMS]
    present, valid = np.zeros((size, N, 3), np.int32), np.zeros((size, N), np.float32)
    for b, n in enumerate(LENGTHS):
        valid[b, :n] = 1
        present[b, :n] = [[int(p) >> m & 1 for m in range(3)] for p in rng.integers(1, 8, n)]
    for x in complete:
        x *= valid[:, :, None]
    label = (rng.uniform(-3, 3, (size, N)) * valid).astype(np.float32)
    labelled = valid.copy()
    labelled[0, 2] = label[0, 2] = 0
    return complete, present, valid, label, labelled


def spectra(complete, present):
    """Everything the host computes, padded."""
    size = len(LENGTHS)
    out = {k: np.zeros(s) for k, s in dict(
        adjacency=(3, size, N, N), basis=(size, N, RANK), rest=(size, N, N), eigen_valid=(size, RANK),
        lambda_ref=(size, RANK)).items()}
    out["lambda"], out["lambda_target"] = np.zeros((3, size, RANK)), np.zeros((3, size, RANK))
    for b, n in enumerate(LENGTHS):
        truth = [x[b, :n].astype(np.float64) for x in complete]
        p, k = present[b, :n], min(RANK, n)
        a, _, spectrum, lam, target = graph.analyse(truth, truth, p, np.ones_like(p), WINDOW, RANK)
        out["adjacency"][:, b, :n, :n] = a
        out["basis"][b, :n, :k], out["rest"][b, :n, :n] = spectrum.u, spectrum.rest
        out["eigen_valid"][b, :k], out["lambda_ref"][b, :k] = 1, spectrum.ref
        out["lambda"][:, b, :k], out["lambda_target"][:, b, :k] = lam, target
    return {k: torch.tensor(v, dtype=torch.float32) for k, v in out.items()}


def noise(config, generator):
    """Unit normals for the sampler, the condition and the score matching; none on padding."""
    size, steps = len(LENGTHS), config["steps"]
    rows = torch.tensor([[u < n for u in range(N)] for n in LENGTHS]).float()[None, :, :, None]
    values = torch.tensor([[k < min(RANK, n) for k in range(RANK)] for n in LENGTHS]).float()[None]
    draw = lambda *lead: torch.randn(*lead, 3, size, N, WIDTH, generator=generator) * rows
    draw_g = lambda *lead: torch.randn(*lead, 3, size, RANK, generator=generator) * values
    f = dict(start_x=draw(), start_g=draw_g(), eps_x=draw(), eps_g=draw_g(), time=torch.tensor([0.3, 0.8]))
    if config["sampler"] == "euler":
        f.update(noise_x=draw(steps - 1), noise_g=draw_g(steps - 1))
    if config["condition"] == "noisy":
        f.update(condition_x=draw(steps + 1), condition_g=draw_g(steps + 1))
    return f


def main():
    out = {}
    complete, present, valid, label, labelled = data(np.random.default_rng(7))
    host = spectra(complete, present)
    f = dict(host, valid=torch.tensor(valid), label=torch.tensor(label), labelled=torch.tensor(labelled))
    f["present"] = torch.tensor(present).permute(2, 0, 1)[..., None].float()
    f["has"] = torch.tensor(valid)[None, :, :, None].expand(3, -1, -1, 1)
    for m, n in enumerate(NAMES):
        f["complete_" + n] = torch.tensor(complete[m])
        f[n] = f["complete_" + n] * f["present"][m]
        out["input/" + n] = complete[m]
    out.update({"input/present": present, "input/label": label, "input/labelled": labelled,
                "input/lengths": np.array(LENGTHS, np.int32)})
    for name in ("adjacency", "lambda", "lambda_target", "lambda_ref"):
        out["expect/" + name] = host[name].numpy()
    rebuilt = torch.einsum("bik,mbk,bjk->mbij", host["basis"], host["lambda_target"], host["basis"]) + host["rest"]
    out["expect/rebuilt"] = rebuilt.numpy()
    for case, choice in CASES.items():
        generator = torch.Generator().manual_seed(11)
        config = dict(COMMON, **choice)
        weights, constants = {}, dict(deviation=torch.tensor([0.11, 0.07, 0.09]))
        if config["mean"] == "regression":
            constants.update(regressions(DIMS, 2, len(LENGTHS), config["around"], generator))
        feed = noise(config, generator)
        if config["mean"] == "regression":
            feed["fold"] = torch.eye(len(LENGTHS))
        net = GSDNet(config, Params(weights, generator), constants)
        terms, stages = net.losses(dict(f, **feed))
        terms["total"].backward()
        for group, values in dict(constant=constants, noise=feed, weight=weights, stage=stages, loss=terms).items():
            for k, v in values.items():
                out[f"{case}/{group}/{k.lstrip('/')}"] = v.detach().numpy()
        for k, v in weights.items():
            out[f"{case}/gradient/{k.lstrip('/')}"] = v.grad.numpy()
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../model/gsdnet/testdata")
    os.makedirs(folder, exist_ok=True)
    tensorfile.write(os.path.join(folder, "golden.safetensors"), out)
    print(len(out), "tensors")


if __name__ == "__main__":
    main()
