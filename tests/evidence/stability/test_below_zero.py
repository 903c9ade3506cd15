"""What shows that a loss below zero falls without end, and what does not."""

from __future__ import annotations

import numpy as np

from logdoctor import Axis, TrainLoss, example_run
from logdoctor.curves import Curve, decay, flat, given, line
from logdoctor.evidence.stability.below_zero import runs_away_below
from logdoctor.signals import Trend

NEGATED = line(-2.3, -21.0, 60)


def said(train_loss: Curve, **others: Curve) -> str:
    run = example_run(None, Axis.EPOCH, 0, train_loss=train_loss, **others)
    train = run.find(TrainLoss)
    assert train is not None
    away = runs_away_below(run, Trend.measure(train))
    return away.message if away is not None else ""


def test_a_loss_that_falls_faster_and_faster_needs_no_other_sign() -> None:
    assert "times as far in its later half" in said(given(2.3 - np.geomspace(0.1, 20000.0, 60)))


def test_one_that_falls_evenly_does() -> None:
    assert not said(NEGATED)
    assert "val_accuracy goes from 0.1 to 0.02" in said(NEGATED, val_accuracy=line(0.1, 0.02, 20))


def test_an_accuracy_that_rises_or_is_fair_clears_it() -> None:
    assert not said(NEGATED, val_accuracy=line(0.1, 0.4, 20))
    assert not said(NEGATED, val_accuracy=flat(0.9, 20))


def test_a_term_that_grows_by_as_much_is_named() -> None:
    falls = line(2.0, -900.0, 60)
    assert "kl rises from 0.1 to 903" in said(falls, kl=line(0.1, 903.0, 60))
    assert not said(falls, kl=line(0.1, 90.0, 60))


def test_a_distance_below_zero_is_named() -> None:
    falls = line(2.0, -80.0, 60)
    assert "loss_box, which is never negative, ends at -81" in said(falls, loss_box=line(0.3, -81.0, 60))
    assert not said(falls, loss_nll=line(0.3, -81.0, 60))


def test_a_weighted_distance_that_rests_below_zero_is_not_without_end() -> None:
    falls = decay(-0.1, -2.1, 60, half_life=0.1)
    assert "loss_bce, which is never negative, ends at -2.3" in said(falls, loss_bce=line(0.0, -2.3, 60))
    assert not said(falls, loss_bce=flat(-2.3, 60))


def test_likelihoods_of_densities_slow_down() -> None:
    assert not said(decay(4.7, -40.0, 60, half_life=0.2))
