"""A reader is told each thing once, and nothing is advised that the log speaks against."""

from __future__ import annotations

from dataclasses import replace

import pytest

from logdoctor import Confidence, Finding, Quantity, Severity, because, example_run
from logdoctor.curves import decay, given
from logdoctor.finding import Strength
from logdoctor.reports.advice import chosen_fixes
from logdoctor.reports.entries import without_repeats
from logdoctor.reports.layout import Page
from logdoctor.reports.terminal.curves import curve_lines

ENDS = "val_acc ends at 0.9, no lower than before"


def finding() -> Finding:
    causes = (
        because("bad-initialization", Strength.LIKELY, pro=["loss starts at 15", "the first layer is large"]),
        because("overconfidence", Strength.POSSIBLE, pro=[ENDS]),
    )
    evidence = {"accuracy": Quantity(ENDS), "first loss": Quantity(15.0)}
    return Finding(
        "bad-initial-loss",
        "title",
        "loss starts at 15, six times guessing",
        Severity.WARNING,
        Confidence.HIGH,
        spans=(),
        evidence=evidence,
        causes=causes,
    )


def test_what_the_message_or_a_cause_says_is_not_said_again() -> None:
    told = without_repeats(finding())
    assert [cause.pro for cause in told.causes] == [("the first layer is large",), (ENDS,)]
    assert list(told.evidence) == ["first loss"]


@pytest.mark.parametrize(("pro", "contra"), [(["loss starts at 15"], ["the rate is low"]), ([], ["loss starts at 15"])])
def test_what_is_said_elsewhere_decides_about_a_fix_all_the_same(pro: list[str], contra: list[str]) -> None:
    causes = (
        because("bad-initialization", Strength.LIKELY, pro=pro, contra=contra),
        because("overconfidence", Strength.POSSIBLE),
    )
    told = without_repeats(replace(finding(), causes=causes))
    assert list(chosen_fixes(told.causes, 4, 1)) == list(chosen_fixes(causes, 4, 1))


def test_no_fix_is_chosen_of_a_cause_that_the_log_only_speaks_against() -> None:
    against = because("learning-rate-too-low", Strength.POSSIBLE, contra=["the loss has come to rest"])
    beside = because("model-too-small", Strength.POSSIBLE)
    assert [one.text for one in chosen_fixes([against, beside], 4, 1)] == [beside.fixes[0].text]
    assert [one.text for one in chosen_fixes([against], 4, 1)] == [against.fixes[0].text]


def test_one_entry_names_one_best_step() -> None:
    run = example_run(train_loss=decay(2.3, 0.1, 6), val_loss=given([2.0, 0.468, 0.49, 0.478, 0.52, 0.54]))
    for best, shown in ((1, True), (3, False)):
        known = replace(finding(), evidence={"best epoch": Quantity(best)})
        assert any("best 0.468 at epoch 1" in line for line in curve_lines(run, known, Page())) is shown
