"""How high a learning rate is for its optimizer, at which rates sibling runs went well, and the fixes that follow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf, isfinite

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, Sibling, Siblings, given_rate, is_rate, is_seed
from logdoctor.signals.comparison.outcome import LEARNT
from logdoctor.signals.statistics.trend import trend_or_none
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
"""Rate that does so where the optimizer is known, in units of what seldom trains with it."""

MODEST = 0.1
"""Share of those from which down a rate is ordinary: 1e-3 and 0.2."""

OTHER_RATE = 1.5
"""Factor from which two rates are different ones: of one and the same, the log of a decay and the settings differ by a
little; sweeps take steps of 1.6 and more."""

ALIKE = 0.5
"""Share of all quantities of two runs that both log, from which they train the same thing, where no name says so."""

FAR_BELOW = 5e-4
"""Rate in units of what seldom trains up to which ten times as much hardly moves a network either (5e-6 with Adam)."""

LOW_END = 0.01
"""The same, from which to search upwards (1e-4 with Adam, 0.02 with SGD)."""

TRY_ADAM = "try Adam at 3e-4, which moves where plain SGD is stuck (Adagrad where features are sparse)"
"""The practitioners' other way out of a standstill."""

COST = 0.1
"""Share by which a calmer sibling may end higher than a run and its rate be a cure still, within the luck of seeds."""

USUAL_RATE = "general, the low end of what is usual"
"""Where a fix comes from that takes nothing but the optimizer from this run."""

HIGHEST_USUAL = "general, the high end of what is usual"
"""The same of one that lowers the rate."""

TENFOLD = "general, from this run's rate"
"""Where a fix comes from that only takes the practitioners' factor."""


