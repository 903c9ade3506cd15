"""Whether a warm-up or a lower rate comes first where the full rate harmed a run at its start."""

from __future__ import annotations

import pytest

from logdoctor import example_run
from logdoctor.curves import decay
from logdoctor.evidence.schedule.warm_up import causes_of_full_rate
from logdoctor.run import Setting
from logdoctor.signals import Hyperparameters, Siblings


@pytest.mark.parametrize(
    ("settings", "first"),
    [
        ({"lr": 0.8}, "learning-rate-too-high"),
        ({"lr": 0.8, "optimizer": "AdamW"}, "learning-rate-too-high"),
        ({"lr": 0.004, "optimizer": "AdamW"}, "missing-warmup"),
        ({"lr": 0.004}, "missing-warmup"),
        ({}, "missing-warmup"),
    ],
)
def test_a_rate_that_is_high_for_what_is_known_is_lowered_before_it_is_warmed_up(
    settings: dict[str, Setting], first: str
) -> None:
    run = example_run(settings, train_loss=decay(2.3, 0.3))
    found = causes_of_full_rate(None, Hyperparameters(run), Siblings.among(run, ()), None, 8)
    assert found[0].id == first
    assert {one.id for one in found} == {"missing-warmup", "learning-rate-too-high"}
