"""GSDNet: diffusion in the components of what a linear model leaves of the features, in
noise of the colour of the conversation graph. The host gives the coordinates prior_mean
[M,B,N,d] of what is observed and the conditional mean of the rest (prior.py), and the
components prior_truth and prior_noise of the truth and of a draw less that mean."""
import torch
import torch.nn.functional as F

import sde
from layers import (Body, NAMES, context, dense_m, film, laplace, layer_norm, masked_mean, time_embedding)

VP = sde.VP(0.1, 20)


def neighbours(u):
    """The sum of the rows before and after each."""
    return F.pad(u, (0, 0, 1, 0))[:, :, :-1] + F.pad(u, (0, 0, 0, 1))[:, :, 1:]


class GSDNet(Body):
    def __init__(self, config, params, constants):
        super().__init__(config, params)
        self.constants = {k: torch.as_tensor(v) for k, v in constants.items()}
        self.times = sde.rotation(VP, config["steps"])

    # From components to coordinates to features
    def place(self, components):
        return torch.einsum("mbnj,mji->mbni", components, self.constants["prior/place"])

    def take(self, coordinates):
        return torch.einsum("mbni,mij->mbnj", coordinates, self.constants["prior/take"])

    def features(self, f, coordinates, noisy=False):
        out = []
        for m, name in enumerate(NAMES):
            axes = self.constants[f"prior/{name}/axes"]
            x = coordinates[m][..., :axes.shape[1]] @ axes.T
            if noisy:
                x = x + f["prior_rest_" + name]
            missing = (1 - f["present"][m]) * f["valid"][..., None]
            out.append(f[name] + x * missing)
        return out

    # The network F: zero stands for the conditional Gaussian
    def context(self, f):
        return context(self.p.at("network"), self.take(f["prior_mean"]), f["present"], self.c["width"])

    def score(self, f, x, about, t):
        p, d = self.p.at("network"), self.c["width"]
        time = time_embedding(p, t)
        h = dense_m(p.at("in"), x, d) + about
        for i in range(self.c["blocks"]):
            block = p.at(f"block{i}")
            scale, shift = film(block, time, d)
            u = (layer_norm(h) * scale + shift) * f["valid"][None, :, :, None]
            inner = F.silu(dense_m(block.at("mix"), torch.cat([u, neighbours(u)], -1), d))
            h = h + dense_m(block.at("out"), inner, d)
        return dense_m(p.at("out"), layer_norm(h), x.shape[-1])

    def at(self, f, x, about, t):
        missing = (1 - f["present"]) * f["valid"][None, :, :, None]
        return self.score(f, x, about, torch.tensor([t])) * missing

    # The reverse equation, and the point estimate
    def draw(self, f, about):
        start = f["prior_noise"] * VP.marginal(1)[1]
        state, path = sde.angle(VP, lambda x, t: self.at(f, x, about, t), start, self.times)
        return state, [start] + path

    def estimate(self, f, about):
        return self.at(f, torch.zeros_like(f["prior_mean"]), about, 1.0)

    # Prediction from the estimate, moved towards a draw by head_draws
    def read_out(self, f, drawn):
        z = f["prior_mean"]
        if self.c["head_draws"]:
            z = z + self.c["head_draws"] * self.place(drawn())
        xs = self.features(f, z)
        xs = [x * f["drop_" + n] if "drop_" + n in f else x for n, x in zip(NAMES, xs)]
        return self.predict(f, f["graph"], self.embed(xs, f["valid"]))

    def forecast(self, f):
        return self.read_out(f, lambda: self.draw(f, self.context(f))[0])

    def complete(self, f):
        """Everything that a prediction with features computes, by stage."""
        about = self.context(f)
        stages = {"context": about}
        for t in (1.0, 0.3):
            stages[f"network_{t}"] = self.at(f, f["prior_noise"], about, t)
        drawn, path = self.draw(f, about)
        for i, x in enumerate(path):
            stages[f"state{i}"] = f["prior_mean"] + self.place(x)
        estimate = self.estimate(f, about)
        stages["draw"], stages["estimate"] = drawn, estimate
        recovered = self.features(f, f["prior_mean"] + self.place(drawn), noisy=True)
        estimated = self.features(f, f["prior_mean"] + self.place(estimate))
        for m, name in enumerate(NAMES):
            stages["recovered_" + name], stages["estimated_" + name] = recovered[m], estimated[m]
        _, stages["location"], stages["scale"] = self.read_out(f, lambda: drawn)
        return stages

    # The objective: Eq. 11 in the preconditioned form, and the loss of the prediction
    def matching(self, f, stages):
        missing = (1 - f["present"]) * f["valid"][None, :, :, None]
        withheld = f["has"] * missing
        alpha, std, blank = f["level"].T[:, None, :, None, None]
        truth, noise = f["prior_truth"], f["prior_noise"] * (1 - blank)
        noised = truth * alpha * (1 - blank) + noise * std
        x = noised * withheld + noise * (missing - withheld)
        out = self.score(f, x, self.context(f), f["time"])
        stages["state"], stages["score"] = x, out
        variance = (self.constants["prior/place"] ** 2).sum(-1)
        importance = (variance / variance.mean(-1, keepdim=True))[:, None, None]
        return masked_mean((out - (truth * std - noise * alpha)) ** 2 * importance, withheld)

    def losses(self, f):
        _, location, scale = self.read_out(f, lambda: f["prior_noise"])
        stages = dict(location=location, scale=scale)
        pred = laplace(f, location, scale)
        score = self.matching(f, stages)
        return dict(pred=pred, score=score, total=pred + self.c["beta"] * score), stages
