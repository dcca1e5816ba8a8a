"""Writes the golden values: inputs, constants, weights, noise, and what is to come of them."""
import os

import numpy as np
import torch

import graph
import prior
import tensorfile
from gsdnet import GSDNet, VP
from layers import NAMES, Params
from paper import Paper
from sde import VE
from sde import VP as VarianceKeeping

DIMS, N, WIDTH, WINDOW = (7, 5, 4), 7, 8, 6
COMMON = dict(dims=DIMS, width=WIDTH, blocks=2, hidden=8, fusion_layers=2, beta=0.1)


def data(rng, lengths):
    """Conversations with holes; rows beyond a length are padding."""
    size = len(lengths)
    complete = [rng.standard_normal((size, N, d)).astype(np.float32) for d in DIMS]
    present, valid = np.zeros((size, N, 3), np.int32), np.zeros((size, N), np.float32)
    for b, n in enumerate(lengths):
        valid[b, :n] = 1
        present[b, :n] = [[int(p) >> m & 1 for m in range(3)] for p in rng.integers(1, 8, n)]
    for x in complete:
        x *= valid[:, :, None]
    label = (rng.uniform(-3, 3, (size, N)) * valid).astype(np.float32)
    labelled = valid.copy()
    labelled[0, 2] = label[0, 2] = 0
    return complete, present, valid, label, labelled


def feed(complete, present, has, valid, label, labelled):
    """What both models read, as tensors."""
    f = dict(valid=torch.tensor(valid), label=torch.tensor(label), labelled=torch.tensor(labelled))
    f["present"] = torch.tensor(present).permute(2, 0, 1)[..., None].float()
    f["has"] = torch.tensor(has).permute(2, 0, 1)[..., None].float()
    for m, n in enumerate(NAMES):
        f["complete_" + n] = torch.tensor(complete[m])
        f[n] = f["complete_" + n] * f["present"][m]
    return f


def inputs(out, lengths, complete, present, label, labelled):
    for m, n in enumerate(NAMES):
        out["input/" + n] = complete[m]
    out.update({"input/present": present, "input/label": label, "input/labelled": labelled,
                "input/lengths": np.array(lengths, np.int32)})


def keep(out, prefix="", **groups):
    for group, values in groups.items():
        for k, v in values.items():
            out[f"{prefix}{group}/{k.lstrip('/')}"] = v.detach().numpy() if torch.is_tensor(v) else v


# GSDNet as printed in the paper

PRINTED = dict(COMMON, free_weight=0.1, sde_x=VE(25), sde_g=VarianceKeeping(0.1, 1), steps=3, kernel=3, context=0)
RANK = 4


def spectra(lengths, complete, present):
    """Everything the host computes, padded."""
    size = len(lengths)
    out = {k: np.zeros(s) for k, s in dict(
        adjacency=(3, size, N, N), basis=(size, N, RANK), rest=(size, N, N), eigen_valid=(size, RANK),
        lambda_ref=(size, RANK)).items()}
    out["lambda"], out["lambda_target"] = np.zeros((3, size, RANK)), np.zeros((3, size, RANK))
    for b, n in enumerate(lengths):
        truth = [x[b, :n].astype(np.float64) for x in complete]
        p, k = present[b, :n], min(RANK, n)
        a, _, spectrum, lam, target = graph.analyse(truth, truth, p, np.ones_like(p), WINDOW, RANK)
        out["adjacency"][:, b, :n, :n] = a
        out["basis"][b, :n, :k], out["rest"][b, :n, :n] = spectrum.u, spectrum.rest
        out["eigen_valid"][b, :k], out["lambda_ref"][b, :k] = 1, spectrum.ref
        out["lambda"][:, b, :k], out["lambda_target"][:, b, :k] = lam, target
    return {k: torch.tensor(v, dtype=torch.float32) for k, v in out.items()}


def printed_noise(lengths, generator):
    """Unit normals for the sampler, the condition and the score matching; none on padding."""
    size, steps = len(lengths), PRINTED["steps"]
    rows = torch.tensor([[u < n for u in range(N)] for n in lengths]).float()[None, :, :, None]
    values = torch.tensor([[k < min(RANK, n) for k in range(RANK)] for n in lengths]).float()[None]
    draw = lambda *lead: torch.randn(*lead, 3, size, N, WIDTH, generator=generator) * rows
    draw_g = lambda *lead: torch.randn(*lead, 3, size, RANK, generator=generator) * values
    return dict(start_x=draw(), start_g=draw_g(), eps_x=draw(), eps_g=draw_g(), time=torch.tensor([0.3, 0.8]),
                noise_x=draw(steps - 1), noise_g=draw_g(steps - 1),
                condition_x=draw(steps + 1), condition_g=draw_g(steps + 1))


