"""The curves that a finding is about, one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from logdoctor.finding import Finding
from logdoctor.reports.advice import named_best
from logdoctor.reports.layout import Page, cells, hanging, padded
from logdoctor.reports.terminal.sparkline import Sparkline, sparkline
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.run.series import same_axis
from logdoctor.wording import axis_word, number, place

MAX_LABEL = 24
MAX_CURVES = 4
MAX_COLUMNS = 50
MIN_COLUMNS = 10
LOG_SCALE = "log scale"


def curve_lines(run: Run, finding: Finding, page: Page) -> Iterator[str]:
    """Yield the two losses and the series that the finding is about, on one axis where they share it.

    What is said of a curve stands beside it, or below where a narrow terminal has no room for both.
    """
    series = _drawn(run, finding)
    if not series:
        return
    labels = [page.shortened(page.printable(one.name), MAX_LABEL) for one in series]
    known = named_best(finding)
    asides = [_aside(one, known, stretch=one is series[0] or one.axis != series[0].axis) for one in series]
    label_columns = max(map(cells, labels))
    indent = 2 + label_columns + 2
    room = page.width - indent - 2 - max(map(len, asides))
    drawings = _drawings(series, room, page)
    if any(drawing.logarithmic for drawing in drawings):
        room -= len(f", {LOG_SCALE}")
        drawings = _drawings(series, room, page)
    beside = room >= MIN_COLUMNS
    if not beside:
        drawings = _drawings(series, page.width - indent, page)
    for label, drawing, aside in zip(labels, drawings, asides, strict=True):
        caption = ", ".join(filter(None, (aside, LOG_SCALE if drawing.logarithmic else "")))
        line = f"  {page.dim(padded(label, label_columns))}  {drawing.text}"
        yield f"{line}  {page.dim(caption)}" if beside else line
        if caption and not beside:
            yield from map(page.dim, hanging(" " * indent, caption, page.width))


def _drawings(series: Sequence[Series], room: int, page: Page) -> list[Sparkline]:
    """Draw series below each other: no wider than they have points, and step under step where they share the axis."""
    columns = min(MAX_COLUMNS, max(MIN_COLUMNS, room), max(len(one.curve) for one in series))
    extent = (min(one.curve.first_step for one in series), max(one.curve.last_step for one in series))
    shared = same_axis(series)
    return [sparkline(one, columns, unicode=page.unicode, extent=extent if shared else None) for one in series]


def _drawn(run: Run, finding: Finding) -> list[Series]:
    """Return the two losses and the series of the spans, those that hold anything, each once."""
    named = {one.name: one for one in reversed(run.series)}
    candidates = (run.find(TrainLoss), run.find(ValLoss), *(named.get(span.series) for span in finding.spans))
    return list(dict.fromkeys(one for one in candidates if one is not None and len(one)))[:MAX_CURVES]


def _aside(series: Series, known: int | None, *, stretch: bool) -> str:
    """Say the steps of a curve, unless those of the first are enough, and where the validation loss was lowest.

    A finding that knows the best step by its level is not contradicted by a lower value that was luck.
    """
    said = [_stretch(series)] if stretch else []
    if series.role is ValLoss and len(series.finite):
        lowest = int(np.argmin(series.finite.values))
        step = int(series.finite.steps[lowest])
        if known in (None, step):
            said.append(f"best {number(float(series.finite.values[lowest]))} at {place(series, step)}")
    return ", ".join(said)


def _stretch(series: Series) -> str:
    first, last = series.curve.first_step, series.curve.last_step
    return place(series, first) if first == last else f"{axis_word(series.axis)}s {first:,}-{last:,}"
