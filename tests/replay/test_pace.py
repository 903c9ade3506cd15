"""A schedule that the training stepped once an epoch is stepped so by the replay, as the captured rates show."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from tests.replay.training import Loop, build, examples, loss_of, state_of

from logdoctor.replay.material import Training
from logdoctor.replay.pipeline import Options, replay
from logdoctor.replayed import Target

EPOCH = 10
BAD = 34


def scheduled() -> Training:
    training = build()
    assert training.optimizer is not None
    return Training(training.model, training.optimizer, torch.optim.lr_scheduler.ExponentialLR(training.optimizer, 0.5))


def spoiled(step: int) -> Any:
    x, y = examples(step)
    return (x.clone().fill_(math.nan), y) if step == BAD else (x, y)


def trained(every: int) -> tuple[Loop, dict[int, float]]:
    """Train with a schedule that is stepped after every so many steps, and return the rates as well."""
    loop, rates = Loop(scheduled, spoiled), {}
    torch.manual_seed(1)
    training = scheduled()
    assert training.optimizer is not None
    for step in range(50):
        if step in (0, 16):
            loop.states.append(state_of(training, step))
        rates[step] = training.optimizer.param_groups[0]["lr"]
        training.optimizer.zero_grad()
        loss = loss_of(training.model, spoiled(step))
        loss.backward()
        training.optimizer.step()
        if (step + 1) % every == 0:
            training.scheduler.step()
        loop.losses[step] = float(loss.detach())
    return loop, rates


@pytest.mark.parametrize("every", [1, EPOCH])
def test_the_schedule_is_stepped_as_often_as_the_training_did(every: int) -> None:
    loop, rates = trained(every)
    result = replay(loop.material(rates=rates), Target(BAD), Options("cpu", only=frozenset()))
    assert result.baseline is not None
    assert result.baseline.follows_log
    assert result.baseline.largest_difference == 0.0
    assert any("did not step its schedule after every step" in one for one in result.remarks) == (every == EPOCH)


def test_rates_that_fit_neither_pace_change_nothing() -> None:
    loop, rates = trained(1)
    result = replay(
        loop.material(rates={step: 2 * rate for step, rate in rates.items()}),
        Target(BAD),
        Options("cpu", only=frozenset()),
    )
    assert result.baseline is not None
    assert result.baseline.follows_log
