"""How to lower or raise a learning rate where no sibling tells a better one: from the run's own rate and curve."""

from __future__ import annotations

from dataclasses import replace

from logdoctor.evidence.usual_rates import (
    HIGH_ADAPTIVE,
    HIGH_PLAIN,
    MODEST,
    SAFE_STEP,
    greatest_height,
    is_beyond_usual,
    rate_height,
    reached_warming_up,
)
from logdoctor.finding import Cause, Fix
from logdoctor.run import Axis, Run
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, given_rate
from logdoctor.signals.statistics.trend import trend_or_none
from logdoctor.wording import number

OTHER_RATE = 1.5
"""Factor from which two rates are different ones: of one and the same, the log of a decay and the settings differ by a
little; sweeps take steps of 1.6 and more."""

FAR_BELOW = 5e-4
"""Height of a rate (see `rate_height`) up to which ten times that rate hardly moves a network either: 5e-6 with
Adam."""

LOW_END = 0.03
"""Height of the rate from which to search upwards: 3e-4 with Adam, its baseline, and 0.06 with SGD. At 0.01 a small
network on digits that had stood still came a third of the way, at 0.03 five sixths."""

WAY = 0.5
"""How far each weight should be able to move in a run. A step of Adam's kind is at most its rate, and the weights of a
layer begin at about 0.1: of nine runs of 150 to 600 steps 3e-4 repaired three, 1e-3 all."""

MOST_STEPS_UP = 100.0
"""Factor to raise a rate by at most where the loss hardly fell: to which level above zero it would fall is not
known."""

UNTOLD = 30.0
"""The same from which a fall is so small that it tells little of how far to go."""

BEYOND_THIRDS = 1.5
"""Fall of a whole straight line in units of that between the middles of its first and its last third, which are
measured because single values at both ends depend on their batches."""

HEAVY = 0.99
"""Momentum from which it, and not the rate, may be what swings: a step is felt in the next hundred, so that the weights
overshoot for as long at a tenth of the rate (Goh 2017, "Why Momentum Really Works")."""

USUAL_MOMENTUM = 0.9
"""Momentum that most networks are trained with."""

TRY_ADAM = "try Adam at 3e-4, which moves where plain SGD is stuck (Adagrad where features are sparse)"
"""The practitioners' other way out of a standstill."""

LATE_SGD = "switch from Adam to SGD where the loss stops falling, which gains now and then"
"""What has helped Adam out of a rest (SWATS, Keskar & Socher 2017)."""

GO_ON = "and on from there, threefold each time"
"""What to do at a rate that is only the least that may help: in sweeps of ten small networks the lowest that did well
was one to ten times as high."""

USUAL_RATE = "general, the low end of what is usual"
"""Where a fix comes from that takes nothing but the optimizer from this run."""

HIGHEST_USUAL = "general, the high end of what is usual"
"""The same of one that lowers the rate of an optimizer with a second moment."""

MIDDLE_USUAL = "general, the middle of what is usual"
"""The same of one that lowers that of SGD."""

MIDDLE = 0.3
"""Height of the rate to come down to with SGD, whose steps nothing scales: 0.06 at a momentum of 0.9. It repaired eight
of nine small networks that a far higher one had thrown, a height of 1 three; with Adam that repaired 19 of 22."""

ROUGH = 2
"""Digits of a rate that is only about what to try."""

TENFOLD = "general, from this run's rate"
"""Where a fix comes from that only takes the practitioners' factor."""

FROM_MOMENTUM = "general, from this run's momentum"
"""Where a fix comes from that takes the usual momentum instead."""

FROM_FALL = "from how little the loss fell at this run's rate"
"""Where a fix comes from that takes more than that factor."""


def with_lower_rate(cause: Cause, run: Run, tested: tuple[Fix, ...] = ()) -> Cause:
    """Name the rate, and a heavy momentum, in the fixes of a rate that is too high, where the run tells its own.

    A momentum that a sibling run has tested goes before the usual one.
    """
    return replace(cause, fixes=(*(tested or lighter(run)), *_lowered(run, cause.fixes)))


def decayed_from_there(cause: Cause, run: Run) -> Cause:
    """Put a decay of the rate first, where a loss has learnt before it circles a minimum: nothing is to be unlearnt.

    It comes behind a rate that a sibling run has tested, and a heavy momentum, which overshoots at any rate.
    """
    first = [fix for fix in cause.fixes if fix.tested or fix.basis == FROM_MOMENTUM]
    late = [Fix(LATE_SGD)] if Hyperparameters(run).is_adaptive else []
    return replace(cause, fixes=(*first, late_decay(run), *(fix for fix in cause.fixes if fix not in first), *late))


