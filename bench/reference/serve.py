"""A minimal HTTP server of the default GSDNet in PyTorch, for bench/load to compare with:

    /usr/bin/python3 serve.py RUN [--port 0] [--threads 2]

It reads the checkpoint of a run that predicts scores from the point estimate (head_draws 0),
and answers POST /v1/predict with the scores of gsdnet serve. Requests are computed one after
the other. The conditional mean and the graphs are those of prior.py and graph.py, written for
speed: one factorisation for all components of a shape, and one product for all edges."""
import argparse
import functools
import json
import os
import struct
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import torch

import graph
import prior
from gsdnet import GSDNet
from layers import NAMES, Params

LEVELS = (0.5, 0.8, 0.95)


def read(path):
    """The arrays of a safetensors file by name, and its metadata."""
    with open(path, "rb") as f:
        data = f.read()
    length = struct.unpack("<Q", data[:8])[0]
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    meta = header.pop("__metadata__", {})
    kinds = {"F32": np.float32, "F64": np.float64, "I32": np.int32}
    arrays = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        arrays[name] = np.frombuffer(body[begin:end], kinds[t["dtype"]]).reshape(t["shape"])
    return arrays, meta


@functools.lru_cache(maxsize=512)
def response(n, constant, low, theta):
    return prior.response(n, constant, low, theta)


class Fast(prior.Prior):
    """The prior with one factorisation for each shape."""

    def correlation(self, shape, speakers):
        constant, low, _, theta, own_constant, own_low, own_theta = shape
        n = len(speakers)
        out = response(n, constant, low, theta) + (1 - constant - low - own_constant - own_low) * np.eye(n)
        if own_constant or own_low:
            for speaker in set(speakers):
                at = np.flatnonzero(speakers == speaker)
                out[np.ix_(at, at)] += response(len(at), own_constant, own_low, own_theta)
        return out

    def regress(self, m, z, present):
        out = np.zeros_like(z[m])
        pattern = sum((present[:, other] << k) for k, other in enumerate(prior.OTHERS[m]))
        for by in (1, 2, 3):
            rows = pattern == by
            if rows.any():
                source = np.concatenate([z[o][rows] for k, o in enumerate(prior.OTHERS[m]) if by & 1 << k], -1)
                out[rows] = source @ self.of(m, f"map{by}")
        return out

    def mean(self, features, present, speakers):
        z = [self.coordinates(m, x) for m, x in enumerate(features)]
        out = []
        for m in range(3):
            expected = self.regress(m, z, present)
            seen = present[:, m] == 1
            residual = self.components(m, z[m] - expected)
            estimate = np.zeros_like(residual)
            assigned = self.of(m, "components")[:, 1].astype(int)
            for s, shape in enumerate(self.of(m, "shapes")):
                columns = assigned == s
                if seen.any() and not seen.all() and columns.any():
                    k = self.correlation(tuple(shape), speakers)
                    solved = np.linalg.solve(k[np.ix_(seen, seen)], residual[np.ix_(seen, columns)])
                    estimate[np.ix_(~seen, columns)] = k[np.ix_(~seen, seen)] @ solved
            out.append(np.where(seen[:, None], z[m], expected + self.place(m, estimate)))
        return out


def weights(features, present, window):
    """graph.weights with one product for all edges of a modality."""
    n = len(present)
    i = np.arange(n)
    near = (np.abs(i[:, None] - i) <= window) if window else np.ones((n, n), bool)
    both = present.T[:, :, None] * present.T[:, None, :]
    w = np.zeros((3, n, n))
    for m, x in enumerate(features):
        size = np.linalg.norm(x, axis=1)
        unit = x / np.where(size > 0, size, 1)[:, None]
        w[m] = np.where((size[:, None] > 0) & (size > 0), 1 - np.arccos(np.clip(unit @ unit.T, -1, 1)) / np.pi, graph.UNKNOWN)
    count = both.sum(0)
    fallback = np.where(count > 0, (w * both).sum(0) / np.maximum(count, 1), graph.UNKNOWN)
    w = np.where(both == 1, w, fallback) * near
    w[:, i, i] = 1
    return w


class Model:
    def __init__(self, directory):
        arrays, meta = read(os.path.join(directory, "checkpoint.safetensors"))
        about = json.loads(meta["gsdnet"])
        config = tomllib.loads(about["config"])
        own = config["gsdnet"]
        if own["head_draws"] != 0 or about["setup"]["task"] != 0:
            sys.exit("serve.py: only runs that predict scores from the point estimate are served")
        self.window, self.stretch, self.dims = own["window"], about.get("stretch", 1), about["setup"]["dims"]
        self.width = max(min(d, own["prior"]["rank"]) for d in self.dims)
        own = dict(own, kernel=1, dims=self.dims, steps=own["sampler"]["steps"])
        self.scale = [(arrays[f"scaler/mean/{n}"], arrays[f"scaler/deviation/{n}"]) for n in NAMES]
        constants = {k.strip("/").replace("/constant/", "/"): v for k, v in arrays.items() if "/constant/" in k}
        self.prior = Fast(constants)
        values = {k: torch.tensor(v) for k, v in arrays.items() if k.startswith("/") and "constant" not in k}
        self.net = GSDNet(own, Params(values), {k: torch.tensor(v) for k, v in constants.items()})

    def standardised(self, items):
        n = len(items)
        present, features = np.zeros((n, 3), np.int64), []
        for m, name in enumerate(NAMES):
            mean, deviation = self.scale[m]
            x = np.zeros((n, self.dims[m]), np.float32)
            for u, item in enumerate(items):
                if item.get(name) is not None:
                    present[u, m] = 1
                    x[u] = ((np.asarray(item[name], np.float32) - mean) / deviation).clip(-5, 5)
            features.append(x)
        return features, present

    @torch.no_grad()
    def predict(self, items):
        n = len(items)
        features, present = self.standardised(items)
        speakers = np.array([item.get("speaker", 0) for item in items])
        mean = np.zeros((3, 1, n, self.width), np.float32)
        for m, z in enumerate(self.prior.mean(features, present, speakers)):
            mean[m, 0, :, :z.shape[1]] = z
        a = graph.normalise(weights([x.astype(np.float64) for x in features], present, self.window))
        f = dict(valid=torch.ones(1, n), present=torch.tensor(present.T[:, None, :, None].astype(np.float32)),
                 prior_mean=torch.tensor(mean), graph=torch.tensor(a[:, None].astype(np.float32)))
        for m, name in enumerate(NAMES):
            f[name] = torch.tensor(features[m][None])
        _, location, scale = self.net.forecast(f)
        return location[0].tolist(), (scale[0] * self.stretch).tolist()


def answer(location, scale):
    """The mean, the deviation and the central intervals of Laplace distributions."""
    reach = [-np.log(1 - level) for level in LEVELS]
    return {"utterances": [{"score": {
        "mean": at, "deviation": float(np.sqrt(2) * b),
        "intervals": [{"level": l, "low": at - r * b, "high": at + r * b} for l, r in zip(LEVELS, reach)],
    }} for at, b in zip(location, scale)]}


def handler(model):
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with turn:
                items = json.loads(body)["utterances"]
                text = json.dumps(answer(*model.predict(items))).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_):
            pass

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 128


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("run")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    server = Server(("127.0.0.1", args.port), handler(Model(args.run)))
    print(f"serving {args.run} at http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
