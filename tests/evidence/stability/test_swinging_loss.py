"""What to do about a loss that swings: a decay where it has learnt, a restart where it was thrown."""

from __future__ import annotations

import pytest

from logdoctor.curves import Curve, cosine, decay, flat, swing
from logdoctor.diagnosis import diagnose
from logdoctor.packs import installed_rules
from logdoctor.rule import example_run
from logdoctor.run import Run

SWINGS = decay(2.3, 0.8).plus(swing(0.4, 6))


def first_fix(run: Run, *siblings: Run) -> str:
    examined = next(one for one in diagnose([run, *siblings], installed_rules()).runs if one.run is run)
    (found,) = (one for one in examined.findings if one.rule == "oscillation")
    return found.causes[0].fixes[0].text


def test_a_loss_that_has_learnt_and_circles_a_minimum_needs_a_decay() -> None:
    run = example_run({"optimizer": "SGD", "lr": 0.1}, train_loss=SWINGS)
    assert first_fix(run) == "decay the rate to about 0.01 where the loss stops falling, and train on from there"
    assert first_fix(example_run(train_loss=SWINGS)).startswith("decay the rate to between half and a tenth")


def test_what_a_sibling_has_tested_goes_before_a_decay() -> None:
    run, calm = (
        example_run({"optimizer": "SGD", "lr": rate}, train_loss=loss)
        for rate, loss in ((0.1, SWINGS), (0.02, decay(2.3, 0.2)))
    )
    assert first_fix(run, calm) == "lower the learning rate from 0.1 to 0.02"


@pytest.mark.parametrize(
    ("loss", "rate"),
    [(SWINGS, cosine(0.1, 60).followed_by(flat(0.0, 60))), (decay(2.3, 2.0).plus(swing(2.0, 6)), flat(0.1))],
    ids=["the rate has decayed", "it swings by more than it has learnt"],
)
def test_where_a_decay_would_not_help_none_is_asked_for(loss: Curve, rate: Curve) -> None:
    assert "decay the rate" not in first_fix(example_run({"optimizer": "SGD", "lr": 0.1}, train_loss=loss, lr=rate))


@pytest.mark.parametrize(("optimizer", "told"), [("Adam", True), ("SGD", False)])
def test_what_may_help_adam_out_of_a_rest_comes_last(optimizer: str, *, told: bool) -> None:
    run = example_run({"optimizer": optimizer, "lr": 1e-3}, train_loss=SWINGS)
    examined = diagnose([run], installed_rules()).runs[0]
    (found,) = (one for one in examined.findings if one.rule == "oscillation")
    assert ("Adam to SGD" in found.causes[0].fixes[-1].text) is told