def paper():
    lengths, out = (7, 4), {}
    complete, present, valid, label, labelled = data(np.random.default_rng(7), lengths)
    host = spectra(lengths, complete, present)
    inputs(out, lengths, complete, present, label, labelled)
    keep(out, expect={k: host[k] for k in ("adjacency", "lambda", "lambda_target", "lambda_ref")})
    rebuilt = torch.einsum("bik,mbk,bjk->mbij", host["basis"], host["lambda_target"], host["basis"]) + host["rest"]
    keep(out, expect=dict(rebuilt=rebuilt))
    has = np.repeat(valid[:, :, None], 3, -1)
    generator = torch.Generator().manual_seed(11)
    noise = printed_noise(lengths, generator)
    weights, constants = {}, dict(deviation=torch.tensor([0.11, 0.07, 0.09]))
    net = Paper(PRINTED, Params(weights, generator), constants)
    terms, stages = net.losses(dict(host, **feed(complete, present, has, valid, label, labelled), **noise))
    terms["total"].backward()
    keep(out, constant=constants, noise=noise, weight=weights, stage=stages, loss=terms,
         gradient={k: v.grad for k, v in weights.items()})
    return out


# The default GSDNet

CONFIG = dict(COMMON, kernel=1, context=2, steps=3, head_draws=0.0)
AXES, FOLDS = 5, 2


def means(model, complete, present, has, speakers, lengths, folds):
    """prior_mean and prior_truth [M,B,N,d], and the observed graphs [M,B,N,N]."""
    size = len(lengths)
    mean, truth, graphs = np.zeros((3, size, N, AXES)), np.zeros((3, size, N, AXES)), np.zeros((3, size, N, N))
    for b, n in enumerate(lengths):
        rows = [x[b, :n] for x in complete]
        here = present[b, :n]
        one = model.mean(rows, here, speakers[b, :n], b % FOLDS if folds else None)
        missed = model.missed(rows, one, has[b, :n] * (1 - here))
        for m in range(3):
            mean[m, b, :n, :one[m].shape[1]], truth[m, b, :n, :one[m].shape[1]] = one[m], missed[m]
        graphs[:, b, :n, :n] = graph.normalise(graph.weights([x.astype(np.float64) for x in rows], here, WINDOW))
    return {k: torch.tensor(v, dtype=torch.float32) for k, v in
            dict(prior_mean=mean, prior_truth=truth, graph=graphs).items()}


def coloured(rng, present, has, valid):
    """Noise of a draw where something is missing, and the noise levels. In the second
    conversation the network learns the point estimate."""
    missing = ((1 - present) * valid[:, :, None]).transpose(2, 0, 1)[..., None]
    noise = rng.standard_normal((*missing.shape[:3], AXES)) * missing
    noise[2, ..., DIMS[2]:] = 0  # the visual features have fewer axes
    out = {"prior_noise": noise, "time": np.array([0.3, 1, 0.8])}
    out["level"] = np.array([[*VP.marginal(t), t == 1] for t in out["time"]])
    for m, name in enumerate(NAMES):
        out["prior_rest_" + name] = 0.3 * rng.standard_normal((*valid.shape, DIMS[m])) * missing[m]
    return {k: torch.tensor(v, dtype=torch.float32) for k, v in out.items()}


def gsdnet():
    lengths, out = (7, 4, 1), {}
    rng = np.random.default_rng(8)
    complete, present, valid, label, labelled = data(rng, lengths)
    has = (valid[:, :, None] * np.ones(3)).astype(np.int32)
    has[0, 1, 2] = has[1, 0, 1] = 0  # the corpus lacks two cells
    present = np.where(has == 1, present, 0)
    speakers = rng.integers(0, 2, (len(lengths), N)).astype(np.int32)
    inputs(out, lengths, complete, present, label, labelled)
    out["input/has"], out["input/speakers"] = has, speakers
    constants = prior.constants(DIMS, AXES, FOLDS, rng)
    noise = coloured(rng, present, has, valid)
    f = dict(feed(complete, present, has, valid, label, labelled), **noise)
    model, generator, weights = prior.Prior(constants), torch.Generator().manual_seed(12), {}
    fitted = dict(constants, network=np.ones(1, np.float32))
    for case, head_draws in (("", 0.0), ("draws/", 0.5)):
        net = GSDNet(dict(CONFIG, head_draws=head_draws), Params(weights, generator), constants)
        training = means(model, complete, present, has, speakers, lengths, True)
        terms, stages = net.losses(dict(f, **training))
        for v in weights.values():
            v.grad = None
        terms["total"].backward()
        inference = means(model, complete, present, has, speakers, lengths, False)
        with torch.no_grad():
            completed = net.complete(dict(f, **inference))
        keep(out, case + "train/", stage=stages, loss=terms, gradient={k: v.grad for k, v in weights.items()})
        keep(out, case + "predict/", stage=completed)
    keep(out, constant=fitted, noise=noise, weight=weights)
    keep(out, "train/", expect=training)
    keep(out, "predict/", expect=inference)
    return out


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    for name, values in dict(paper=paper(), gsdnet=gsdnet()).items():
        folder = os.path.join(here, "../../model", name, "testdata")
        os.makedirs(folder, exist_ok=True)
        tensorfile.write(os.path.join(folder, "golden.safetensors"), values)
        print(name, len(values), "tensors")


if __name__ == "__main__":
    main()
