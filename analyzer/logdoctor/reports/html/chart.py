"""A chart: panels on a common axis, the stretch that a finding is about, ticks and captions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor.finding import Finding
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.curves import Curve, Panel
from logdoctor.reports.html.geometry import Scale, round_ticks
from logdoctor.reports.html.names import cut
from logdoctor.reports.html.plot import POINTS, Canvas, plot
from logdoctor.reports.html.shapes import Band, Chart, Plot, Tick
from logdoctor.reports.html.values import described, values
from logdoctor.run import Series
from logdoctor.wording import axis_word

MIDDLE, STRIP = 150, 44
"""Pixels of a panel after the first, and of a strip."""

TOP, BETWEEN, BOTTOM = 24, 30, 36
"""Pixels above the first panel, between two, and below the last."""

DASH = "\u2013"
"""Between the ends of a stretch."""

RUN_NAME = 60
"""Characters of a sibling's name in a caption."""

TIGHT = 15.0
"""Percent of the axis between two ticks below which one is left out on a phone."""

ROOMIER = 1.4
"""Factor on the distance between ticks at the ends and at the finding, which are longer numbers."""

MAX_BANDS = 12
"""Most stretches of one finding that are drawn."""

NARROWEST = 0.6
"""Least width of a stretch in percent of the axis, so that a single step is visible."""

WASHED = 90.0
"""Percent of the axis from which a stretch is not shaded, because nearly everything would be."""

NOTE = 34
"""Most characters of the label of a stretch."""


@dataclass(frozen=True)
class Frame:
    """How large a chart is drawn, and how finely."""

    tall: int
    """Pixels of the first panel."""
    crowded: float
    """Percent of the axis between two ticks below which one is left out."""
    points: int = POINTS
    """How many a line may have."""
    is_wide: bool = True
    """Whether there is room to say where a flagged stretch lies."""


WHOLE, CLOSE_UP = Frame(230, 8.0), Frame(116, 24.0, is_wide=False)


def chart(
    name: str,
    at: int,
    contents: Sequence[Panel],
    finding: Finding | None = None,
    siblings: Sequence[Curve] = (),
    frame: Frame = WHOLE,
    aside: str = "",
) -> Chart:
    """Place panels under each other; `at` is the run's number, siblings go into the first panel.

    `aside` follows the title; without it the axis does.
    """
    axis = _horizontal(contents)
    first = contents[0].curves[0].series
    bands = tuple(_bands(finding, contents, axis, frame))
    beside = [one for one in siblings if one.series.axis == first.axis]
    placed = list(_placed(contents, beside, Canvas(axis, finding, frame.points), frame.tall))
    plots, remarks = [one for one, _ in placed], [remark for _, remark in placed if remark]
    remarks += _legend(plots, siblings, frame)
    curves = [curve for content in contents for curve in content.curves]
    logarithmic = ", log scale" if plots[0].logarithmic else ""
    columns, rows = values(contents, finding)
    return Chart(
        id=name,
        run=at,
        title=contents[0].title,
        aside=f"{aside or f'by {axis_word(first.axis)}'}{logarithmic}",
        height=plots[-1].bottom + BOTTOM,
        plots=tuple(plots),
        bands=bands,
        ticks=tuple(_ticks(axis, bands, frame.crowded)),
        axis=axis_word(first.axis),
        description=" ".join(described(curve, contents) for curve in curves),
        caption=" ".join(remarks),
        columns=(axis_word(first.axis), *columns),
        rows=rows,
    )


def _legend(plots: Sequence[Plot], siblings: Sequence[Curve], frame: Frame) -> Iterator[str]:
    """Yield what the marks in a chart mean."""
    if frame.is_wide and any(one.triangles for one in plots):
        yield "Triangles on the top edge are values that are NaN or infinite; nothing is drawn in their place."
    yield from (f"Dashed: sibling run {printable(cut(one.run, RUN_NAME))}." for one in siblings)


def _placed(
    contents: Sequence[Panel], siblings: Sequence[Curve], canvas: Canvas, first_height: int
) -> Iterator[tuple[Plot, str]]:
    """Yield the panels from top to bottom, each with a remark about it; siblings go into the first."""
    top = float(TOP)
    for place, content in enumerate(contents):
        height = STRIP if content.is_strip else MIDDLE if place else first_height
        yield plot(content, () if place else siblings, canvas, top=top, height=height)
        top += height + BETWEEN


def _horizontal(contents: Sequence[Panel]) -> Scale:
    steps = [curve.series.steps for content in contents for curve in content.curves]
    low, high = float(min(one[0] for one in steps)), float(max(one[-1] for one in steps))
    return Scale(low, high if high > low else low + 1)


def _bands(finding: Finding | None, contents: Sequence[Panel], axis: Scale, frame: Frame) -> Iterator[Band]:
    """Yield the stretches that a finding is about; the first has a name."""
    if finding is None:
        return
    drawn = {curve.series.name: curve.series for content in contents for curve in content.curves}
    seen: set[tuple[int, int]] = set()
    for span in finding.spans[:MAX_BANDS]:
        series = drawn.get(span.series)
        outside = span.last_step < axis.low or span.first_step > axis.high
        if series is None or outside or (span.first_step, span.last_step) in seen:
            continue
        x = max(axis.place(float(span.first_step)) * 100, 0.0)
        width = min(axis.place(float(span.last_step)) * 100, 100.0) - x
        if width < NARROWEST:
            x, width = max(0.0, x - NARROWEST / 2), NARROWEST
        where = f", {span_words(series, span.first_step, span.last_step)}" if frame.is_wide else ""
        name = "" if seen else f"{cut(printable(span.note or finding.rule), NOTE)}{where}"
        seen.add((span.first_step, span.last_step))
        yield Band(x, min(width, 100 - x), name, str(finding.severity), has_wash=width < WASHED)


def span_words(series: Series, first: int, last: int) -> str:
    """Say a stretch as the report does, with a dash: epochs 69 to 100."""
    word = axis_word(series.axis)
    return f"{word} {first:,}" if first == last else f"{word}s {first:,}{DASH}{last:,}"


def _ticks(axis: Scale, bands: Sequence[Band], crowded: float) -> list[Tick]:
    """Return ticks: both ends and where the finding begins and ends, then round values where there is room."""
    span = axis.high - axis.low
    meant = [axis.low, axis.high]
    for band in bands[:1]:
        meant += (
            [axis.low + span * band.x / 100, axis.low + span * band.end / 100]
            if band.width > NARROWEST
            else [axis.low + span * (band.x + NARROWEST / 2) / 100]
        )
    placed: list[Tick] = []
    for value in meant:
        at = 100 * (value - axis.low) / span
        if all(abs(at - other.at) >= crowded * ROOMIER for other in placed):
            placed.append(Tick(at, f"{round(value):,}"))
    for value in round_ticks(axis.low, axis.high, 6):
        at = 100 * (value - axis.low) / span
        if value == round(value) and all(abs(at - other.at) >= crowded for other in placed):
            is_tight = any(abs(at - other.at) < TIGHT for other in placed)
            placed.append(Tick(at, f"{round(value):,}", is_minor=is_tight))
    return sorted(placed, key=lambda one: one.at)
