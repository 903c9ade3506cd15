"""A small chart of a run's losses for Markdown, with numbers and words of ours only, no text from a log."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from logdoctor.reports.scale import is_logarithmic, losses
from logdoctor.run import Run, Series
from logdoctor.run.roles import ValLoss
from logdoctor.run.series import same_axis
from logdoctor.wording import axis_word

MAX_POINTS = 60
"""Points of a line."""

MIN_POINTS = 2

COLORS = {"training": "#7a828e", "validation": "#2f81c7"}
"""Colours with a contrast above 3 on a white and on a dark page; the second stands out for the colour-blind too."""

COLOR_WORDS = {"training": "grey", "validation": "blue"}


def chart(run: Run) -> list[str]:
    """Return the lines of a Mermaid chart with its caption; none where there is nothing to draw.

    Each point is the median of a stretch. Mermaid draws neither gaps nor NaN: the chart ends where values stop being
    finite, and the caption says so.
    """
    series = losses(run)
    if not series or not same_axis(series):
        return []
    last = min(_last_sound(one) for one in series)
    first = max(one.curve.first_step for one in series)
    points = min(MAX_POINTS, max(int(_within(one, first, last).sum()) for one in series))
    if last <= first or points < MIN_POINTS:
        return []
    logarithmic = is_logarithmic(series)
    lines = [_medians(one, first, last, points) for one in series]
    if logarithmic:
        lines = [np.log10(line) for line in lines]
    return [*_mermaid(lines, series, first, last, logarithmic=logarithmic), *_caption(series, last)]


def _last_sound(series: Series) -> int:
    """Return the last step before the values stop being finite, or the last of all."""
    curve = series.curve
    bad = np.flatnonzero(~np.isfinite(curve.values))
    return int(curve.steps[-1] if not len(bad) else curve.steps[bad[0] - 1] if bad[0] else curve.steps[0])


def _within(series: Series, first: int, last: int) -> NDArray[np.bool_]:
    curve = series.curve
    return (curve.steps >= first) & (curve.steps <= last)


def _medians(series: Series, first: int, last: int, points: int) -> NDArray[np.float64]:
    """Return the medians of stretches of equal length; a stretch without a value lies between its neighbours."""
    part = series.curve.take(_within(series, first, last))
    edges = np.linspace(first, last, points + 1)
    stretch = np.clip(np.searchsorted(edges, part.steps, side="right") - 1, 0, points - 1)
    medians = [np.median(part.values[stretch == at]) if (stretch == at).any() else np.nan for at in range(points)]
    known = np.flatnonzero(np.isfinite(medians))
    between: NDArray[np.float64] = np.interp(np.arange(points), known, np.array(medians)[known])
    return between


def _mermaid(
    lines: Sequence[NDArray[np.float64]], series: Sequence[Series], first: int, last: int, *, logarithmic: bool
) -> Iterator[str]:
    low, high = min(float(line.min()) for line in lines), max(float(line.max()) for line in lines)
    margin = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    digits = max(0, 3 - math.floor(math.log10(high - low + 2 * margin)))
    palette = ", ".join(COLORS[_word(one)] for one in series)
    what = "log10 of the loss" if logarithmic else "loss"
    yield "```mermaid"
    yield f'%%{{init: {{"themeVariables": {{"xyChart": {{"plotColorPalette": "{palette}"}}}}}}}}%%'
    yield "xychart-beta"
    yield f'    x-axis "{axis_word(series[0].axis)}" {first} --> {last}'
    yield f'    y-axis "{what}" {low - margin:.{digits}f} --> {high + margin:.{digits}f}'
    yield from (f"    line [{', '.join(f'{value:.{digits}f}' for value in line)}]" for line in lines)
    yield "```"


def _caption(series: Sequence[Series], last: int) -> Iterator[str]:
    legend = " and ".join(f"{_word(one)} loss ({COLOR_WORDS[_word(one)]})" for one in series)
    bad = any(not np.isfinite(one.curve.values).all() for one in series)
    until = f"; values stop being finite after {axis_word(series[0].axis)} {last:,}" if bad else ""
    yield f"{legend[0].upper()}{legend[1:]}, medians of stretches{until}."


def _word(series: Series) -> str:
    return "validation" if series.role is ValLoss else "training"
