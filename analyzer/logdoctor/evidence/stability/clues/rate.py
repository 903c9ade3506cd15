"""Clues in the learning rate: what it did just before the break, and how it compares with what others use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor.evidence.stability.event import Event, Kind
from logdoctor.evidence.stability.onset import RUN_UP
from logdoctor.evidence.stability.rate_before import RateJump
from logdoctor.evidence.usual_rates import MODEST, above_usual, rate_height
from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, WEAK, Clue
from logdoctor.signals import Schedule, given_rate
from logdoctor.wording import number, place

FAR_ABOVE_USUAL = 10.0
"""Multiple of a rate that seldom trains from which it hardly ever does."""

ABSURD = 100.0
"""A rate that no optimizer is used at: SGD with clipped gradients stands 20 to 30 (PyTorch's word model)."""

DECAYED = 0.5
"""Share of its highest until then below which a rate has decayed: one that has yet to rise that far has not."""


def clues_of_rate(event: Event) -> Iterator[Clue]:
    """Yield what the rate did just before, and how it compares with what others use."""
    jump = event.rate.jump
    if event.rate.logged is None and event.learnt:
        yield Clue("learning-rate-jump", FAIR + WEAK)  # it would not show
    if jump is not None:
        yield from _from_jump(event, jump)
    if event.rate.restarted:
        said = f"the run was resumed just before {place(event.series, event.step)}"
        yield Clue("resumed-without-state", DECISIVE if jump is None else DECISIVE + STRONG, said)
    if jump is None and event.rate.schedule is not None:
        yield from _from_schedule(event, event.rate.schedule)
    yield from _from_height(event)


def _from_jump(event: Event, jump: RateJump) -> Iterator[Clue]:
    """A rate that goes up from one step to the next."""
    said = f"the rate goes from {number(jump.before)} to {number(jump.after)} at {place(event.series, jump.step)}"
    yield Clue("learning-rate-jump", DECISIVE + FAIR, said)
    yield Clue("learning-rate-too-high", FAIR, said)
    if jump.returns:
        back = f"the rate is back near its highest at {place(event.series, jump.step)}, as a fresh schedule begins"
        yield Clue("resumed-without-state", STRONG + FAIR, back)
    for other in ("bad-batch", "data-changed", "log-of-zero", "data-not-normalised"):
        yield Clue(other, -STRONG, said)


def _from_height(event: Event) -> Iterator[Clue]:
    """How high the rate is beside those that others use."""
    height, given = rate_height(event.run, event.settings), given_rate(event.run)
    jump = event.rate.jump  # to where the rate had never been: that high it is by the jump alone
    which = "learning-rate-too-high" if jump is None or jump.returns else "learning-rate-jump"
    if height is None:
        if given is not None and given >= ABSURD:
            yield Clue(which, DECISIVE, f"no optimizer is used at a rate of {number(given)}")
    elif above := above_usual(event.run, event.settings):
        far = STRONG if event.kind is Kind.NON_FINITE else DECISIVE  # a NaN out of nothing is no overshoot
        yield Clue(which, far if height >= FAR_ABOVE_USUAL else FAIR, above)
    elif height <= MODEST:
        ordinary = f"a rate of {number(given)} is ordinary for {event.settings.optimizer_name}"
        yield Clue("learning-rate-too-high", -WEAK, ordinary)


def _from_schedule(event: Event, schedule: Schedule) -> Iterator[Clue]:
    """Where in its schedule the rate was: still rising, or decayed."""
    rate, where = number(schedule.at(event.onset_step)), place(event.series, event.onset_step)
    rates = schedule.rates[schedule.series.steps <= event.onset_step]
    rises = len(rates) > RUN_UP and bool((np.diff(rates[len(rates) // 2 :]) >= 0).all())
    if rises and rates[-1] > rates[-1 - RUN_UP] and rates[-1] >= rates.max():
        yield Clue("learning-rate-too-high", FAIR, f"the rate was still rising, to {rate} at {where}")
    elif len(rates) and rates[-1] < DECAYED * rates.max():
        yield Clue("learning-rate-too-high", -FAIR, f"the rate had decayed to {rate} by {where}")
