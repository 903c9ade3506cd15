"""When a chart of a run is logarithmic: the same rule for every chart."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss

LOGARITHMIC_FROM = 60.0
"""Ratio of the highest to the lowest value from which a scale is logarithmic: below it both ends can still be read."""

MIN_VALUES = 5
"""Values from which a series says how far it spans."""


def losses(run: Run) -> list[Series]:
    """Return the training and the validation loss, those that hold anything."""
    return [one for one in (run.find(TrainLoss), run.find(ValLoss)) if one is not None and len(one.curve)]


def is_logarithmic(series: Sequence[Series]) -> bool:
    """Tell whether the last of some series, the validation loss where there is one, spans a large factor.

    One of too few values decides nothing. A logarithm needs positive values: one that is not, in any of the series,
    keeps the scale linear.
    """
    finite = [one.finite.values for one in series if len(one.finite)]
    if not finite or min(float(values.min()) for values in finite) <= 0:
        return False
    decisive = next((values for values in reversed(finite) if len(values) >= MIN_VALUES), finite[0])
    return float(decisive.max()) > LOGARITHMIC_FROM * float(decisive.min())
