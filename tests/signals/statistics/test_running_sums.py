"""Losses that are summed up since each epoch began, and what only looks like them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from logdoctor import Axis, Run, Series, analyze
from logdoctor.run.understand import understand
from logdoctor.signals import Trend
from logdoctor.signals.statistics.running_sums import is_summed_anew
from logdoctor.signals.statistics.step_losses import step_losses

RNG = np.random.default_rng(7)
LOSSES = (0.1 + 2.0 * np.exp(-np.arange(12) / 4))[:, None] * (1 + 0.1 * RNG.standard_normal((12, 20)))
SUMS = np.cumsum(LOSSES, axis=1)
SINCE_THE_RUN_BEGAN = (SUMS / np.arange(1, LOSSES.size + 1).reshape(LOSSES.shape)).ravel()


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (SUMS.ravel(), True),
        (np.append(SUMS, SUMS[-1, :7]), True),
        (SINCE_THE_RUN_BEGAN, True),
        (LOSSES.ravel(), False),
        ((SUMS / np.arange(1, 21)).ravel(), False),
        (np.cumsum(LOSSES), False),
        (np.ones(100), False),
        (np.tile([0.0, 0.0, 0.0, 0.0, 1.0], 20), False),
        (np.tile(np.linspace(0.6, 1.3, 20), 12), False),
    ],
    ids=[
        "a sum", "a sum, cut off", "divided by all steps so far", "losses", "means", "a sum that goes on", "flat",
        "events", "a saw that does not begin at nothing",
    ],
)  # fmt: skip
def test_a_sum_rises_out_of_nothing_in_each_epoch(values: np.ndarray, expected: bool) -> None:
    assert is_summed_anew(values) is expected


def test_no_rule_takes_a_sum_for_a_loss_that_explodes(tmp_path: Path) -> None:
    rows = [f"{50 * step},{value:.4f}\n" for step, value in enumerate(np.tile(SUMS[3], 12) * 50, 1)]
    (tmp_path / "log.csv").write_text("step,train_loss\n" + "".join(rows))
    assert [finding.rule for _, finding in analyze(tmp_path).findings()] == []


def test_sums_of_steps_beside_a_loss_of_epochs_are_left_out() -> None:
    of_epochs = Series.of("train_loss", np.arange(12), LOSSES.mean(axis=1), axis=Axis.EPOCH)
    for values, found in ((LOSSES.ravel(), 1), (SUMS.ravel(), 0)):
        of_steps = Series.of("minibatch_train_loss", np.arange(LOSSES.size), values)
        run = Run("sum", understand([of_epochs, of_steps]))
        assert len(step_losses(run, Trend.measure(of_epochs), 20)) == found
