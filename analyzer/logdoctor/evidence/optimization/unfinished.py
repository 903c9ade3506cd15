"""Why a loss was still falling when its run ended, or whether it broke off."""

from __future__ import annotations

from typing import Any

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.optimization.unit_scale import scale_of_targets
from logdoctor.evidence.rates import rate_too_low
from logdoctor.finding import Cause, Strength
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Siblings, Trend
from logdoctor.wording import apart

EVEN = 0.1
"""Fall of the last fifth as a share of the whole, from which a loss has hardly slowed down: a straight line has 0.2."""


def unfinished_causes(trend: Trend[TrainLoss] | Trend[ValLoss], siblings: Siblings, gain: float) -> tuple[Cause, ...]:
    """Return the causes, the likely first, of a loss that fell by so much in the last fifth of its run."""
    lowest = "{} ends at {}, its lowest level is {}".format(trend.series.name, *apart(trend.end, trend.best))
    low = rate_too_low(siblings, Strength.POSSIBLE, pro=["the fall has hardly slowed down"])
    return ranked(
        *scale_of_targets(siblings.run, trend.end),
        because("stopped-too-early", Strength.LIKELY, pro=[lowest]),
        *([low] if gain >= EVEN * trend.fall else []),
    )


def breaks_off(run: Run, trend: Trend[Any]) -> bool:
    """Tell whether the last value that was logged is no number: more steps would not go on from the finite ones."""
    logged = run.find(trend.series.role)
    return logged is not None and not np.isfinite(logged.curve.values[-1])
