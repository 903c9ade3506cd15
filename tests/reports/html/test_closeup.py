"""What stands beside the chart: the event value by value, or the metric meanwhile."""

from __future__ import annotations

import math

import numpy as np

from logdoctor.curves import decay, flat, line
from logdoctor.finding import Confidence, Finding, Severity, Span
from logdoctor.reports.html.closeup import close_up
from logdoctor.reports.html.curves import panels
from logdoctor.reports.html.shapes import Chart
from logdoctor.rule import example_run
from logdoctor.run import Axis, Run, Series
from logdoctor.run.understand import understand

NAN = float("nan")


def beside(run: Run, *spans: Span) -> Chart | None:
    finding = Finding("a-rule", "a title", "a message", Severity.ERROR, Confidence.HIGH, spans)
    return close_up("c", 0, run, finding, panels(run, finding))


def ends(chart: Chart) -> tuple[str, str]:
    return chart.ticks[0].text, chart.ticks[-1].text


def test_the_last_values_before_nan_each_with_its_dot() -> None:
    run = example_run(train_loss=decay(2.3, 0.5, 200).then(flat(NAN, 50)))
    chart = beside(run, Span("train_loss", 200, 249, "NaN"))
    assert chart is not None
    assert (chart.title, chart.aside) == ("train_loss", "the last 30 before NaN")
    assert ends(chart) == ("170", "200")
    (plot,) = chart.plots
    assert (len(plot.dots), len(plot.triangles), plot.labels, plot.best) == (30, 1, (), None)
    assert [band.text for band in chart.bands] == ["NaN"]


def test_a_spike_with_what_is_around_it() -> None:
    loss = decay(2.3, 0.5, 300)
    values = loss.values.copy()
    values[150:152] = 9.0
    steps = np.arange(300)
    run = Run("a", understand([Series.of("train_loss", steps, values)]))
    chart = beside(run, Span("train_loss", 150, 151, "jump"))
    assert chart is not None
    assert (chart.aside, ends(chart)) == ("steps 140\N{EN DASH}170", ("140", "170"))


def test_the_finer_series_where_the_loss_has_two() -> None:
    epochs, steps = np.arange(10), np.arange(1000)
    fine = np.where(steps < 420, 1.0, NAN)
    series = [
        Series.of("loss", epochs, np.where(epochs < 4, 1.0, NAN), axis=Axis.EPOCH),
        Series.of("minibatch_loss", steps, fine),
    ]
    run = Run("a", understand(series))
    chart = beside(run, Span("loss", 4, 9, "NaN"), Span("minibatch_loss", 420, 999, "NaN"))
    assert chart is not None
    assert (chart.title, chart.aside, ends(chart)) == ("minibatch_loss", "the last 30 before NaN", ("390", "420"))


def test_the_first_values_where_it_began_at_once() -> None:
    epochs, steps = np.arange(100), np.arange(5000)
    series = [
        Series.of("train_loss", epochs, 2.0 + epochs, axis=Axis.EPOCH),
        Series.of("minibatch_train_loss", steps, 2.0 + steps / 50),
    ]
    chart = beside(Run("a", understand(series)), Span("train_loss", 1, 99, "rising"))
    assert chart is not None
    assert (chart.title, chart.aside) == ("minibatch_train_loss", "the first 31")


def test_the_metric_since_then_where_the_loss_has_no_event() -> None:
    run = example_run(train_loss=decay(2.3, 0.01, 100), val_loss=line(0.5, 2.0, 100), val_accuracy=line(0.8, 0.9, 100))
    chart = beside(run, Span("val_loss", 12, 99, "rising"))
    assert chart is not None
    assert chart.title == "val_accuracy"
    assert chart.aside == "0.812 at epoch 12, 0.9 at the end"
    assert ends(chart) == ("12", "99")


def test_the_metric_from_its_last_value_before_an_event_between_two_evaluations() -> None:
    every, steps = np.arange(0, 1000, 41), np.arange(1000)
    series = [
        Series.of("train/loss", steps, np.where(steps < 400, 0.1, 2.3)),
        Series.of("val/acc", every, np.where(every < 400, 0.97, 0.1)),
    ]
    chart = beside(Run("a", understand(series)), Span("train/loss", 400, 999, "rising"))
    assert chart is not None
    assert chart.aside == "0.97 at step 369, 0.1 at the end"


def test_nothing_where_the_chart_shows_it_all() -> None:
    run = example_run(train_loss=decay(2.3, 0.5, 40).then(flat(NAN, 9)))
    assert beside(run, Span("train_loss", 40, 48, "NaN")) is None
    assert beside(run, Span("train_loss", 3, 40, "flat")) is None
    assert beside(run) is None
    assert beside(Run("a", understand([Series.of("train_loss", [], [])])), Span("train_loss", 0, 9)) is None
    assert beside(example_run(train_loss=flat(math.inf, 200)), Span("train_loss", 0, 199, "infinite")) is None
