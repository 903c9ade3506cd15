"""What GitHub and GitLab show beside the code."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from tests.reports import specimens

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Outcomes, Severity
from logdoctor.reports.ci import github, gitlab
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report


def many(*numbers: tuple[Severity, int]) -> Report:
    """A report with so many problems of each severity, each of a run of its own."""
    runs = [
        Examined(
            specimens.run(f"{severity}-{at:02}"),
            Outcomes((replace(specimens.finding("nan-loss", f"message {at}", severity), group=f"{severity}{at}"),)),
        )
        for severity, n in numbers
        for at in range(n)
    ]
    return Report(Diagnosis(tuple(runs)))


class TestGitHub:
    """Workflow commands."""

    def test_a_problem_is_a_command_with_its_line(self) -> None:
        text = github.render(specimens.report(gate=False), Page())
        assert text == (
            "::error title=logdoctor nan-loss,file=sweep/a/metrics.csv,line=1,endLine=1::sweep/a: train_loss turns NaN"
            " at epoch 60 (confidence high); try: look at the batch\n"
            "::warning title=logdoctor crashed,file=sweep/a/out.log,line=812,endLine=814::sweep/a: the program ended"
            " with an exception (confidence high); try: look at the batch\n"
            "::warning title=logdoctor loss-spike,file=sweep/a/metrics.csv,line=1,endLine=1::rule loss-spike failed on"
            " run sweep/a: ZeroDivisionError: division by zero; the other rules went on\n"
            "::notice title=logdoctor still-improving,file=sweep/a/metrics.csv,line=1,endLine=1::sweep/a: train_loss"
            " fell by 3 %25 (confidence high); try: look at the batch\n"
            "2 runs, 4 series, 400 points, 1 error, 1 warning, 1 damaged file\n"
        )

    @pytest.mark.parametrize(("n", "shown"), [(9, 9), (10, 10), (11, 9), (14, 9)])
    def test_at_most_ten_of_a_level_and_the_tenth_says_how_many_more(self, n: int, shown: int) -> None:
        text = github.render(many((Severity.ERROR, n), (Severity.WARNING, 2)), Page())
        errors = re.findall(r"^::error .*", text, re.MULTILINE)
        assert len(errors) == min(n, 10)
        assert sum("message" in one for one in errors) == shown
        assert len(re.findall(r"^::warning ", text, re.MULTILINE)) == 2
        for at in range(n):
            assert f"message {at} " in text, "what is no annotation stands in the log"
        if n > 10:
            assert f"and {n - 9} more errors" in errors[-1]

    def test_what_a_gate_found(self) -> None:
        text = github.render(specimens.report(), Page())
        assert len(re.findall(r"^::error title=logdoctor gate/", text, re.MULTILINE)) == 3
        assert "absent-*, val_loss: best val_loss <= 2: inconclusive: the best val_loss is 2" in text
        assert "\nsuppressed until 2027-03-01: adversarial by design: sweep/b: train_loss swings\n" in text
        assert "\na suppression of `plateau` is needed by nothing\n" in text
        assert text.splitlines()[-1].startswith("gate unfinished: 2 runs, ")


class TestGitLab:
    """The code quality report."""

    def test_issues_have_what_gitlab_needs(self) -> None:
        issues = json.loads(gitlab.render(specimens.report(), Page()))
        assert len({one["fingerprint"] for one in issues}) == len(issues) == 8
        for one in issues:
            assert one["description"]
            assert one["check_name"]
            assert one["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert not one["location"]["path"].startswith(("/", "./", ".."))
            assert one["location"]["lines"]["begin"] >= 1

    def test_worst_first_and_what_is_suppressed_last(self) -> None:
        issues = json.loads(gitlab.render(specimens.report(), Page()))
        severities = [one["severity"] for one in issues]
        assert severities == ["critical"] * 4 + ["minor"] * 2 + ["info"] * 2
        assert issues[-1]["description"].startswith("suppressed until 2027-03-01: adversarial by design")

    def test_nothing_found_is_an_empty_list(self) -> None:
        assert json.loads(gitlab.render(Report(Diagnosis()), Page())) == []
