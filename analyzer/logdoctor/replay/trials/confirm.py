"""Whether a fix holds: other random numbers, and a longer horizon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from logdoctor.replayed import Outcome, Trial

SEEDS = (101, 102, 103)
"""Seeds of the repeats; the first of them runs over the longer horizon."""

HORIZON = 60
"""Steps after the failure that a fix must stand; a failure between the trial's end and here was only put off."""

SHORT = 8
"""Steps after the failure that the other repeats run."""


def confirm(again: Callable[[int, int | None], Trial], trial: Trial, *, random: bool) -> Trial:
    """Repeat a trial that removed the failure, and return it with what the repeats showed.

    `again` runs it on for some steps after the failure, with a seed for other random numbers or None for the same.
    Where a step draws no random numbers, repeats with other seeds would be copies: only the longer horizon runs.
    """
    passed, tried = trial.passed, trial.tried
    for number, seed in enumerate(SEEDS if random else SEEDS[:1]):
        tail = HORIZON if number == 0 else SHORT
        repeat = again(tail, seed if random else None)
        tried += 1
        if repeat.outcome is not Outcome.REMOVED:
            return replace(trial, outcome=repeat.outcome, failed_step=repeat.failed_step, passed=passed, tried=tried)
        passed += 1
        trial = replace(trial, end_loss=repeat.end_loss if number == 0 else trial.end_loss)
    return replace(trial, passed=passed, tried=tried)
