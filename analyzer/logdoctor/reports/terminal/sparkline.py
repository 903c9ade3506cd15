"""A series in one line of text."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.reports.scale import LOGARITHMIC_FROM

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from logdoctor.run import Series

BLOCKS, ASCII_BLOCKS = "▁▂▃▄▅▆▇█", "._-=#"
NON_FINITE, ASCII_NON_FINITE = "✗", "x"

MIN_SPAN = 0.2
"""The scale spans at least this share of the value, so that flat looks flat."""

STANDS_OUT = 4.0
"""An extreme is drawn when it lies so many times further from the median than usual around it."""

NEIGHBOURS = 5
"""Stretches on either side that are around it."""


@dataclass(frozen=True)
class Sparkline:
    """The drawing of a series."""

    text: str
    logarithmic: bool = False


def sparkline(
    series: Series, columns: int, *, unicode: bool = True, extent: tuple[int, int] | None = None
) -> Sparkline:
    """Draw a series from the first to the last step of `extent` (its own unless given), one character a stretch.

    A stretch shows its median, or a value that stands out from it; one that holds a value that is not finite shows
    that; one in which nothing was logged shows what the next value summed up, or a blank where logging paused.
    """
    curve = series.curve
    if not len(curve):
        return Sparkline("")
    first, last = extent or (curve.first_step, curve.last_step)
    edges = first + (float(last) - first + 1) * np.arange(columns + 1) / columns
    cuts = np.searchsorted(curve.steps, edges)
    cuts[-1] = np.searchsorted(curve.steps, last, side="right")  # floats do not tell steps above 2**53 apart
    stretches = [curve.values[start:end] for start, end in pairwise(cuts)]
    logged = np.array([len(stretch) > 0 for stretch in stretches])
    if not logged.any():
        return Sparkline(" " * columns)
    heights, logarithmic = _scaled(_shown([stretch for stretch in stretches if len(stretch)]))
    blocks = BLOCKS if unicode else ASCII_BLOCKS
    bad = NON_FINITE if unicode else ASCII_NON_FINITE
    characters = [blocks[round(height * (len(blocks) - 1))] if np.isfinite(height) else bad for height in heights]
    return Sparkline("".join(characters[i] if i >= 0 else " " for i in _following(logged)), logarithmic)


def _shown(stretches: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the value that each stretch shows: NaN where one of its values is not finite."""
    sound = np.array([np.isfinite(stretch).all() for stretch in stretches])
    values = np.full(len(stretches), np.nan)
    if sound.any():
        values[sound] = _typical([stretch for stretch, is_sound in zip(stretches, sound, strict=True) if is_sound])
    return values


def _typical(stretches: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the median of each stretch, or its extreme where that stands out among its neighbours' extremes."""
    ordered = [np.sort(stretch) for stretch in stretches]
    with np.errstate(over="ignore"):
        middle = _middle(ordered)
        typical = middle.copy()
        for extreme in (np.array([one[0] for one in ordered]), np.array([one[-1] for one in ordered])):
            distance = np.abs(extreme - middle)
            least = np.maximum(STANDS_OUT * _around(distance), (middle.max() - middle.min()) / 4)
            typical = np.where(distance > least, extreme, typical)
    return typical


def _middle(ordered: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the median of each stretch; of two in the middle the usual one, so that the other may stand out."""
    lower = np.array([one[(len(one) - 1) // 2] for one in ordered])
    upper = np.array([one[len(one) // 2] for one in ordered])
    usual = _around(lower)
    return np.where(np.abs(lower - usual) < np.abs(upper - usual), lower, upper)


def _around(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the median of each value and its neighbours."""
    near = [values[max(i - NEIGHBOURS, 0) : i + NEIGHBOURS + 1] for i in range(len(values))]
    return np.array([np.sort(one)[len(one) // 2] for one in near])


def _scaled(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
    """Return heights from 0 to 1, NaN for what is not finite, and whether the scale is logarithmic."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return values, False
    low, high = float(finite.min()), float(finite.max())
    if low > 0 and high > LOGARITHMIC_FROM * low:
        return (np.log(values) - np.log(low)) / (np.log(high) - np.log(low)), True
    unit = max(abs(low), abs(high)) or 1.0  # so that no difference overflows
    low, high, values = low / unit, high / unit, values / unit
    margin = max(MIN_SPAN - (high - low), 0.0) / 2
    return (values - low + margin) / (high - low + 2 * margin), False


def _following(logged: NDArray[np.bool_]) -> list[int]:
    """Return for every stretch the number of the logged one that it shows, or -1.

    A value sums up what came before it, as the loss of an epoch does, so an empty stretch shows the next value, unless
    that lies further off than twice the usual distance.
    """
    at = np.flatnonzero(logged)
    number = np.searchsorted(at, np.arange(len(logged)))
    reach = 2 * float(np.median(np.diff(at))) if len(at) > 1 else float(len(logged))
    return [int(n) if n < len(at) and at[n] - column < reach else -1 for column, n in enumerate(number)]
