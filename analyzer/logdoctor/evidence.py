"""What the runs of one set-up say about a cause, and the numbers they give to its fix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.signals import Sibling, Siblings, given_rate, is_rate, is_seed
from logdoctor.wording import number

SAFE_STEP = 10.0
"""Factor to lower or raise a learning rate by when no sibling tells a better one: the practitioners' first move."""


TENFOLD = "general, from this run's rate"
"""Where a fix comes from that only takes the practitioners' factor."""


def rate_too_high(
    siblings: Siblings, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause with the highest lower rate that went well among the siblings as evidence and fix."""
    calmer = _went_well_at(siblings, lambda theirs, rate: theirs < rate)
    best = max(calmer, key=lambda one: (_only_rate_differs(one), given_rate(one.run) or 0.0), default=None)
    if best is not None and strength is Strength.POSSIBLE and _only_rate_differs(best):
        strength = Strength.LIKELY  # the same run at a lower rate went well: there is no better evidence
    cause = because("learning-rate-too-high", strength, pro=pro, contra=contra)
    return _with_evidence(cause, given_rate(siblings.run), best, factor=1 / SAFE_STEP)


def rate_too_low(
    siblings: Siblings, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause with the sibling of a higher rate that ended lowest as evidence and fix."""
    faster = _went_well_at(siblings, lambda theirs, rate: theirs > rate)
    best = min(faster, key=lambda one: (not _only_rate_differs(one), one.train.end), default=None)
    cause = because("learning-rate-too-low", strength, pro=pro, contra=contra)
    return _with_evidence(cause, given_rate(siblings.run), best, factor=SAFE_STEP)


def _went_well_at(siblings: Siblings, fits: Callable[[float, float], bool]) -> list[Sibling]:
    """Return the siblings that went well at a rate that fits beside this run's; none where its rate is not known."""
    rate = given_rate(siblings.run)
    if rate is None:
        return []
    return [one for one in siblings if _went_well(one) and fits(given_rate(one.run) or rate, rate)]


def _with_evidence(cause: Cause, rate: float | None, best: Sibling | None, factor: float) -> Cause:
    """Put a sibling's outcome and rate into a cause, else the practitioners' step from this run's rate."""
    if best is not None and rate is not None:
        return replace(cause, pro=(*cause.pro, _outcome(best)), fixes=(_change(rate, best),))
    if rate is None:
        return cause
    text = f"{_verb(rate, rate * factor)} the learning rate from {number(rate)} to about {number(rate * factor)}"
    return replace(cause, fixes=(Fix(text, basis=TENFOLD),))


def _verb(rate: float, other: float) -> str:
    return "lower" if other < rate else "raise"


def _went_well(sibling: Sibling) -> bool:
    """A sibling sets an example when it ends finite and below its start."""
    curve = sibling.train.series
    logged = sibling.run.find(curve.role)
    ends_finite = logged is not None and len(logged.curve) == len(curve)
    return ends_finite and sibling.train.end < sibling.train.start


def _only_rate_differs(sibling: Sibling) -> bool:
    """Only such a sibling tests the rate: nothing but the rate, and perhaps the seed, is set differently."""
    return bool(sibling.differs) and all(is_rate(name) or is_seed(name) for name in sibling.differs)


def _outcome(sibling: Sibling) -> str:
    rate, end = given_rate(sibling.run), number(sibling.train.end)
    others = [name for name in sibling.differs if not is_rate(name)]
    also = f"; it differs in {', '.join(others)} too" if others else ""
    return f"sibling run {sibling.run.name}, at {number(rate)}, ends at a training loss of {end}{also}"


def _change(rate: float, sibling: Sibling) -> Fix:
    theirs = given_rate(sibling.run) or rate
    seed = ", other seed" if any(map(is_seed, sibling.differs)) else ""
    tested = f"sibling run {sibling.run.name}{seed}" if _only_rate_differs(sibling) else ""
    text = f"{_verb(rate, theirs)} the learning rate from {number(rate)} to {number(theirs)}"
    return Fix(text, tested, basis=f"the rate of sibling run {sibling.run.name}")
