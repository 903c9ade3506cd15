"""Gaps in a log: steps that a series should have by its own pace, and has not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from logdoctor.run import Series
from logdoctor.signals.statistics.median import median

REGULAR = 0.9
"""Share of the distances between logged steps that are the usual one from which a series is logged regularly: what is
logged each so many steps has the same distance all along, but for the ends of epochs and lost records."""

SOME = 10
"""Distances between steps from which a few may be odd, whatever share they are."""

ODD = 2
"""How many."""


@dataclass(frozen=True)
class Hole:
    """A distance between two logged steps that is wider than the usual one."""

    before: int
    """Last step logged before it."""
    after: int
    """First step logged behind it."""
    records: int
    """How many records the series should have in between."""


def pace_of(series: Series) -> int | None:
    """Return the usual distance between logged steps; None where there is none: few points, or logged irregularly."""
    distances = np.diff(series.curve.steps)
    if len(distances) < 2:
        return None
    usual = int(median(distances))
    alike = distances == usual
    few = len(distances) >= SOME and int((~alike).sum()) <= ODD
    return usual if few or alike.mean() >= REGULAR else None


def holes(series: Series, paces: float) -> Sequence[Hole]:
    """Return where the logged steps lie more than so many paces apart, in order; none for irregular logging."""
    usual, steps = pace_of(series), series.curve.steps
    if usual is None:
        return ()
    distances = np.diff(steps)
    wide = np.flatnonzero(distances > paces * usual)
    return tuple(Hole(int(steps[i]), int(steps[i + 1]), max(round(float(distances[i]) / usual) - 1, 1)) for i in wide)
