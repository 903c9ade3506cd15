"""Clues from the start of a run: whether a loss that breaks had learnt anything, and how its first values were."""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf

import numpy as np

from logdoctor.evidence.stability.event import EXPLODES, LEARNT, Event, Kind
from logdoctor.evidence.stability.onset import RUN_UP
from logdoctor.evidence.usual_rates import MODEST, greatest_height, rate_height
from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, WEAK, Clue
from logdoctor.run import Axis, Split
from logdoctor.run.roles import TrainMetric, ValLoss
from logdoctor.signals import given_rate
from logdoctor.signals.optimization.accuracy import is_of_classes
from logdoctor.signals.statistics.median import median
from logdoctor.wording import counted, number, place

FAR_ABOVE = 100.0
"""A first loss that no model of normalised data has: a cross-entropy begins near ln C, an error of unit targets near 1,
and bad initial weights alone seldom give fifty times that."""

SENSIBLE = 10.0
"""A first loss up to here fits normalised data: ln C of 20,000 classes, or a squared error of unit targets."""

STRETCHES = 20
"""Stretches of a run in each of which a loss rises that is maximised: one that is thrown up falls in some."""

CLIMBED = 10.0
"""End of such a climb in units of its first value: what unlearns, as by weight decay, stops at the cost of guessing."""

SLOWED = 0.5
"""Fastest growth of the later half of such a climb as a share of that of the earlier: what overshoots multiplies by the
same factor to its end, and a straight line from its start to ten times that slows to a tenth."""

FELL = 0.95
"""End of a loss as a share of its first value from which something was learnt, as in the rules of stuck losses."""

ANSWERED = 2.0
"""Accuracy of the epoch that broke in units of that of one answer for every input, from which it had learnt."""

FIRST_UPDATES = 2
"""Updates within which a rate that is too high has not made a NaN yet of sound inputs and weights."""


def clues_of_start(event: Event) -> Iterator[Clue]:
    """Yield what the start of a run says: data, initial weights and warm-up show before anything is learnt."""
    if event.learnt:
        yield Clue("data-not-normalised", -STRONG, f"the loss had fallen to {number(event.level)} before")
        yield Clue("bad-initialization", -STRONG, "training was sound before")
        yield Clue("missing-warmup", -STRONG, f"{counted(len(event.before), 'sound value')} come before")
        return
    if said := _answered_before(event):
        yield Clue("bad-batch", FAIR + WEAK, said)
        for cause in ("data-not-normalised", "bad-initialization", "missing-warmup"):
            yield Clue(cause, -STRONG, said)
        return
    if event.first is None:
        yield from _without_sound_value(event)
    else:
        yield from _from_growth(event, event.first)
        yield from _from_steady_climb(event)
        yield from _from_first_loss(event, event.first)
    height = rate_height(event.run, event.settings)
    rate, optimizer = number(given_rate(event.run)), event.settings.optimizer_name
    if height is not None and height <= MODEST:
        yield Clue("data-not-normalised", WEAK, f"the rate of {rate} is ordinary")
    elif height is not None and height < 1 and not event.settings.is_adaptive:
        # What a step does goes with the square of the inputs where no second moment bounds it.
        yield Clue("data-not-normalised", WEAK, f"{optimizer} trains at a rate of {rate}, on inputs of unit size")
        yield Clue("learning-rate-too-high", -WEAK, f"{optimizer} trains at a rate of {rate}")
    yield from _from_warmup(event, height)


def _answered_before(event: Event) -> str:
    """Say so where the accuracy of the epoch in which a loss turns NaN is far above all later ones.

    Every answer is the same class from then on, so that the epoch had answered well before it broke.
    """
    if event.kind is not Kind.NON_FINITE or event.series.split is Split.VALIDATION:
        return ""
    for one in event.run.all(TrainMetric):
        values = one.finite.values
        if not is_of_classes(one.name) or len(values) <= RUN_UP or one.axis is not event.series.axis:
            continue
        later = float(values[1:].max())
        if np.ptp(values[1:]) == 0 and values[0] >= ANSWERED * later and one.finite.steps[0] >= event.step:
            known = f"{one.name} is {number(float(values[0]))} in the epoch that broke and {number(later)} ever since"
            return f"{known}: it had learnt before"
    return ""


