"""Graphs and spectra of conversations (section 3), in float64 on the host."""
import numpy as np

UNKNOWN = 0.5


def similarity(x, y):
    xx, yy = x @ x, y @ y
    if xx == 0 or yy == 0:
        return UNKNOWN
    return 1 - np.arccos(np.clip(x @ y / np.sqrt(xx * yy), -1, 1)) / np.pi


def weights(features, present, window):
    """features: 3 arrays [n, D_m]; present [n, 3]. Returns W [3, n, n]."""
    n = len(present)
    w = np.zeros((3, n, n))
    for i in range(n):
        w[:, i, i] = 1
        for j in range(i + 1, min(n, i + window + 1)):
            known = [m for m in range(3) if present[i, m] and present[j, m]]
            value = {m: similarity(features[m][i], features[m][j]) for m in known}
            fallback = np.mean(list(value.values())) if known else UNKNOWN
            for m in range(3):
                w[m, i, j] = w[m, j, i] = value.get(m, fallback)
    return w


def normalise(w):
    d = 1 / np.sqrt(w.sum(-1))
    return d[..., :, None] * w * d[..., None, :]


class Spectrum:
    """The rank eigenvectors of A_ref of largest |eigenvalue|; the rest stays."""

    def __init__(self, a_ref, rank):
        values, vectors = np.linalg.eigh(a_ref)
        order = np.argsort(-np.abs(values), kind="stable")
        keep, rest = order[:rank], order[rank:]
        self.u, self.ref = vectors[:, keep], values[keep]
        self.rest = (vectors[:, rest] * values[rest]) @ vectors[:, rest].T

    def project(self, a):
        return np.diag(self.u.T @ a @ self.u)


def analyse(seen, complete, present, has, window, rank):
    """One conversation: observed and complete graphs [3,n,n], spectrum, λ_obs, λ."""
    w = weights(seen, present, window)
    a = normalise(w)
    a_complete = normalise(weights(complete, has, window))
    spectrum = Spectrum(normalise(w.mean(0)), rank)
    lam = np.stack([spectrum.project(m) for m in a])
    target = np.stack([spectrum.project(m) for m in a_complete])
    return a, a_complete, spectrum, lam, target
