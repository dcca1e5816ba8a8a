"""Layers that both models share. M = 3 modalities lead every array: [M, B, N, d]."""
import math

import torch
import torch.nn.functional as F

NAMES = ("text", "audio", "visual")
TIME, LEAST_SCALE = 64, 0.02


class Params:
    """Parameters by path; made on demand when there is a generator."""

    def __init__(self, values, generator=None, path=""):
        self.values, self.generator, self.path = values, generator, path

    def at(self, name):
        return Params(self.values, self.generator, f"{self.path}/{name}")

    def get(self, name, *shape):
        key = f"{self.path}/{name}"
        if key not in self.values:
            scale = math.sqrt(3 / shape[-2]) if name == "w" else 0.2
            value = (2 * torch.rand(shape, generator=self.generator) - 1) * scale
            self.values[key] = value.requires_grad_()
        return self.values[key]


def layer_norm(x):
    return F.layer_norm(x, x.shape[-1:], eps=1e-5)


def dense(p, x, out):
    return x @ p.get("w", x.shape[-1], out) + p.get("b", out)


def dense_m(p, x, out):
    """Weights of its own for each modality."""
    w, b = p.get("w", 3, x.shape[-1], out), p.get("b", 3, out)
    flat = x.reshape(3, -1, x.shape[-1])
    return (flat @ w + b[:, None]).reshape(*x.shape[:-1], out)


def beside(x):
    """[M,B,N,w] -> [B,N,M*w]"""
    return x.permute(1, 2, 0, 3).flatten(2)


def masked_mean(x, mask):
    mask = mask.expand_as(x)
    return (x * mask).sum() / mask.sum().clamp(min=1)


def positions(n, d):
    i = torch.arange(d)
    angle = torch.arange(n)[:, None].double() / 10000 ** ((i - i % 2).double() / d)
    return torch.where(i % 2 == 0, angle.sin(), angle.cos()).float()


def scan(a, b):
    """c_t = a_t c_{t-1} + b_t along axis 1, by doubling."""
    step, n = 1, a.shape[1]
    while step < n:
        late = lambda x: F.pad(x, (0, 0, step, 0))[:, :n]
        a, b = a * late(a), b + a * late(b)
        step *= 2
    return b


def recurrent(p, x, valid, out):
    """Both directions of a quasi-recurrent layer, fo-pooling: [B,N,in] -> [B,N,2*out]."""
    sides = []
    for side, turn in (("forward", lambda y: y), ("backward", lambda y: y.flip(1))):
        gate = lambda name: dense(p.at(side).at(name), x, out)
        z, f, o = gate("z").tanh(), gate("f").sigmoid(), gate("o").sigmoid()
        c = turn(scan(turn(f), turn((1 - f) * z * valid[..., None])))
        sides.append(o * c * valid[..., None])
    return torch.cat(sides, -1)


def time_embedding(p, t):
    """Times [T] -> [T,TIME]: sines and cosines at 16 frequencies, then a dense layer."""
    waves = 2 * math.pi * 0.25 * 256 ** (torch.arange(16, dtype=torch.float64) / 15)
    angle = t[:, None] * waves.float()
    return F.silu(dense(p.at("time"), torch.cat([angle.sin(), angle.cos()], -1), TIME))


def film(p, time, width):
    """A scale and a shift [M,T,1,width] from the embedding of a time (FiLM)."""
    both = dense(p.at("film"), time, 3 * 2 * width).reshape(-1, 3, 2, width)
    scale, shift = both.permute(1, 2, 0, 3).unbind(1)
    return 1 + scale[:, :, None], shift[:, :, None]


def context(p, known, present, width):
    """All modalities of an utterance and which are observed, weighed for each modality."""
    out = dense(p.at("context"), torch.cat([beside(known), beside(present)], -1), 3 * width)
    b, n, _ = out.shape
    return out.reshape(b, n, 3, -1).permute(2, 0, 1, 3)


class Body:
    """The encoder, the fusion and the predictor."""

    def __init__(self, config, params):
        self.c, self.p = config, params

    # Encoder, Eqs. 12-14
    def embed(self, xs, valid):
        d, kernel = self.c["width"], self.c["kernel"]
        out = []
        for name, x in zip(NAMES, xs):
            p = self.p.at("encode").at(name)
            w = p.get("w", kernel * x.shape[-1], d).reshape(kernel, x.shape[-1], d)
            y = F.conv1d(x.transpose(1, 2), w.permute(2, 1, 0), p.get("b", d), padding=kernel // 2)
            out.append(y.transpose(1, 2))
        return torch.stack(out) * valid[None, :, :, None]

    def normalise(self, embedded, valid):
        _, _, n, d = embedded.shape
        return (layer_norm(embedded) + positions(n, d)) * valid[None, :, :, None]

    # Fusion and prediction, Eq. 19
    def fuse(self, a, h, valid):
        p, d = self.p.at("fuse"), self.c["width"]
        m, b, n, _ = h.shape
        # The 3N x 3N block matrix, written out: graphs on the diagonal, links of
        # weight 1 between the modalities of one utterance off it.
        eye = torch.eye(n)
        block = torch.stack([torch.cat([a[i, :] if i == j else eye.expand(b, n, n) for j in range(3)], -1)
                             for i in range(3)])
        block = block.permute(1, 0, 2, 3).reshape(b, 3 * n, 3 * n)
        keep = valid.repeat(1, 3)
        degree = block.abs().sum(-1)
        scale = keep / degree.sqrt()
        block = scale[:, :, None] * block * scale[:, None, :]
        flat = h.permute(1, 0, 2, 3).reshape(b, 3 * n, d)
        states = [h]
        for layer in range(self.c["fusion_layers"]):
            flat = F.relu(block @ flat @ p.at(f"layer{layer}").get("w", d, d))
            states.append(flat.reshape(b, 3, n, d).permute(1, 0, 2, 3))
        return beside(torch.cat(states, -1))

    def read(self, f, fused):
        """Recurrent layers between fusion and head."""
        p, d = self.p.at("reader"), self.c["width"]
        if self.c["context"]:
            fused = F.relu(dense(p.at("joint"), torch.cat([F.relu(fused), beside(f["present"])], -1), d))
        for i in range(self.c["context"]):
            fused = recurrent(p.at(f"layer{i}"), fused, f["valid"], d // 2)
        return fused * f["drop_fused"] if "drop_fused" in f else fused

    def predict(self, f, a, rows):
        fused = self.read(f, self.fuse(a, rows, f["valid"]))
        p = self.p.at("head")
        hidden = F.relu(dense(p.at("hidden"), fused, self.c["hidden"]))
        location = dense(p.at("location"), hidden, 1)[..., 0]
        scale = F.softplus(dense(p.at("scale"), hidden, 1)[..., 0]) + LEAST_SCALE
        return fused, location, scale


def laplace(f, location, scale):
    """The mean negative log-likelihood over labelled utterances."""
    return masked_mean(torch.log(2 * scale) + (location - f["label"]).abs() / scale, f["labelled"])
