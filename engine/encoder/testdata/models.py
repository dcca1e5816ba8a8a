"""Models with random weights in the forms of RoBERTa, DenseNet-121 and wav2vec 2.0.

    /usr/bin/python3 models.py FOLDER roberta-small densenet-small wav2vec-small

writes NAME.onnx, and NAME.json with inputs and the vector that PyTorch makes of each:
Debian's python3-torch and python3-onnx. The small ones are committed beside this script;
the large ones, roberta, densenet and wav2vec, are for `make encoders`. With --serve the
models run instead: a name a line in, the seconds of a run out.
"""
import json
import math
import os
import sys
import time
import warnings

import torch
import torch.nn as nn
import torch.nn.functional as F

warnings.filterwarnings("ignore")


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.o = (nn.Linear(d, d) for _ in range(4))

    def forward(self, x, mask=None):
        b, t, d = x.shape
        split = lambda y: y.view(b, t, self.heads, d // self.heads).transpose(1, 2)
        a = torch.matmul(split(self.q(x)), split(self.k(x)).transpose(-1, -2)) / math.sqrt(d // self.heads)
        a = (a if mask is None else a + mask).softmax(-1)
        return self.o(torch.matmul(a, split(self.v(x))).transpose(1, 2).reshape(b, t, d))


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.a, self.n1, self.n2 = Attention(d, heads), nn.LayerNorm(d), nn.LayerNorm(d)
        self.f1, self.f2 = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x, mask=None):
        x = self.n1(x + self.a(x, mask))
        return self.n2(x + self.f2(F.gelu(self.f1(x))))


class Roberta(nn.Module):
    def __init__(self, layers, d, heads, vocabulary, places=514):
        super().__init__()
        self.w, self.p, self.n = nn.Embedding(vocabulary, d, 1), nn.Embedding(places, d, 1), nn.LayerNorm(d)
        self.b = nn.ModuleList([Block(d, heads) for _ in range(layers)])

    def forward(self, ids, mask):
        there = (ids != 1).int()
        places = (torch.cumsum(there, 1).type_as(there) * there).long() + 1
        x = self.n(self.w(ids) + self.p(places))
        m = (1.0 - mask[:, None, None, :].float()) * -10000.0
        for b in self.b:
            x = b(x, m)
        return x


class Dense(nn.Module):
    def __init__(self, i, g):
        super().__init__()
        self.n1, self.c1 = nn.BatchNorm2d(i), nn.Conv2d(i, 4 * g, 1, bias=False)
        self.n2, self.c2 = nn.BatchNorm2d(4 * g), nn.Conv2d(4 * g, g, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.c2(F.relu(self.n2(self.c1(F.relu(self.n1(x))))))], 1)


