"""The end of a gate's report: what failed, what could not be answered, what is known, and the verdict."""

from __future__ import annotations

from datetime import date

import pytest
from tests.reports.golden import check_golden

from logdoctor.curves import decay
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Confidence, Crashed, Finding, Outcomes, Severity
from logdoctor.gated import Check, Gated, Outcome, Suppressed
from logdoctor.reports.layout import Page, cells
from logdoctor.reports.report import Report
from logdoctor.reports.terminal import concise, full
from logdoctor.reports.terminal.gate import MAX_SHOWN, gate_lines
from logdoctor.rule import example_run
from logdoctor.run import Run


def finding(rule: str, severity: Severity = Severity.ERROR, explained_by: str = "") -> Finding:
    return Finding(rule, "a title", f"what {rule} says", severity, Confidence.HIGH, (), explained_by=explained_by)


def check(outcome: Outcome, name: str = "best val_acc >= 0.91", level: Severity = Severity.ERROR, **text: str) -> Check:
    run, series, message = (
        text.get("run", "resnet"),
        text.get("series", "val_acc"),
        text.get("message", "0.88 (step 5)"),
    )
    return Check("assertion", name, run, series, level, outcome, message)


def everything() -> Gated:
    run, gan = Run("resnet"), Run("gan-1\x1b[31m")
    found = Outcomes((finding("nan-loss"), finding("divergence", explained_by="nan-loss")))
    checks = (
        check(Outcome.FAILED),
        check(
            Outcome.STALE,
            "val_loss like reference main",
            Severity.WARNING,
            series="val_loss",
            message="leaves the band",
        ),
        check(Outcome.PASSED, "end val_loss <= 0.5"),
        check(
            Outcome.INCONCLUSIVE,
            "read whole",
            run="gan-1\x1b[31m",
            series="train_loss",
            message="cannot be judged: gan-1/metrics.csv: bytes 1,024 to 5,120 are NUL; it may have been lost when the "
            "file system lost power",
        ),
    )
    known = (Suppressed(gan, finding("oscillation"), "adversarial by design", date(2027, 3, 1)),)
    remarks = ("the suppression of plateau suppresses nothing: remove it",)
    diagnosis = Diagnosis((Examined(gan, Outcomes()), Examined(run, found)))
    return Gated(diagnosis, Severity.ERROR, checks, known, remarks)


@pytest.mark.parametrize(("name", "width"), [("gate", 100), ("gate_narrow", 60)])
def test_the_text_that_people_read(name: str, width: int) -> None:
    gated = everything()
    text = full.render(Report(gated.diagnosis, 0.31, gated=gated), Page(width))
    assert max(map(cells, text.splitlines())) <= width
    check_golden(name, text)


def test_concise_has_a_line_for_each() -> None:
    gated = everything()
    lines = concise.render(Report(gated.diagnosis, 0.31, gated=gated), Page()).splitlines()
    starts = [line.partition(":")[0] for line in lines]
    assert starts[1:-1] == ["failed", "not answered", "advice", "suppressed", "remark", "gate failed"]
    assert all(line.isprintable() for line in lines)


def verdict(**parts: object) -> tuple[str, str]:
    diagnosis = Diagnosis((Examined(Run("a"), parts.pop("outcomes", Outcomes())),))  # type: ignore[arg-type]
    return list(gate_lines(Gated(diagnosis, **parts)))[-1]  # type: ignore[arg-type]


def test_the_verdict_says_what_it_rests_on() -> None:
    passed, failed, open_ = (check(one) for one in (Outcome.PASSED, Outcome.FAILED, Outcome.INCONCLUSIVE))
    wrong = Outcomes((finding("nan-loss"), finding("plateau", Severity.WARNING)))
    assert verdict() == ("gate passed", "0 checks passed (fails on error)")
    assert verdict(checks=(passed,), fail_on=None) == ("gate passed", "1 check passed (nothing fails it)")
    assert verdict(checks=(passed, open_)) == (
        "gate inconclusive", "1 check not answered, 1 check passed (fails on error)",
    )  # fmt: skip
    assert verdict(outcomes=wrong, fail_on=Severity.WARNING, checks=(failed, open_)) == (
        "gate failed",
        "1 error (a: nan-loss), 1 warning (a: plateau), 1 failed check, 1 check not answered, 0 checks passed "
        "(fails on warning)",
    )
    assert verdict(outcomes=Outcomes(crashed=(Crashed("plateau", "boom"),)), checks=(failed,)) == (
        "gate unfinished",
        "a rule failed, so what it would have said is not known, 0 checks passed (fails on error)",
    )


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.PASSED, "No errors"),
        (Outcome.FAILED, "The gate failed, see below. No errors"),
        (Outcome.INCONCLUSIVE, "The gate is inconclusive, see below. No errors"),
    ],
)
def test_without_findings_the_first_line_is_not_kinder_than_the_gate(outcome: Outcome, said: str) -> None:
    diagnosis = Diagnosis((Examined(example_run(train_loss=decay(2.3, 0.5)), Outcomes()),))
    report = Report(diagnosis, gated=Gated(diagnosis, checks=(check(outcome),)))
    assert full.render(report, Page()).startswith(f"{said} or warnings in 1 run.\n")


def test_many_are_counted() -> None:
    checks = tuple(check(Outcome.FAILED, run=f"run{i}", message=f"0.{i}") for i in range(MAX_SHOWN + 3))
    lines = list(gate_lines(Gated(Diagnosis(), checks=checks)))
    assert lines[MAX_SHOWN] == ("and", "3 more checks")
    assert len(lines) == MAX_SHOWN + 2


def test_what_several_runs_have_in_common_is_said_once() -> None:
    checks = tuple(check(Outcome.INCONCLUSIVE, run=f"run{i}", message="no such series") for i in range(5))
    said, _ = gate_lines(Gated(Diagnosis(), checks=checks))
    assert said == ("not answered", "run0, run1, run2 and 2 more: best val_acc >= 0.91: no such series")
