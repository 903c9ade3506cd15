"""The search for a fix: how many that remove the failure are repeated, and what is prescribed where none holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from logdoctor.replay import treatment
from logdoctor.replay.judging.facts import Facts
from logdoctor.replay.meter import Meter
from logdoctor.replay.notebook import Notebook
from logdoctor.replay.treatment import MOST_CONFIRMED, Treatment
from logdoctor.replay.trials.changes import Change, Family
from logdoctor.replay.trials.situation import Situation
from logdoctor.replay.window.dials import Dials
from logdoctor.replay.window.reproduce import TAIL
from logdoctor.replay.window.session import Session
from logdoctor.replayed import Baseline, Environment, Failure, Outcome, Replayed, Symptom, Target, Trial, Wording

DOSES = [Change("clip", f"clip at {dose}", Dials(), float(dose)) for dose in range(5, 0, -1)]
RATE = Change("learning-rate", "lower", Dials())


class _Session:
    meter = Meter(1e9, 1e9, lambda _: None)


class _Situation:
    def __init__(self) -> None:
        self.helped: set[str] = set()


def treated(monkeypatch: pytest.MonkeyPatch, holds: str = "") -> tuple[Notebook, list[str]]:
    """Return the notebook of gradients that exploded, and the fixes that were repeated: one holds, or none."""
    repeated: list[str] = []

    def attempt(_session: Session, _at: Situation, change: Change, tail: int, _seed: int | None) -> Trial:
        trial = Trial(change.name, change.text, outcome=Outcome.REMOVED)
        if tail == TAIL:
            return trial
        repeated.append(change.text)
        return trial if change.text == holds else replace(trial, outcome=Outcome.POSTPONED)

    monkeypatch.setattr(treatment, "attempt", attempt)
    monkeypatch.setattr(treatment, "families", lambda _: [Family("clip", tuple(DOSES)), Family(RATE.name, (RATE,))])
    notebook = Notebook(Replayed(Target(20), Environment("2", "cpu", deterministic=True), "exact"))
    notebook.facts = Facts(Baseline(0, reproduced=True, failure=Failure(20, Symptom.LOSS_TOO_HIGH, 9.0)), norm_ratio=90)
    at = cast("Any", _Situation())
    Treatment(cast("Any", _Session()), at, notebook, random=False).run(None)
    return notebook, repeated


def test_the_search_ends_after_a_few_fixes_that_only_delay(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook, repeated = treated(monkeypatch)
    assert repeated == [one.text for one in DOSES[:MOST_CONFIRMED]]
    assert notebook.prescription is not None
    assert (notebook.prescription.wording, notebook.prescription.text) == (Wording.DELAYS, repeated[-1])


def test_what_was_not_tried_before_is_tried_no_more_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook, _ = treated(monkeypatch)
    assert [one.text for one in notebook.result.trials] == [DOSES[0].text, RATE.text, *(one.text for one in DOSES[1:3])]


def test_the_first_fix_that_holds_is_prescribed(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook, repeated = treated(monkeypatch, holds=DOSES[1].text)
    assert repeated == [DOSES[0].text, DOSES[1].text]
    assert notebook.prescription is not None
    assert (notebook.prescription.wording, notebook.prescription.text) == (Wording.TESTED, DOSES[1].text)
