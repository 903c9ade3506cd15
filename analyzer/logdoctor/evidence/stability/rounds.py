"""Whether a training loss comes in rounds of one length, each of which begins anew and is learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Series

if TYPE_CHECKING:
    pass

FIRST = 3
"""Beginnings after the first round from which their equal distances are no chance."""

SHORTEST = 3
"""Values of a round: what costs more, and is learnt, takes that many to show."""

HIGH = 0.5
"""Height of each beginning as a share of all that the loss goes through."""

LEARNT = 0.5
"""Value at the end of each round as a share of its first, up to which it was learnt."""

BY_AND_BY = 0.1
"""Second value of a usual round as a share of its first, from which it comes down as learning does: what is gone with
the next value was one bad batch."""


def comes_in_rounds(series: Series) -> bool:
    """Whether tasks or parts of the data were learnt in turn, as often as not the same number of epochs each.

    The loss goes up at once, at equal distances, and falls from value to value in between. A rate that is too high
    keeps no such time, and does not let each round be learnt.
    """
    values, steps = series.finite.values, series.finite.steps
    starts = np.flatnonzero(np.diff(values) >= HIGH * np.ptp(values)) + 1 if len(values) > 1 else values[:0]
    if len(starts) < FIRST or values.min() <= 0:
        return False
    if np.ptp(np.diff(steps[[0, *starts]])) > 0 or starts[0] < SHORTEST:
        return False
    rounds = [one for one in np.split(values, starts)[1:] if len(one) >= SHORTEST]
    gradual = bool(rounds) and float(np.median([one[1] / one[0] for one in rounds])) >= BY_AND_BY
    return gradual and all((np.diff(one) < 0).all() for one in rounds)
