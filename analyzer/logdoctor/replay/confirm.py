"""Whether a fix holds: other random numbers, and a longer horizon."""

from __future__ import annotations

from dataclasses import replace

from logdoctor.replay.session import Session
from logdoctor.replay.trials import Change, Situation, attempt
from logdoctor.replayed import Outcome, Trial

SEEDS = (101, 102, 103)
"""Seeds of the repeats; the first of them runs over the longer horizon."""

HORIZON = 60
"""Steps after the failure that a fix must stand; a failure between the trial's end and here was only put off."""

SHORT = 8
"""Steps after the failure that the other repeats run."""


def confirm(session: Session, at: Situation, change: Change, trial: Trial, *, random: bool) -> Trial:
    """Repeat a trial that removed the failure, and return it with what the repeats showed.

    Where a step draws no random numbers, repeats with other seeds would be copies: only the longer horizon runs.
    """
    passed, tried = trial.passed, trial.tried
    for number, seed in enumerate(SEEDS if random else SEEDS[:1]):
        tail = HORIZON if number == 0 else SHORT
        again = attempt(session, at, change, tail, seed if random else None)
        tried += 1
        if again.outcome is not Outcome.REMOVED:
            late = Outcome.POSTPONED if again.outcome is Outcome.POSTPONED else again.outcome
            return replace(trial, outcome=late, failed_step=again.failed_step, passed=passed, tried=tried)
        passed += 1
        trial = replace(trial, end_loss=again.end_loss if number == 0 else trial.end_loss)
    return replace(trial, passed=passed, tried=tried)
