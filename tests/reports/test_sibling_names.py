"""A sibling is named from the folder that it shares with the run, unless that is the name of another run."""

from __future__ import annotations

import pytest

from logdoctor.finding import Cause, Confidence, Finding, Fix, Severity
from logdoctor.reports.entries import Entry
from logdoctor.reports.sibling_names import briefly
from logdoctor.run import Run


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sibling run logs/sgd/lr=0.1, at 0.1, ends at 3", "sibling run lr=0.1, at 0.1, ends at 3"),
        ("sibling run logs/adam/lr=1", "sibling run adam/lr=1"),
        ("the rate of sibling run logs/sgd/lr=0.1", "the rate of sibling run lr=0.1"),
        ("sibling run logs/sgd/logs/sgd/x", "sibling run logs/sgd/x"),
        ("sibling run logs/sgd/top, other seed", "sibling run logs/sgd/top, other seed"),
        ("sibling run other/sgd/lr=0.1", "sibling run other/sgd/lr=0.1"),
        ("logs/sgd/metrics.csv was cut off", "logs/sgd/metrics.csv was cut off"),
    ],
)
def test_how_a_sibling_is_named(text: str, said: str) -> None:
    cause = Cause("x", "x", pro=(text,), contra=(text,), fixes=(Fix("lower it", text, text),))
    finding = Finding("rule", "title", "said", Severity.ERROR, Confidence.HIGH, (), causes=(cause,))
    names = {"logs/sgd/lr=1", "logs/sgd/top", "top"}
    (entry,) = briefly([Entry(Run("logs/sgd/lr=1"), finding)], names)
    assert entry.finding.causes == (Cause("x", "x", pro=(said,), contra=(said,), fixes=(Fix("lower it", said, said),)),)


def test_a_run_that_lies_in_no_folder_shares_none() -> None:
    cause = Cause("x", "x", pro=("sibling run ./a",))
    finding = Finding("rule", "title", "said", Severity.ERROR, Confidence.HIGH, (), causes=(cause,))
    (entry,) = briefly([Entry(Run("b"), finding)], set())
    assert entry.finding == finding
