"""What a person reads of a replay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.reports.golden import check_golden

from logdoctor.finding import Confidence
from logdoctor.replayed import (
    Baseline,
    Birth,
    CodeLine,
    Cost,
    Environment,
    Failure,
    Finiteness,
    Operand,
    Outcome,
    Phase,
    Prescription,
    Probe,
    Replayed,
    RunUp,
    Shift,
    Swell,
    Symptom,
    Target,
    Trial,
    Verdict,
    Wording,
)
from logdoctor.reports.layout import Page
from logdoctor.reports.terminal.replay import render

REPLAYED = Replayed(
    target=Target(120, "nan-loss"),
    environment=Environment("2.13.0", "cpu", deterministic=True),
    fidelity="exact",
    limits=("there is one state alone: whether an older one fails on the same batch cannot be tried",),
    baseline=Baseline(
        state_step=96,
        reproduced=True,
        failure=Failure(120, Symptom.LOSS_NOT_FINITE, float("nan"), "loss"),
        shift=Shift(batch=-1),
        compared=25,
        largest_difference=0.0,
        noise_floor=0.0,
        follows_log=True,
    ),
    birth=Birth(
        Phase.FORWARD,
        "exp",
        result=Finiteness.INFINITE,
        dtype="float32",
        module="head",
        line=CodeLine("train.py", 31, "forward"),
        operands=(Operand((32, 4), "float32", -862.0, 928.0),),
        promoted="div",
    ),
    run_up=(
        RunUp(118, 0.41, 0.61, 0.01, 2.1e-3, 0.98),
        RunUp(119, 0.44, 0.83, 0.01, 2.3e-3, 1.02),
        RunUp(120, float("nan"), float("nan"), 0.01, float("nan"), None),
    ),
    swells=(Swell("head", 12.5, 928.0, 3.4e38), Swell("body", 3.0, 61_000.0, 65_504.0)),
    probe=Probe(True, False, True, False, old_step=64),
    trials=(
        Trial("learning-rate", "lower the learning rate from 0.01 to 0.001", outcome=Outcome.UNCHANGED, tried=1),
        Trial("skip", "leave out the batch of step 120", outcome=Outcome.REMOVED, passed=4, tried=4),
        Trial("fp32", "compute in float32", outcome=Outcome.UNTESTED, reason="it already does"),
    ),
    verdict=Verdict(
        "bad-batch",
        Confidence.HIGH,
        second="unstable-operation",
        evidence=("the batch of step 120 fails from two states, others from none",),
        ruled_out=("it still fails, at step 120, when you lower the learning rate from 0.01 to 0.001",),
        prescription=Prescription("leave out the batch of step 120", Wording.TESTED, 1, "guard exp at train.py:31"),
    ),
    cost=Cost(110.0, 3.5),
)


def test_everything_that_was_learnt_is_shown() -> None:
    check_golden("replay", render(REPLAYED, Page()))


@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_lines_are_no_wider_than_the_page(width: int) -> None:
    assert max(map(len, render(REPLAYED, Page(width)).splitlines())) <= width


def test_what_does_not_fail_again_gets_no_prescription() -> None:
    text = render(replace(REPLAYED, baseline=Baseline(96, reproduced=False, failure=None), verdict=None), Page())
    assert "Step 120 does not fail again" in text
    assert "No fix is prescribed" in " ".join(text.split())


def test_a_replay_that_leaves_the_log_says_so() -> None:
    assert REPLAYED.baseline is not None
    off = replace(REPLAYED.baseline, follows_log=False, differs_at=97)
    assert "not the logged one from step 97 on: check the recipe" in render(replace(REPLAYED, baseline=off), Page())


@pytest.mark.parametrize(
    ("ended", "said"), [("interrupt", "what was learnt is kept"), ("budget", "the budget was spent")]
)
def test_an_early_end_is_said(ended: str, said: str) -> None:
    text = render(replace(REPLAYED, interrupted=ended, baseline=None, birth=None, verdict=None, trials=()), Page())
    assert said in text
    assert "ended before the window was replayed" in text
