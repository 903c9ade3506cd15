"""JUnit XML: every rule of every run is a test case, two parsers and the schema agree, and nothing reads as green."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import junitparser
import pytest
from lxml import etree
from tests.reports import specimens

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Outcomes, Severity
from logdoctor.reports.ci.junit import render
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report

SCHEMA = etree.XMLSchema(file=str(Path(__file__).parents[1] / "schemas" / "junit-10.xsd"))


def outcomes(report: Report) -> dict[tuple[str, str], list[str]]:
    """The elements below each test case."""
    root = ET.fromstring(render(report, Page()))
    return {
        (case.attrib["classname"], case.attrib["name"]): [one.tag for one in case] for case in root.iter("testcase")
    }


@pytest.mark.parametrize("report", [Report(Diagnosis()), specimens.report(gate=False), specimens.report()])
def test_keeps_to_the_schema_and_two_parsers_agree(report: Report) -> None:
    text = render(report, Page())
    SCHEMA.assertValid(etree.fromstring(text.encode()))
    read = junitparser.JUnitXml.fromstring(text.encode())
    root = ET.fromstring(text)
    assert sum(len(list(suite)) for suite in read) == len(list(root.iter("testcase"))) == int(root.attrib["tests"])
    assert (read.failures, read.errors) == (int(root.attrib["failures"]), int(root.attrib["errors"]))
    assert int(root.attrib["failures"]) == len(list(root.iter("failure")))
    assert int(root.attrib["errors"]) == len(list(root.iter("error")))


def test_what_becomes_of_each_rule() -> None:
    assert outcomes(specimens.report(gate=False)) == {
        ("sweep/a", "crashed"): ["system-out"],
        ("sweep/a", "divergence"): ["skipped"],
        ("sweep/a", "gan-collapse"): ["skipped"],
        ("sweep/a", "loss-spike"): ["error"],
        ("sweep/a", "nan-loss"): ["failure"],
        ("sweep/a", "overfitting"): [],
        ("sweep/a", "plateau"): [],
        ("sweep/a", "still-improving"): ["system-out"],
        ("sweep/b", "nan-loss"): [],
        ("sweep/b", "overfitting"): [],
        ("sweep/b", "plateau"): [],
        ("comparisons", "rate-sweep sweep/a"): ["system-out"],
    }


@pytest.mark.parametrize(
    ("fail_on", "failed"),
    [
        (None, []),
        (Severity.ERROR, ["nan-loss"]),
        (Severity.WARNING, ["crashed", "nan-loss"]),
        (Severity.NOTE, ["crashed", "nan-loss", "still-improving"]),
    ],
)
def test_what_fails_is_what_fails_the_gate(fail_on: Severity | None, failed: list[str]) -> None:
    found = outcomes(Report(specimens.diagnosis(), gated=specimens.gated(fail_on)))
    assert [rule for (run, rule), below in found.items() if run == "sweep/a" and below == ["failure"]] == failed
    checks = {rule.split()[0]: below for (run, rule), below in found.items() if run == "gate" and below == ["failure"]}
    assert list(checks) == ([] if fail_on is None else ["assertion"])


def test_checks_and_what_is_suppressed() -> None:
    found = outcomes(specimens.report())
    assert found["sweep/b", "oscillation"] == ["skipped"]
    assert found["gate", "assertion absent-* val_loss best val_loss <= 2"] == ["error"]
    assert found["gate", "assertion sweep/a val_loss best val_loss <= 0"] == ["system-out"]


def test_what_is_suppressed_is_named_beside_what_is_not() -> None:
    gate = specimens.gated()
    known = replace(gate.suppressed[0], run=gate.diagnosis.runs[0].run, finding=specimens.finding("nan-loss", "again"))
    text = render(Report(gate.diagnosis, gated=replace(gate, suppressed=(known,))), Page())
    assert "suppressed until 2027-03-01: adversarial by design: sweep/a: again" in text


def test_runs_named_like_our_own_suites_lose_nothing() -> None:
    runs = tuple(Examined(specimens.run(name), Outcomes(passed=("plateau",))) for name in ("comparisons", "gate"))
    assert render(Report(Diagnosis(runs), gated=specimens.gated()), Page()).count("<testsuite ") == 3
