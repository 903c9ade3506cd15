"""Code that was changed since a replay: the same failure is looked for again, and the result says what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from tests.replay.training import Loop, Net, examples, loss_of

from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import Training
from logdoctor.replay.pipeline import Options, replay
from logdoctor.replay.recheck import recheck
from logdoctor.replayed import PATCHED, Outcome, Replayed, Target, Wording, from_json, to_json
from logdoctor.reports.layout import Page
from logdoctor.reports.terminal.replay import render

CPU = Options("cpu")


def weighted(model: Any, batch: Any, least: float = 0.0) -> Any:
    """A mean that divides by the sum of the weights, which is zero once."""
    x, y, weights = batch
    return loss_of(model, (x, y)) * weights.sum() / weights.sum().clamp_min(least)


def mended(model: Any, one: Any) -> Any:
    return weighted(model, one, 1e-3)


def batch(step: int) -> Any:
    return (*examples(step), torch.full((32,), 0.0 if step == 40 else 1.0))


@pytest.fixture(scope="module")
def run() -> Loop:
    return Loop(batch=batch, loss=weighted, steps=60).run()


@pytest.fixture(scope="module")
def earlier(run: Loop) -> Replayed:
    return replay(run.material(), Target(40), CPU)


def test_a_change_that_works_is_tested(run: Loop, earlier: Replayed) -> None:
    assert earlier.verdict is not None
    assert earlier.verdict.cause == "log-of-zero"
    assert earlier.verdict.prescription is not None
    assert earlier.verdict.prescription.alongside.startswith("guard div at ")
    patched = run.material(loss=mended)
    result = recheck(patched, earlier, CPU)
    assert result.verdict is not None
    assert result.verdict.cause == earlier.verdict.cause
    prescription = result.verdict.prescription
    assert prescription is not None
    assert prescription.wording is Wording.TESTED
    assert prescription.text == f"{earlier.verdict.prescription.alongside}, as you did"
    assert prescription.trial is not None
    trial = result.trials[prescription.trial]
    assert (trial.name, trial.outcome, trial.passed, trial.tried) == (PATCHED, Outcome.REMOVED, 4, 4)
    assert to_json(from_json(to_json(result))) == to_json(result)
    assert [one.name for one in recheck(patched, result, CPU).trials].count(PATCHED) == 1


def test_a_change_that_does_not_work_is_no_fix(run: Loop, earlier: Replayed) -> None:
    result = recheck(run.material(), earlier, CPU)
    assert result.trials[-1].outcome is Outcome.UNCHANGED
    assert result.trials[-1].failed_step == 40
    assert result.verdict == earlier.verdict


def test_a_step_that_fails_otherwise_is_told_as_it_is_now(run: Loop, earlier: Replayed) -> None:
    def high(model: Any, one: Any) -> Any:
        return weighted(model, one, 1e-3) + (1e4 if not one[2].any() else 0.0)

    result = recheck(run.material(loss=high), earlier, CPU)
    assert result.trials[-1].outcome is Outcome.UNCHANGED
    assert result.trials[-1].reason.startswith("loss too high (1")
    text = render(result, Page(100))
    assert text.startswith("With the code as it is now, step 40 still fails: loss too high (1")
    assert "Before that change: step 40 fails again" in text


def test_a_setting_that_the_saved_state_puts_back_is_not_what_ran(run: Loop, earlier: Replayed) -> None:
    def slower() -> Training:
        model = Net()
        return Training(model, torch.optim.AdamW(model.parameters(), 1e-4))

    material = run.material()
    result = recheck(replace(material, recipe=replace(material.recipe, setup=slower)), earlier, CPU)
    assert result.trials[-1].outcome is Outcome.UNTESTED
    assert result.trials[-1].reason == "the saved state sets lr to 0.01 again, not 0.0001; train anew to test it"
    assert render(result, Page(100)).startswith(
        "With the code as it is now, step 40 was not tried: the saved state sets lr to 0.01 again"
    )


def test_there_must_have_been_a_failure(run: Loop, earlier: Replayed) -> None:
    assert earlier.baseline is not None
    passing = replace(earlier, baseline=replace(earlier.baseline, reproduced=False))
    with pytest.raises(ReplayError, match="found no failure that a change of the code could remove"):
        recheck(run.material(), passing, CPU)


def test_a_budget_that_is_too_small_is_said(run: Loop, earlier: Replayed) -> None:
    with pytest.raises(ReplayError, match="the budget was spent before the changed code had run often enough"):
        recheck(run.material(loss=mended), earlier, Options("cpu", steps=20.0))
