"""What is said of a rate that died follows the thresholds in force and the settings of the run."""

from __future__ import annotations

from typing import cast

import pytest

from logdoctor import Finding, example_run
from logdoctor.curves import cosine, decay, flat
from logdoctor.engine import Bench
from logdoctor.signals import Siblings
from logdoctor_rules.schedule.lr_decayed_too_early import LrDecayedTooEarly


def died_after_a_third(settings: dict[str, float] | None = None, dead_rate: float = 0.01) -> Finding:
    run = example_run(
        settings,
        train_loss=decay(2.3, 1.2, 80, half_life=0.5).then(flat(0.0, 160)).noisy(0.002),
        lr=cosine(0.1, 80).followed_by(flat(0.0, 160)),
    )
    (finding,) = cast(list[Finding], Bench(run, Siblings(run, ())).ask(LrDecayedTooEarly(dead_rate=dead_rate)))
    return finding


def test_the_cause_names_the_share_of_the_peak_that_is_set() -> None:
    finding = died_after_a_third(dead_rate=0.05)
    cause = next(one for one in finding.causes if one.id == "schedule-decays-too-soon")
    assert "below 5 % of its peak" in finding.message
    assert "below 5 % of its peak" in cause.pro[0]


@pytest.mark.parametrize(
    ("micro_batches", "first"), [(3, "scheduler-stepped-wrongly"), (2, "schedule-decays-too-soon")]
)
def test_as_many_micro_batches_as_schedules_tell_how_it_was_stepped(micro_batches: int, first: str) -> None:
    assert died_after_a_third({"gradient_accumulation_steps": micro_batches}).causes[0].id == first
