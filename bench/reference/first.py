"""From process start to the first prediction of one conversation, then exits."""
import torch

from step import CONFIG, feed, network

net = network(CONFIG, {})
with torch.no_grad():
    net.forecast(feed(1, 96))
