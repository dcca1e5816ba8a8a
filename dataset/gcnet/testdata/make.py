"""Writes small folders in the layout of GCNet, and what they hold.

    /usr/bin/python3 make.py
"""
import json, os, pickle, shutil
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rng = np.random.RandomState(5)


def npy(folder, name, a):
    os.makedirs(folder, exist_ok=True)
    np.save(os.path.join(folder, name + ".npy"), a)


def start(name):
    shutil.rmtree(os.path.join(here, name), ignore_errors=True)
    return os.path.join(here, name), os.path.join(here, name, "features")


def finish(name, pkl, data, values, protocol):
    with open(os.path.join(here, name, pkl), "wb") as f:
        pickle.dump(data, f, protocol)
    with open(os.path.join(here, name + ".json"), "w") as f:
        json.dump(values, f, indent=1)


flat = lambda a: [float(x) for x in np.asarray(a, np.float64)]

# CMU-MOSI: seven parts, scores, no speakers; a sequence, an empty file, a face that
# was not found (zeros), a file that is not there, ids that begin alike.
root, features = start("CMUMOSI")
vids = {"aB": 2, "c_d": 11, "e": 1, "f": 2}
ids = {v: ["%s_%d" % (v, i + 1) for i in range(n)] for v, n in vids.items()}
splits = {"aB": 0, "c_d": 0, "e": 1, "f": 2}
labels = {v: [float(np.round(x, 2)) for x in rng.uniform(-3, 3, n)] for v, n in vids.items()}
rows = []
for d, v in enumerate(sorted(v for v in vids if splits[v] == 0) + ["e", "f"]):
    for turn, uid in enumerate(ids[v]):
        row = {"dialogue": d, "turn": turn, "split": splits[v], "speaker": 0, "label": labels[v][turn]}
        text, audio, visual = rng.randn(3).astype(np.float32), rng.randn(4, 2).astype(np.float32), rng.randn(2)
        npy(os.path.join(features, "deberta-large-4-UTT"), uid, text[None] if turn else text)
        row["text"] = flat(text)
        if uid == "c_d_2":
            audio = np.zeros((0, 2), np.float32)
        npy(os.path.join(features, "wav2vec-large-c-UTT"), uid, audio)
        if len(audio):
            row["audio"] = flat(audio.astype(np.float64).mean(0))
        if uid == "aB_2":
            visual = np.zeros(2)
        if uid != "c_d_1":
            npy(os.path.join(features, "manet_UTT"), uid, visual)
            if visual.any():
                row["visual"] = flat(visual)
        rows.append(row)
blank = {v: [""] * n for v, n in vids.items()}
data = [ids, labels, blank, {v: ["said"] * n for v, n in vids.items()}, ["c_d", "aB"], ["e"], ["f"]]
finish("CMUMOSI", "CMUMOSI_features_raw_2way.pkl", data, {"dialogues": ["aB", "c_d", "e", "f"], "classes": [], "rows": rows}, 2)

# IEMOCAP: six parts, classes, sets, speakers, folders of faces of both speakers, longer
# names of files. No text.
root, features = start("IEMOCAP")
vids = ["Ses01F_impro01", "Ses02M_script01", "Ses05F_impro02"]
ids = {v: ["%s_%s00%d" % (v, "FM"[i % 2], i // 2) for i in range(4)] for v in vids}
speakers = {v: ["FM"[i % 2] for i in range(4)] for v in vids}
labels = {v: [(i + 3 * k) % 4 for i in range(4)] for k, v in enumerate(vids)}
rows, names = [], []
for d, v in enumerate(vids):
    for turn, uid in enumerate(ids[v]):
        who = v[:5] + "_" + speakers[v][turn]
        if who not in names:
            names.append(who)
        row = {"dialogue": d, "turn": turn, "split": 2 if v.startswith("Ses05") else 0, "speaker": names.index(who), "class": labels[v][turn]}
        audio = rng.randn(2)
        npy(os.path.join(features, "wav2vec-large-c-UTT"), uid + "_16k", audio)
        row["audio"] = flat(audio)
        own, other = rng.randn(3, 2).astype(np.float32), rng.randn(2, 2).astype(np.float32)
        faces = os.path.join(features, "manet_UTT", uid)
        os.makedirs(faces, exist_ok=True)
        if turn != 3:
            for k in range(3):
                npy(faces, "%s_%03d" % (speakers[v][turn], k), own[k])
            row["visual"] = flat(own.astype(np.float64).mean(0))
        for k in range(2):
            npy(faces, "%s_%03d" % ("MF"[turn % 2], k), other[k])
        rows.append(row)
data = (ids, labels, speakers, {v: ["said"] * 4 for v in vids}, set(vids[:2]), set(vids[2:]))
finish("IEMOCAP", "IEMOCAP_features_raw_4way.pkl", data,
       {"dialogues": vids, "speakers": names, "classes": ["happy", "sad", "neutral", "angry"], "rows": rows}, 4)
