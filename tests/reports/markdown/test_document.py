"""Markdown for job summaries: what is said, that it stays below GitHub's limit, and a chart that can be drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.reports import specimens
from tests.reports.golden import check_golden

from logdoctor.curves import decay, flat
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Outcomes
from logdoctor.reports.layout import Page
from logdoctor.reports.markdown import document
from logdoctor.reports.markdown.mermaid import MAX_POINTS, chart
from logdoctor.reports.markdown.text import cell, code, inert
from logdoctor.reports.report import Report
from logdoctor.rule import example_run
from logdoctor.run import Run

NAN = float("nan")


def test_the_markdown_report_is_the_approved_one() -> None:
    check_golden("report_markdown", document.render(specimens.report(), Page()))


def test_without_findings_the_headline_says_so() -> None:
    nothing = Diagnosis((Examined(specimens.run("a"), Outcomes()),))
    text = document.render(Report(nothing, left_out="findings of low confidence are left out"), Page())
    assert text.startswith("## logdoctor: No errors or warnings in 1 run\n")
    assert "damaged files. Findings of low confidence are left out." in text
    assert "<details>" not in text
    assert "mermaid" not in text


def test_a_run_that_could_not_be_judged_is_not_called_fine() -> None:
    lone = Diagnosis((Examined(example_run(cheer=decay(2.3, 0.5)), Outcomes()),))
    text = document.render(Report(lone), Page())
    assert text.startswith("## logdoctor: No run was judged\n")


def test_a_summary_stays_below_the_limit_and_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [replace(specimens.finding(f"rule-{at}", "x" * 1_000), group=str(at)) for at in range(100)]
    report = Report(Diagnosis((Examined(specimens.run("a"), Outcomes(tuple(said))),)))
    whole = document.render(report, Page())
    assert whole.count("<details>") == 100
    monkeypatch.setattr(document, "MAX_BYTES", 20_000)
    cut = document.render(report, Page())
    assert len(cut.encode()) < 20_100
    shown = cut.count("<details>")
    assert f"{100 - shown} more findings without room here" in cut
    assert cut.count("<details>") == cut.count("</details>") > 5


class TestText:
    """Text from logs is shown as it is and does nothing."""

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("train_loss turns NaN at epoch 69", r"train\_loss turns NaN at epoch 69"),
            ("lower it from 0.1 to 0.063 (6 %)", "lower it from 0.1 to 0.063 (6 %)"),
            ("2.25", "2.25"),
            ("été", "été"),
            ("", "`(nothing)`"),
            ("<b>", "`<b>`"),
            ("a `b` c", "``a `b` c``"),
            ("`", "`` ` ``"),
            ("@somebody", "`@somebody`"),
            ("#12", "`#12`"),
            ("1. one", "`1. one`"),
            ("- one", "`- one`"),
            ("www.evil.example", "`www.evil.example`"),
            ("https://evil.example", "`https://evil.example`"),
            (":tada:", "`:tada:`"),
            ("$x$", "`$x$`"),
            ("a\nb\x1b[31m", r"`a\x0ab\x1b[31m`"),
        ],
    )
    def test_inert(self, text: str, shown: str) -> None:
        assert inert(text) == shown

    def test_a_stroke_ends_no_cell(self) -> None:
        assert cell("a|b") == r"`a\x7cb`"
        assert code("a|b") == "`a|b`"


class TestChart:
    """A Mermaid chart."""

    @staticmethod
    def lines(run: Run) -> list[list[float]]:
        return [[float(n) for n in one.split(",")] for one in re.findall(r"line \[(.*)\]", "\n".join(chart(run)))]

    def test_both_losses_on_one_axis(self) -> None:
        run = example_run(train_loss=decay(2.3, 0.5, 1000), val_loss=decay(2.3, 0.9, 1000))
        train, val = self.lines(run)
        assert len(train) == len(val) == MAX_POINTS
        assert train[0] == pytest.approx(2.3, rel=0.05)
        assert val[-1] == pytest.approx(0.9, rel=0.05)
        assert 'x-axis "epoch" 0 --> 999' in "\n".join(chart(run))
        assert chart(run)[-1] == "Training loss (grey) and validation loss (blue), medians of stretches."

    def test_it_ends_where_values_stop_being_finite_and_says_so(self) -> None:
        text = "\n".join(chart(example_run(train_loss=decay(2.3, 0.7, 68).followed_by(flat(NAN, 32)))))
        assert 'x-axis "epoch" 0 --> 67' in text
        assert "values stop being finite after epoch 67" in text
        assert "nan" not in text

    def test_few_values_of_one_loss_lie_on_a_line_between_them(self) -> None:
        run = example_run(train_loss=decay(2.3, 0.5, 100))
        sparse = replace(run.series[0], name="val_loss").take(np.arange(0, 100, 33))
        run = replace(run, series=(*run.series, *example_run(val_loss=flat(1.0, 4)).series))
        run = replace(run, series=(run.series[0], replace(run.series[1], steps=sparse.steps, values=sparse.values)))
        _, val = self.lines(run)
        assert len(val) == MAX_POINTS
        assert all(a >= b for a, b in pairwise(val))

    def test_logarithmic_where_the_validation_loss_spans_much(self) -> None:
        text = "\n".join(chart(example_run(train_loss=decay(1e33, 1.0), val_loss=decay(1e30, 1.0))))
        assert '"log10 of the loss"' in text
        numbers = re.findall(r"[\d.]+", text.split("line")[1])
        assert all(re.fullmatch(r"\d+(\.\d+)?", one) for one in numbers), "Mermaid reads no exponents"

    @pytest.mark.parametrize(
        "run",
        [
            example_run(accuracy=decay(0.1, 0.9)),
            example_run(train_loss=flat(NAN, 50)),
            example_run(train_loss=flat(1.0, 1)),
        ],
    )
    def test_nothing_to_draw(self, run: Run) -> None:
        assert chart(run) == []

    @pytest.mark.parametrize("level", [0.0, 1e-9, 1.0, 1e9])
    def test_a_flat_curve_has_an_axis_with_a_height(self, level: float) -> None:
        text = "\n".join(chart(example_run(train_loss=flat(level))))
        ((low, high),) = re.findall(r'"loss" (\S+) --> (\S+)', text)
        assert float(low) < float(high)
