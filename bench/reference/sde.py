"""SDEs and samplers (section 4)."""
import math


class VP:
    def __init__(self, low, high):
        self.low, self.high = low, high

    def beta(self, t):
        return self.low + t * (self.high - self.low)

    def marginal(self, t):
        b = t * self.low + t * t * (self.high - self.low) / 2
        return math.exp(-b / 2), math.sqrt(1 - math.exp(-b))

    def coefficients(self, t):
        return -self.beta(t) / 2, math.sqrt(self.beta(t))


class VE:
    def __init__(self, sigma):
        self.sigma = sigma

    def marginal(self, t):
        return 1.0, math.sqrt((self.sigma ** (2 * t) - 1) / (2 * math.log(self.sigma)))

    def coefficients(self, t):
        return 0.0, self.sigma ** t


def clean(prediction, out, x, alpha, std):
    """Turns a network's output into the clean sample it stands for."""
    if prediction == "x0":
        return out
    if prediction == "eps":
        return (x - std * out) / alpha
    score = out / std
    return (x + std * std * score) / alpha


def ddim(sdes, denoise, state, times, noise):
    """Probability flow in its exact form for a constant noise estimate."""
    path = []
    for t, s in zip(times, times[1:]):
        x0 = denoise(state, t)
        new = []
        for sde, x, c in zip(sdes, state, x0):
            (a, d), (b, e) = sde.marginal(t), sde.marginal(s) if s > 0 else (1.0, 0.0)
            eps = (x - a * c) / d
            new.append(b * c + e * eps)
        state = new
        path.append(state)
    return state, path


def euler(sdes, denoise, state, times, noise):
    """Euler-Maruyama, Eq. 16 with its Δt; the last step returns the mean."""
    path = []
    for i, (t, s) in enumerate(zip(times, times[1:])):
        x0, dt, new = denoise(state, t), t - s, []
        for k, (sde, x, c) in enumerate(zip(sdes, state, x0)):
            a, d = sde.marginal(t)
            f, g = sde.coefficients(t)
            score = (a * c - x) / d ** 2
            x = x + (-f * x + g * g * score) * dt
            if i < len(times) - 2:
                x = x + g * math.sqrt(dt) * noise(i, k)
            new.append(x)
        state = new
        path.append(state)
    return state, path
