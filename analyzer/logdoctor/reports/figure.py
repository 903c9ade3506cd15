"""The annotated curve of a run as a figure for papers and slides: PDF, SVG or PNG.

Training and validation together, the stretch of the finding marked with its name, learning rate and gradient norm in
strips below on the same axis. NaN is a triangle on the upper edge, a gap is a gap, and nothing is smoothed or sampled.
The same run gives the same bytes with the same version of matplotlib.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from matplotlib import ticker
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from logdoctor.finding import Finding
from logdoctor.reports.figure_parts import (
    LABEL_INK,
    LABEL_OFFSET,
    NARROW,
    OTHERS,
    STYLE,
    TRAIN,
    VALIDATION,
    Line,
    draw_line,
    label_end,
    label_steps,
    mark,
    push_apart,
    shown_name,
)
from logdoctor.reports.scale import is_logarithmic, losses
from logdoctor.run import Role, Run, Series
from logdoctor.run.roles import GradNorm, LearningRate, TrainLoss, ValLoss
from logdoctor.version import VERSION
from logdoctor.wording import number

COLUMN = 3.3
"""Inches of a column of a two-column conference paper."""

DOTS_PER_INCH = 300

METADATA: dict[str, dict[str, str | None]] = {
    "pdf": {"Creator": f"logdoctor {VERSION}", "Producer": None, "CreationDate": None},
    "svg": {"Creator": f"logdoctor {VERSION}", "Date": None},
    "png": {"Software": f"logdoctor {VERSION}"},
}
"""What each format says of itself; no date, so that the same run gives the same bytes."""

STRIPS = (LearningRate, GradNorm)
"""What stands below, on the same axis."""

STRIP, BETWEEN, ABOVE, BELOW, EDGE = 0.45, 0.2, 0.27, 0.38, 0.06
"""Inches: height of a strip, between panels, above the first for the mark, below the last, at the sides."""


@dataclass(frozen=True)
class FigureRequest:
    """How a figure is to be."""

    width: float = COLUMN
    """Inches."""
    log: bool | None = None
    """Whether the scale is logarithmic; None where the validation loss shall decide."""
    series: tuple[Series, ...] = ()
    """What to draw instead of the losses and the series that the finding is about."""


def saved(run: Run, finding: Finding | None, kind: str, request: FigureRequest) -> bytes:
    """Return a figure as the bytes of a file; `kind` is pdf, svg or png.

    Raises ValueError when there is nothing to draw.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # not the user's style: the same run gives the same figure
        matplotlib.rcParams.update(STYLE)  # type: ignore[arg-type]  # names of settings
        figure = _figure(run, finding, request)
        file = io.BytesIO()
        figure.savefig(file, format=kind, dpi=DOTS_PER_INCH, metadata=METADATA[kind])
    return file.getvalue()


def left_out(run: Run, finding: Finding | None, request: FigureRequest) -> list[Series]:
    """Return what is not drawn because it counts something else than the first series."""
    wanted = _wanted(run, finding, request)
    return [one for one in wanted if one.axis is not wanted[0].axis]


def _wanted(run: Run, finding: Finding | None, request: FigureRequest) -> list[Series]:
    """Return what is wished for, or the losses and the series that a finding is about; what holds anything."""
    if request.series:
        return [one for one in request.series if len(one.curve)]
    about = {span.series for span in finding.spans} if finding else set()
    return list(dict.fromkeys([*losses(run), *(one for one in run.series if one.name in about and len(one.curve))]))


