"""Clues in the broken loss itself: how it leaves its level, how deep that was, and whether it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from math import isinf

import numpy as np

from logdoctor.evidence.stability.clues.reinitialised_weights import retraces_first_descent
from logdoctor.evidence.stability.event import EXPLODES, LEARNT, Event, Kind
from logdoctor.evidence.stability.onset import LOOK_BACK, RUN_UP
from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, WEAK, Clue
from logdoctor.wording import counted, number, place

LOW = 0.05
"""Share of its start from which down a loss is small: some probabilities are within rounding of 0 and 1
(a binary cross-entropy that fell from 0.69 to 0.03)."""

HIGH = 0.3
"""Share of its start above which a loss is still high: a model that is often wrong may be so with certainty."""


BOTTOMLESS = 1e4
"""Size of a loss below zero, in units of the first or of one nat, that no log likelihood or similarity comes to."""


def clues_of_curve(event: Event) -> Iterator[Clue]:
    """Yield what the curve says of why it broke."""
    yield from _from_below_zero(event)
    yield from _from_shape(event)
    yield from _from_aftermath(event)
    yield from _from_resume(event)


def _from_below_zero(event: Event) -> Iterator[Clue]:
    """A loss that falls below zero without end, until numbers do: what it should reduce it makes larger."""
    values = event.series.values[: event.index + 1]
    if event.kind is not Kind.NON_FINITE or not len(finite := values[np.isfinite(values)]):
        return
    last, endless = float(finite[-1]), bool(np.isneginf(values[-1]))
    if last < min(float(finite[0]), 0.0) and (endless or last <= -BOTTOMLESS * max(abs(float(finite[0])), 1.0)):
        said = f"the loss had fallen to {number(last)}, below zero without end: its sign, or that of a term, is wrong"
        yield Clue("wrong-loss-or-output", DECISIVE + FAIR, said)
        yield Clue("learning-rate-too-high", -STRONG, "a rate that is too high lifts a loss")
        yield Clue("no-gradient-clipping", -FAIR)


def _from_shape(event: Event) -> Iterator[Clue]:
    """How a loss leaves its level: slowly, or at once."""
    if event.run_up >= RUN_UP and event.learnt:
        yield from _from_slow_rise(event)
    elif event.at_once:
        yield from _from_break_at_once(event)


def _from_slow_rise(event: Event) -> Iterator[Clue]:
    """A loss that had learnt something rises over several values before it breaks."""
    rose = f"the loss rises over {counted(event.run_up, 'value')} before {place(event.series, event.step)}"
    rose += f", from {number(event.level)} to {number(event.risen_to)}" if event.level is not None else ""
    yield Clue("learning-rate-too-high", FAIR, rose)
    yield Clue("no-gradient-clipping", FAIR, rose)
    if event.highest >= EXPLODES * max(abs(event.first or 0.0), abs(event.level or 0.0)):
        yield Clue("learning-rate-too-high", FAIR, "it grows ever faster, as where every update overshoots")
    yield Clue("bad-batch", -STRONG, "one bad batch gives a jump, not a rise")
    yield Clue("log-of-zero", -STRONG, "a logarithm of zero comes without a rise")
    yield Clue("half-precision-overflow", -WEAK, "the loss itself grew before")
    yield Clue("data-changed", -FAIR, "the loss rises gradually, not in a step")
    if event.kind is not Kind.NON_FINITE and event.settings.is_adaptive:
        yield Clue("stale-second-moment", WEAK, rose)


def _from_break_at_once(event: Event) -> Iterator[Clue]:
    """A loss breaks out of a quiet curve."""
    where = place(event.series, int(event.series.steps[event.struck_at]))
    quiet = f"{where} stands out from a quiet curve around {number(event.level)}"
    begun = place(event.series, event.onset_step)
    calm = f"the {counted(min(len(event.before), LOOK_BACK), 'value')} before {begun} show no rise"
    calm += ", but within an epoch it would not show" if event.averages else ""
    sure = WEAK if event.averages else FAIR
    yield Clue("bad-batch", sure, quiet)
    yield Clue("no-gradient-clipping", -sure, calm)
    yield Clue("learning-rate-too-high", -sure, calm)
    if event.kind is Kind.NON_FINITE:
        yield Clue("log-of-zero", sure, quiet)
        yield Clue("unstable-operation", sure, quiet)
        yield Clue("half-precision-overflow", WEAK, quiet)
        yield from _from_level(event)
    if event.kind is Kind.RISE and event.learnt:
        yield from _from_step_up(event, where)
        yield from _from_held_out(event)


def _from_step_up(event: Event, where: str) -> Iterator[Clue]:
    """A level that rises from one value to the next: whether it explodes, and how soon that is over."""
    back = event.falls_back if event.exploded and not event.averages else None
    if back is not None and back <= RUN_UP:
        yield Clue("bad-batch", FAIR, f"nearly all of the rise is gone after {counted(back, 'point')}")
        yield Clue("data-changed", -FAIR)
        return
    yield Clue("bad-batch", -STRONG, "the loss does not come back" if back is None else "the loss comes back slowly")
    if back is not None:
        down = f"the loss steps up to {number(event.highest)} at {where} and is learnt down again over {back} points"
        yield Clue("data-changed", STRONG, down)
    elif event.exploded:
        yield Clue("data-changed", -FAIR)
    else:
        yield Clue("data-changed", FAIR if event.averages else STRONG, f"the loss steps up at {where}")


def _from_held_out(event: Event) -> Iterator[Clue]:
    """Whether validation rises with training: other data change the one loss, a broken model both."""
    if event.held_out_beside is None or event.first is None:
        return
    before, after = event.held_out_beside
    if after >= (1 + LEARNT) * before > 0:
        both = f"validation rises with it, from {number(before)} to {number(after)}: the model itself broke"
        yield Clue("data-changed", -STRONG, both)
        yield Clue("learning-rate-too-high", FAIR, both)
    elif after <= (1 - LEARNT) * event.first:
        stays = f"validation does not rise with it: {number(before)} before, {number(after)} after"
        yield Clue("data-changed", DECISIVE if event.exploded else FAIR, stays)
        if event.exploded:
            yield Clue("learning-rate-too-high", -STRONG, stays)
            yield Clue("no-gradient-clipping", -STRONG, stays)


def _from_level(event: Event) -> Iterator[Clue]:
    """Where the loss was when it turned NaN: a bare logarithm fails once the model is certain."""
    if event.level is None or event.first is None:
        return
    if event.jumped_to is not None:
        jumped = f"the loss was {number(event.jumped_to)} before it stopped being finite"
        yield Clue("log-of-zero", -FAIR, f"{jumped}: a logarithm of zero strikes at once")
    elif isinf(event.series.values[event.index]):
        yield Clue("log-of-zero", FAIR, "the first value is infinite, which is what the logarithm of zero gives")
    certain = event.overconfident
    if abs(event.level) <= LOW * abs(event.first):
        fell = f"the loss had fallen to {number(event.level)} from {number(event.first)}"
        if event.uneven or event.averages:
            yield Clue("log-of-zero", FAIR, f"{fell}: some probabilities are within rounding of 0 or 1")
        else:
            yield Clue("bad-batch", WEAK, f"{fell}, alike in all batches: none is wrong with certainty")
    elif certain is not None:
        risen = f"validation had risen to {number(certain[1])} from {number(certain[0])}"
        yield Clue("log-of-zero", FAIR, f"{risen}: the model is certain where it is wrong, which gives log(0)")
    elif abs(event.level) <= HIGH * abs(event.first):
        yield Clue("bad-batch", WEAK, f"training had gone well, to {number(event.level)} from {number(event.first)}")
        yield Clue("log-of-zero", -WEAK, f"the loss was still at {number(event.level)}: few probabilities are near 0")
    if event.classifies:
        yield Clue("log-of-zero", WEAK, f"{event.classifies} is logged: the loss is over probabilities")


def _from_aftermath(event: Event) -> Iterator[Clue]:
    """Whether the loss came back, and how soon."""
    if event.back_after is None:
        return
    if event.kind is Kind.NON_FINITE:
        are = "is" if event.back_after == 1 else "are"
        after = f"{counted(event.back_after, 'later value')} {are} finite: the weights survived"
        yield Clue("bad-batch", FAIR, after)
        yield Clue("half-precision-overflow", WEAK)
        yield Clue("learning-rate-too-high", -STRONG, after)
        yield Clue("no-gradient-clipping", -FAIR, after)
    elif event.back_after <= RUN_UP:
        back = "it is back" if event.back_to_level else "most of the jump is gone"
        yield Clue("bad-batch", WEAK, f"{back} after {counted(event.back_after, 'logged value')}")
        if event.is_of_one_step:
            yield Clue("bad-batch", DECISIVE, "the steps just before and after it, both logged, are as usual")
            yield Clue("learning-rate-too-high", -FAIR, "weights that were thrown would cost more in the next step")


def _from_resume(event: Event) -> Iterator[Clue]:
    """A curve that is drawn a second time."""
    if event.kind is Kind.NON_FINITE or not event.learnt:
        return
    if retraces_first_descent(event.series.values, event.onset, averages=event.averages):
        said = f"it is back where the run began, at {number(event.series.values[0])}, and comes down as it did then"
        yield Clue("resumed-without-state", DECISIVE, said)
