"""The report in a real browser: it draws, zooms, sorts, filters, links and prints, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.reports.html.browser.conftest import NOW, RUNS, SAMPLES, chosen, written

from logdoctor.diagnosis import Diagnosis, analyze
from logdoctor.finding import Severity
from logdoctor.gated import Check, Gated, Outcome
from logdoctor.reports.formats import render, render_files
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report

Open = Callable[..., Any]

DRAWN_SIZE = """(svg) => {
  const path = svg.querySelector('path.line');
  return [path.getBoundingClientRect().width, path.getTotalLength()];
}"""


def in_view(page: Any, selector: str) -> bool:
    """Tell whether the top of an element is to be seen."""
    return bool(
        page.locator(selector).first.evaluate(
            "(e) => { const r = e.getBoundingClientRect(); return r.top > -40 && r.top < innerHeight && r.width > 0; }"
        )
    )


def test_every_chart_is_drawn_at_its_size(report: Path, open_page: Open) -> None:
    page = open_page(report)
    charts = page.locator("article svg.plot")
    assert charts.count() > 8
    width, length = charts.first.evaluate(DRAWN_SIZE)
    assert width > 200
    assert length > 200


@pytest.mark.parametrize("width", [1440, 1024, 768, 390])
def test_nothing_is_wider_than_the_window(report: Path, open_page: Open, width: int) -> None:
    page = open_page(report, width=width)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_explore_draws_and_zooms_and_the_drawing_comes_back(report: Path, open_page: Open) -> None:
    page = open_page(report)
    figure = page.locator("article figure.chart").first
    figure.locator("button.explore").click()
    canvas = figure.locator(".uplot").first
    canvas.wait_for()
    assert not figure.locator("svg.plot").is_visible()
    assert figure.locator("canvas").count() >= 1
    painted = figure.locator("canvas").first.evaluate(
        "(c) => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
    )
    assert painted > 5
    limits = "(f) => f.plots.map((plot) => [plot.scales.x.min, plot.scales.x.max])"
    before = figure.evaluate(limits)
    figure.locator(".u-over").first.scroll_into_view_if_needed()
    box = figure.locator(".u-over").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=5)
    page.mouse.up()
    page.wait_for_timeout(100)
    after = figure.evaluate(limits)
    assert after[0][1] - after[0][0] < 0.5 * (before[0][1] - before[0][0])
    assert all(limit == after[0] for limit in after)  # the panels zoom together
    figure.get_by_role("button", name="Whole run").click()
    assert figure.evaluate(limits) == before
    figure.get_by_role("button", name="Close").click()
    assert figure.locator("svg.plot").is_visible()


def test_the_explorer_has_scales_axes_and_smoothing_that_stops_at_gaps(report: Path, open_page: Open) -> None:
    page = open_page(report, "#run=nan-loss")
    figure = page.locator(".run-curves[open] figure.chart").first
    figure.locator("button.explore").click()
    values = "(f) => Array.from(f.plots[0].data[1])"
    raw = figure.evaluate(values)
    assert None in raw  # the line ends where the values are NaN
    figure.get_by_label("Smoothing").select_option("21 values")
    smooth = figure.evaluate(values)
    assert [value is None for value in smooth] == [value is None for value in raw]
    assert smooth != raw
    figure.get_by_label("Smoothing").select_option("off")
    assert figure.evaluate(values) == raw
    figure.get_by_label("Up").select_option("log")
    assert figure.evaluate("(f) => f.plots[0].scales.y.distr") == 3


def test_the_explorer_counts_in_epochs_where_the_log_has_them(report: Path, open_page: Open) -> None:
    page = open_page(report)
    figure = page.locator("#errors figure.chart").filter(has=page.locator("button.explore"))
    figure.first.locator("button.explore").click()
    steps = figure.first.evaluate("(f) => f.plots[0].scales.x.max")
    choices = figure.first.get_by_label("Across").locator("option").all_inner_texts()
    assert choices[0] in ("step", "epoch")
    if "epoch" in choices[1:]:
        figure.first.get_by_label("Across").select_option("epoch")
        assert figure.first.evaluate("(f) => f.plots[0].scales.x.max") < steps


def test_arrow_keys_move_the_cursor_and_say_the_values(report: Path, open_page: Open) -> None:
    page = open_page(report)
    figure = page.locator("article figure.chart").first
    figure.locator("button.explore").focus()
    page.keyboard.press("Enter")
    figure.locator(".explorer").focus()
    page.keyboard.press("ArrowRight")
    first = figure.locator(".readout").inner_text()
    page.keyboard.press("ArrowRight")
    second = figure.locator(".readout").inner_text()
    assert "loss" in first
    assert first != second
    page.keyboard.press("Escape")
    assert figure.locator("svg.plot").is_visible()


def test_the_table_sorts_up_and_down(report: Path, open_page: Open) -> None:
    page = open_page(report)
    button = page.locator("table.runs th[data-key=name] button")
    names = "(rows) => rows.map((row) => row.dataset.name)"
    button.click()
    up = page.locator("table.runs tbody tr").evaluate_all(names)
    assert up == sorted(up)
    button.click()
    assert page.locator("table.runs tbody tr").evaluate_all(names) == up[::-1]
    assert page.locator("table.runs th[data-key=name]").get_attribute("aria-sort") == "descending"


def test_the_filter_is_in_the_address_and_comes_back_with_it(report: Path, open_page: Open) -> None:
    page = open_page(report)
    page.keyboard.press("/")
    page.keyboard.type("sweep lr0.03")
    assert page.locator("#shown").inner_text() == "3 of 15 runs"
    assert page.locator("table.runs tbody tr:visible").count() == 3
    address = page.evaluate("location.hash")
    again = open_page(report, address)
    assert again.locator("#shown").inner_text() == "3 of 15 runs"


def test_a_folder_of_the_navigation_filters_the_runs(report: Path, open_page: Open) -> None:
    page = open_page(report)
    page.locator("nav a", has_text="rate-sweep").last.click()
    page.wait_for_timeout(100)
    assert page.locator("table.runs tbody tr:visible").count() == 6


def test_links_lead_to_a_finding_a_run_a_series_and_a_step(report: Path, open_page: Open) -> None:
    plain = open_page(report)
    finding = plain.locator("article.finding").nth(3).get_attribute("id")
    page = open_page(report, f"#{finding}")
    assert in_view(page, f"[id='{finding}']")
    page = open_page(report, f"#finding={finding}")
    assert in_view(page, f"[id='{finding}']")
    note = plain.locator("article.note .body").last.get_attribute("id")
    page = open_page(report, f"#finding={note}")
    assert in_view(page, f"[id='{note}']")
    page = open_page(report, "#run=rate-sweep/lr0.03-seed1")
    assert page.locator(".run-curves[open]").count() == 1
    page = open_page(report, "#run=loss-spike&series=train/accuracy&step=330")
    readout = page.locator(".readout")
    page.wait_for_function("document.querySelector('.readout')?.textContent.startsWith('step 330: ')")
    assert "train/accuracy" in readout.inner_text()


def test_the_theme_can_be_chosen_and_is_in_the_address(report: Path, open_page: Open) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    page = open_page(report)
    assert page.evaluate(background) == "rgb(255, 255, 255)"
    page.locator("#theme").click()
    assert page.evaluate(background) == "rgb(21, 23, 27)"
    assert "theme=dark" in page.evaluate("location.hash")
    assert open_page(report, dark=True).evaluate(background) == "rgb(21, 23, 27)"


@pytest.mark.parametrize("width", [1440, 390])
def test_without_scripts_everything_is_there_and_no_dead_control(report: Path, open_page: Open, width: int) -> None:
    page = open_page(report, scripts=False, width=width)
    assert page.locator("article.finding").count() > 8
    assert page.locator("table.runs tbody tr:visible").count() == RUNS
    assert page.locator("article svg.plot:visible").count() > 8
    assert page.locator("button:visible, input:visible, select:visible").count() == 0
    assert page.locator("nav a:visible").count() > 12


def test_without_scripts_a_link_to_a_run_opens_its_curves(report: Path, open_page: Open) -> None:
    page = open_page(report, "#run=rate-sweep/lr0.03-seed1", scripts=False)
    assert page.locator(".run-curves[open]").count() == 1


def test_it_prints_with_the_notes_unfolded(report: Path, open_page: Open, tmp_path: Path) -> None:
    page = open_page(report)
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("button:visible").count() == 0
    pdf = page.pdf(format="A4", print_background=True)
    assert pdf.startswith(b"%PDF")
    sheets = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")
    assert 2 <= sheets <= 15  # one or two findings a sheet


def test_an_index_leads_to_its_pages(open_page: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("logdoctor.reports.html.MAX_RUNS", 10)
    (tmp_path / "report").mkdir()
    for name, text in render_files("html", Report(chosen(analyze(SAMPLES, now=NOW))), Page(), "report.html").items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    page = open_page(tmp_path / "report.html")
    page.locator(".digest a").first.click()
    assert "/report/" in page.url
    assert in_view(page, f"[id='{page.evaluate('location.hash')[1:]}']")
    page.locator("nav a", has_text="All runs").click()
    page.wait_for_url("**/report.html")
    page.locator("table.runs th a.run").first.click()
    page.wait_for_url("**/report/**")
    page.locator(".run-curves[open]").first.wait_for()  # the script of the new page opens it
    assert page.locator(".run-curves[open]").count() == 1


HOSTILE = "</script><img src=x onerror=alert(1)>'\"\u202e"


def test_hostile_names_run_nothing_and_still_sort_filter_and_explore(open_page: Open, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "a&b <i>"
    folder.mkdir(parents=True)
    rows = "".join(
        f'{{"step": {at}, "loss{HOSTILE[:30]}": {2 / (at + 1)}, "train_loss": {2 / (at + 1)}}}\n' for at in range(60)
    )
    (folder / "metrics.jsonl").write_text(rows, encoding="utf-8")
    page = open_page(written(tmp_path / "report.html", analyze(tmp_path / "runs")))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.locator("button.explore").first.click()
    page.locator(".uplot").first.wait_for()
    page.locator("#filter").fill("<i>")
    assert page.locator("#shown").inner_text() == "1 of 1 runs"
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(small_report: Path, open_page: Open, axe: str, width: int, dark: bool) -> None:
    page = open_page(small_report, width=width, dark=dark)
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.locator("button.explore").first.click()
    page.evaluate(axe)
    found = page.evaluate(
        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
    )
    assert len(found["passes"]) > 20
    assert [(one["id"], one["impact"], one["nodes"][0]["html"][:200]) for one in found["violations"]] == []


def test_a_report_of_no_run_says_why_and_complains_of_nothing(open_page: Open, tmp_path: Path) -> None:
    why = Check("runs", "an analysis", "*", "", Severity.ERROR, Outcome.INCONCLUSIVE, "runs: no training log found")
    path = tmp_path / "report.html"
    path.write_text(render("html", Report(Diagnosis(), gated=Gated(Diagnosis(), checks=(why,))), Page()), "utf-8")
    page = open_page(path)
    assert page.locator("h1").inner_text() == "No run was judged"
    assert "The gate is inconclusive: runs: no training log found." in page.locator("header").inner_text()
    page.keyboard.press("/")
    assert page.locator("#runs").count() == 0
