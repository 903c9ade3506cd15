"""How a run ended beside its siblings: well, or in a way that makes it no example for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals.comparison.ties import differences, same_task
from logdoctor.signals.numerics.masked import ends_masked
from logdoctor.signals.optimization.chance import AT_LEVEL, ChanceLevels
from logdoctor.signals.settings.learning_rate import given_rate, is_rate, is_seed
from logdoctor.signals.statistics.trend import Trend, trend_or_none

LEARNT = 0.1
"""Fall as a share of the start that a run which learns achieves; a rate too low to learn at is no example."""

AT_GUESSING = 1.1
"""Loss in units of guessing up to which a run guesses: one that was thrown there ends a little above."""

THROWN_UP = 1.06
"""First loss in units of the last from which a run that guesses at its end came from above."""

GIVEN_BACK = 0.5
"""Share of what a run had gained that it has lost at the end, from which it broke down: most of it."""

THROWN = 30.0
"""Validation loss at the end in units of where training began, from which a run was thrown away: what is memorised for
hundreds of epochs costs up to ten times a guess."""

LAST = 3
"""Values at the end of which that is the median."""


@dataclass(frozen=True)
class Measured:
    """A run with the trend of its training loss and how it ended, measured once for all runs that ask."""

    run: Run
    train: Trend[TrainLoss] | None
    """None where fewer than two finite losses were logged."""
    failure: str
    """How it failed, as a clause; empty where it went well."""

    @classmethod
    def of(cls, run: Run) -> Measured:
        """Measure a run by itself."""
        train: Trend[TrainLoss] | None = trend_or_none(run.find(TrainLoss))
        return cls(run, train, _failure(run, train))


@np.errstate(all="ignore")  # losses that explode overflow whatever is computed from them
def measure_all(runs: Sequence[Run]) -> tuple[Measured, ...]:
    """Measure the training loss of every run, and which of them failed by themselves or beside a lower rate."""
    alone = [Measured.of(run) for run in runs]
    ended = {id(one.run): one for one in alone}
    rated = sorted((rate, k) for k, one in enumerate(alone) if (rate := given_rate(one.run)) is not None)
    calm: list[tuple[float, Measured]] = []
    for rate, k in rated:
        one = alone[k]
        if not one.failure and (reason := _no_better_than_begun(one, [low for at, low in calm if at < rate])):
            ended[id(one.run)] = replace(one, failure=reason)
        elif not one.failure:
            calm.append((rate, one))
    return tuple(ended[id(one.run)] for one in alone)


def _failure(run: Run, train: Trend[TrainLoss] | None) -> str:
    """Say how a run failed, by its own log."""
    logged = run.find(TrainLoss)
    if logged is None or train is None or not isfinite(logged.curve.values[-1]):
        return "its loss is not finite at the end"
    if ends_masked(run):
        return "its log hides a NaN at the end"
    if train.end >= train.initial:
        return "its loss ends no lower than it began"
    if train.lost >= GIVEN_BACK * train.fall:
        return "its loss has lost again most of what it had gained"
    guessing = _level_of_guessing(run, train)
    if guessing is not None:
        return f"its loss ends at the level of guessing among {guessing} classes"
    return "its validation loss ends far above where training began" if _thrown_away(run, train) else ""


def _level_of_guessing(run: Run, train: Trend[TrainLoss]) -> int | None:
    """Return among how many classes a run guesses at its end, None where it does better or nothing tells.

    A run that was thrown up within the first epoch falls to that level and rests there, another never leaves it. A slow
    one begins at it and ends below: where its accuracy fits fewer classes by luck, it began too high for those, and is
    still on its way past their level.
    """
    levels = ChanceLevels.measure(run).levels
    alike = (one for one in levels if one.by_accuracy and one.larger_share is None)
    nearest = min(alike, key=lambda one: abs(train.end - one.level), default=None)
    if nearest is None or not nearest.level <= train.end <= AT_GUESSING * nearest.level:
        return None
    _, middle, late = train.thirds
    thrown = train.first >= THROWN_UP * train.end and middle <= AT_GUESSING * late
    return nearest.classes if thrown or train.first <= (1 + AT_LEVEL) * nearest.level else None


def _thrown_away(run: Run, train: Trend[TrainLoss]) -> bool:
    """Tell whether a network fits its training set and is lost all the same, as its validation tells."""
    held_out = run.find(ValLoss)
    last = held_out.finite.values[-LAST:] if held_out is not None else ()
    return len(last) > 0 and float(np.median(last)) > THROWN * max(train.start, 0.0) > 0


def _no_better_than_begun(one: Measured, calmer: Sequence[Measured]) -> str:
    """Say so where a run ends where runs of a lower rate, which end lower, only began: it was thrown up at once.

    Beside another recipe it must have begun above that, or it is merely slow: for its dropout, perhaps.
    """
    mine = one.train
    if mine is None:
        return ""
    calm = [(low.run, low.train) for low in calmer if low.train is not None]
    for run, train in sorted(calm, key=lambda pair: pair[1].start, reverse=True):
        if train.end >= mine.end or not same_task(one.run, run):
            continue
        if mine.first >= THROWN_UP * train.start or all(map(_is_rate_or_seed, differences(one.run, run))):
            learnt = mine.end < train.start - LEARNT * abs(train.start)
            return "" if learnt else f"its loss ends where that of {run.name} began"
    return ""


def _is_rate_or_seed(setting: str) -> bool:
    return is_rate(setting) or is_seed(setting)