def late_decay(run: Run) -> Fix:
    """Return how to come to rest with what was learnt."""
    rate = given_rate(run)
    to = "between half and a tenth" if rate is None else f"about {number(rate / SAFE_STEP, ROUGH)}"
    said = f"decay the rate to {to} where the loss stops falling, and train on from there"
    return Fix(said) if rate is None else Fix(said, basis=TENFOLD)


def lighter(run: Run) -> tuple[Fix, ...]:
    """Return the way back to the usual momentum, of a run whose momentum is heavy enough to be what swings."""
    settings, rate = Hyperparameters(run), given_rate(run)
    momentum, ordinary = settings.momentum or 0.0, MODEST * HIGH_PLAIN * (1 - USUAL_MOMENTUM)
    if settings.is_adaptive or not HEAVY <= momentum < 1:
        return ()
    also = "" if rate is None else f", at {'the same rate' if rate <= ordinary else f'a rate of {number(ordinary)}'}"
    return (Fix(f"lower the momentum from {momentum:g} to {USUAL_MOMENTUM:g}{also}", basis=FROM_MOMENTUM),)


def _lowered(run: Run, general: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """Return the practitioners' step down from a run's rate: to what trains with its optimizer, and no higher."""
    settings = Hyperparameters(run)
    rate, height = given_rate(run), greatest_height(run, settings)
    if rate is None or height is None:
        return general
    said = f"lower the learning rate from {number(rate)} to"
    is_beyond = is_beyond_usual(settings)
    most = rate / height if is_beyond else _highest_of_any(settings, rate)
    if most is None:
        return (Fix(f"{said} about {number(rate / SAFE_STEP, ROUGH)}", basis=TENFOLD),)
    then = f"and to {number(MODEST * most)} if that fails too"
    if is_beyond and settings.is_adaptive is not False:
        return (Fix(f"{said} {number(most)} at most, {then}", basis=HIGHEST_USUAL),)
    middle = number(MIDDLE * most, ROUGH)
    if settings.is_adaptive is None:
        return (Fix(f"{said} about {middle} with SGD, {number(MODEST * HIGH_ADAPTIVE)} with Adam", basis=MIDDLE_USUAL),)
    return (Fix(f"{said} about {middle}, {then}", basis=MIDDLE_USUAL),)


def _highest_of_any(settings: Hyperparameters, rate: float) -> float | None:
    """Return the highest usual rate of SGD with the usual momentum, where a rate is too high for any optimizer."""
    known = rate_height(settings.run, settings) is not None
    return None if known or rate < HIGH_PLAIN else HIGH_PLAIN * (1 - USUAL_MOMENTUM)


def raised(run: Run, general: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """Return the step up from a run's rate: within what trains with its optimizer, and no smaller."""
    rate, height = given_rate(run), rate_height(run, Hyperparameters(run))
    if rate is None:
        return general
    if reached_warming_up(run) is not None:
        return (Fix("warm up over the first 1 to 5 % of the steps, so that the rate comes to what it is set to"),)
    least, most = (HIGH_ADAPTIVE, HIGH_PLAIN) if height is None else (rate / height, rate / height)
    said = f"raise the learning rate from {number(rate)} to"
    other = (Fix(TRY_ADAM),) if Hyperparameters(run).is_adaptive is False else ()
    if rate * OTHER_RATE > most:
        return ()
    if rate * SAFE_STEP > most:
        return (Fix(f"{said} {number(most)} at most", basis=TENFOLD), *other)
    times = _times_too_slow(run)
    enough = min(rate * times, MODEST * least)
    if rate * SAFE_STEP <= FAR_BELOW * least or times >= UNTOLD:
        enough, basis = max((enough, FROM_FALL), (_low_end(run) * least, USUAL_RATE))
    else:
        basis = FROM_FALL
    if enough > rate * SAFE_STEP:
        return (Fix(f"{said} about {number(float(f'{enough:.1g}'))}, {GO_ON}", basis=basis), *other)
    return (Fix(f"{said} about {number(rate * SAFE_STEP, ROUGH)}", basis=TENFOLD), *other)


def _low_end(run: Run) -> float:
    """Return the height of the rate to search upwards from: the higher, the fewer steps a run has."""
    train = run.find(TrainLoss)
    steps = train.last_step if train is not None and len(train) and train.axis is Axis.STEP else 0
    return min(max(LOW_END, WAY / HIGH_ADAPTIVE / steps), MODEST) if steps > 0 else LOW_END


def _times_too_slow(run: Run) -> float:
    """Return how many such falls the training loss needs to come down to zero.

    At a rate that is far too low the gradient stays what it is, so that the fall goes with the rate.
    """
    train = trend_or_none(run.find(TrainLoss))
    if train is None or train.end < 0:
        return SAFE_STEP
    early, _, late = train.thirds
    fall = BEYOND_THIRDS * (early - late)
    if fall > 0:
        return min(early / fall, MOST_STEPS_UP)
    return MOST_STEPS_UP if -fall <= train.noise else SAFE_STEP
