"""The vertical axis of a panel: linear or logarithmic, what it leaves out, and its ticks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.finding import Finding
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.curves import Curve, Panel, flagged_steps
from logdoctor.reports.html.geometry import (
    STANDS_OUT,
    Area,
    Scale,
    outstanding_start,
    scale_of,
    wants_logarithm,
)
from logdoctor.reports.html.shapes import Tick
from logdoctor.reports.scale import LOGARITHMIC_FROM
from logdoctor.run import Series
from logdoctor.wording import counted, number, place

WIDE = 1e5
"""Values from which a tick is written with an exponent: there are 48 pixels."""

APART = 15.0
"""Pixels between two ticks."""


@dataclass(frozen=True)
class Vertical:
    """The axis of a panel, and a remark about it."""

    scale: Scale
    remark: str = ""

    def drawn(self, series: Series) -> Series:
        """Return the series as it can be drawn: a logarithmic axis has no place for values that are not positive."""
        if not self.scale.logarithmic:
            return series
        return replace(series, values=np.where(series.values > 0, series.values, np.nan))


def vertical(panel: Panel, siblings: Sequence[Curve], finding: Finding | None) -> Vertical:
    """Return the axis for the curves of a panel, with a remark about what it cannot show."""
    finite = [one for one in panel.curves if len(one.series.finite)] or panel.curves
    deciding = next((one for one in finite if one.style == "val"), finite[0]).series
    logarithmic = all(_is_positive(one.series) for one in finite) and (
        wants_logarithm(deciding.values) or _dwarfs(panel.curves, deciding)
    )
    if logarithmic:
        shown = [one.series.values[one.series.values > 0] for one in (*siblings, *panel.curves)]
        return Vertical(scale_of(shown, logarithmic=True), _without_place(panel))
    after, remark = (None, "") if panel.is_strip else _left_out(panel, finding)
    shown = [one.series.values for one in siblings]
    shown += [
        one.series.values if after is None else one.series.values[one.series.steps > after] for one in panel.curves
    ]
    return Vertical(scale_of(shown), remark)


def _without_place(panel: Panel) -> str:
    lost = sum(int((one.series.values <= 0).sum()) for one in panel.curves)
    return f"{counted(lost, 'value')} not above zero, without a place on the logarithmic axis." if lost else ""


def _is_positive(series: Series) -> bool:
    finite = series.values[np.isfinite(series.values)]
    return len(finite) > 0 and float((finite > 0).mean()) > 0.5


def _dwarfs(curves: Sequence[Curve], deciding: Series) -> bool:
    """Tell whether another curve goes so high that the deciding one would look flat."""
    highest = max(_highest(one.series.values) for one in curves)
    return highest / LOGARITHMIC_FROM > _highest(deciding.values) > 0


def _highest(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.max()) if len(finite) else 0.0


def _left_out(panel: Panel, finding: Finding | None) -> tuple[int | None, str]:
    """Return up to which step the axis leaves values out, and a sentence about it."""
    flagged = flagged_steps(finding)
    counts = [outstanding_start(one.series.steps, one.series.values) for one in panel.curves]
    most = max(counts, default=0)
    if not most:
        return None, ""
    series = panel.curves[counts.index(most)].series
    last = int(series.steps[most - 1])
    highest = _highest(series.values[:most])
    rest = max(_highest(one.series.values[one.series.steps > last]) for one in panel.curves)
    if any(step <= last for step in flagged) or highest < STANDS_OUT * rest:
        return None, ""
    until = f"in {place(series, last)}" if most == 1 else f"up to {place(series, last)}"
    return last, f"{printable(series.name)} begins above what the axis shows, at {number(highest)}, {until}."


def _extremes(series: Series, area: Area) -> tuple[float, ...]:
    """Return the lowest and highest value, which say more beside a strip than round ones; one where they are close."""
    values, scale = series.finite.values, area.upright
    values = values[values > 0] if scale.logarithmic else values
    if not len(values):
        return ()
    low, high = float(values.min()), float(values.max())
    return (low, high) if (scale.place(high) - scale.place(low)) * area.height > APART else (high,)


def levels(panel: Panel, area: Area) -> Iterator[Tick]:
    """Yield the ticks of the axis: round values, beside a strip its extremes."""
    ticks = _extremes(panel.curves[0].series, area) if panel.is_strip else area.upright.ticks(4)
    for one in ticks:
        at = 1 - area.upright.place(one)
        if -0.001 <= at <= 1.001:
            yield Tick(area.top + at * area.height, number(one) if abs(one) < WIDE else _short(one))


def _short(value: float) -> str:
    """Write a large number shortly: 1.3e5."""
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
