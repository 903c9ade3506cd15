"""The search for a fix: which changes remove the failure, and whether the one to prescribe holds when repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice

from logdoctor.replay.judging.facts import Judgement
from logdoctor.replay.judging.verdict import UNKNOWN
from logdoctor.replay.notebook import Notebook
from logdoctor.replay.trials.changes import Change, Family, families, named, pairs
from logdoctor.replay.trials.confirm import HORIZON, SHORT, confirm
from logdoctor.replay.trials.experiment import attempt
from logdoctor.replay.trials.situation import Situation
from logdoctor.replay.window.reproduce import LEAD, TAIL
from logdoctor.replay.window.session import Session
from logdoctor.replayed import Outcome, Prescription, Trial, Wording

MOST_CONFIRMED = 3
"""Fixes that are repeated in full before the search for one that holds is given up."""


@dataclass(frozen=True)
class Treatment:
    """The trials on one failure; each is written down as it ends."""

    session: Session
    situation: Situation
    notebook: Notebook
    random: bool
    """Whether a step draws random numbers, so that a repeat can draw others."""

    def run(self, only: frozenset[str] | None) -> None:
        """Try changes one by one, then in pairs if none helps; judge, and repeat the prescribed fix."""
        notebook, meter = self.notebook, self.session.meter
        tried = self._try(families(self.situation) if only is None else named(self.situation, only))
        if only is not None:
            notebook.narrow(only, only - tried.keys())
        elif not self.situation.helped and notebook.judge()[0].cause == UNKNOWN:
            tried |= self._try(pairs(tried, notebook.result.trials))
        judgement, _ = notebook.judged = notebook.judge()
        meter.stage = "repeats the fix"
        meter.expected = meter.cost.steps + HORIZON + 2 * SHORT + 3 * LEAD
        notebook.prescription = self._prescription(judgement, tried)
        notebook.judge_again()

    def _try(self, chosen: Iterable[Family]) -> dict[str, Family]:
        """Try each family until a dose helps, up to the first pair that does; return those tried, by name."""
        tried: dict[str, Family] = {}
        for family in chosen:
            tried[family.name] = family
            if self._helps(family) and family.is_pair:
                break
        return tried

    def _helps(self, family: Family) -> bool:
        """Try one dose after the other, and tell whether one removes the failure."""
        for change in family.changes:
            self.session.meter.stage = f"tries to {change.text}"
            if self._trial(self.notebook.add(self._attempt(change))).outcome is Outcome.REMOVED:
                self.situation.helped.add(change.name)
                return True
        return False

    def _prescription(self, judgement: Judgement, tried: Mapping[str, Family]) -> Prescription | None:
        """Return the first fix that holds when repeated, weakest dose first; else an untested or delaying one."""
        remedies = (change for name in judgement.remedies if name in tried for change in tried[name].changes)
        delaying = None
        for change, index in islice(self._removing(remedies), MOST_CONFIRMED):
            trial = confirm(partial(self._attempt, change), self._trial(index), random=self.random)
            self.notebook.change(index, trial)
            if trial.outcome is Outcome.REMOVED:
                return Prescription(change.text, Wording.TESTED, index, judgement.code)
            delaying = Prescription(change.text, Wording.DELAYS, index, judgement.code)
        return Prescription(judgement.code, Wording.NOT_TESTED) if judgement.code else delaying

    def _removing(self, remedies: Iterable[Change]) -> Iterator[tuple[Change, int]]:
        """Yield the remedies that remove the failure and the index of each one's trial; what was not tried yet, is."""
        for change in remedies:
            index = self.notebook.index(change)
            if index is None:
                index = self.notebook.add(self._attempt(change))
            if self._trial(index).outcome is Outcome.REMOVED:
                yield change, index

    def _attempt(self, change: Change, tail: int = TAIL, seed: int | None = None) -> Trial:
        return attempt(self.session, self.situation, change, tail, seed)

    def _trial(self, index: int) -> Trial:
        return self.notebook.result.trials[index]
