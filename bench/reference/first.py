"""From process start to the first prediction of one conversation, then exits."""
import torch

from gsdnet import GSDNet, Params
from step import CONFIG, feed, noise

net = GSDNet(CONFIG, Params({}, torch.Generator().manual_seed(1)), dict(deviation=torch.tensor([0.1] * 3)))
f = feed(1, 96, 32)
noise(f, False, CONFIG["width"])
with torch.no_grad():
    net.forecast(f)
