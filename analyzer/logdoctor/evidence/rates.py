"""At which learning rates sibling runs went well, and what that says of a run whose rate is too high or too low."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf, isfinite

from logdoctor.causes import because
from logdoctor.evidence.rate_fixes import OTHER_RATE, lighter, raised, with_lower_rate
from logdoctor.evidence.usual_rates import rate_height
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run, as_number
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, Sibling, Siblings, given_rate, is_rate, is_seed
from logdoctor.signals.comparison.outcome import LEARNT
from logdoctor.signals.numerics.masked import ends_masked
from logdoctor.signals.settings.hyperparameters import MOMENTUM
from logdoctor.signals.settings.learning_rate import setting_words
from logdoctor.signals.statistics.trend import trend_or_none
from logdoctor.wording import first_of, number

ALIKE = 0.5
"""Share of all quantities of two runs that both log, from which they train the same thing, where no name says so."""

COST = 0.1
"""Share by which a calmer sibling may end higher than a run and its rate be a cure still, within the luck of seeds."""


def rate_too_high(
    siblings: Siblings, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause with the highest lower rate that went well among the siblings as evidence and fix."""
    best = None if most_went_well_as_high(siblings) else given_as_example(siblings)
    better = best is not None and not costs(best, end_of(siblings.run))
    if best is not None and better and strength is Strength.POSSIBLE and only_rate_differs(best):
        strength = Strength.LIKELY  # the same run at a lower rate went well: there is no better evidence
    cause = because("learning-rate-too-high", strength, pro=pro, contra=contra)
    tested = _tested_momentum(siblings)
    if best is None:
        return with_lower_rate(cause, siblings.run, tested)
    told = _with_evidence(cause, siblings.run, best, better=better)
    if only_rate_differs(best):
        return replace(told, fixes=(*told.fixes, *tested))
    # The rate of another recipe is no cure of a momentum that is this run's own.
    return replace(told, fixes=(*(tested or lighter(siblings.run)), *told.fixes))


def _tested_momentum(siblings: Siblings) -> tuple[Fix, ...]:
    """Return the highest lower momentum at which a sibling went well that differs in nothing else."""
    changed = [(pair, one) for one in siblings if (pair := _momenta(one)) and went_well(one)]
    calmer = [(there, -len(one.differs), one.run.name, here, one) for (here, there), one in changed if there < here]
    if not calmer:
        return ()
    there, _, name, here, best = max(calmer, key=lambda found: found[:3])
    said = f"lower the momentum from {here:g} to {there:g}"
    return (Fix(said, f"sibling run {name}{other_repeat(best)}", f"the momentum of sibling run {name}"),)


def _momenta(sibling: Sibling) -> tuple[float, float] | None:
    """Return the momentum here and there, where a sibling differs in that, and perhaps the seed, alone."""
    changed = {name: pair for name, pair in sibling.differs.items() if not is_seed(name)}
    if len(changed) != 1 or not all(setting_words(name) in MOMENTUM for name in changed):
        return None
    here, there = map(as_number, *changed.values())
    return None if here is None or there is None else (here, there)


def given_as_example(siblings: Siblings) -> Sibling | None:
    """Return the sibling of the highest lower rate that went well, one that differs in the rate alone first.

    One that ends higher than the run itself comes last, before it one at a rate that another seed failed at, and one
    that has gained clearly less than another that tests the rate; of one rate, that which differs least goes first.
    """
    return siblings.once(_example)


def _example(siblings: Siblings) -> Sibling | None:
    calmer = [*_went_well_at(siblings, lambda theirs, rate: theirs * OTHER_RATE <= rate)]
    end, unsafe = end_of(siblings.run), _lowest_that_failed(siblings)
    tests = [one for one in calmer if only_rate_differs(one)]
    best = min((one.train.end for one in tests), default=0.0)
    # The first value of a mean over an epoch is nearest to the untrained one where the rate is lowest.
    begun = min(tests, key=lambda one: given_rate(one.run) or 0.0).train.start if tests else 0.0

    def is_good(one: Sibling) -> bool:
        near = begun - one.train.end >= (1 - COST) * (begun - best) or not only_rate_differs(one)
        return near and (given_rate(one.run) or 0.0) < unsafe

    def rank(one: Sibling) -> tuple[bool, bool, bool, float, int]:
        rate = given_rate(one.run) or 0.0
        return (not costs(one, end), only_rate_differs(one), is_good(one), rate, -len(one.differs))

    return max(calmer, key=rank, default=None)


def _lowest_that_failed(siblings: Siblings) -> float:
    """Return the lowest rate at which a run of the same recipe failed, infinity where none did."""
    failed = (one for one in siblings if one.failure and only_rate_differs(one))
    return min((given_rate(one.run) or inf for one in failed), default=inf)


def costs(sibling: Sibling, end: float) -> bool:
    """Tell whether a sibling ends clearly higher than a run that ends there: to do as it does would cost something."""
    return sibling.train.end - end > COST * abs(end)


def end_of(run: Run) -> float:
    """Return where a run's training loss ends, infinity where it is not finite there, or the log hides that."""
    logged = run.find(TrainLoss)
    train = trend_or_none(logged)
    lost = train is None or logged is None or not isfinite(logged.curve.values[-1]) or ends_masked(run)
    return inf if train is None or lost else train.end


