"""A small classifier whose loss turns NaN: its schedule restarts with a rate that is far too high.

python train.py               the faulty training
python train.py --no-restart  without the restart
"""

import sys

import torch
from torch import nn
from torch.nn import functional

STEPS = 300
RESTART_AT = 150


def build():
    model = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 5))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return model, optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def factor(step):
    if step >= RESTART_AT and "--no-restart" not in sys.argv:
        return 1000.0
    return 0.99**step


def loss_of(model, batch):
    inputs, targets = batch
    return functional.cross_entropy(model(inputs), targets)


def train():
    torch.manual_seed(0)
    inputs = torch.randn(4096, 20)
    targets = (inputs @ torch.randn(20, 5) + 2 * torch.randn(4096, 5)).argmax(1)
    model, optimizer, schedule = build()
    for _ in range(STEPS):
        rows = torch.randint(0, len(inputs), (256,))
        loss = loss_of(model, (inputs[rows], targets[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


if __name__ == "__main__":
    train()