def _without_sound_value(event: Event) -> Iterator[Clue]:
    """The first value that was logged is broken already: by updates, or before any."""
    yield from _from_lost_at_once(event)
    if event.series.axis is Axis.STEP and event.series.steps[0] <= 1:
        yield Clue("learning-rate-too-high", -FAIR, "the first value comes before any update")
        yield Clue("missing-warmup", -FAIR)
    else:
        yield _of_rate_that_loses_at_once(event)
    yield Clue("data-not-normalised", FAIR)
    yield Clue("no-gradient-clipping", -WEAK)


def _from_growth(event: Event, first: float) -> Iterator[Clue]:
    """How the loss goes from its first value to the break: every update overshoots, or none shows before it."""
    grown = event.highest / abs(first) if first else np.inf
    if grown >= EXPLODES:
        within = counted(max(event.index, 1), "value")
        explodes = f"the loss explodes from {number(first)} to {number(event.highest)} within {within}"
        yield Clue("learning-rate-too-high", FAIR, f"{explodes}, as it does where every update overshoots")
        yield Clue("data-not-normalised", WEAK, explodes)
        yield Clue("bad-batch", -STRONG, "the loss grows from the start")
        yield Clue("log-of-zero", -STRONG, "the loss grows from the start")
    elif event.kind is Kind.NON_FINITE and event.index <= RUN_UP and not event.run_up:
        after = "" if event.averages else f"it breaks after {counted(event.index, 'value')}, without growing before"
        yield Clue("half-precision-overflow", WEAK, after)
        yield Clue("unstable-operation", WEAK if event.averages else FAIR, after)
    elif (event.run_up or event.kind is not Kind.NON_FINITE) and not _had_learnt(event, first):
        yield Clue("learning-rate-too-high", FAIR, "the loss rises before it has learnt anything")
        yield Clue("bad-batch", -FAIR, "the loss had not learnt anything yet")
        if event.kind is Kind.JUMP and not _learns_later(event, first):
            yield Clue("learning-rate-too-high", WEAK, "nothing is learnt after it either")


def _had_learnt(event: Event, first: float) -> bool:
    """Whether held-out data cost far less by the evaluation after the break than training did at first."""
    held_out = event.run.beside(event.series, ValLoss)
    if held_out is None or event.series.split is Split.VALIDATION:
        return False
    until = int(np.searchsorted(held_out.finite.steps, event.step, side="right")) + 1
    return float(held_out.finite.values[:until].min(initial=np.inf)) < (1 - LEARNT) * first


