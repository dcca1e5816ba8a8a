"""GSDNet in PyTorch. M = 3 modalities lead every array: [M, B, N, d]."""
import math

import torch
import torch.nn.functional as F

import sde

NAMES, PARTIAL = ("text", "audio", "visual"), ([0], [1], [0, 1], [2], [0, 2], [1, 2])
TIME, SPECTRAL, SPECTRAL_REFINE = 64, 64, 16
LEAST_SCALE, DECODE = 0.02, 0.1


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


def regressions(dims, rank, folds, around, generator):
    """Any maps will do: the closed form is tested elsewhere."""
    out = {}
    for pattern in PARTIAL:
        for m in set(range(3)) - set(pattern):
            width = sum(dims[i] for i in pattern) + around * dims[m]
            name = "regress_" + "".join(NAMES[i][0] for i in pattern) + "_" + NAMES[m]
            for prefix, maps in (("", 1), ("training_", folds)):
                r = maps * min(rank, dims[m])
                out[prefix + name] = 0.3 * torch.randn(width, r, generator=generator)
                out[prefix + name + "_out"] = 0.3 * torch.randn(r, dims[m], generator=generator)
    return out


class GSDNet:
    def __init__(self, config, params, constants):
        self.c, self.p, self.constants = config, params, constants
        self.sde_x, self.sde_g = config["sde_x"], config["sde_g"]
        n, end = config["steps"], 0.0 if config["sampler"] == "ddim" else 1e-3
        self.times = [1 - (1 - end) * i / n for i in range(n)] + [end]
        self.sampler = {"ddim": sde.ddim, "euler": sde.euler}[config["sampler"]]

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

    # Graph from a residual of the spectrum
    def graph(self, f, r):
        lam = f["lambda"] + r * self.constants["deviation"][:, None, None]
        return torch.einsum("bik,mbk,bjk->mbij", f["basis"], lam, f["basis"]) + f["rest"]

    def target_g(self, f):
        return (f["lambda_target"] - f["lambda"]) / self.constants["deviation"][:, None, None]

    # Score networks
    def time(self, p, t):
        waves = 2 * math.pi * 0.25 * 256 ** (torch.arange(16, dtype=torch.float64) / 15)
        angle = t[:, None] * waves.float()
        return F.silu(dense(p.at("time"), torch.cat([angle.sin(), angle.cos()], -1), TIME))

    def film(self, p, time, width):
        both = dense(p.at("film"), time, 3 * 2 * width).reshape(-1, 3, 2, width)
        scale, shift = both.permute(1, 2, 0, 3).unbind(1)
        return 1 + scale[:, :, None], shift[:, :, None]

    def score_x(self, x, context, a, t):
        p, d = self.p.at("score_x"), self.c["width"]
        time = self.time(p, t)
        h = dense_m(p.at("in"), x, d) + context
        for i in range(self.c["blocks"]):
            block = p.at(f"block{i}")
            scale, shift = self.film(block, time, d)
            u = layer_norm(h) * scale + shift
            inner = F.silu(dense_m(block.at("mix"), torch.cat([u, a @ u], -1), d))
            h = h + dense_m(block.at("out"), inner, d)
        return dense_m(p.at("out"), layer_norm(h), d)

    def score_g(self, r, f, seen, t):
        p = self.p.at("score_g")
        column = [r, f["lambda_ref"][None].expand_as(r)] + [seen[m][None].expand_as(r) for m in range(3)]
        scale, shift = self.film(p, self.time(p, t), SPECTRAL)
        h = F.silu(dense_m(p.at("in"), torch.stack(column, -1), SPECTRAL) * scale + shift)
        mask = f["eigen_valid"][None, :, :, None]
        pooled = (h * mask).sum(2, keepdim=True) / mask.sum(2, keepdim=True).clamp(min=1)
        h = F.silu(dense_m(p.at("mix"), torch.cat([h, pooled.expand_as(h)], -1), SPECTRAL))
        return dense_m(p.at("out"), h, 1)[..., 0]

    def networks(self, f, x, r, t, cond, seen):
        p = self.p.at("score_x")
        if self.mean is not None:
            cond = cond + self.mean
        context = dense(p.at("context"), torch.cat([beside(cond), beside(f["present"])], -1), 3 * self.c["width"])
        b, n, _ = context.shape
        context = context.reshape(b, n, 3, -1).permute(2, 0, 1, 3)
        return self.score_x(x, context, self.graph(f, r), t), self.score_g(r, f, seen, t)

    def condition(self, f, ax, sx, ag, sg, e):
        """Eqs. 8-9: the observations, clean or noised independently at the same t."""
        if self.c["condition"] == "clean":
            return self.observed, f["lambda"]
        cond = (self.observed * ax + f["condition_x"][e] * sx) * f["present"]
        noise = f["condition_g"][e] * self.constants["deviation"][:, None, None]
        return cond, f["lambda"] * ag + noise * sg

    # Sampling and refinement, Eqs. 15-17
    def sample(self, f):
        evaluation = [0]

        def denoise(state, t):
            (ax, sx), (ag, sg) = self.sde_x.marginal(t), self.sde_g.marginal(t)
            cond, seen = self.condition(f, ax, sx, ag, sg, evaluation[0])
            evaluation[0] += 1
            x, g = self.networks(f, state[0], state[1], torch.tensor([t]), cond, seen)
            kind = self.c["prediction"]
            return [sde.clean(kind, x, state[0], ax, sx), sde.clean(kind, g, state[1], ag, sg)]

        start = [f["start_x"] * self.sde_x.marginal(1)[1], f["start_g"] * self.sde_g.marginal(1)[1]]
        noise = lambda i, k: f[("noise_x", "noise_g")[k]][i]
        state, path = self.sampler([self.sde_x, self.sde_g], denoise, start, self.times, noise)
        if not self.c["through"]:
            state = [s.detach() for s in state]
        x = self.refine(self.p.at("refine_x"), state[0], self.c["width"])
        r = self.refine(self.p.at("refine_g"), state[1][..., None], SPECTRAL_REFINE)[..., 0]
        if self.mean is not None:
            x = x + self.mean
        return x, r, path

    def refine(self, p, x, hidden):
        return x + dense_m(p.at("out"), F.silu(dense_m(p.at("in"), x, hidden)), x.shape[-1])

    # Ridge regression of what is missing on what is there; in training by the maps of
    # a conversation's own fold
    def regress(self, f):
        present = f["present"][..., 0]
        out = [f[n] for n in NAMES]
        around = []
        for x, here in zip(out, present):
            count = here.sum(1, keepdim=True) - here
            around.append((x.sum(1, keepdim=True) - x) / (count + 1)[..., None])
        for pattern in PARTIAL:
            here = f["valid"]
            for m in range(3):
                here = here * (present[m] if m in pattern else 1 - present[m])
            letters = "".join(NAMES[m][0] for m in pattern)
            for m in set(range(3)) - set(pattern):
                base = [around[m]] if self.c["around"] else []
                source = torch.cat([f[NAMES[i]] for i in pattern] + base, -1)
                name = ("training_" if "fold" in f else "") + f"regress_{letters}_{NAMES[m]}"
                code = source @ self.constants[name]
                if "fold" in f:
                    b, n, _ = code.shape
                    folds = f["fold"].shape[1]
                    code = (code.view(b, n, folds, -1) * f["fold"][:, None, :, None]).reshape(b, n, -1)
                out[m] = out[m] + (sum(base) + code @ self.constants[name + "_out"]) * here[..., None]
        return out

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

    def rows(self, f, completed):
        """Rows of the graph: as embedded, with what was sampled read out where something is missing."""
        if self.c["rows"] == "encoded":
            return completed
        p, d, missing = self.p.at("rows"), self.c["width"], (1 - f["present"]) * f["valid"][None, :, :, None]
        if self.mean is None:
            return self.embedded * f["present"] + dense_m(p, completed, d) * missing
        residual = (completed - self.mean) * missing
        return self.embedded + torch.einsum("mbni,mij->mbnj", residual, p.get("w", 3, d, d))

    def read(self, f, fused):
        """Recurrent layers between fusion and head."""
        p, d = self.p.at("reader"), self.c["width"]
        if self.c["context"]:
            fused = F.relu(dense(p.at("joint"), torch.cat([F.relu(fused), beside(f["present"])], -1), d))
        for i in range(self.c["context"]):
            fused = recurrent(p.at(f"layer{i}"), fused, f["valid"], d // 2)
        return fused

    def predict(self, f, a, completed):
        fused = self.read(f, self.fuse(a, self.rows(f, completed), f["valid"]))
        p = self.p.at("head")
        hidden = F.relu(dense(p.at("hidden"), fused, self.c["hidden"]))
        location = dense(p.at("location"), hidden, 1)[..., 0]
        scale = F.softplus(dense(p.at("scale"), hidden, 1)[..., 0]) + LEAST_SCALE
        return fused, location, scale

    def decode(self, encoded):
        encoded = encoded.detach()
        return [dense(self.p.at("decode").at(n), encoded[m], self.c["dims"][m])
                for m, n in enumerate(NAMES)]

    def decode_loss(self, f, complete, target, completed, withheld):
        loss = 0
        if self.mean is None:
            for source in (target, completed):
                for m, raw in enumerate(self.decode(source)):
                    loss = loss + masked_mean((raw - complete[m]) ** 2, f["has"][m]) / 6
            return loss
        for m, raw in enumerate(self.decode(completed - self.mean)):
            loss = loss + masked_mean((self.regressed[m] + raw - complete[m]) ** 2, withheld[m]) / 3
        return loss

    def observe(self, f):
        """Sets X'_o and, where the diffusion starts out from a regression, its mean."""
        missing = (1 - f["present"]) * f["valid"][None, :, :, None]
        regressed = self.c["mean"] == "regression"
        xs = self.regress(f) if regressed else [f[n] for n in NAMES]
        self.embedded = self.embed(xs, f["valid"])
        encoded = self.normalise(self.embedded, f["valid"])
        self.observed = encoded * f["present"]
        self.mean = encoded * missing if regressed else None
        self.regressed = xs
        return missing

    def forecast(self, f):
        missing = self.observe(f)
        x, r, _ = self.sample(f)
        completed = self.observed + x * missing
        return self.predict(f, self.graph(f, r), completed)

    # The objective, Eqs. 11, 17, 18, 20
    def losses(self, f):
        stages = {}
        missing = self.observe(f)
        stages["encoded"] = self.observed
        withheld = f["has"] * (1 - f["present"]) * f["valid"][None, :, :, None]
        with torch.no_grad():
            complete = [f["complete_" + n] for n in NAMES]
            target = self.normalise(self.embed(complete, f["valid"]), f["valid"]) * f["has"]
        x, r, path = self.sample(f)
        for i, state in enumerate(path):
            stages[f"step{i}_x"], stages[f"step{i}_g"] = state
        stages["refined_x"], stages["refined_g"] = x, r

        # Score matching at a time of its own for each conversation
        t = f["time"]
        ax, sx = (torch.tensor(v)[None, :, None, None] for v in zip(*map(self.sde_x.marginal, t.tolist())))
        ag, sg = (torch.tensor(v)[None, :, None] for v in zip(*map(self.sde_g.marginal, t.tolist())))
        diffused = target if self.mean is None else target - self.mean.detach()
        target_g = self.target_g(f)
        cond, seen = self.condition(f, ax, sx, ag, sg, -1)
        out_x, out_g = self.networks(f, diffused * ax + f["eps_x"] * sx, target_g * ag + f["eps_g"] * sg, t, cond, seen)
        stages["score_x"], stages["score_g"] = out_x, out_g
        want = {"x0": (diffused, target_g), "eps": (f["eps_x"], f["eps_g"]), "score": (-f["eps_x"], -f["eps_g"])}
        want_x, want_g = want[self.c["prediction"]]
        some = missing[..., 0].amax(-1, keepdim=True)
        weight_g = f["eigen_valid"][None] * some
        score_x = masked_mean((out_x - want_x) ** 2, withheld + self.c["free_weight"] * f["present"])
        score_g = masked_mean((out_g - want_g) ** 2, weight_g)
        rec_x = masked_mean((x - target) ** 2, withheld)
        rec_g = masked_mean((r - target_g) ** 2, weight_g)

        completed = self.observed + x * missing
        a = self.graph(f, r)
        fused, location, scale = self.predict(f, a, completed)
        stages.update(graph=a, fused=fused, location=location, scale=scale)
        pred = masked_mean(torch.log(2 * scale) + (location - f["label"]).abs() / scale, f["labelled"])
        decode = self.decode_loss(f, complete, target, completed, withheld)
        total = self.c["beta"] * (rec_x + rec_g + score_x + score_g) + pred + DECODE * decode
        terms = dict(pred=pred, rec_x=rec_x, rec_g=rec_g, score_x=score_x, score_g=score_g, decode=decode, total=total)
        return terms, stages
