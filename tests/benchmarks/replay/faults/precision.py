"""Numbers too large or too small for half precision."""

from __future__ import annotations

from typing import Any

import torch
from tests.benchmarks.replay.models import Task, weighted_loss
from tests.benchmarks.replay.runs import Plan, Ran, planned
from torch import Tensor, nn

from logdoctor.replay.material import Precision, Training

from .fault import Drift, Fault, Place, causes

HALF = causes("half-precision-overflow loss-scale-exhausted")


class Amplifier(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Works at a gain that grows, and takes it back: harmless in 32 bits."""

    def __init__(self, at: int, features: int) -> None:
        super().__init__()
        self.drift = Drift(at - 10, 3.0, 1e7)
        self.mix = nn.Linear(features, features)

    def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
        gain = self.drift()
        mixed = self.mix(hidden.float() * gain)  # plant: activations
        return hidden + mixed.float() / gain


def fp16_activations(task: Task, seed: int, at: int) -> Plan:
    """Activations outgrow float16."""
    return planned(task, seed, between=lambda: Amplifier(at, task.features), precision=Precision.FP16, scaler=_scaler)


def _scaler() -> Any:
    return torch.amp.GradScaler("cpu", init_scale=256.0)


class Scores(nn.Module):  # type: ignore[misc]
    """Attention over the features of an example, whose scores grow."""

    def __init__(self, at: int, features: int) -> None:
        super().__init__()
        self.drift = Drift(at - 8, 2.0, 1e4)
        self.query = nn.Linear(features, features)

    def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
        gain = self.drift()
        query = self.query(hidden) * gain
        scores = query.flatten(1) @ query.flatten(1).T  # plant: scores
        share = torch.softmax(scores.float() / gain**2, -1)
        return hidden + 0.1 * (share @ hidden.float().flatten(1)).view_as(hidden)


def fp16_scores(task: Task, seed: int, at: int) -> Plan:
    """The scores of an attention outgrow float16."""
    return planned(task, seed, between=lambda: Scores(at, task.features), precision=Precision.FP16, scaler=_scaler)


def loss_scale_runaway(task: Task, seed: int, at: int) -> Plan:
    """A loop scales the loss by itself, doubles the scale too often, and never looks for overflows."""

    def train_step(training: Training, batch: Any) -> Tensor:
        assert training.optimizer is not None
        scale = 2.0 ** min(10 + 4 * max(training.scheduler.last_epoch - at + 6, 0), 60)
        training.optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.float16):
            loss = weighted_loss(training.model, batch)
        (loss * scale).backward()
        for parameter in training.model.parameters():
            if parameter.grad is not None:
                parameter.grad /= scale
        training.optimizer.step()
        training.scheduler.step()
        return loss.detach()

    return planned(task, seed, factor=lambda _: 1.0, train_step=train_step)


class Length(nn.Module):  # type: ignore[misc]
    """Divides features by their length, which underflows in float16: the root of zero has no slope."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.drift = Drift(at - 4, 0.05, 1e-5)

    def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
        gain = self.drift()
        small = (hidden * gain).to(torch.float16 if torch.is_autocast_enabled("cpu") else torch.float32)
        length = torch.sqrt((small * small).sum(-1, keepdim=True))  # plant: length
        return hidden + length.float() / gain * 0.01


def _five_skipped(ran: Ran) -> int | None:
    steps = sorted(ran.scales)
    for at in steps[5:]:
        if all(ran.scales[step] < ran.scales[step - 1] for step in range(at - 4, at + 1)):
            return at - 1
    return None


def fp16_underflow(task: Task, seed: int, at: int) -> Plan:
    """Gradients are NaN at any loss scale: the scaler skips every update."""
    return planned(task, seed, between=lambda: Length(at), precision=Precision.FP16, scaler=_scaler, flag=_five_skipped)


def _somewhere(mark: str, operations: str) -> Place:
    return Place(frozenset(operations.split()), __file__, mark)


PRECISION = (
    Fault(
        "fp16-activations", HALF, fp16_activations, _somewhere("activations", "_to_copy addmm mm bmm baddbmm linear")
    ),
    Fault("fp16-scores", HALF, fp16_scores, _somewhere("scores", "_to_copy addmm mm bmm baddbmm")),
    Fault("loss-scale-runaway", HALF, loss_scale_runaway),
    Fault(
        "fp16-underflow",
        HALF | causes("half-precision-underflow"),
        fp16_underflow,
        _somewhere("length", "div mul reciprocal"),
    ),
)