def _learns_later(event: Event, first: float) -> bool:
    """Whether a loss ends clearly below where it began, however far a jump threw it."""
    end = event.series.finite.values[-max(len(event.series) // 10, RUN_UP) :]
    return median(end) < FELL * first


def _from_steady_climb(event: Event) -> Iterator[Clue]:
    """A loss that rises in every stretch of a long run, ever more slowly: it is made larger on purpose.

    What overshoots multiplies at each update, and is infinite or thrown back soon.
    """
    values = event.series.values
    if event.kind is not Kind.RISE or len(values) < STRETCHES * RUN_UP or values.min() <= 0:
        return
    levels = np.array([median(part) for part in np.array_split(values, STRETCHES)])
    growth = np.diff(np.log(levels))
    slows = float(growth[len(growth) // 2 :].max()) <= SLOWED * float(growth[: len(growth) // 2].max())
    if not (growth > 0).all() or not slows or levels[-1] < CLIMBED * values[0]:
        return
    climbs = f"the loss climbs through all {STRETCHES} stretches of the run without a swing: it is made larger"
    yield Clue("wrong-loss-or-output", DECISIVE, climbs)
    for other in ("learning-rate-too-high", "missing-warmup", "no-gradient-clipping"):
        yield Clue(other, -FAIR, "updates that overshoot throw a loss up and down")


def _from_first_loss(event: Event, first: float) -> Iterator[Clue]:
    """Whether the first loss is one that sound weights have on normalised data."""
    begins = f"the first loss is {number(first)}"
    if abs(first) <= SENSIBLE:
        yield Clue("data-not-normalised", -FAIR, f"{begins}, as that of normalised data is")
        yield Clue("bad-initialization", -FAIR, f"{begins}, as that of sound initial weights is")
    elif abs(first) < FAR_ABOVE:
        yield Clue("data-not-normalised", FAIR, f"{begins}; normalised data give less")
    else:
        give = f"{begins}; means over normalised data give about 1 to 10"
        far = STRONG if abs(first) >= FAR_ABOVE**2 else FAIR + WEAK
        yield Clue("data-not-normalised", FAIR if event.comes_after_updates else far, give)
        above = f"{begins}, far above that of small initial weights"
        yield Clue("bad-initialization", FAIR if event.comes_after_updates else FAIR + WEAK, above)
        if not event.comes_after_updates:
            yield Clue("learning-rate-too-high", -WEAK, f"{begins} already")


def _from_lost_at_once(event: Event) -> Iterator[Clue]:
    """A loss that is NaN by the first update or two: weights that grow take more, and are infinite before."""
    series = event.series
    if series.axis is not Axis.STEP or series.steps[0] > FIRST_UPDATES or len(series) < RUN_UP:
        return
    if event.kind is not Kind.NON_FINITE or isinf(series.values[0]) or series.split is Split.VALIDATION:
        return
    soon = f"the loss is NaN by {place(event.series, event.step)}: weights that grow take longer"
    yield Clue("unstable-operation", STRONG, soon)
    yield Clue("bad-batch", WEAK, soon)
    yield Clue("data-not-normalised", -FAIR, soon)
    yield Clue("learning-rate-too-high", -FAIR, soon)


def _of_rate_that_loses_at_once(event: Event) -> Clue:
    """Say whether a rate can have made the first value that was logged NaN, some updates after the beginning."""
    height = greatest_height(event.run, event.settings)
    if height is not None and height <= MODEST:
        said = f"a rate of {number(given_rate(event.run))} is ordinary, whatever the optimizer"
        return Clue("learning-rate-too-high", -FAIR, said)
    lost = "not a number" if event.kind is Kind.NON_FINITE else "far too high"
    return Clue("learning-rate-too-high", WEAK, f"the first logged value is already {lost}, after some updates")


def _from_warmup(event: Event, height: float | None) -> Iterator[Clue]:
    """A break in the first updates, where the optimizer's statistics are unformed."""
    warm, adaptive = _has_warmup(event), event.settings.is_adaptive
    if warm:
        yield Clue("missing-warmup", -DECISIVE, "the rate was warmed up")
    elif adaptive is False:
        yield Clue("missing-warmup", -FAIR, f"{event.settings.optimizer_name} has no second moment to form")
    else:
        named = "the full rate is in force from the first step" if warm is False else ""
        yield Clue("missing-warmup", FAIR if adaptive else WEAK, named)
        if adaptive and warm is False and event.index > RUN_UP and (height is None or height < 1):
            rate = f"a rate of {number(given_rate(event.run))} is usable once statistics have formed"
            yield Clue("missing-warmup", FAIR, rate if height is not None else "")


def _has_warmup(event: Event) -> bool | None:
    """Whether the rate rose to its peak at the start, by its log or the settings; None where neither says."""
    if event.rate.schedule is not None:
        rates = event.rate.schedule.rates
        return bool(rates[0] <= event.rate.schedule.peak / 2 and int(np.argmax(rates)) >= 1 and event.rate.jump is None)
    return None if event.settings.warmup is None else event.settings.warmup > 0
