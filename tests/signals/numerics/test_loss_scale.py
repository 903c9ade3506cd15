"""The walk of a dynamic loss scale, from its series and from lines of overflow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor.curves import Curve, flat, given, line
from logdoctor.rule import example_run
from logdoctor.run.text_event import GRADIENT_OVERFLOW, TextEvent
from logdoctor.signals import LossScaleWalk, Unmeasurable


def walk(curve: Curve) -> LossScaleWalk:
    return LossScaleWalk.measure(example_run(train_loss=flat(1.0, len(curve.values)), loss_scale=curve))


def torch_scaler(overflows: list[bool], interval: int) -> Curve:
    """Return the scale before each step as torch.amp.GradScaler keeps it: halved at overflow, doubled after a while."""
    scale, sound, logged = 65536.0, 0, []
    for overflow in overflows:
        logged.append(scale)
        sound = 0 if overflow else sound + 1
        if overflow:
            scale /= 2
        elif sound == interval:
            scale, sound = scale * 2, 0
    return given(logged)


def test_a_scaler_that_works_has_short_descents() -> None:
    probing = [i < 4 or i % 50 == 49 for i in range(400)]
    found = walk(torch_scaler(probing, interval=40))
    assert found.halvings <= 1
    assert 2048 <= found.end <= 65536


def test_a_scaler_that_overflows_for_ever_goes_to_nothing() -> None:
    found = walk(torch_scaler([i >= 100 for i in range(260)], interval=40))
    assert (found.before, found.first_step, found.held) == (262144.0, 101, 21)
    assert found.halvings == 159
    assert found.idle == 0.0


def test_a_scale_of_zero_has_an_end() -> None:
    found = walk(flat(65536.0, 20).followed_by(flat(0.0, 20)))
    assert (found.end, found.halvings, found.first_step, found.first_drop) == (0.0, 165, 20, 165)
    assert found.idle == pytest.approx(19 / 39)


def test_a_constant_scale_has_no_descent() -> None:
    found = walk(flat(1.0, 50))
    assert (found.halvings, found.end, found.held) == (0, 1.0, 50)


@pytest.mark.parametrize("curve", [line(1.0, 0.0), given([0.1, 0.2, 0.5]), flat(-1.0)])
def test_what_does_not_move_in_powers_of_two_is_no_loss_scale(curve: Curve) -> None:
    with pytest.raises(Unmeasurable, match=r"powers of two|negative"):
        walk(curve)


@pytest.mark.parametrize(
    "line",
    [
        "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to {}",
        "NOTE: gradient overflow detected, ignoring gradient, setting loss scale to: {}",
        "[deepspeed] OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, reducing to {}",
    ],
    ids=["Apex", "fairseq", "DeepSpeed"],
)
def test_lines_of_overflow_carry_the_scale(line: str) -> None:
    scales = ["32768.0", "16384.0", "8192", "4096.0"]
    events = [TextEvent(GRADIENT_OVERFLOW, line.format(s), "log", i, 80 + i) for i, s in enumerate(scales)]
    found = LossScaleWalk.measure(replace(example_run(train_loss=flat(1.0, 100)), events=tuple(events)))
    assert found.from_text
    assert (found.before, found.end, found.halvings, found.held) == (32768.0, 4096.0, 3, 80)
    assert found.steps.tolist() == [80, 81, 82, 83]
    assert found.idle == pytest.approx(16 / 99)


def test_lines_behind_the_last_row_go_on_where_a_logged_scale_ends() -> None:
    line = "| WARNING: overflow detected, setting loss scale to: {}"
    scales = [0.5 / 2**k for k in range(1, 9)]
    events = [TextEvent(GRADIENT_OVERFLOW, line.format(s), "log", 200 + i, 39) for i, s in enumerate(scales)]
    before = TextEvent(GRADIENT_OVERFLOW, line.format(0.25), "log", 100, 20)
    run = example_run(train_loss=flat(1.0, 40), loss_scale=flat(0.5, 40))
    found = LossScaleWalk.measure(replace(run, events=(before, *events)))
    assert not found.from_text
    assert (found.before, found.end, found.halvings) == (0.5, scales[-1], 8)
    assert len(found.steps) == len(found.octaves) == 48


def test_without_scale_and_lines_there_is_no_walk() -> None:
    with pytest.raises(Unmeasurable, match="no loss scale"):
        LossScaleWalk.measure(example_run(train_loss=flat(1.0)))
    odd = TextEvent(GRADIENT_OVERFLOW, "overflow, skipping", "log", 1, None)
    with pytest.raises(Unmeasurable, match="no loss scale"):
        LossScaleWalk.measure(replace(example_run(train_loss=flat(1.0)), events=(odd,)))
    assert np.isfinite(walk(flat(2.0, 3)).octaves).all()
