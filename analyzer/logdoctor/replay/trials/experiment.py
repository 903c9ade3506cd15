"""Trying a change: the failing window again with one thing changed, and what became of the failure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import median

from logdoctor.replay.trials.changes import Change
from logdoctor.replay.trials.situation import Situation
from logdoctor.replay.window.guard import SKIPS, Guard
from logdoctor.replay.window.reproduce import TAIL
from logdoctor.replay.window.session import Session, Window
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replayed import Failure, Outcome, Symptom, Trial

SLACK = 2
"""Steps by which a failure may come later and still be the same: a skipped batch moves it by one."""

END = 5
"""Losses whose median is the loss at the end of a trial."""


def attempt(session: Session, situation: Situation, change: Change, tail: int = TAIL, seed: int | None = None) -> Trial:
    """Replay with a change from its lead on, and return what became of the failure."""
    begin = change.begin or _begin_of(situation, change.lead)
    return Experiment(session, begin, situation.failure, situation.ceiling).run(change, tail, seed)


def _begin_of(situation: Situation, lead: int) -> Snapshot:
    """Return the latest snapshot with at least the lead wanted, or the start of the window."""
    fitting = [one for step, one in situation.snapshots.items() if step <= situation.failure.step - lead]
    return max(fitting, key=lambda one: one.step, default=situation.start)


@dataclass(frozen=True)
class Experiment:
    """A failure that is replayed from one snapshot."""

    session: Session
    begin: Snapshot
    failure: Failure
    ceiling: float
    """Losses above it count as failing."""

    def run(self, change: Change, tail: int, seed: int | None) -> Trial:
        """Replay with a change until some steps after the failure; a seed draws other random numbers."""
        lead = self.failure.step - self.begin.step
        # The failing step is the last of several that the scaler skipped: those before the trial count.
        skipped = max(SKIPS - 1 - lead, 0) if self.failure.symptom is Symptom.STEPS_SKIPPED else 0
        guard = Guard([], self.ceiling, skipped)
        window = self.session.run(self.begin, self.failure.step + tail, guard, replace(change.dials, seed=seed))
        outcome, reason = self._outcome(window)
        losses = [one for one in window.losses.values() if math.isfinite(one)]
        return Trial(
            name=change.name,
            text=change.text,
            dose=change.dose,
            lead=lead,
            outcome=outcome,
            failed_step=window.failure.step if window.failure is not None else None,
            end_loss=median(losses[-END:]) if losses else None,
            passed=int(outcome is Outcome.REMOVED),
            tried=1,
            reason=reason,
        )

    def _outcome(self, window: Window) -> tuple[Outcome, str]:
        """Return what became of the failure, and the reason where the outcome needs one."""
        failure, found = self.failure, window.failure
        if found is None:
            removed = window.seen[-1].step > failure.step
            return (Outcome.REMOVED, "") if removed else (Outcome.UNTESTED, "the batches end at the failing step")
        if found.step < failure.step:
            return Outcome.WORSE, ""
        if found.step > failure.step + SLACK:
            return Outcome.POSTPONED, ""
        # A loss of 1e4 is no success, and yet not the infinity that it was.
        return Outcome.UNCHANGED, found.description if found.symptom is not failure.symptom else ""
