"""Writes talk.vtt and talk.srt with the libraries of Debian's python3-webvtt and
python3-srt. talk.eaf is written by hand in the form in which ELAN 6 saves it.

    python3 make.py
"""
from datetime import timedelta

import srt
import webvtt

said = [
    (0.5, 2.0, "Anna", "Hello, Ben & all."),
    (1.75, 3.25, "Ben", "Good morning!"),
    (3.5, 3661.042, "Zoë", "I am late,\nsorry."),
]

vtt = webvtt.WebVTT()
for begin, end, who, words in said:
    clock = lambda s: "%02d:%02d:%06.3f" % (s // 3600, s // 60 % 60, s % 60)
    text = "<v %s>%s" % (who, words.replace("&", "&amp;"))
    vtt.captions.append(webvtt.Caption(clock(begin), clock(end), text))
vtt.save("talk.vtt")

cues = [srt.Subtitle(i + 1, timedelta(seconds=begin), timedelta(seconds=end), "%s: %s" % (who, words))
        for i, (begin, end, who, words) in enumerate(said)]
with open("talk.srt", "w", encoding="utf-8") as f:
    f.write(srt.compose(cues))
