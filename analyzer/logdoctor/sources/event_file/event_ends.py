"""A cut exactly between two records leaves no trace in the bytes; tags that are always written together may show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Notice, Series
from logdoctor.run.notice import INTERPRETATION

FEWEST_POINTS = 10
"""Steps at which tags must have been written together before that is their habit."""

RECENT = 1000
"""Last steps of which the times are compared."""

TOGETHER = 0.1
"""Share of the time from one step to the next within which tags are written that belong together."""

USUAL = (0.2, 5.0)
"""Least and most of its usual time that the last step may take; what is logged once after a training has another."""

_NAMES_SHOWN = 3


@dataclass(frozen=True)
class IncompleteStep:
    """The last step of a file, at which some tags of a group are missing."""

    step: int
    written: tuple[str, ...]
    missing: tuple[str, ...]


def _open_end(series: Sequence[Series]) -> IncompleteStep | None:
    """Find the group of tags that was written last, if its last step lacks those that are always written behind others.

    It must be a step like all others: as far from the one before, after the usual time, and with finite values, since a
    program may stop at a loss that is NaN. What is left is a cut, or a program that was stopped between two lines.
    """
    timed = [one for one in series if len(one) > FEWEST_POINTS and _has_times(one)]
    latest = max(timed, key=_written, default=None)
    if latest is None:
        return None
    written = [one for one in timed if np.array_equal(one.steps, latest.steps)]
    missing = [one for one in timed if np.array_equal(one.steps, latest.steps[:-1])]
    if not missing or not all(np.isfinite(one.values[-1]) for one in written):
        return None
    before = [_times(one)[-RECENT - 1 : -1] for one in written]
    after = [_times(one)[-RECENT:] for one in missing]
    strides, paces = np.diff(latest.steps), np.diff(_times(latest))
    usual = float(np.median(paces))
    if strides.min() != strides.max() or usual <= 0 or not USUAL[0] * usual <= paces[-1] <= USUAL[1] * usual:
        return None
    behind = np.min(after, axis=0) - np.max(before, axis=0)
    end = max(_written(one) for one in written) - min(_written(one) for one in written)
    if (behind < 0).any() or max(float(np.quantile(behind, 0.9)), end) > TOGETHER * usual:
        return None
    names = (tuple(one.name for one in group) for group in (written, missing))
    return IncompleteStep(latest.last_step, *names)


def open_end_notice(path: Path, size: int, series: Sequence[Series]) -> Notice | None:
    """Say that a file seems to be cut between two records, or nothing."""
    found = _open_end(series)
    if found is None:
        return None
    message = (
        f"The file may be cut between two records: {_listed(found.missing)} lack step {found.step}, at which "
        f"{_listed(found.written)}, always written just before, have their last point."
    )
    return Notice(INTERPRETATION, str(path), message, size, size)


def _has_times(series: Series) -> bool:
    times = _times(series)
    return bool(((times > 0) & (times < np.inf)).all())


def _times(series: Series) -> NDArray[np.float64]:
    return np.full(len(series), np.nan) if series.wall_times is None else series.wall_times


def _written(series: Series) -> float:
    return float(_times(series)[-1])


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:_NAMES_SHOWN]) + more
