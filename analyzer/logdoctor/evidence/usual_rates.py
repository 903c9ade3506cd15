"""How high a learning rate is, beside those at which networks usually train with its optimizer."""

from __future__ import annotations

from logdoctor.run import Run
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Unmeasurable, given_rate
from logdoctor.wording import number

SAFE_STEP = 10.0
"""Factor to lower or raise a learning rate by when no sibling tells a better one: the practitioners' first move."""

HIGH_ADAPTIVE = 1e-2
"""Rate above which an optimizer with a second moment seldom trains: UMLAUT warns from there; the usual is 1e-3."""

HIGH_PLAIN = 2.0
"""The same for SGD, divided by one minus its momentum: 0.2 at a momentum of 0.9; the usual is 0.1 to 1."""

OWN_SCALE = ("adadelta", "adagrad", "adafactor")
"""Beginnings of the names of optimizers with a second moment that take rates as high as SGD's: Adadelta's is 1."""

MOST_MOMENTUM = 0.999
"""Momentum above which the effective rate, the rate divided by one minus momentum, is not taken any higher."""

HIGH_RATE = 1.0
"""Rate that throws the first updates of most networks, with any optimizer."""

FAR_TOO_HIGH = 3.0
"""The same where the optimizer is known, in units of the rate above which it seldom trains."""

MODEST = 0.1
"""Share of HIGH_ADAPTIVE and HIGH_PLAIN from which down a rate is ordinary: 1e-3 and 0.2."""

TINY_RATE = 5e-6
"""Rates from here down hardly move any network that has not been trained before; fine-tuning begins at 1e-5."""

LOW_SGD_RATE = 1e-4
"""The same for SGD, whose steps are not scaled: it is used at 1e-2 to 1."""

AMPLE_RATE = 0.1
"""Rates from here up are not too low with any optimizer: the classic rate of SGD, tenfold what Adam stands."""

ORDINARY_ADAPTIVE = 3e-4
"""Rate from which an optimizer with a second moment moves any network: the baseline of Adam."""


def rate_height(run: Run, settings: Hyperparameters) -> float | None:
    """Return a run's rate in units of that above which its optimizer seldom trains, None where either is not known."""
    rate, adaptive = given_rate(run), settings.is_adaptive
    if rate is None or adaptive is None:
        return None
    if settings.optimizer.startswith(OWN_SCALE):
        return rate / HIGH_PLAIN
    if adaptive:
        return rate / HIGH_ADAPTIVE
    return rate / (1 - min(settings.momentum or 0.0, MOST_MOMENTUM)) / HIGH_PLAIN


def greatest_height(run: Run, settings: Hyperparameters) -> float | None:
    """Return the same; of an unknown optimizer the greatest that it can be, that of one with a second moment."""
    rate, known = given_rate(run), rate_height(run, settings)
    return known if known is not None or rate is None else rate / HIGH_ADAPTIVE


def is_far_too_high(settings: Hyperparameters) -> bool:
    """Tell whether the rate is one at which hardly any network trains."""
    rate, height = given_rate(settings.run), rate_height(settings.run, settings)
    if rate is None or height is not None:
        return height is not None and height >= FAR_TOO_HIGH
    return rate >= HIGH_RATE or is_beyond_usual(settings)


def throws_any_network(settings: Hyperparameters) -> bool:
    """Tell whether the rate is over ten times the highest of the optimizer that is named, or too high for any.

    Small networks are trained at three times that highest rate, too, and what a framework takes by default may have
    been SGD.
    """
    rate, height = given_rate(settings.run), rate_height(settings.run, settings)
    return height > SAFE_STEP if height is not None else rate is not None and rate >= HIGH_RATE


def is_beyond_usual(settings: Hyperparameters) -> bool:
    """Tell whether the rate is over ten times the highest that usually trains with its optimizer, or the default."""
    known = settings.is_adaptive is not None or bool(settings.default_optimizer)
    height = greatest_height(settings.run, settings)
    return known and height is not None and height > SAFE_STEP


def above_usual(run: Run, settings: Hyperparameters) -> str:
    """Say so where a rate is above what usually trains with its optimizer, or with any where it is not known."""
    height, momentum, rate = rate_height(run, settings), settings.momentum, given_rate(run)
    if height is None and rate is not None and is_beyond_usual(settings):
        return f"a rate of {number(rate)} is far above the usual for {settings.default_optimizer}, the default"
    if height is None and rate is not None and rate >= HIGH_PLAIN:
        return f"a rate of {number(rate)} is above the usual for any optimizer"
    if height is None or height <= 1:
        return ""
    kind = settings.optimizer_name + (f" with a momentum of {number(momentum)}" if momentum else "")
    far = "far above" if height >= FAR_TOO_HIGH else "above"
    return f"a rate of {number(rate)} is {far} the usual for {kind}"


def low_rate(settings: Hyperparameters, siblings: Siblings) -> str:
    """Say so where the rate hardly moves a network that has not been trained before; nothing elsewhere.

    Of a rate that is still warming up when the log ends, the mean counts: half of the highest.
    """
    rate, limit = given_rate(siblings.run), LOW_SGD_RATE if settings.is_adaptive is False else TINY_RATE
    reached = reached_warming_up(siblings.run)
    if reached is not None and reached / 2 <= limit:
        return f"the rate is still warming up when the log ends, and has come to no more than {number(reached)}"
    return f"a rate of {number(rate)} hardly moves an untrained network" if rate is not None and rate <= limit else ""


def reached_warming_up(run: Run) -> float | None:
    """Return the highest rate of a log that ends while it warms up, whatever it was set to come to."""
    try:
        schedule = Schedule.measure(run)
    except Unmeasurable:
        return None
    return schedule.peak if schedule.ends_warming_up else None


def _at_work(run: Run) -> float | None:
    """Return the highest rate that a run came to, as far as is known."""
    reached = reached_warming_up(run)
    return given_rate(run) if reached is None else reached


def ample_rate(siblings: Siblings) -> str:
    """Say so where the rate cannot be what is too low, whatever the optimizer."""
    rate = _at_work(siblings.run)
    return f"a rate of {number(rate)} is ample with any optimizer" if rate is not None and rate >= AMPLE_RATE else ""


def is_ordinary(settings: Hyperparameters, siblings: Siblings) -> bool:
    """Whether the rate moves any network, so that what creeps at it is held back by something else."""
    rate = _at_work(siblings.run)
    return rate is not None and bool(settings.is_adaptive) and rate >= ORDINARY_ADAPTIVE
