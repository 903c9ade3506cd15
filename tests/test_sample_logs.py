"""End to end: logdoctor says of sample_logs/ what each folder's expected.json, written before, says is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from logdoctor import analyze
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Finding, Severity

SAMPLES = Path(__file__).parents[1] / "sample_logs"


def comparisons() -> Iterator[tuple[str, str]]:
    """Yield the folders of runs that say more together, with the comparison that must be made."""
    for file in sorted(SAMPLES.rglob("expected.json")):
        for rule in json.loads(file.read_text()).get("comparisons", ()):
            yield file.parent.relative_to(SAMPLES).as_posix(), rule


def expectations() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each run of the samples by name, with what was planted in it."""
    for file in sorted(SAMPLES.rglob("expected.json")):
        for run, planted in json.loads(file.read_text())["findings"].items():
            yield "/".join((*file.parent.relative_to(SAMPLES).parts, *(() if run == "." else (run,)))), planted


EXPECTED = dict(expectations())


@cache
def diagnosis() -> Diagnosis:
    return analyze(SAMPLES)


def examined(run: str) -> Examined:
    return next(one for one in diagnosis().runs if one.run.name == run)


def loud(run: str) -> list[Finding]:
    """Findings above a note that no other finding explains."""
    return [f for f in examined(run).findings if f.severity is not Severity.NOTE and not f.explained_by]


def test_every_run_is_read_once() -> None:
    assert sorted(one.run.name for one in diagnosis().runs) == sorted(EXPECTED)


def test_there_are_enough_of_both_kinds() -> None:
    faulty = [run for run, planted in EXPECTED.items() if planted["expect"]]
    assert len(faulty) >= 37
    assert len(EXPECTED) - len(faulty) >= 13


@pytest.mark.parametrize("run", EXPECTED)
def test_what_was_planted_is_found(run: str) -> None:
    said = {finding.rule for finding in examined(run).findings}
    assert said >= set(EXPECTED[run]["expect"])


@pytest.mark.parametrize("run", EXPECTED)
def test_nothing_else_is_above_a_note(run: str) -> None:
    said = {finding.rule for finding in loud(run)}
    assert said <= {*EXPECTED[run]["expect"], *EXPECTED[run]["accept"]}


@pytest.mark.parametrize("run", [run for run, planted in EXPECTED.items() if planted["causes"]])
def test_a_right_cause_is_among_the_first_three(run: str) -> None:
    planted = EXPECTED[run]
    (finding,) = [one for one in examined(run).findings if one.rule in planted["expect"]]
    assert {cause.id for cause in finding.causes[:3]} & set(planted["causes"])


@pytest.mark.parametrize(("folder", "rule"), [*comparisons()])
def test_runs_that_belong_together_are_compared(folder: str, rule: str) -> None:
    (one,) = [one for one in diagnosis().comparisons if one.rule == rule and one.runs[0].startswith(f"{folder}/")]
    assert all(run.startswith(f"{folder}/") for run in one.runs)


def test_no_rule_crashes_and_no_file_is_damaged() -> None:
    assert [crash for one in diagnosis().runs for crash in one.outcomes.crashed] == []
    assert diagnosis().damaged_files == ()
