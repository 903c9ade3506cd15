"""A close-up of the event of a finding next to its chart: single values where it began, else the metric meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from logdoctor.finding import Finding
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.chart import CLOSE_UP, chart, span_words
from logdoctor.reports.html.curves import Curve, Panel, split_word
from logdoctor.reports.html.names import cut
from logdoctor.reports.html.shapes import Chart
from logdoctor.run import Run, Series, roles
from logdoctor.wording import number, place

VALUES = 30
"""Values of a close-up: few enough that each has its dot."""

BEFORE = 10
"""Values before a short stretch that are shown with it; with fewer finite ones there is nothing to see."""

MUCH_FINER = 3
"""How many times more values a curve must have: less is no closer than the chart."""

AT_ONCE = 0.02
"""Share of the chart within which an event counts as at the very beginning."""

TITLE = 28
"""Characters of a name above a close-up."""

METRICS = (roles.ValMetric, roles.ValError, roles.TrainMetric, roles.TrainError)


def close_up(name: str, at: int, run: Run, finding: Finding, drawn: Sequence[Panel]) -> Chart | None:
    """Return what the log shows of an event that the chart of `drawn` does not; None where that is nothing.

    `name` is the id of the chart, `at` the number of the run.
    """
    shown = {curve.series.name for panel in drawn for curve in panel.curves}
    for span in sorted(finding.spans, key=lambda span: span.series in shown):
        series = next((one for one in run.series if one.name == span.series and len(one)), None)
        if series is None or (series.name in shown and len(series.curve) < MUCH_FINER * VALUES):
            continue
        window = _window(series.curve, span.first_step, span.last_step)
        if window is not None:
            return _chart(name, at, series.curve.take(window), finding, _caption(series.curve, window))
    if finer := _beginning(run, finding, shown):
        window = slice(0, VALUES + 1)
        return _chart(name, at, finer.curve.take(window), finding, _caption(finer.curve, window))
    return _metric(name, at, run, finding, drawn)


def _window(curve: Series, first_step: int, last_step: int) -> slice | None:
    """Return the values before what is not finite, or around a short stretch; None where that is hardly any."""
    first, end = np.searchsorted(curve.steps, [first_step, last_step + 1]).tolist()
    broken = np.flatnonzero(~np.isfinite(curve.values[first:end]))
    if len(broken):
        event = first + int(broken[0])
        window = slice(max(0, event - VALUES), max(event + 1, VALUES + 1))
    elif first and end - first <= VALUES - 2 * BEFORE:
        begin = max(0, first - BEFORE)
        window = slice(begin, begin + VALUES + 1)
    else:
        return None
    return window if np.isfinite(curve.values[window]).sum() >= BEFORE else None


def _caption(curve: Series, window: slice) -> str:
    shown = curve.values[window]
    broken = np.flatnonzero(~np.isfinite(shown))
    if len(broken) == 1 and broken[0] == len(shown) - 1:
        return f"the last {len(shown) - 1} before {number(float(shown[-1]))}"
    if not window.start:
        return f"the first {len(shown)}"
    steps = curve.steps[window]
    return span_words(curve, int(steps[0]), int(steps[-1]))


def _beginning(run: Run, finding: Finding, shown: set[str]) -> Series | None:
    """Return a training loss that is logged in finer steps, where what it shows happened at once."""
    span = finding.spans[0] if finding.spans else None
    series = next((one for one in run.series if span and one.name == span.series and len(one)), None)
    if span is None or series is None or series.role is not roles.TrainLoss:
        return None
    early = series.steps[0] + AT_ONCE * (series.steps[-1] - series.steps[0])
    at_once = span.first_step <= early < span.last_step and span.first_step > series.steps[0]
    finer = (one for one in run.all(roles.TrainLoss) if one.name not in shown and len(one) >= MUCH_FINER * len(series))
    return next(finer, None) if at_once else None


def _metric(name: str, at: int, run: Run, finding: Finding, drawn: Sequence[Panel]) -> Chart | None:
    """Return the metric that is logged beside a loss, on the same axis, from its last value before the finding on."""
    leading = drawn[0].curves[0].series if drawn else None
    if leading is None or not finding.spans or not issubclass(leading.role, roles.Loss):
        return None
    shown = {curve.series.name for panel in drawn for curve in panel.curves}
    metrics = (one for role in METRICS for one in run.series if one.role is role and one.axis is leading.axis)
    since = (_from(one.curve, finding.spans[0].first_step) for one in metrics if one.name not in shown)
    metric = next((one for one in since if len(one.finite) >= BEFORE), None)
    if metric is None:
        return None
    first, last = (number(float(metric.finite.values[at])) for at in (0, -1))
    return _chart(name, at, metric, None, f"{first} at {place(metric, metric.finite.first_step)}, {last} at the end")


def _from(curve: Series, step: int) -> Series:
    """Return a curve from the value that was logged last by a step."""
    return curve.take(slice(max(0, int(np.searchsorted(curve.steps, step, "right")) - 1), None))


def _chart(name: str, at: int, series: Series, finding: Finding | None, caption: str) -> Chart:
    style = "val" if split_word(series) == "validation" else "train"
    panel = Panel(printable(cut(series.name, TITLE)), (Curve(series, style, ""),))
    return chart(name, at, [panel], finding, frame=CLOSE_UP, aside=caption)
