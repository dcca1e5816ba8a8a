"""The Gaussian prior of what is missing, by dense matrices in float64 on the host.

Constants are arrays by the names of the Go implementation: of each modality its axes
[D,q], maps map1-map3 [S,q] by the pattern of the others that are observed, with those of
the folds of cross-fitting, the basis [q,q] and scale [1,q] of the residual, and the shapes
[.,7] and components [q,2] of its graph filter.
"""
import numpy as np

from layers import NAMES

OTHERS = ((1, 2), (0, 2), (0, 1))


def response(n, constant, low, theta):
    """U g(L) U^T of a chain of n utterances with a link to itself at both ends."""
    links = np.eye(n, k=1) + np.eye(n, k=-1)
    links[0, 0] += 1
    links[-1, -1] += 1
    values, vectors = np.linalg.eigh(links / 2)
    shape = 1 / (1 + theta * (1 - values))
    g = low * shape / shape.mean()
    g[-1] += constant * n  # eigenvalues rise: the last is the constant mode
    return (vectors * g) @ vectors.T


def correlation(shape, speakers):
    """The correlation matrix of a shape over the utterances of a conversation."""
    constant, low, _, theta, own_constant, own_low, own_theta = shape
    n = len(speakers)
    out = response(n, constant, low, theta) + (1 - constant - low - own_constant - own_low) * np.eye(n)
    for speaker in set(speakers):
        at = np.flatnonzero(speakers == speaker)
        out[np.ix_(at, at)] += response(len(at), own_constant, own_low, own_theta)
    return out


class Prior:
    def __init__(self, constants):
        self.c = {k: np.asarray(v, np.float64) for k, v in constants.items() if k.startswith("prior/")}

    def of(self, m, name):
        return self.c[f"prior/{NAMES[m]}/{name}"]

    def coordinates(self, m, x):
        return x.astype(np.float64) @ self.of(m, "axes")

    def components(self, m, difference):
        return difference @ self.of(m, "basis") / self.of(m, "scale")

    def place(self, m, components):
        return components * self.of(m, "scale") @ self.of(m, "basis").T

    def regress(self, m, z, present, fold=None):
        """What the other modalities of each utterance say, [n,q]."""
        out = np.zeros_like(z[m])
        for u, here in enumerate(present):
            pattern = sum(1 << k for k, other in enumerate(OTHERS[m]) if here[other])
            if pattern:
                source = np.concatenate([z[other][u] for other in OTHERS[m] if here[other]])
                prefix = "" if fold is None else f"training_fold{fold}_"
                out[u] = source @ self.of(m, f"{prefix}map{pattern}")
        return out

    def mean(self, features, present, speakers, fold=None):
        """The coordinates [n,q] of each modality: those observed, and the mean of the others
        given them, K_mo K_oo^-1 e_o around their regression."""
        z = [self.coordinates(m, x) for m, x in enumerate(features)]
        out = []
        for m in range(3):
            expected = self.regress(m, z, present, fold)
            seen = present[:, m] == 1
            residual = self.components(m, z[m] - expected)
            estimate = np.zeros_like(residual)
            for j, (variance, shape) in enumerate(self.of(m, "components")):
                k = variance * correlation(self.of(m, "shapes")[int(shape)], speakers)
                if seen.any():
                    estimate[~seen, j] = k[~seen][:, seen] @ np.linalg.solve(k[seen][:, seen], residual[seen, j])
            out.append(np.where(seen[:, None], z[m], expected + self.place(m, estimate)))
        return out

    def missed(self, features, mean, withheld):
        """The components of the truth less the mean where it is withheld."""
        return [self.components(m, self.coordinates(m, x) - mean[m]) * withheld[:, m:m + 1]
                for m, x in enumerate(features)]


def constants(dims, rank, folds, rng):
    """Any constants will do: how they are fitted is tested elsewhere."""
    width = max(min(d, rank) for d in dims)
    q = [min(d, rank) for d in dims]
    out = {"prior/place": np.zeros((3, width, width)), "prior/take": np.zeros((3, width, width))}
    orthonormal = lambda rows, columns: np.linalg.qr(rng.standard_normal((rows, columns)))[0]
    for m, name in enumerate(NAMES):
        at = f"prior/{name}/"
        out[at + "axes"], out[at + "basis"] = orthonormal(dims[m], q[m]), orthonormal(q[m], q[m])
        for pattern in (1, 2, 3):
            size = sum(q[other] for k, other in enumerate(OTHERS[m]) if pattern & 1 << k)
            for prefix in [""] + [f"training_fold{f}_" for f in range(folds)]:
                out[f"{at}{prefix}map{pattern}"] = 0.3 * rng.standard_normal((size, q[m]))
        out[at + "scale"] = rng.uniform(0.3, 1.5, (1, q[m]))
        out[at + "rest"] = rng.uniform(0.1, 0.5, (1, dims[m]))
        shares = rng.dirichlet(np.ones(5), 2)  # constant, low pass, white, the speaker's two
        theta = rng.uniform(0.5, 8, (2, 2))
        out[at + "shapes"] = np.concatenate([shares[:, :3], theta[:, :1], shares[:, 3:], theta[:, 1:]], 1)
        out[at + "components"] = np.stack([rng.uniform(0.5, 1.5, q[m]), rng.integers(0, 2, q[m])], 1)
        along = out[at + "basis"]
        out["prior/place"][m, :q[m], :q[m]] = (along * out[at + "scale"]).T
        out["prior/take"][m, :q[m], :q[m]] = along / out[at + "scale"]
    return {k: v.astype(np.float32) for k, v in out.items()}
