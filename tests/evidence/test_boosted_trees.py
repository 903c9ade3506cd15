"""Losses of boosted trees go by names of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logdoctor import Series, example_run
from logdoctor.curves import decay
from logdoctor.evidence.boosted_trees import is_boosted
from logdoctor.run.text_event import FINISHED, TextEvent

RUN = example_run(train_loss=decay(0.6, 0.4))


@pytest.mark.parametrize(
    ("name", "boosted"),
    [
        ("train-logloss", True),
        ("training's binary_logloss", True),
        ("validation_0-mlogloss", True),
        ("test/Logloss", True),
        ("eval-merror", True),
        ("train-poisson-nloglik", True),
        ("training's l2", True),
        ("valid_0's rmse", True),
        ("held-out's l2", True),
        ("validation_0-rmse", True),
        ("learn", True),
        ("learn/RMSE", True),
        ("learner/loss", False),
        ("validation_0/loss", False),
        ("validation_1-total_loss", False),
        ("validation_0/logloss", True),
        ("validation_loss", False),
        ("val_loss", False),
        ("log_loss", False),
    ],
)
def test_the_name_tells_of_boosted_trees(name: str, boosted: bool) -> None:
    assert is_boosted(RUN, Series.of(name, range(3), [0.6, 0.5, 0.4])) is boosted


@pytest.mark.parametrize(
    ("text", "boosted"),
    [("bestIteration = 199", True), ("Did not meet early stopping. Best iteration is:", True), ("Finished.", False)],
)
def test_the_last_words_tell_of_boosted_trees(text: str, boosted: bool) -> None:
    run = replace(RUN, events=(TextEvent(FINISHED, text, "train.log", 9, 3),))
    assert is_boosted(run, run.series[0]) is boosted
