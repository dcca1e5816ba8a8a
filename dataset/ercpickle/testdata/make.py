"""Writes small pickles in the layouts of DialogueRNN and MMGCN, and what they hold.

    /usr/bin/python3 make.py
"""
import json, os, pickle
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.RandomState(11)
IEMOCAP = ["happy", "sad", "neutral", "angry", "excited", "frustrated"]
MELD = ["neutral", "surprise", "fear", "sadness", "joy", "disgust", "anger"]


def save(name, data, train, test, order, classes, protocol, voices, widths):
    """order lists the conversations as they are read; voices names a speaker."""
    with open(os.path.join(here, name + ".pkl"), "wb") as f:
        pickle.dump(data, f, protocol)
    rows, speakers = [], []
    ordered = sorted(train) + sorted(test)
    for d, vid in enumerate(ordered):
        split = 2 if vid in test else 1 if d % 10 == 9 else 0
        for turn in range(len(data[2][vid])):
            who = voices(vid, data[1][vid][turn])
            if who not in speakers:
                speakers.append(who)
            row = {"dialogue": d, "turn": turn, "split": split, "speaker": speakers.index(who), "class": int(data[2][vid][turn])}
            for key, at in zip(("text", "audio", "visual"), order):
                if at is not None:
                    row[key] = [float(x) for x in np.asarray(data[at][vid][turn], np.float64)]
            rows.append(row)
    with open(os.path.join(here, name + ".json"), "w") as f:
        json.dump({"dialogues": [str(v) for v in ordered], "speakers": speakers, "classes": classes, "rows": rows}, f, indent=1)


# IEMOCAP_features.pkl: text as a list of arrays, audio as an array, visual as lists.
vids = ["Ses0%d%s_impro0%d" % (s, g, i) for s in (1, 2, 5) for g in "FM" for i in (1, 2)]
n = {v: 1 + i % 3 for i, v in enumerate(vids)}
label = iter(list(range(6)) + [int(x) for x in rng.randint(0, 6, 99)])
iemocap = (
    {v: ["%s_F%03d" % (v, i) for i in range(n[v])] for v in vids},
    {v: ["FM"[i % 2] for i in range(n[v])] for v in vids},
    {v: [next(label) for _ in range(n[v])] for v in vids},
    {v: [rng.randn(3) for _ in range(n[v])] for v in vids},
    {v: rng.randn(n[v], 2).astype(np.float32) for v in vids},
    {v: [[float(x) for x in rng.randn(2)] for _ in range(n[v])] for v in vids},
    {v: ["said"] * n[v] for v in vids},
    {v for v in vids if not v.startswith("Ses05")} , {v for v in vids if v.startswith("Ses05")},
)
# ten training conversations, so that one is held out
extra = ["Ses03F_impro01", "Ses03F_script01"]
for e in extra:
    for part, value in zip(iemocap, (["u"], ["M"], [2], [rng.randn(3)], rng.randn(1, 2).astype(np.float32), [[1.0, 2.0]], ["said"])):
        part[e] = value
    iemocap[7].add(e)
save("IEMOCAP_features", iemocap, iemocap[7], iemocap[8], (3, 4, 5), IEMOCAP, 2, lambda v, s: v[:5] + "_" + s, None)

# MELD_features_raw1.pkl: numbered conversations and one-hot speakers.
vids = list(range(13))
one = lambda i: [1 if j == i else 0 for j in range(9)]
label = iter(list(range(7)) + [int(x) for x in rng.randint(0, 7, 99)])
meld = (
    {v: list(range(2)) for v in vids}, {v: [one(v % 4), one(8)] for v in vids}, {v: [next(label), next(label)] for v in vids},
    {v: [rng.randn(4).astype(np.float32) for _ in range(2)] for v in vids}, {v: [rng.randn(2) for _ in range(2)] for v in vids},
    {v: [rng.randn(3) for _ in range(2)] for v in vids}, {v: ["said", "heard"] for v in vids}, vids[:11], vids[11:],
    {v: [0, 1] for v in vids},
)
save("MELD_features_raw1", meld, meld[7], meld[8], (3, 4, 5), MELD, 4, lambda v, s: "speaker %d" % s.index(1), None)

# MELD_features_raw.pkl: no visual part, and the lists one place earlier.
raw = meld[:5] + meld[6:9] + meld[9:]
save("MELD_features_raw", raw, raw[6], raw[7], (3, 4, None), MELD, 5, lambda v, s: "speaker %d" % s.index(1), None)

bad = {
    "labels": meld[:2] + (dict(meld[2], **{}) | {3: [1]},) + meld[3:],
    "word": meld[:2] + (meld[2] | {3: ["joy", "joy"]},) + meld[3:],
    "fewer": meld[:4] + (meld[4] | {3: [np.zeros(2)]},) + meld[5:],
    "width": meld[:4] + (meld[4] | {3: [np.zeros(2), np.zeros(3)]},) + meld[5:],
    "absent": meld[:1] + ({k: v for k, v in meld[1].items() if k != 3},) + meld[2:],
    "short": meld[:8],
    "empty": meld[:7] + ([], []) + meld[9:],
}
os.makedirs(os.path.join(here, "bad"), exist_ok=True)
for name, content in bad.items():
    with open(os.path.join(here, "bad", name + ".pkl"), "wb") as f:
        pickle.dump(content, f, 4)
