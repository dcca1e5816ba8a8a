"""From process start to the first prediction of one conversation, then exits."""
import torch

from step import CONFIG, feed, network, noise

net = network(CONFIG, {})
f = feed(1, 96, 32)
noise(f, False, CONFIG["width"])
with torch.no_grad():
    net.forecast(f)