def rate_too_high(
    siblings: Siblings, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause with the highest lower rate that went well among the siblings as evidence and fix."""
    best = given_as_example(siblings)
    better = best is not None and not costs(best, end_of(siblings.run))
    if best is not None and better and strength is Strength.POSSIBLE and only_rate_differs(best):
        strength = Strength.LIKELY  # the same run at a lower rate went well: there is no better evidence
    cause = because("learning-rate-too-high", strength, pro=pro, contra=contra)
    if best is not None:
        return _with_evidence(cause, siblings.run, best, better=better)
    return replace(cause, fixes=_lowered(siblings.run, cause.fixes))


def _lowered(run: Run, general: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """Return the practitioners' step down from a run's rate: to what trains with its optimizer, and no higher."""
    settings = Hyperparameters(run)
    rate, height = given_rate(run), greatest_height(run, settings)
    if rate is None or height is None:
        return general
    said = f"lower the learning rate from {number(rate)} to"
    if is_beyond_usual(settings):
        return (Fix(f"{said} {number(rate / height)} at most", basis=HIGHEST_USUAL),)
    return (Fix(f"{said} about {number(rate / SAFE_STEP)}", basis=TENFOLD),)


def rate_height(run: Run, settings: Hyperparameters) -> float | None:
    """Return a run's rate as a share of what seldom trains with its optimizer, None where either is not known."""
    rate, adaptive = given_rate(run), settings.is_adaptive
    if rate is None or adaptive is None:
        return None
    if settings.optimizer.startswith(OWN_SCALE):
        return rate / HIGH_PLAIN
    if adaptive:
        return rate / HIGH_ADAPTIVE
    return rate / (1 - min(settings.momentum or 0.0, MOST_MOMENTUM)) / HIGH_PLAIN


def greatest_height(run: Run, settings: Hyperparameters) -> float | None:
    """Return the same, of an unknown optimizer the greatest that it can be: that of one with a second moment."""
    rate, known = given_rate(run), rate_height(run, settings)
    return known if known is not None or rate is None else rate / HIGH_ADAPTIVE


def is_far_too_high(settings: Hyperparameters) -> bool:
    """Tell whether the rate is one at which hardly any network trains."""
    rate, height = given_rate(settings.run), rate_height(settings.run, settings)
    if rate is None or height is not None:
        return height is not None and height >= FAR_TOO_HIGH
    return rate >= HIGH_RATE or is_beyond_usual(settings)


def is_beyond_usual(settings: Hyperparameters) -> bool:
    """Tell whether the rate is over ten times what seldom trains with its optimizer, or its framework's default one."""
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


def given_as_example(siblings: Siblings) -> Sibling | None:
    """Return the sibling of the highest lower rate that went well, one that differs in the rate alone first.

    One that ends higher than the run itself comes last; of one rate, that which differs least goes first.
    """
    return siblings.once(_example)


def _example(siblings: Siblings) -> Sibling | None:
    calmer = _went_well_at(siblings, lambda theirs, rate: theirs * OTHER_RATE <= rate)
    end = end_of(siblings.run)

    def rank(one: Sibling) -> tuple[bool, bool, float, int]:
        return (not costs(one, end), only_rate_differs(one), given_rate(one.run) or 0.0, -len(one.differs))

    return max(calmer, key=rank, default=None)


def costs(sibling: Sibling, end: float) -> bool:
    """Tell whether a sibling ends clearly higher than a run that ends there: to do as it does would cost something."""
    return sibling.train.end - end > COST * abs(end)


def end_of(run: Run) -> float:
    """Return where a run's training loss ends, infinity where it is not finite there."""
    logged = run.find(TrainLoss)
    train = trend_or_none(logged)
    lost = train is None or logged is None or not isfinite(logged.curve.values[-1])
    return inf if train is None or lost else train.end


def rate_too_low(
    siblings: Siblings, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause with the sibling of a higher rate that ended lowest as evidence and fix.

    Not at a rate that no network trains at with this run's optimizer: the sibling, which logs none, has another.
    """
    height = rate_height(siblings.run, Hyperparameters(siblings.run))
    most = inf if not height else (given_rate(siblings.run) or inf) / height
    faster = _went_well_at(siblings, lambda theirs, rate: theirs >= rate * OTHER_RATE)
    fitting = [one for one in faster if only_rate_differs(one) or (given_rate(one.run) or 0.0) <= most]
    best = min(fitting, key=lambda one: (not only_rate_differs(one), one.train.end), default=None)
    cause = because("learning-rate-too-low", strength, pro=pro, contra=contra)
    if best is not None and not costs(best, end_of(siblings.run)):
        return _with_evidence(cause, siblings.run, best)
    return replace(cause, fixes=_raised(siblings.run, cause.fixes))


def _raised(run: Run, general: tuple[Fix, ...]) -> tuple[Fix, ...]:
    """Return the practitioners' step up from a run's rate: within what trains with its optimizer, and no smaller."""
    rate, height = given_rate(run), rate_height(run, Hyperparameters(run))
    if rate is None:
        return general
    least, most = (HIGH_ADAPTIVE, HIGH_PLAIN) if height is None else (rate / height, rate / height)
    said = f"raise the learning rate from {number(rate)} to"
    other = (Fix(TRY_ADAM),) if Hyperparameters(run).is_adaptive is False else ()
    if rate * SAFE_STEP <= FAR_BELOW * least:
        return (Fix(f"{said} about {number(LOW_END * least)}, and on from there", basis=USUAL_RATE), *other)
    if rate * OTHER_RATE > most:
        return ()
    if rate * SAFE_STEP > most:
        return (Fix(f"{said} {number(most)} at most", basis=TENFOLD), *other)
    return (Fix(f"{said} about {number(rate * SAFE_STEP)}", basis=TENFOLD), *other)


def only_higher_went_well(siblings: Siblings) -> bool:
    """Whether the same run went well at a higher rate, and at no lower one."""
    faster = _went_well_at(siblings, lambda theirs, rate: theirs >= rate * OTHER_RATE)
    return any(only_rate_differs(one) for one in faster) and given_as_example(siblings) is None


def _went_well_at(siblings: Siblings, fits: Callable[[float, float], bool]) -> list[Sibling]:
    """Return the siblings that went well at a rate that fits beside this run's; none where its rate is not known.

    A reward model beside a policy that learns from preferences begins at the same loss, and is another thing; so is a
    rate of an optimizer whose steps are scaled by the gradients, beside one whose are not.
    """
    rate = given_rate(siblings.run)
    if rate is None:
        return []
    fitting = (one for one in siblings if went_well(one) and fits(given_rate(one.run) or rate, rate))
    alike = [one for one in fitting if one.same_task or _log_alike(siblings.run, one.run)]
    scaled = Hyperparameters(siblings.run).is_adaptive
    return [one for one in alike if Hyperparameters(one.run).is_adaptive in (scaled, None) or scaled is None]


def _log_alike(run: Run, other: Run) -> bool:
    """Tell whether two runs log mostly the same quantities."""
    mine, theirs = ({series.name for series in one.series} for one in (run, other))
    return len(mine & theirs) >= ALIKE * len(mine | theirs)


def _with_evidence(cause: Cause, run: Run, best: Sibling, *, better: bool = True) -> Cause:
    """Put a sibling's outcome and rate into a cause; one that ended higher is told, and speaks for nothing."""
    rate = given_rate(run)
    if rate is None:
        return cause
    told, fixes = _outcome(best), (_change(rate, best, better=better),)
    if better:
        return replace(cause, pro=(*cause.pro, told), fixes=fixes)
    return replace(cause, contra=(*cause.contra, told), fixes=fixes)


def _verb(rate: float, other: float) -> str:
    return "lower" if other < rate else "raise"


def went_well(sibling: Sibling) -> bool:
    """Tell whether a sibling sets an example: it did not fail, and ends clearly below its start."""
    start = sibling.train.start
    return not sibling.failure and sibling.train.end < start - LEARNT * abs(start)


def only_rate_differs(sibling: Sibling) -> bool:
    """Tell a sibling that tests the rate: nothing but the rate, and perhaps the seed, is set differently."""
    return bool(sibling.differs) and all(is_rate(name) or is_seed(name) for name in sibling.differs)


def _outcome(sibling: Sibling) -> str:
    rate, end = given_rate(sibling.run), number(sibling.train.last_shown)
    others = [name for name in sibling.differs if not is_rate(name)]
    also = f"; it differs in {', '.join(others)} too" if others else ""
    return f"sibling run {sibling.run.name}, at {number(rate)}, ends at a training loss of {end}{also}"


def _change(rate: float, sibling: Sibling, *, better: bool) -> Fix:
    theirs = given_rate(sibling.run) or rate
    seed = ", other seed" if any(map(is_seed, sibling.differs)) else ""
    tested = f"sibling run {sibling.run.name}{seed}" if better and only_rate_differs(sibling) else ""
    text = f"{_verb(rate, theirs)} the learning rate from {number(rate)} to {number(theirs)}"
    ends = "" if better else ", which ends higher"
    return Fix(text, tested, basis=f"the rate of sibling run {sibling.run.name}{ends}")
