"""Runs that log one loss an epoch and, beside it, the losses of single steps, as DeepOBS and Lightning do."""

from __future__ import annotations

import numpy as np

from logdoctor import Axis, Run, Series
from logdoctor.curves import Curve, decay, line
from logdoctor.diagnosis import diagnose
from logdoctor.packs import rules_in
from logdoctor.run.understand import understand

RULES = [rule() for rule in rules_in("logdoctor_rules") if rule.id in {"loss-spike", "slow-convergence"}]


def findings(epochs: Curve, steps: Curve) -> dict[str, str]:
    """Return what is said of a run with one training loss an epoch and another a step, by rule."""
    of_steps = Series.of("minibatch_train_losses", np.arange(len(steps.values)), steps.values, axis=Axis.STEP)
    of_epochs = Series.of("train_losses", np.arange(len(epochs.values)), epochs.values, axis=Axis.EPOCH)
    run = Run(name="run", series=understand([of_epochs, of_steps]))
    (examined,) = diagnose([run], RULES).runs
    return {one.rule: one.message for one in examined.findings}


def test_a_step_that_no_epoch_shows_is_a_spike() -> None:
    found = findings(decay(1.0, 0.2, 25), decay(1.0, 0.2, 500).noisy(0.02).with_value(250, 900.0))
    assert list(found) == ["loss-spike"]
    assert "minibatch_train_losses jumps from" in found["loss-spike"]


def test_a_hard_batch_is_none() -> None:
    assert not findings(decay(1.0, 0.2, 25), decay(1.0, 0.2, 500).noisy(0.05).with_value(250, 0.9, 0.8, 0.7))


def test_an_epoch_that_shows_it_comes_first() -> None:
    found = findings(decay(1.0, 0.2, 25).with_value(12, 40.0), decay(1.0, 0.2, 500).noisy(0.02).with_value(250, 900.0))
    assert found["loss-spike"].startswith("train_losses jumps")


def test_too_few_epochs_for_a_shape_leave_it_to_the_steps() -> None:
    found = findings(line(2.7, 2.4, 10), line(2.7, 2.4, 270).noisy(0.02))
    assert found["slow-convergence"].startswith("minibatch_train_losses falls")
    assert not findings(decay(2.7, 0.4, 10), decay(2.7, 0.4, 270).noisy(0.02))