def rate_too_low(
    siblings: Siblings, strength: Strength, *, pro: Sequence[str] = (), contra: Sequence[str] = ()
) -> Cause:
    """Return the cause with the sibling of a higher rate that ended lowest as evidence and fix.

    One at a rate that another seed failed at comes after those of safer rates.
    Not at a rate that no network trains at with this run's optimizer: the sibling, which logs none, has another.
    """
    height = rate_height(siblings.run, Hyperparameters(siblings.run))
    most = inf if not height else (given_rate(siblings.run) or inf) / height
    unsafe = _lowest_that_failed(siblings)
    faster = sorted(
        _went_well_at(siblings, lambda theirs, rate: theirs >= rate * OTHER_RATE, lowest_first=True),
        key=lambda one: (given_rate(one.run) or 0.0) * OTHER_RATE > unsafe,
    )
    best = _first_tested(one for one in faster if only_rate_differs(one) or (given_rate(one.run) or 0.0) <= most)
    if best is not None:  # of several seeds at its rate, or folds, that of the run itself tells most
        alike = (one for one in faster if given_rate(one.run) == given_rate(best.run))
        best = min(alike, key=lambda one: len(one.differs))
    cause = because("learning-rate-too-low", strength, pro=pro, contra=contra)
    if best is not None and not costs(best, end_of(siblings.run)):
        return _with_evidence(cause, siblings.run, best)
    return replace(cause, fixes=raised(siblings.run, cause.fixes))


def only_higher_went_well(siblings: Siblings) -> bool:
    """Whether the same run went well at a higher rate, and at no lower one."""
    faster = _went_well_at(siblings, lambda theirs, rate: theirs >= rate * OTHER_RATE)
    return any(only_rate_differs(one) for one in faster) and given_as_example(siblings) is None


def only_lower_went_well(siblings: Siblings) -> bool:
    """Whether the same run went well at a lower rate, and at none as high."""
    example = given_as_example(siblings)
    return example is not None and only_rate_differs(example) and not any(map(went_well, _as_high(siblings)))


def most_went_well_as_high(siblings: Siblings) -> bool:
    """Whether most runs at a rate as high went well, this one among them, which failed: then a lower one is no cure."""
    return siblings.once(_most_went_well)


def _most_went_well(siblings: Siblings) -> bool:
    as_high = _as_high(siblings)
    return 2 * sum(map(went_well, as_high)) > len(as_high) + 1


def _as_high(siblings: Siblings) -> list[Sibling]:
    """Return the runs of the same recipe at about this rate or a higher one, whatever their seed."""
    rate = given_rate(siblings.run)
    if rate is None:
        return []
    same = [one for one in siblings if all(is_rate(name) or is_seed(name) for name in one.differs)]
    return [one for one in same if (given_rate(one.run) or 0.0) * OTHER_RATE > rate]


def _first_tested(siblings: Iterable[Sibling]) -> Sibling | None:
    """Return the first sibling that tests the rate, else the first; of a large sweep the others need no look."""
    first = None
    for one in siblings:
        if only_rate_differs(one):
            return one
        first = first or one
    return first


def _went_well_at(
    siblings: Siblings, fits: Callable[[float, float], bool], *, lowest_first: bool = False
) -> Iterator[Sibling]:
    """Yield the siblings that went well at a rate that fits beside this run's; none where its rate is not known.

    A reward model beside a policy that learns from preferences begins at the same loss, and is another thing; so is a
    rate of an optimizer whose steps are scaled by the gradients, beside one whose are not.
    """
    rate = given_rate(siblings.run)
    if rate is None:
        return
    fitting = [one for one in siblings if fits(given_rate(one.run) or rate, rate) and went_well(one)]
    scaled = Hyperparameters(siblings.run).is_adaptive
    for one in sorted(fitting, key=lambda one: one.train.end) if lowest_first else fitting:
        alike = one.same_task or _log_alike(siblings.run, one.run)
        if alike and (scaled is None or Hyperparameters(one.run).is_adaptive in (scaled, None)):
            yield one


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


def went_well(sibling: Sibling) -> bool:
    """Tell whether a sibling sets an example: it did not fail, and ends clearly below its start."""
    start = sibling.train.start
    return not sibling.failure and sibling.train.end < start - LEARNT * abs(start)


def only_rate_differs(sibling: Sibling) -> bool:
    """Tell a sibling that tests the rate: nothing but the rate, and perhaps the seed, is set differently."""
    return bool(sibling.differs) and all(is_rate(name) or is_seed(name) for name in sibling.differs)


def other_repeat(sibling: Sibling) -> str:
    """Say that a sibling has another seed, or another fold of the data; nothing where it is the same."""
    counts = [name for name in sibling.differs if is_seed(name)]
    return f", other {'fold' if counts == ['fold'] else 'seed'}" if counts else ""


def _outcome(sibling: Sibling) -> str:
    rate, end = given_rate(sibling.run), number(sibling.train.last_shown)
    others = [name for name in sibling.differs if not is_rate(name)]
    also = f"; it differs in {first_of(others)} too" if others else ""
    return f"sibling run {sibling.run.name}, at {number(rate)}, ends at a training loss of {end}{also}"


def _change(rate: float, sibling: Sibling, *, better: bool) -> Fix:
    theirs = given_rate(sibling.run) or rate
    tested = f"sibling run {sibling.run.name}{other_repeat(sibling)}" if better and only_rate_differs(sibling) else ""
    verb = "lower" if theirs < rate else "raise"
    text = f"{verb} the learning rate from {number(rate)} to {number(theirs)}"
    ends = "" if better else ", which ends higher"
    return Fix(text, tested, basis=f"the rate of sibling run {sibling.run.name}{ends}")
