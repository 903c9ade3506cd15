"""Trainings in which nothing is wrong, replayed at any step: nothing must be blamed, nothing prescribed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from logdoctor.replay.birth.locate import trace
from logdoctor.replay.material import Precision
from logdoctor.replay.meter import Meter
from logdoctor.replay.pipeline import Options, replay
from logdoctor.replay.window.guard import Guard
from logdoctor.replay.window.session import Session
from logdoctor.replayed import Target

from .faults.operations import Pool
from .models import TASKS
from .runs import Plan, adamw, planned, run, sgd

STEPS = 95

Optimizer = Callable[[nn.Module], torch.optim.Optimizer]


@dataclass(frozen=True)
class Sound:
    """What a replay said of a sound run."""

    task: str
    seed: int
    blamed: str = ""
    """What the tracer blamed; must be empty."""
    prescribed: str = ""
    alarmed: str = ""
    """How a step failed in the replay; must be empty."""


class Hidden(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Makes NaN and hides it."""

    def forward(self, hidden: Tensor, _side: Tensor) -> Tensor:
        with torch.no_grad():
            nothing = torch.nan_to_num(hidden * 0 / (hidden * 0))
        return hidden + nothing


def _optimizers() -> tuple[Optimizer, ...]:
    return (
        adamw(),
        adamw(fused=True),
        adamw(foreach=False),
        sgd(),
        lambda model: torch.optim.RMSprop(model.parameters(), 1e-3),
        lambda model: torch.optim.NAdam(model.parameters(), 2e-3),
    )


def _scaler() -> Any:
    return torch.amp.GradScaler("cpu", init_scale=2.0**20, growth_interval=20)


def sound_plan(task: str, seed: int) -> Plan:
    """Return a sound plan: optimizer, precision, schedule and harmless infinities vary with the seed."""
    chance = random.Random(f"{task} {seed}")
    half = chance.choice((Precision.FP32, Precision.FP32, Precision.FP16, Precision.BF16))
    schedules: tuple[Callable[[int], float] | None, ...] = (
        None,
        lambda step: min(1.0, (step + 1) / 20),
        lambda step: 0.98**step,
    )
    return planned(
        TASKS[task],
        seed,
        between=chance.choice((lambda: None, Hidden, Pool)),
        optimizer=chance.choice(_optimizers()),
        factor=chance.choice(schedules),
        scaler=_scaler if half is Precision.FP16 else lambda: None,
        precision=half,
    )


def judged(task: str, seed: int) -> Sound:
    """Train, replay a step, and trace it."""
    torch.set_num_threads(1)
    ran = run(sound_plan(task, seed), seed, STEPS)
    target = random.Random(f"step {task} {seed}").randrange(55, 80)
    if ran.flagged is not None:
        return Sound(task, seed, alarmed=f"flagged at {ran.flagged}")
    result = replay(ran.material, Target(target), Options("cpu"))
    session = Session(ran.material, torch.device("cpu"), Meter(60.0, 1e6, lambda _: None))
    start = session.restored([one for one in ran.states if one.step <= target][-1])
    window = session.run(start, target, Guard([]), keep={target})
    blamed, _ = trace(session, window.snapshots[target])
    verdict = result.verdict
    assert result.baseline is not None
    failure = result.baseline.failure
    return Sound(
        task,
        seed,
        blamed=f"{blamed.operation or blamed.leaf} {blamed.terminal}" if blamed is not None else "",
        prescribed=verdict.prescription.text if verdict is not None and verdict.prescription is not None else "",
        alarmed=f"{failure.symptom} at {failure.step}" if failure is not None else "",
    )
