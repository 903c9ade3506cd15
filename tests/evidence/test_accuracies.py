"""Whether mistakes are those of wrong labels."""

from __future__ import annotations

from math import inf, log

import numpy as np
import pytest

from logdoctor import Run, Series
from logdoctor.evidence.accuracies import evenness, level_of_guessing
from logdoctor.run.understand import understand

CLASSES, WRONG = 10, 0.3
SURE = -(1 - WRONG) * log(1 - WRONG) - WRONG * log(WRONG / (CLASSES - 1))
"""Loss of one who knows every right answer, and that three labels in ten are any other."""


def test_wrong_labels_make_mistakes_of_any_row() -> None:
    assert evenness(SURE, WRONG, log(CLASSES)) == pytest.approx(1.0)


def test_hard_rows_beside_easy_ones_cost_less() -> None:
    hard = -0.5 * log(0.5) - 0.5 * log(0.5 / (CLASSES - 1))  # wrong in half of six rows in ten, and the rest is easy
    assert evenness(0.6 * hard, WRONG, log(CLASSES)) < 0.95


def test_no_mistakes_are_not_even() -> None:
    assert evenness(0.5, 0.0, log(CLASSES)) == inf


@pytest.mark.parametrize(
    ("loss", "accuracy", "settings", "level"),
    [
        (1.0, 0.6, {"num_classes": 7}, log(7)),
        (1.1, 0.33, {}, 1.1),
        (1.1, 0.6, {}, log(10)),
        (3.0, 0.6, {}, 3.0),
    ],
    ids=["settings name it", "an untrained model has it", "nothing tells it", "it is as high as the first loss"],
)
def test_the_level_of_guessing(loss: float, accuracy: float, settings: dict[str, int], level: float) -> None:
    steps = np.arange(5)
    series = [
        Series.of("train_loss", steps, loss / (1 + steps)),
        Series.of("train_accuracy", steps, accuracy + 0.05 * steps),
    ]
    assert level_of_guessing(Run("run", understand(series), hyperparameters=settings)) == pytest.approx(level)
