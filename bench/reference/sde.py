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

    def angle(self, t):
        """atan(s / alpha)"""
        alpha, std = self.marginal(t)
        return math.atan2(std, alpha)

    def time(self, angle):
        """The time of an angle: alpha is its cosine."""
        b, half = -2 * math.log(math.cos(angle)), (self.high - self.low) / 2
        return 2 * b / (self.low + math.sqrt(self.low ** 2 + 4 * half * b))


class VE:
    def __init__(self, sigma):
        self.sigma = sigma

    def marginal(self, t):
        return 1.0, math.sqrt((self.sigma ** (2 * t) - 1) / (2 * math.log(self.sigma)))

    def coefficients(self, t):
        return 0.0, self.sigma ** t


def clean(out, x, alpha, std):
    """Turns a network's output, s times the score, into the clean sample it stands for."""
    score = out / std
    return (x + std * std * score) / alpha


def rotation(sde, steps):
    """Times from 1 to 0 over which the angle falls by equal amounts."""
    first = sde.angle(1)
    return [1.0] + [sde.time(first * (1 - i / steps)) for i in range(1, steps)] + [0.0]


def angle(sde, f, state, times):
    """Heun's method for dx = -F dtheta, of a VP equation and the preconditioned output
    F(x, t); the last step, to t = 0, is an Euler step."""
    path = []
    for t, s in zip(times, times[1:]):
        by, slope = sde.angle(t) - (sde.angle(s) if s > 0 else 0), f(state, t)
        if s > 0:
            slope = (slope + f(state + by * slope, s)) / 2
        state = state + by * slope
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
