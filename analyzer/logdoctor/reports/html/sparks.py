"""The small curve in a row of a table, with its own scale and without axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor.reports.html.curves import Curve, panels
from logdoctor.reports.html.geometry import Scale, pieces, scale_of, thinned, wants_logarithm
from logdoctor.reports.html.plot import path
from logdoctor.run import Run

WIDTH, HEIGHT = 104, 20
"""Pixels; paths count in halves of them."""

POINTS = 72
"""Points of a line: two for each stretch of three pixels."""


@dataclass(frozen=True)
class Spark:
    """Lines and the stretches without a finite value, in half pixels."""

    lines: tuple[tuple[str, str], ...]
    """Style and path of each."""
    broken: tuple[tuple[int, int], ...]


def spark(run: Run) -> Spark | None:
    """Draw the two losses of a run, or what it has instead; None where it logged nothing."""
    shown = panels(run)
    if not shown:
        return None
    curves = shown[0].curves[:2]
    low = min(one.series.first_step for one in curves)
    high = max(one.series.last_step for one in curves)
    axis = Scale(float(low), float(high) if high > low else low + 1.0)
    deciding = curves[-1].series.values
    logarithmic = wants_logarithm(deciding)
    drawn = [one.series.values[one.series.values > 0] if logarithmic else one.series.values for one in curves]
    scale = scale_of(drawn, logarithmic=logarithmic)
    lines = [(one.style, _line(one, axis, scale)) for one in curves]
    return Spark(tuple(line for line in reversed(lines) if line[1]), tuple(_broken(curves, axis)))


def _line(curve: Curve, axis: Scale, scale: Scale) -> str:
    series = curve.series
    values = np.where(series.values > 0, series.values, np.nan) if scale.logarithmic else series.values
    kept = thinned(values, POINTS)
    parts = []
    for first, end in pieces(series):
        points = kept[(kept >= first) & (kept < end) & np.isfinite(values[kept])]
        if len(points):
            x = np.rint(axis.at(series.steps[points].astype(np.float64)) * 2 * WIDTH).astype(np.int64)
            y = np.rint(np.clip(1 - scale.at(values[points]), 0, 1) * 2 * HEIGHT).astype(np.int64)
            parts.append(path(x, y))
    return "".join(parts)


def _broken(curves: Sequence[Curve], axis: Scale) -> list[tuple[int, int]]:
    slots: set[int] = set()
    for one in curves:
        steps = one.series.steps[~np.isfinite(one.series.values)]
        slots |= set(np.rint(axis.at(steps.astype(np.float64)) * WIDTH / 2).astype(int).tolist())
    found: list[tuple[int, int]] = []
    for slot in sorted(slots):
        if found and slot - found[-1][1] <= 1:
            found[-1] = (found[-1][0], slot)
        else:
            found.append((slot, slot))
    return [(4 * first, min(4 * last + 3, 2 * WIDTH)) for first, last in found]
