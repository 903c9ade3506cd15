"""A chart: which panels, what is marked, what is said."""

from __future__ import annotations

import json
import math

import numpy as np

from logdoctor.curves import decay, flat, rise
from logdoctor.finding import Confidence, Finding, Quantity, Severity, Span
from logdoctor.reports.html.chart import chart
from logdoctor.reports.html.curves import SIBLING, Curve, further, panels
from logdoctor.reports.html.data import embedded, script_json
from logdoctor.reports.html.shapes import Chart
from logdoctor.rule import example_run
from logdoctor.run import Run, Series
from logdoctor.run.understand import understand

NAN = float("nan")


def found(*spans: Span, **evidence: Quantity) -> Finding:
    return Finding("nan-loss", "a title", "a message", Severity.ERROR, Confidence.HIGH, spans, evidence)


def drawn(run: Run, finding: Finding | None = None, siblings: tuple[Curve, ...] = ()) -> Chart:
    return chart("c", 0, panels(run, finding), finding, siblings)


def run_of(*series: Series) -> Run:
    return Run("run", understand(series))


def test_losses_share_a_panel_and_strips_lie_under_them_on_the_same_axis() -> None:
    run = example_run(
        train_loss=decay(2.3, 0.5),
        val_loss=decay(2.3, 0.6),
        lr=flat(0.1),
        grad_norm=flat(1.0),
        accuracy=decay(0.1, 0.9),
    )
    loss, rate, norm = drawn(run).plots
    assert loss.series == ("train_loss", "val_loss")
    assert (rate.series, rate.is_strip) == (("lr",), True)
    assert (norm.series, norm.is_strip) == (("grad_norm",), True)
    assert loss.bottom < rate.top < rate.bottom < norm.top
    assert {line.style for line in loss.lines} == {"train", "val"}
    assert [panel.title for panel in further(run, panels(run))] == ["Accuracy"]


def test_the_series_that_a_finding_is_about_comes_first() -> None:
    run = example_run(train_loss=decay(2.3, 0.5), val_accuracy=decay(0.1, 0.9), accuracy=decay(0.1, 0.95))
    first, second = drawn(run, found(Span("val_accuracy", 3, 9))).plots
    assert set(first.series) == {"accuracy", "val_accuracy"}
    assert second.series == ("train_loss",)


def test_the_span_is_a_band_with_its_name_and_no_wash_over_the_whole_axis() -> None:
    run = example_run(train_loss=decay(2.3, 0.5, 100))
    (band,) = drawn(run, found(Span("train_loss", 50, 74, "rising"))).bands
    assert band.text == "rising, epochs 50\u201374"
    assert 50 < band.x < 51
    assert 24 < band.width < 25
    assert band.has_wash
    assert not drawn(run, found(Span("train_loss", 0, 99))).bands[0].has_wash
    assert not drawn(run, found(Span("train_loss", 5_000, 6_000))).bands


def test_every_broken_value_is_a_triangle_and_nothing_is_drawn_in_its_place() -> None:
    values = np.linspace(2.0, 1.0, 50)
    values[[10, 11, 40]] = [NAN, math.inf, -math.inf]
    one = drawn(run_of(Series.of("train_loss", range(50), values)))
    (plot,) = one.plots
    assert len(plot.triangles) == 3
    (line,) = plot.lines
    assert line.path.count("M") == 3
    assert "Triangles" in one.caption
    assert "3 values are NaN or infinite, the first at step 10" in one.description


def test_curves_that_end_together_have_one_label_and_others_lie_apart() -> None:
    together = drawn(example_run(train_loss=decay(2.3, 0.5), val_loss=decay(2.4, 0.5))).plots[0].labels
    assert [label.text for label in together] == ["both"]
    apart = drawn(example_run(train_loss=decay(2.3, 0.5), val_loss=decay(2.3, 0.53))).plots[0].labels
    assert {label.text for label in apart} == {"training", "validation"}
    assert abs(apart[0].y - apart[1].y) >= 15


