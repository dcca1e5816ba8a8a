"""The peers' side of the benchmarks: a request a line, an answer a line, in JSON.

{"op": "sgemm", "m": 512, "n": 512, "k": 512, "batch": 1, "ta": false, "tb": true}
{"op": "exp"}    one operation of PyTorch on 8x288x128 arrays
{"op": "densenet first"}   a layer of DenseNet-121 or wav2vec 2.0
{"op": "step"}   the training step and inference of step.py
Answers hold seconds: the best of a run's repetitions, or the medians of step.py.
"""
import json
import sys
import time

import numpy as np

BUDGET = 0.15  # seconds a request


def best(run):
    run(), run()
    out, until = float("inf"), time.perf_counter() + BUDGET
    while time.perf_counter() < until:
        start = time.perf_counter()
        run()
        out = min(out, time.perf_counter() - start)
    return out


def sgemm(m, n, k, batch, ta, tb):
    draw = lambda r, c: np.random.rand(batch, r, c).astype(np.float32)
    a = draw(k, m).transpose(0, 2, 1) if ta else draw(m, k)
    b = draw(n, k).transpose(0, 2, 1) if tb else draw(k, n)
    out = np.empty((batch, m, n), np.float32)

    def run():
        for x, y, z in zip(a, b, out):
            np.dot(x, y, out=z)

    return best(run)


def operation(name):
    import torch
    import torch.nn.functional as F

    x, y, bias = torch.rand(8, 288, 128), torch.rand(8, 288, 128), torch.rand(128)
    a, out = torch.rand(8, 288, 288), torch.empty(8, 288, 128)
    return best({
        "bias": lambda: torch.add(x, bias),
        "add": lambda: torch.add(x, y),
        "exp": lambda: torch.exp(x),
        "silu": lambda: F.silu(x),
        "layernorm": lambda: F.layer_norm(x, (128,)),
        "softmax": lambda: F.softmax(x, -1),
        "rowsums": lambda: x.sum(-1),
        "colsums": lambda: x.sum((0, 1)),
        "transpose": lambda: x.transpose(1, 2).contiguous(),
        "normal": lambda: torch.randn(8, 288, 128),
        "A·H": lambda: a @ x,
        "Hᵀ·H": lambda: x.transpose(1, 2) @ x,
        "Aᵀ·H": lambda: a.transpose(1, 2) @ x,
        "copy": lambda: out.copy_(x),
    }[name])


def convolution(name):
    import torch
    import torch.nn.functional as F

    # Layers of DenseNet-121 and wav2vec 2.0, as in simd/operations_bench_test.go.
    x, w, options = {
        "densenet first": ((1, 3, 224, 224), (64, 3, 7, 7), dict(stride=2, padding=3)),
        "densenet 56 1x1": ((1, 128, 56, 56), (128, 128, 1, 1), {}),
        "densenet 56 3x3": ((1, 128, 56, 56), (32, 128, 3, 3), dict(padding=1)),
        "densenet 28 3x3": ((1, 128, 28, 28), (32, 128, 3, 3), dict(padding=1)),
        "densenet 14 3x3": ((1, 128, 14, 14), (32, 128, 3, 3), dict(padding=1)),
        "densenet 7 3x3": ((1, 128, 7, 7), (32, 128, 3, 3), dict(padding=1)),
        "densenet maxpool": ((1, 64, 112, 112), None, None),
        "densenet avgpool": ((1, 128, 56, 56), None, None),
        "wav2vec first": ((1, 1, 32000), (512, 1, 10), dict(stride=5)),
        "wav2vec second": ((1, 512, 6399), (512, 512, 3), dict(stride=2)),
        "wav2vec last": ((1, 512, 199), (512, 512, 2), dict(stride=2)),
        "wav2vec position": ((1, 768, 99), (768, 48, 128), dict(padding=64, groups=16)),
    }[name]
    image = torch.rand(x)
    if name == "densenet maxpool":
        return best(lambda: F.max_pool2d(image, 3, 2, 1))
    if name == "densenet avgpool":
        return best(lambda: F.avg_pool2d(image, 2, 2))
    kernel = torch.rand(w)
    run = F.conv2d if len(x) == 4 else F.conv1d
    with torch.no_grad():
        return best(lambda: run(image, kernel, **options))


def answer(request):
    op = request.pop("op")
    if op == "sgemm":
        return dict(seconds=sgemm(**request))
    if op == "versions":
        import torch
        return dict(torch=torch.__version__, numpy=np.__version__, threads=torch.get_num_threads())
    if op == "step":
        import step
        return step.measure(**request)
    if op.startswith(("densenet", "wav2vec")):
        return dict(seconds=convolution(op))
    return dict(seconds=operation(op))


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
