"""Values that must be reproduced to the last bit: the first ones of a training that is meant to be deterministic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_VALUES = 1000
"""Most values kept of a curve: a run that is equal for so long stays so, and the file is still reviewable."""


@dataclass(frozen=True)
class Exact:
    """The first values of one series."""

    role: str
    axis: str
    steps: NDArray[np.int64] = field(repr=False)
    """(n,) rising."""
    values: NDArray[np.float64] = field(repr=False)
    """(n,) all finite."""


@dataclass(frozen=True)
class Difference:
    """How a run's values differ from those kept."""

    missing_step: int | None
    """The first step that the run lacks; nothing else is known then."""
    count: int = 0
    """Steps with another value."""
    first_step: int = 0
    here: float = 0.0
    kept: float = 0.0
    """Both at the first of them."""


def exact_curve(seeds: Sequence[Series], count: int) -> Exact:
    """Keep the first `count` values of a series; raises ValueError where runs differ in them or one is not finite."""
    curve = seeds[0].curve
    steps, values = curve.steps[:count], curve.values[:count]
    if not np.isfinite(values).all():
        at = int(steps[np.argmin(np.isfinite(values))])
        raise ValueError(f"{curve.name} is not finite at {curve.axis} {at:,}")
    exact = Exact(curve.role.id, str(curve.axis), steps, values)
    for other in seeds[1:]:
        found = difference(exact, other)
        if found.missing_step is not None or found.count:
            at = found.first_step if found.missing_step is None else found.missing_step
            raise ValueError(f"{curve.name} is not the same in all runs, first at {curve.axis} {at:,}")
    return exact


def difference(reference: Exact, series: Series) -> Difference:
    """Compare a series with the values kept, bit by bit; NaN equals nothing."""
    curve = series.curve
    at = np.searchsorted(curve.steps, reference.steps)
    there = at < len(curve)
    there[there] = curve.steps[at[there]] == reference.steps[there]
    if not there.all():
        return Difference(int(reference.steps[np.argmin(there)]))
    here = curve.values[at]
    differs = here != reference.values
    first = int(np.argmax(differs))
    return Difference(
        None, int(differs.sum()), int(reference.steps[first]), float(here[first]), float(reference.values[first])
    )