class DenseNet(nn.Module):
    def __init__(self, blocks, g=32, i=64):
        super().__init__()
        layers, c = [nn.Conv2d(3, i, 7, 2, 3, bias=False), nn.BatchNorm2d(i), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], i
        for at, n in enumerate(blocks):
            for _ in range(n):
                layers.append(Dense(c, g))
                c += g
            if at < len(blocks) - 1:
                layers += [nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, c // 2, 1, bias=False), nn.AvgPool2d(2, 2)]
                c //= 2
        self.f = nn.Sequential(*layers, nn.BatchNorm2d(c))
        for m in self.modules():  # statistics that are not the identity
            if isinstance(m, nn.BatchNorm2d):
                m.running_mean.normal_(0, 0.1), m.running_var.uniform_(0.5, 1.5)
                m.weight.data.uniform_(0.5, 1.5), m.bias.data.normal_(0, 0.1)

    def forward(self, x):
        return F.adaptive_avg_pool2d(F.relu(self.f(x)), 1).flatten(1)


class Wav2Vec(nn.Module):
    def __init__(self, layers, d, heads, channels, taps=128, groups=16):
        super().__init__()
        sizes, c, convs = zip([10, 3, 3, 3, 3, 2, 2], [5, 2, 2, 2, 2, 2, 2]), 1, []
        for k, s in sizes:
            convs.append(nn.Conv1d(c, channels, k, s, bias=False))
            c = channels
        self.c, self.g, self.l, self.r = nn.ModuleList(convs), nn.GroupNorm(c, c), nn.LayerNorm(c), nn.Linear(c, d)
        self.p = nn.utils.weight_norm(nn.Conv1d(d, d, taps, padding=taps // 2, groups=groups), dim=2)
        self.n, self.b = nn.LayerNorm(d), nn.ModuleList([Block(d, heads) for _ in range(layers)])

    def forward(self, x):
        x = x[:, None]
        for i, c in enumerate(self.c):
            x = c(x)
            x = F.gelu(self.g(x) if i == 0 else x)
        x = self.r(self.l(x.transpose(1, 2)))
        x = self.n(x + F.gelu(self.p(x.transpose(1, 2))[..., :-1]).transpose(1, 2))
        for b in self.b:
            x = b(x)
        return x


class Rewritten(nn.Module):
    """Every operator that the reader lacks: the input is a picture."""

    def __init__(self):
        super().__init__()
        self.c, self.n, self.p = nn.Conv2d(3, 6, 3), nn.InstanceNorm2d(6, affine=True), nn.PReLU(1)
        self.n.weight.data.uniform_(0.5, 1.5), self.n.bias.data.normal_()

    def forward(self, x):
        x = self.n(self.c(x))
        x = F.leaky_relu(x, 0.2) + F.elu(x) + F.softplus(x) + F.softsign(x) + F.hardsigmoid(x) + self.p(x)
        return F.log_softmax(x.mean((2, 3)), -1)


def ids():
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "tokenizers", "tiny-bpe.ids.json")) as f:
        return [x for x in json.load(f)][:8]


def wave(n):
    """The numbers that encoder_test.go makes too."""
    return [((i * 7919 + 17) % 1000) / 500 - 1 for i in range(n)]


def picture(n):
    """The pixels of encoder_test.go, standardised."""
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    pixel = lambda c, i: (i * (7 + 4 * c) + 31 * c) % 256
    return [[[[(pixel(c, y * n + x) / 255 - mean[c]) / std[c] for x in range(n)] for y in range(n)] for c in range(3)]]


def standardised(x):
    return (x - x.mean()) / torch.sqrt(x.var(unbiased=False) + 1e-7)


TEXT = dict(names=["input_ids", "attention_mask"], axes={0: "batch", 1: "tokens"})
SOUND = dict(names=["wave"], axes={0: "batch", 1: "samples"})
PICTURE = dict(names=["picture"], axes=None)
KINDS = {
    "roberta-small": (lambda: Roberta(1, 16, 2, 400, 130), TEXT), "roberta": (lambda: Roberta(12, 768, 12, 50265), TEXT),
    "wav2vec-small": (lambda: Wav2Vec(1, 16, 2, 8, 16, 4), SOUND), "wav2vec": (lambda: Wav2Vec(12, 768, 12, 512), SOUND),
    "densenet-small": (lambda: DenseNet([2, 2], 4, 8), PICTURE), "densenet": (lambda: DenseNet([6, 12, 24, 16]), PICTURE),
    "rewritten": (Rewritten, PICTURE),
}


def inputs(name, kind):
    if kind is TEXT:
        rows = ids() if name == "roberta-small" else [[0] + [5 + (37 * i) % 300 for i in range(62)] + [2]]
        return [(torch.tensor([r]), torch.ones(1, len(r), dtype=torch.long)) for r in rows]
    if kind is SOUND:
        return [(standardised(torch.tensor([wave(n)])),) for n in ([3200, 4800] if name.endswith("small") else [32000])]
    return [(torch.tensor(picture(224 if name == "densenet" else 32)),)]


def pooled(y):
    return (y.mean(1) if y.dim() == 3 else y)[0].tolist()


def load(name):
    make, kind = KINDS[name]
    torch.manual_seed(1)
    return make().eval(), kind


def main():
    if sys.argv[1] == "--serve":
        torch.set_num_threads(2)
        models = {}
        for line in sys.stdin:
            name = line.strip()
            if name not in models:
                m, kind = load(name)
                models[name] = m, inputs(name, kind)[0]
            m, x = models[name]
            with torch.no_grad():
                start = time.perf_counter()
                m(*x)
                print(time.perf_counter() - start, flush=True)
        return
    for name in sys.argv[2:]:
        m, kind = load(name)
        cases = inputs(name, kind)
        with torch.no_grad():
            vectors = [pooled(m(*x)) for x in cases]
        axes = {n: kind["axes"] for n in kind["names"]} if kind["axes"] else None
        torch.onnx.export(m, cases[0], os.path.join(sys.argv[1], name + ".onnx"), input_names=kind["names"], output_names=["y"], opset_version=16, dynamic_axes=axes)
        with open(os.path.join(sys.argv[1], name + ".json"), "w") as f:
            json.dump(dict(lengths=[x[0].numel() for x in cases], vectors=vectors), f)


main()
