"""GSDNet as printed in the paper: the networks predict s times the score, Eq. 11."""
import torch
import torch.nn.functional as F

import sde
from layers import (Body, NAMES, beside, context, dense, dense_m, film, laplace, layer_norm, masked_mean,
                    time_embedding)

SPECTRAL, SPECTRAL_REFINE = 64, 16
DECODE = 0.1


class Paper(Body):
    def __init__(self, config, params, constants):
        super().__init__(config, params)
        self.constants = constants
        self.sde_x, self.sde_g = config["sde_x"], config["sde_g"]
        n, end = config["steps"], 1e-3
        self.times = [1 - (1 - end) * i / n for i in range(n)] + [end]

    # Graph from a residual of the spectrum
    def graph(self, f, r):
        lam = f["lambda"] + r * self.constants["deviation"][:, None, None]
        return torch.einsum("bik,mbk,bjk->mbij", f["basis"], lam, f["basis"]) + f["rest"]

    def target_g(self, f):
        return (f["lambda_target"] - f["lambda"]) / self.constants["deviation"][:, None, None]

    # Score networks
    def score_x(self, x, context, a, t):
        p, d = self.p.at("score_x"), self.c["width"]
        time = time_embedding(p, t)
        h = dense_m(p.at("in"), x, d) + context
        for i in range(self.c["blocks"]):
            block = p.at(f"block{i}")
            scale, shift = film(block, time, d)
            u = layer_norm(h) * scale + shift
            inner = F.silu(dense_m(block.at("mix"), torch.cat([u, a @ u], -1), d))
            h = h + dense_m(block.at("out"), inner, d)
        return dense_m(p.at("out"), layer_norm(h), d)

    def score_g(self, r, f, seen, t):
        p = self.p.at("score_g")
        column = [r, f["lambda_ref"][None].expand_as(r)] + [seen[m][None].expand_as(r) for m in range(3)]
        scale, shift = film(p, time_embedding(p, t), SPECTRAL)
        h = F.silu(dense_m(p.at("in"), torch.stack(column, -1), SPECTRAL) * scale + shift)
        mask = f["eigen_valid"][None, :, :, None]
        pooled = (h * mask).sum(2, keepdim=True) / mask.sum(2, keepdim=True).clamp(min=1)
        h = F.silu(dense_m(p.at("mix"), torch.cat([h, pooled.expand_as(h)], -1), SPECTRAL))
        return dense_m(p.at("out"), h, 1)[..., 0]

    def networks(self, f, x, r, t, cond, seen):
        about = context(self.p.at("score_x"), cond, f["present"], self.c["width"])
        return self.score_x(x, about, self.graph(f, r), t), self.score_g(r, f, seen, t)

    def condition(self, f, ax, sx, ag, sg, e):
        """Eqs. 8-9: the observations, noised independently at the same t."""
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
            return [sde.clean(x, state[0], ax, sx), sde.clean(g, state[1], ag, sg)]

        start = [f["start_x"] * self.sde_x.marginal(1)[1], f["start_g"] * self.sde_g.marginal(1)[1]]
        noise = lambda i, k: f[("noise_x", "noise_g")[k]][i]
        state, path = sde.euler([self.sde_x, self.sde_g], denoise, start, self.times, noise)
        state = [s.detach() for s in state]
        x = self.refine(self.p.at("refine_x"), state[0], self.c["width"])
        r = self.refine(self.p.at("refine_g"), state[1][..., None], SPECTRAL_REFINE)[..., 0]
        return x, r, path

    def refine(self, p, x, hidden):
        return x + dense_m(p.at("out"), F.silu(dense_m(p.at("in"), x, hidden)), x.shape[-1])

    def decode(self, encoded):
        encoded = encoded.detach()
        return [dense(self.p.at("decode").at(n), encoded[m], self.c["dims"][m])
                for m, n in enumerate(NAMES)]

    def decode_loss(self, f, complete, target, completed):
        loss = 0
        for source in (target, completed):
            for m, raw in enumerate(self.decode(source)):
                loss = loss + masked_mean((raw - complete[m]) ** 2, f["has"][m]) / 6
        return loss

    def observe(self, f):
        """Sets X'_o and returns which cells are missing."""
        embedded = self.embed([f[n] for n in NAMES], f["valid"])
        self.observed = self.normalise(embedded, f["valid"]) * f["present"]
        return (1 - f["present"]) * f["valid"][None, :, :, None]

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
        target_g = self.target_g(f)
        cond, seen = self.condition(f, ax, sx, ag, sg, -1)
        out_x, out_g = self.networks(f, target * ax + f["eps_x"] * sx, target_g * ag + f["eps_g"] * sg, t, cond, seen)
        stages["score_x"], stages["score_g"] = out_x, out_g
        some = missing[..., 0].amax(-1, keepdim=True)
        weight_g = f["eigen_valid"][None] * some
        score_x = masked_mean((out_x + f["eps_x"]) ** 2, withheld + self.c["free_weight"] * f["present"])
        score_g = masked_mean((out_g + f["eps_g"]) ** 2, weight_g)
        rec_x = masked_mean((x - target) ** 2, withheld)
        rec_g = masked_mean((r - target_g) ** 2, weight_g)

        completed = self.observed + x * missing
        a = self.graph(f, r)
        fused, location, scale = self.predict(f, a, completed)
        stages.update(graph=a, fused=fused, location=location, scale=scale)
        pred = laplace(f, location, scale)
        decode = self.decode_loss(f, complete, target, completed)
        total = self.c["beta"] * (rec_x + rec_g + score_x + score_g) + pred + DECODE * decode
        terms = dict(pred=pred, rec_x=rec_x, rec_g=rec_g, score_x=score_x, score_g=score_g, decode=decode, total=total)
        return terms, stages