def _figure(run: Run, finding: Finding | None, request: FigureRequest) -> Figure:
    wanted = _wanted(run, finding, request)
    if not wanted:
        raise ValueError("there is no loss to draw; name a series")
    wanted = [one for one in wanted if one.axis is wanted[0].axis]
    found = [run.find(role) for role in STRIPS]
    strips = [one for one in found if one is not None and len(one.curve) and one.axis is wanted[0].axis]
    main = [one for one in wanted if one not in strips or one in request.series] or wanted
    strips = [one for one in strips if one not in main]
    panels = _panels(main, together=bool(request.series))
    tall = min(max(0.5 * request.width, 1.5), 3.0)
    heights = [tall if at == 0 else 0.7 * tall for at in range(len(panels))] + [STRIP] * len(strips)
    figure = Figure((request.width, sum(heights) + BETWEEN * (len(heights) - 1) + ABOVE + BELOW))
    FigureCanvasAgg(figure)
    grid: Any = figure.subplots(len(heights), 1, sharex=True, squeeze=False, height_ratios=heights)
    axes: list[Axes] = list(grid[:, 0])
    first = min(one.curve.first_step for one in wanted)
    last = max(one.curve.last_step for one in wanted)
    axes[0].set_xlim(first, last if last > first else first + 1)
    for panel, lines in zip(axes, panels, strict=False):
        _draw_panel(panel, lines, request)
    for strip, one in zip(axes[len(panels) :], strips, strict=True):
        _draw_strip(strip, one)
    if finding is not None:
        mark(axes, finding, [*wanted, *strips])
    label_steps(axes, wanted[0].axis)
    _fit(figure, axes, heights)
    for panel in axes[: len(panels)]:
        push_apart(panel)
    return figure


def _fit(figure: Figure, axes: Sequence[Axes], heights: Sequence[float]) -> None:
    """Leave as much room beside the panels as what is written there takes."""
    figure.draw_without_rendering()
    width, height = figure.get_size_inches()
    boxes = [(panel.get_window_extent(), panel.get_tightbbox()) for panel in axes]
    left = max(inner.x0 - outer.x0 for inner, outer in boxes if outer) / figure.dpi
    labels = [text for panel in axes for text in panel.texts if text.get_gid() is None]
    right = max((text.get_window_extent().width for text in labels), default=0.0) / figure.dpi + LABEL_OFFSET / 72
    figure.subplots_adjust(
        left=(left + EDGE) / width,
        right=1 - (right + 2 * EDGE) / width,
        top=1 - ABOVE / height,
        bottom=BELOW / height,
        hspace=BETWEEN * len(heights) / sum(heights),
    )
    figure.draw_without_rendering()


def _panels(series: Sequence[Series], *, together: bool) -> list[list[Line]]:
    """Return what shares an axis: losses with losses, everything else on its own, unless it was asked for together."""
    lines = list(_lines(series))
    if together:
        return [lines]
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault("loss" if line.series.role.id.endswith("-loss") else line.series.name, []).append(line)
    return list(groups.values())


def _lines(series: Sequence[Series]) -> Iterator[Line]:
    """Yield each series with its colour: the losses have theirs, whatever else there is."""
    free: dict[type[Role], tuple[str, float]] = {TrainLoss: (TRAIN, 0.9), ValLoss: (VALIDATION, 1.6)}
    others = iter(OTHERS * len(series))
    for one in series:
        color, width = free.pop(one.role) if one.role in free else (next(others), 0.9)
        yield Line(one, color, width)


def _draw_panel(axes: Axes, lines: Sequence[Line], request: FigureRequest) -> None:
    series = [line.series for line in lines]
    if is_logarithmic(series) if request.log is None else request.log:
        axes.set_yscale("log", nonpositive="mask")
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5) if _decades(series) < 2 else (1,), numticks=6))
        axes.yaxis.set_minor_locator(ticker.NullLocator())
    else:
        axes.yaxis.set_major_locator(ticker.MaxNLocator(5))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: number(value)))
    if all(one.role.id.endswith("-loss") for one in series):
        axes.set_ylabel("loss")
    for line in sorted(lines, key=lambda one: -one.width):
        draw_line(axes, line)
    for line in lines:
        label_end(axes, line, narrow=request.width < NARROW)


def _decades(series: Sequence[Series]) -> float:
    positive = np.concatenate([one.finite.values[one.finite.values > 0] for one in series])
    return float(np.log10(positive.max() / positive.min())) if len(positive) else 0.0


def _draw_strip(axes: Axes, series: Series) -> None:
    if series.role is not LearningRate and is_logarithmic([series]):
        axes.set_yscale("log", nonpositive="mask")
        axes.yaxis.set_minor_locator(ticker.NullLocator())
    draw_line(axes, Line(series, LABEL_INK, 0.8))
    finite = series.finite.values
    if len(finite):
        axes.set_yticks(sorted({float(finite.min()), float(finite.max())}))
    axes.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: number(value)))
    axes.set_title(shown_name(series), loc="left", fontsize=7, color=LABEL_INK, pad=3)
    axes.grid(visible=False)
