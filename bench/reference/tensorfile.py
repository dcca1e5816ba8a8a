"""The safetensors format: a length, a JSON header, the tensors' bytes."""
import json
import struct

import numpy as np

NAMES = {"F32": np.float32, "F64": np.float64, "I32": np.int32}


def write(path, arrays):
    header, offset, chunks = {}, 0, []
    for name in sorted(arrays):
        x = np.ascontiguousarray(arrays[name])
        kind = next(k for k, t in NAMES.items() if x.dtype == t)
        header[name] = {"dtype": kind, "shape": list(x.shape), "data_offsets": [offset, offset + x.nbytes]}
        offset += x.nbytes
        chunks.append(x.tobytes())
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))
