"""What a replay learns one by one: repeats of a fix decide about the cause where they deny it."""

from __future__ import annotations

import pytest

from logdoctor.replay.judging.facts import Facts
from logdoctor.replay.notebook import Notebook
from logdoctor.replayed import (
    Baseline,
    Environment,
    Failure,
    Outcome,
    Prescription,
    Replayed,
    Symptom,
    Target,
    Trial,
    Wording,
)


def judged(*, clipping: Outcome) -> Notebook:
    """Return a notebook of gradients that exploded: clipping helped at first and then as said, a lower rate held."""
    notebook = Notebook(Replayed(Target(20), Environment("2", "cpu", deterministic=True), "exact"))
    notebook.facts = Facts(Baseline(0, reproduced=True, failure=Failure(20, Symptom.LOSS_TOO_HIGH, 9.0)), norm_ratio=90)
    clip, rate = (
        Trial("clip", "clip", outcome=Outcome.REMOVED),
        Trial("learning-rate", "lower", outcome=Outcome.REMOVED),
    )
    notebook.add(clip)
    notebook.add(rate)
    notebook.judged = notebook.judge()
    notebook.change(0, Trial("clip", "clip", outcome=clipping))
    held = 0 if clipping is Outcome.REMOVED else 1
    notebook.prescription = Prescription("the fix", Wording.TESTED, held)
    notebook.judge_again()
    notebook.conclude()
    return notebook


@pytest.mark.parametrize(
    ("clipping", "cause"),
    [(Outcome.REMOVED, "no-gradient-clipping"), (Outcome.POSTPONED, "learning-rate-too-high")],
)
def test_the_cause_follows_the_fix_that_held(clipping: Outcome, cause: str) -> None:
    verdict = judged(clipping=clipping).result.verdict
    assert verdict is not None
    assert verdict.cause == cause


def test_no_evidence_is_a_trial_that_only_delayed_it() -> None:
    verdict = judged(clipping=Outcome.POSTPONED).result.verdict
    assert verdict is not None
    assert not any("clip" in one for one in verdict.evidence)
