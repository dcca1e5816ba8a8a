"""Writes small pickles in the layout of MMSA, and what they hold, with numpy.

    /usr/bin/python3 make.py
"""
import json, os, pickle
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.RandomState(7)
SPLITS = ["train", "valid", "test"]


def padded(n, steps, width, lengths, dtype):
    x = np.zeros((n, steps, width), dtype)
    for i, l in enumerate(lengths):
        x[i, :l] = rng.randn(l, width).astype(dtype)
    return x


def mean(x, keep):
    keep = [k for k in keep if np.any(x[k] != 0)]
    return None if not keep else [float(v) for v in x[keep].astype(np.float64).mean(0)]


def rows_of(data, dialogues, turns, labels="regression_labels", classes=True):
    out = []
    for s, split in enumerate(SPLITS):
        d = data[split]
        for i, uid in enumerate(d["id"]):
            dialogue, turn = dialogues(split, uid), turns(split, uid)
            t = np.asarray(d["text"][i])
            keep = range(len(t))
            if "text_bert" in d:
                keep = [k for k in keep if d["text_bert"][i, 1, k] != 0]
            row = {"dialogue": dialogue, "turn": turn, "split": s, "speaker": 0, "text": mean(t, keep)}
            for key, name in (("audio", "audio"), ("vision", "visual")):
                x = np.array(d[key][i])
                x[x == -np.inf] = 0
                n = len(x) if key + "_lengths" not in d else d[key + "_lengths"][i]
                row[name] = mean(x, range(int(n)))
            row["label"] = float(d[labels][i])
            if classes:
                row["class"] = int(d["classification_labels"][i])
            out.append(row)
    return out


def save(name, data, values, protocol):
    with open(os.path.join(here, name + ".pkl"), "wb") as f:
        pickle.dump(data, f, protocol)
    with open(os.path.join(here, name + ".json"), "w") as f:
        json.dump(values, f, indent=1)


# As aligned_50.pkl of CMU-MOSI: arrays, ids of numbered clips that are not in order,
# a mask of words, an utterance without a face, -Inf in the audio.
ids = {"train": ["aB-1$_$3", "aB-1$_$1", "c_d$_$10"], "valid": ["e$_$1"], "test": ["f$_$2", "f$_$4"]}
data = {}
for split in SPLITS:
    n, steps = len(ids[split]), 6
    lengths = rng.randint(2, steps, n)
    bert = np.zeros((n, 3, steps), np.float32)
    for i, l in enumerate(lengths):
        bert[i, 0, :l], bert[i, 1, :l] = rng.randint(1, 99, l), 1
    labels = np.round(rng.uniform(-3, 3, n) * 5) / 5
    data[split] = {
        "raw_text": np.array(["a text"] * n), "id": ids[split],
        "text": np.asfortranarray(rng.randn(n, steps, 4).astype(np.float32)), "text_bert": bert,
        "audio": padded(n, steps, 3, lengths, np.float64), "vision": padded(n, steps, 2, lengths, np.float32),
        "annotations": np.array([["Negative", "Neutral", "Positive"][int(np.sign(l)) + 1] for l in labels]),
        "classification_labels": np.sign(labels).astype(np.int64) + 1, "regression_labels": labels,
    }
data["train"]["vision"][1] = 0
data["train"]["audio"][0, 0, 1] = -np.inf
data["valid"]["annotations"][0], data["valid"]["classification_labels"][0], data["valid"]["regression_labels"][0] = "Neutral", 1, 0
video = {"aB-1": 0, "c_d": 1, "e": 2, "f": 3}
values = {"dialogues": list(video), "classes": ["Negative", "Neutral", "Positive"],
          "rows": rows_of(data, lambda s, u: video[u.split("$_$")[0]], lambda s, u: int(u.split("$_$")[1]))}
assert {r["class"] for r in values["rows"]} == {0, 1, 2}
save("aligned", data, values, 4)

# As unaligned_39.pkl of CH-SIMS: lengths, lists, the clips of a video in several
# splits, ids without numbers, padding at the front, one label a modality.
ids = {"train": ["video_1$_$x", "video_1$_$y"], "valid": ["video_1$_$z"], "test": ["video_2$_$x", "video_1$_$w"]}
data = {}
for split in SPLITS:
    n = len(ids[split])
    la, lv = rng.randint(1, 5, n), rng.randint(1, 8, n)
    vision = padded(n, 8, 2, lv, np.float32)
    data[split] = {
        "id": np.array(ids[split], dtype=object), "text": rng.randn(n, 3, 2).astype(np.float32),
        "audio": padded(n, 5, 3, la, np.float32), "vision": vision[:, ::-1],  # padded at the front
        "audio_lengths": [int(l) for l in la], "vision_lengths": [8] * n,
        "annotations": ["Positive"] * n, "classification_labels": [0] * n,
        "regression_labels": rng.uniform(-1, 1, n).astype(np.float32), "regression_labels_T": np.zeros(n, np.float32),
    }
names = ["video_1 (train)", "video_1 (valid)", "video_2", "video_1 (test)"]
values = {"dialogues": names, "classes": ["Positive"], "rows": rows_of(
    data, lambda s, u: names.index("video_2" if "_2" in u else "video_1 (%s)" % s),
    lambda s, u: 1 if u.endswith("y") else 0)}
save("unaligned", data, values, 2)

big = np.ones(3000, np.int8)
bad = {
    "lengths": dict(data, test=dict(data["test"], audio_lengths=[1])),
    "fewer": dict(data, valid=dict(data["valid"], audio=np.zeros((2, 5, 3)))),
    "width": dict(data, valid=dict(data["valid"], audio=np.zeros((1, 5, 4)))),
    "labels": dict(data, test=dict(data["test"], regression_labels=["a", "b"])),
    "score": dict(data, test=dict(data["test"], regression_labels=[0.5, 7.0])),
    "twice": dict(data, test=dict(data["test"], id=["f$_$1", "f$_$1"])),
    "ids": dict(data, test=dict(data["test"], id=[1, 2])),
    "other": {"train": data["train"], "test": data["test"]},
    "shared": {s: dict(data[s], id=["v$_$%d" % i for i in range(400)], text=[[big] * 400][0], regression_labels=[0.0] * 400,
                       audio=np.zeros((400, 1, 3)), vision=np.zeros((400, 1, 2)), audio_lengths=[1] * 400, vision_lengths=[1] * 400)
               for s in SPLITS},
    "nan": dict(data, valid=dict(data["valid"], text=np.full((1, 3, 2), [np.nan, 1.0]))),
}
os.makedirs(os.path.join(here, "bad"), exist_ok=True)
for name, content in bad.items():
    with open(os.path.join(here, "bad", name + ".pkl"), "wb") as f:
        pickle.dump(content, f, 5)


class Evil:
    def __reduce__(self):
        return os.system, ("touch executed",)


with open(os.path.join(here, "bad", "evil.pkl"), "wb") as f:
    pickle.dump({"train": Evil()}, f)
