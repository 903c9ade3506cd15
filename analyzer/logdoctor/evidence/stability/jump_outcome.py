"""What became of a jump: whether, and how soon, the loss came back."""

from __future__ import annotations

from logdoctor.evidence.stability.onset import RUN_UP
from logdoctor.run import Series
from logdoctor.signals import Spike
from logdoctor.signals.stability.spikes import points_away
from logdoctor.wording import counted, number

LINGERS = 0.02
"""Share of the log from which an excursion lingers: past it, a spike costs more than the steps that it spoils."""


def outcome(spike: Spike, series: Series, end: float) -> str:
    """Say how a jump of a series that ends there ended, and after how long."""
    after = counted(values_away(spike, series), "logged value")
    told = {
        "recovered": f"is back after {after}",
        "lingering": f"lingers: it is back only after {after}",
        "unrecovered": f"is not back by the end of the log, {after} later, at {number(end)}",
    }
    return told[outcome_word(spike, series)]


def outcome_word(spike: Spike, series: Series) -> str:
    """Say how it ended: a spike that lingers costs the updates of its recovery, one that stays costs the run."""
    if not spike.recovered or points_away(spike, series) is None:
        return "unrecovered"
    return "lingering" if values_away(spike, series) > max(RUN_UP, LINGERS * len(series)) else "recovered"


def values_away(spike: Spike, series: Series) -> int:
    """Return how many values the loss was away: to the end of the log, where it never came back."""
    return points_away(spike, series) or len(series) - spike.index
