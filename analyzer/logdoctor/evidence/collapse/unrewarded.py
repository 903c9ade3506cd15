"""Whether rewards rest at the lowest value of the run, so that they do not tell better from worse."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.run import Run, Series
from logdoctor.run.roles import GradNorm, Reward
from logdoctor.signals import Trend
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.wording import number, stretch


@dataclass(frozen=True)
class Unrewarded:
    """Rewards of one value to the end."""

    series: Series
    """The values that are alike."""
    of: int
    """How many were logged."""
    also: str
    """What the gradient says of it, or nothing."""

    @property
    def said(self) -> str:
        """The sentence that a finding begins with."""
        series, value = self.series, float(self.series.values[-1])
        over = stretch(series, series.first_step, series.last_step)
        return f"{series.name} is exactly {number(value)} over {over}: it does not tell better from worse{self.also}"


def unrewarded(run: Run, norm: Trend[GradNorm] | None, least: float, share: float) -> Unrewarded | None:
    """Return the first rewards where all rest at their lowest, for so many values and such a share of the run.

    Above zero it may be all there is to earn, a step at a time, unless no gradient ever comes of it.
    """
    rewards = [one.finite for one in run.all(Reward) if len(one.finite)]
    resting = [one.take(slice(after_last(one.values != one.values[-1]), None)) for one in rewards]
    if not rewards or any(
        len(rest) < max(least, share * len(one)) or rest.values[-1] > one.values.min()
        for one, rest in zip(rewards, resting, strict=True)
    ):
        return None
    taught = norm is None or bool(norm.series.values.any())
    if resting[0].values[-1] > 0 and taught:
        return None
    also = "" if taught or norm is None else f", and {norm.series.name} is 0 throughout"
    return Unrewarded(resting[0], len(rewards[0]), also)
