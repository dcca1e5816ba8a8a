#!/usr/bin/env python3
"""Writes the fixtures of this folder with Python and numpy (Debian: python3-numpy).

Each value is pickled by protocols 0 to 5, and by 4 and 5 also under the module names
of numpy 2; values.json holds what numpy reads back.
"""
import io, json, os, pickle, sys
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(0)
value = {
    "f4": rng.standard_normal((3, 2, 4)).astype("f4"),
    "f8": rng.standard_normal((2, 3)),
    "f2": np.array([1.5, -2.25, 65504, 6e-8], "f2"),
    "big": np.arange(4, dtype=">f4") / 3,
    "big_int": np.array([-2, 70000], ">i4"),
    "fortran": np.asfortranarray(np.arange(24, dtype="f8").reshape(2, 3, 4)),
    "bool": np.array([True, False, True]),
    "i1": np.array([-128, 127], "i1"), "i2": np.array([-3, 4], "i2"),
    "i4": np.array([-3, 4], "i4"), "i8": np.array([-3, 2**62]),
    "u1": np.array([255], "u1"), "u2": np.array([65535], "u2"),
    "u4": np.array([2**32 - 1], "u4"), "u8": np.array([2**53], "u8"),
    "unicode": np.array(["v0$_$1", "日本é", ""]),
    "bytes": np.array([b"ab", b"c"]),
    "objects": np.array(["hello", "日本"], dtype=object),
    "zero_d": np.array(3.5), "empty": np.zeros((0, 5), "f4"),
    "scalar_f4": np.float32(1.5), "scalar_i8": np.int64(-7), "scalar_b": np.bool_(True), "scalar_u": np.str_("é"),
    "id": ["a$_$0", "b$_$1"], "tuple": (1, -2, 300, 70000, -(2**40), True, None, 0.1, "q\n'\\\"é"),
    "set": {1}, "raw": b"\x00\xff\n", "nested": [[1], [[2]]], "lengths": [50] * 3, "shared": [],
}
value["again"] = value["f8"]  # one array under two names: the memo


def plain(x):
    if isinstance(x, np.ndarray):
        return {"shape": list(x.shape), "values": [plain(e) for e in x.flatten().tolist()]}
    if isinstance(x, np.generic):
        return plain(x.item())
    if isinstance(x, bytes):
        return {"latin1": x.decode("latin1")}
    if isinstance(x, (list, tuple, set)):
        return [plain(e) for e in x]
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    return x


class Numpy2(pickle._Pickler):
    """Writes numpy._core where numpy 1 has numpy.core."""

    def save_global(self, obj, name=None):
        module = getattr(obj, "__module__", None) or ""
        if module.startswith("numpy.core"):
            self.save(module.replace("numpy.core", "numpy._core"))
            self.save(getattr(obj, "__qualname__", obj.__name__))
            self.write(pickle.STACK_GLOBAL)
            self.memoize(obj)
            return
        super().save_global(obj, name)

    dispatch = dict(pickle._Pickler.dispatch)
    dispatch[type(len)] = save_global
    dispatch[type(plain)] = save_global


json.dump(plain(value), open(os.path.join(HERE, "values.json"), "w"), ensure_ascii=False, indent=1)
for protocol in range(6):
    with open(os.path.join(HERE, f"protocol{protocol}.pkl"), "wb") as f:
        pickle.dump(value, f, protocol)
for protocol in (4, 5):
    out = io.BytesIO()
    Numpy2(out, protocol).dump(value)
    assert b"numpy._core" in out.getvalue()
    open(os.path.join(HERE, f"numpy2-protocol{protocol}.pkl"), "wb").write(out.getvalue())