def test_a_loss_that_explodes_is_drawn_on_a_logarithmic_axis() -> None:
    run = example_run(train_loss=flat(2.0, 40).then(rise(1e20, 40)), val_loss=flat(2.1, 40))
    one = drawn(run)
    assert one.plots[0].logarithmic
    assert one.aside == "by epoch, log scale"


def test_what_the_axis_leaves_out_is_said() -> None:
    values = np.concatenate(([90.0], np.full(99, 2.0)))
    one = drawn(run_of(Series.of("train_loss", range(100), values)))
    assert one.caption == "train_loss begins above what the axis shows, at 90, in step 0."


def test_a_sibling_is_dashed_and_named_in_the_caption() -> None:
    run = example_run(train_loss=decay(2.3, 0.5))
    one = drawn(run, None, (Curve(run.series[0], SIBLING, SIBLING, "sgd/lr=0.1"),))
    assert [line.style for line in one.plots[0].lines] == [SIBLING, "train"]
    assert one.caption == "Dashed: sibling run sgd/lr=0.1."


def test_few_values_are_dots_and_no_line() -> None:
    (plot,) = drawn(run_of(Series.of("train_loss", range(4), [4.0, 3.0, 2.5, 2.2]))).plots
    assert len(plot.dots) == 4
    assert not plot.lines


def test_the_level_of_chance_has_a_line_where_the_finding_names_it() -> None:
    run = example_run(train_loss=flat(2.29))
    one = drawn(run, found(Span("train_loss", 0, 59), **{"chance, 10 classes": Quantity(2.303)}))
    assert [reference.text for reference in one.plots[0].references] == ["chance, 10 classes 2.3"]


def test_ticks_name_where_the_finding_begins_and_ends() -> None:
    run = example_run(train_loss=decay(2.3, 0.5, 101))
    assert {"0", "31", "69", "100"} <= {tick.text for tick in drawn(run, found(Span("train_loss", 31, 69))).ticks}


def test_a_long_series_is_short_in_the_page_and_keeps_its_extremes() -> None:
    values = np.sin(np.arange(200_000) / 50) + 2
    values[77_777], values[-5_000:] = 99.0, NAN
    run = run_of(Series.of("train_loss", range(200_000), values))
    (series,) = json.loads(embedded([(0, run)]))["runs"]["0"]["series"]
    assert len(series["x"]) == len(series["y"]) <= 2_004
    assert max(series["y"]) == 99
    assert series["b"] == [[195_000, 199_999, 5_000]]
    assert series["of"] == 195_000
    assert np.cumsum(series["x"])[-1] == 194_999


def test_json_in_a_script_cannot_end_it() -> None:
    text = script_json({"<!--</script>&\u2028\u2029": "]]>"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"<!--</script>&\u2028\u2029": "]]>"}


def test_what_a_logarithmic_axis_cannot_show_is_said() -> None:
    values = np.concatenate((np.full(40, 2.0), np.geomspace(2.0, 1e20, 40)))
    values[[3, 7]] = [0.0, -1.0]
    run = run_of(Series.of("train_loss", range(80), values), Series.of("val_loss", range(80), np.full(80, 2.1)))
    one = drawn(run)
    assert one.plots[0].logarithmic
    assert one.caption == "2 values not above zero, without a place on the logarithmic axis."


def test_the_axis_leaves_out_by_step_not_by_count() -> None:
    train = np.concatenate((np.full(30, 90.0), np.full(970, 2.0)))
    validation = np.array([3.9, 3.8, *np.full(28, 2.5)])
    run = run_of(
        Series.of("train_loss", range(1000), train), Series.of("val_loss", np.arange(40, 1000, 32), validation)
    )
    one = drawn(run)
    assert one.caption == "train_loss begins above what the axis shows, at 90, up to step 29."
    assert all(one.plots[0].top < dot.y < one.plots[0].bottom for dot in one.plots[0].dots)
    assert len(one.plots[0].dots) == 30
