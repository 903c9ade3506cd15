"""Whether a loss had fallen and came back up by and by: the weights were pulled away from what they had learnt."""

from __future__ import annotations

from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Trend
from logdoctor.wording import number

PULLED = 0.01
"""How far a loss lay below where it began and ends, as a share of it, from which it had learnt something; for a loss
that goes back to guessing, as that of weights which are pulled to zero, no more is left at the end."""

CLEARLY = 2.0
"""The same in units of the noise of the level."""


def pulled_back(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> str:
    """Say so where both losses had come down and go back up by and by, to where they began; nothing elsewhere."""
    if val is None or not all(_went_back(one) for one in (train, val)):
        return ""
    return f"the loss had come down to {number(train.best)} and went back up gradually"


def _went_back(trend: Trend[TrainLoss] | Trend[ValLoss]) -> bool:
    """Whether a loss ends where it began, and lay clearly lower in between, from where it rose through several values.

    A step that throws a network away takes one.
    """
    lost, values = trend.end - trend.best, trend.level[trend.best_at :]
    dipped = lost > PULLED * abs(trend.end) + CLEARLY * trend.level_noise
    ends = abs(trend.end - trend.first) <= PULLED * abs(trend.end)
    between = (values > trend.best + lost / 4) & (values < trend.end - lost / 4)
    return dipped and ends and bool(between.any())
