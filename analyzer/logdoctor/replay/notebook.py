"""The result of a replay as far as it is known, so that an interruption keeps what was learnt."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from logdoctor.finding import Confidence
from logdoctor.replay.judging.facts import Facts, Judgement
from logdoctor.replay.judging.verdict import judge, ruled_out
from logdoctor.replay.trials.changes import Change
from logdoctor.replayed import Prescription, Replayed, Trial, Verdict, Wording


class Notebook:
    """The result as far as it is known."""

    def __init__(self, result: Replayed) -> None:
        self.result = result
        self.facts: Facts | None = None
        """What the verdict will be judged by."""
        self.judged: tuple[Judgement, str] | None = None
        """The verdict by the trials as they first went, but for what `judge_again` makes of their repeats."""
        self.prescription: Prescription | None = None
        self._is_narrowed = False

    def note(self, **learnt: Any) -> None:
        """Write down fields of the result."""
        self.result = dataclasses.replace(self.result, **learnt)

    def know(self, **known: Any) -> None:
        """Add to what the verdict will be judged by, once a window was replayed."""
        if self.facts is not None:
            self.facts = dataclasses.replace(self.facts, **known)

    def judge(self) -> tuple[Judgement, str]:
        """Return the cause by what is known now, and the id of the one that fits next best."""
        assert self.facts is not None  # noqa: S101 - the caller has replayed the window, for the type checker
        return judge(self.facts)

    def judge_again(self) -> None:
        """Let the cause follow the fix that held, where those that support the first cause only delayed the failure."""
        if self.prescription is None or self.prescription.wording is not Wording.TESTED:
            return
        held = self.result.trials[self.prescription.trial or 0].name
        again = self.judge()
        if held in again[0].remedies:
            self.judged = again

    def add(self, trial: Trial) -> int:
        """Write down a trial, and return its index."""
        self._take((*self.result.trials, trial))
        return len(self.result.trials) - 1

    def change(self, index: int, trial: Trial) -> None:
        """Write down what repeats of a trial showed."""
        trials = list(self.result.trials)
        trials[index] = trial
        self._take(tuple(trials))

    def narrow(self, only: Collection[str], missing: Collection[str]) -> None:
        """Remember that only some changes were to be tried, and that some of those the training has nothing of."""
        self._is_narrowed = True
        remarks = [f"of all changes only {_listed(only)} were tried" if only else "no change was tried, as asked"]
        remarks += [f"{_listed(missing)}: this training has nothing that it would change"] if missing else []
        self.note(remarks=(*self.result.remarks, *remarks))

    def index(self, change: Change) -> int | None:
        """Return the index of a change's trial; None if it was not tried."""
        same = (at for at, one in enumerate(self.result.trials) if (one.name, one.text) == (change.name, change.text))
        return next(same, None)

    def _take(self, trials: tuple[Trial, ...]) -> None:
        self.note(trials=trials)
        self.know(trials=trials)

    def conclude(self) -> None:
        """Judge by what is known, if a window was replayed at all."""
        if self.facts is None:
            return
        judgement, second = self.judged or judge(self.facts)
        held = self.prescription is None or self.prescription.wording is not Wording.DELAYS
        confidence = judgement.confidence if held else Confidence.LOW
        baseline = self.result.baseline
        if baseline is not None and baseline.is_another:
            confidence = Confidence.LOW
        if self._is_narrowed and confidence is Confidence.HIGH:  # what was left out might have told more
            confidence = Confidence.MEDIUM
        self.note(
            verdict=Verdict(
                judgement.cause,
                confidence,
                second,
                judgement.evidence,
                tuple(ruled_out(self.result.trials)),
                self.prescription,
            )
        )


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
