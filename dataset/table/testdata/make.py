"""Writes the fixtures of the table formats with Python's csv, json and numpy.

    /usr/bin/python3 make.py

All of small.csv, wide.tsv, files.csv and small.jsonl hold the same five utterances.
"""
import csv, json, os
import numpy as np

here = os.path.dirname(os.path.abspath(__file__))
rows = [  # dialogue, turn, speaker, split, label, class, text, audio
    ("talk one", 0, "anna", "train", 1.5, "joy", [0.25, 0.5], [1.0, 2.0, 3.0]),
    ("talk one", 2, "ben", "train", -0.5, "anger", None, [4.0, 5.0, 6.5]),
    ("b, \"two\"", 1, "anna", "test", None, None, [1e-3, -2.0], None),
    ("talk one", 1, "anna", "train", 3.0, "joy", [7.0, 8.0], [0.0, 0.0, 0.125]),
    ("b, \"two\"", 0, "zoë", "test", 0.0, "fear", [9.0, -1.0], [1.0, 1.0, 1.0]),
]
names = ["dialogue", "turn", "speaker", "split", "label", "class"]
blank = lambda v: "" if v is None else v
spread = lambda v, n: [""] * n if v is None else v

with open(os.path.join(here, "small.csv"), "w", newline="", encoding="utf-8-sig") as f:
    w = csv.writer(f)
    w.writerow(names + ["text_0", "text_1", "audio_0", "audio_1", "audio_2", "note"])
    for r in rows:
        w.writerow([blank(v) for v in r[:6]] + spread(r[6], 2) + spread(r[7], 3) + ["a line\nof notes"])

with open(os.path.join(here, "wide.tsv"), "w", newline="", encoding="utf-8") as f:
    w = csv.writer(f, delimiter="\t", lineterminator="\n")
    w.writerow(names + ["text", "audio"])
    for r in rows:
        w.writerow([blank(v) for v in r[:6]] + ["" if v is None else json.dumps(v) for v in r[6:]])

os.makedirs(os.path.join(here, "npy"), exist_ok=True)
with open(os.path.join(here, "files.csv"), "w", newline="", encoding="utf-8") as f:
    w = csv.writer(f)
    w.writerow(names + ["text", "audio"])
    for i, r in enumerate(rows):
        paths = []
        for kind, v in (("text", r[6]), ("audio", r[7])):
            if v is None:
                paths.append("")
                continue
            paths.append("npy/%s_%d.npy" % (kind, i))
            a = np.array(v, dtype=">f8" if i % 2 else "<f4")
            if kind == "audio":  # two steps whose mean is the vector
                a = np.stack([a - 1, a + 1])
            np.save(os.path.join(here, paths[-1]), a)
        w.writerow([blank(v) for v in r[:6]] + paths)

with open(os.path.join(here, "small.jsonl"), "w", encoding="utf-8") as f:
    for r in rows:
        record = {k: v for k, v in zip(names, r) if v is not None}
        if r[6] is not None:
            record["text"] = r[6]
        record["audio"] = r[7]
        f.write(json.dumps(record, ensure_ascii=False) + "\n")

bad = {
    "empty.csv": "",
    "header.csv": "dialogue,turn,text_0\n",
    "no_turn.csv": "dialogue,text_0\na,1\n",
    "no_features.csv": "dialogue,turn\na,1\n",
    "twice.csv": "dialogue,turn,turn,text_0\na,1,2,3\n",
    "gap.csv": "dialogue,turn,text_0,text_2\na,1,2,3\n",
    "both.csv": "dialogue,turn,text_0,text\na,1,2,3\n",
    "fields.csv": "dialogue,turn,text_0\na,1,2\na,2\n",
    "quote.csv": "dialogue,turn,text_0\na,1,2\n\"a,2,3\n",
    "word.csv": "dialogue,turn,text_0\na,1,2\na,2,three\n",
    "some.csv": "dialogue,turn,text_0,text_1\na,1,2,3\na,2,,3\n",
    "half.csv": "dialogue,turn,text_0\na,1.5,2\n",
    "label.csv": "dialogue,turn,label,text_0\na,1,9,2\n",
    "split.csv": "dialogue,turn,split,text_0\na,1,dev2,2\n",
    "again.csv": "dialogue,turn,text_0\na,1,2\na,1,3\n",
    "outside.csv": "dialogue,turn,text\na,1,../small.csv.npy\n",
    "absent.csv": "dialogue,turn,text\na,1,npy/none.npy\n",
    "other.csv": "dialogue,turn,text\na,1,small.csv\n",
    "lengths.jsonl": "{\"dialogue\": 0, \"turn\": 0, \"text\": [1, 2]}\n\n{\"dialogue\": 0, \"turn\": 1, \"text\": [1]}\n",
    "array.jsonl": "[1]\n",
    "cut.jsonl": "{\"dialogue\": 0, \"turn\": 0, \"text\": [1, 2]}\n{\"dialogue\": 0, \"tu",
    "object.jsonl": "{\"dialogue\": {}, \"turn\": 0, \"text\": [1, 2]}\n",
    "null.jsonl": "{\"dialogue\": 0, \"turn\": 0, \"text\": [1, null]}\n",
    "infinite.jsonl": "{\"dialogue\": 0, \"turn\": 0, \"text\": [1, 1e60]}\n",
}
os.makedirs(os.path.join(here, "bad"), exist_ok=True)
for name, text in bad.items():
    with open(os.path.join(here, "bad", name), "w", encoding="utf-8") as f:
        f.write(text)
