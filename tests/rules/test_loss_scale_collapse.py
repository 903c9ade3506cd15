"""What loss-scale-collapse says of a trainer that gives up where the log shows no halving."""

from __future__ import annotations

from typing import Any

import pytest

from logdoctor import Run, fires
from logdoctor.curves import Curve, decay, flat, geometric
from logdoctor.engine import Bench
from logdoctor.run.text_event import GRADIENT_OVERFLOW, NON_FINITE_STOP, TextEvent
from logdoctor_rules.numerics.loss_scale_collapse import LossScaleCollapse

OVERFLOW = TextEvent(GRADIENT_OVERFLOW, "gradient overflow detected, setting loss scale to: 0.5", "log.txt", 8, 119)
GAVE_UP = TextEvent(NON_FINITE_STOP, "FloatingPointError: Minimum loss scale reached (0.5)", "log.txt", 9, 119)


def stopped(*events: TextEvent, **scale: Curve) -> Run:
    curves: dict[str, Any] = {"train_loss": decay(6.0, 3.0, 120).noisy(0.03), **scale}
    return fires("", events=(*events, GAVE_UP), **curves).run


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (stopped(loss_scale=flat(1.0, 120)), "loss_scale ends at 1; the trainer gives up"),
        (stopped(loss_scale=geometric(2.0, 2.0**8, 8)), "loss_scale ends at 256; the trainer gives up"),
        (stopped(OVERFLOW), "the log's lines of overflow put the loss scale at 0.5; the trainer gives up"),
    ],
)
def test_no_descent_is_said_that_no_value_shows(run: Run, said: str) -> None:
    findings = Bench(run).ask(LossScaleCollapse())
    assert isinstance(findings, list)
    assert [one.message for one in findings] == [said]
