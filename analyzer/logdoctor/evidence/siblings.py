"""What sibling runs say about a cause: runs that went well with one other setting, or failed with another seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from logdoctor.causes import ranked, with_fixes
from logdoctor.evidence.rate_fixes import OTHER_RATE
from logdoctor.evidence.rates import (
    costs,
    end_of,
    given_as_example,
    most_went_well_as_high,
    only_rate_differs,
    other_repeat,
    rate_too_high,
    went_well,
)
from logdoctor.evidence.told_by_settings import SIZE, TINY, smaller_model, strong_regularisation
from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, WEAK, Clue
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Setting
from logdoctor.signals import Hyperparameters, Sibling, Siblings, given_rate, is_rate, is_seed
from logdoctor.signals.settings.hyperparameters import (
    BATCH_SIZE,
    BETA2,
    CLIP_NORM,
    DROPOUT,
    EPSILON,
    HALF_FLAGS,
    NORMALISE,
    PRECISION,
    WARMUP,
    WEIGHT_DECAY,
    Spellings,
)
from logdoctor.signals.settings.learning_rate import setting_words
from logdoctor.wording import counted, number

CAUSE_OF_SETTING: Mapping[str, Spellings] = {
    "no-gradient-clipping": CLIP_NORM,
    "missing-warmup": WARMUP,
    "half-precision-overflow": (*PRECISION, *HALF_FLAGS),
    "epsilon-too-small": EPSILON,
    "stale-second-moment": BETA2,
    "batch-too-small": BATCH_SIZE,
    "data-not-normalised": NORMALISE,
    "over-regularised": (*WEIGHT_DECAY, *DROPOUT),
}
"""The setting whose change cures a cause."""


def from_siblings(siblings: Siblings) -> Iterator[Clue]:
    """Weigh runs that went well where one setting differs, and runs that differ in the seed alone."""
    yield from _from_lower_rate(siblings)
    cured: dict[str, Sibling] = {}
    for one in sorted(siblings, key=lambda one: len(one.differs)):
        if (cause := _cured_by(one)) and went_well(one):
            cured.setdefault(cause, one)
    for cause, one in cured.items():
        yield Clue(cause, DECISIVE, f"sibling run {one.run.name} with {_theirs(one)} went well")
    yield from _from_rate_as_high(siblings)
    yield from _from_repeats(siblings)


def _from_lower_rate(siblings: Siblings) -> Iterator[Clue]:
    """Weigh the run that went well at a lower rate; what came of it is told by `rate_too_high`."""
    example = given_as_example(siblings)
    if example is None or costs(example, end_of(siblings.run)) or most_went_well_as_high(siblings):
        return
    yield Clue("learning-rate-too-high", DECISIVE if only_rate_differs(example) else FAIR)
    same = f"sibling run {example.run.name} has the same data and first loss and went well"
    for other in ("data-not-normalised", "bad-initialization"):
        yield Clue(other, -DECISIVE if only_rate_differs(example) else -STRONG, same)


def _from_rate_as_high(siblings: Siblings) -> Iterator[Clue]:
    """Weigh the run that went well at a rate about as high, or higher."""
    rate = given_rate(siblings.run)
    as_high = (rate or 0.0) / OTHER_RATE
    bolder = [one for one in siblings if rate and _only_rate_or_seed(one) and (given_rate(one.run) or 0.0) > as_high]
    for one in [one for one in bolder if went_well(one)][:1]:
        well = f"sibling run {one.run.name} went well at {number(given_rate(one.run))}"
        yield Clue("learning-rate-too-high", -STRONG, well)
        yield Clue("data-not-normalised", -STRONG, well)


def _from_repeats(siblings: Siblings) -> Iterator[Clue]:
    """Weigh runs of the same settings that failed too: a bad batch is not met by every seed."""
    known = bool(siblings.run.hyperparameters)  # where no settings are logged, any may differ
    repeats = [one for one in siblings if all(map(is_seed, one.differs)) and (known or one.is_repeat)]
    failed = [one for one in repeats if not went_well(one)]
    if failed:
        which = "of the same settings with another seed" if any(one.differs for one in failed) else "beside it"
        # A NaN among the data meets every seed, at another step.
        yield Clue("bad-batch", -WEAK, f"{counted(len(failed), 'run')} {which} failed too")


def cured_first(siblings: Siblings, *causes: Cause, among: Sequence[Sibling] | None = None) -> tuple[Cause, ...]:
    """Rank causes; what another setting of a sibling alone has cured comes first, is likely, and has a tested fix.

    Regularisation and size count where this run's value is out of the ordinary: what no setting tells may differ
    too, and any seed that failed has siblings. The rate is left alone: `rate_too_high` and `rate_too_low` weigh it.
    `among` are the siblings that show it, where not all that went well do.
    """
    good = [one for one in siblings if went_well(one)] if among is None else among
    cured = {_cured_by(one): one for one in sorted(good, key=lambda one: len(one.differs), reverse=True)}
    if not strong_regularisation(Hyperparameters(siblings.run)):
        cured.pop("over-regularised", None)
    first, others = [], []
    for cause in causes:
        if (one := cured.get(cause.id)) is None:
            others.append(cause)
            continue
        pro = (*cause.pro, f"sibling run {one.run.name} with {_theirs(one)} went well")
        fixes = (*_tested(cause.id, [one]), *cause.fixes)
        first.append(replace(cause, strength=Strength.LIKELY, pro=pro, fixes=fixes))
    return (*ranked(*first), *ranked(*others))


def smaller_that_learnt(sibling: Sibling) -> str:
    """Say which setting leaves a run next to no units beside those of a sibling that went well, or nothing."""
    grown = [pair[0] for name, pair in sibling.differs.items() if SIZE & set(setting_words(name)) and _grows(pair)]
    tiny = any(isinstance(here, int | float) and here <= TINY for here in grown)
    return smaller_model(sibling) if tiny and went_well(sibling) else ""


def _only_rate_or_seed(sibling: Sibling) -> bool:
    """Tell a sibling in which nothing but the rate and the seed may differ."""
    return all(is_rate(name) or is_seed(name) for name in sibling.differs)


def with_tested_fixes(cause: Cause, siblings: Siblings, fixes: tuple[Fix, ...] = ()) -> Cause:
    """Put the fix that a sibling tested before the general ones of a cause, else those computed from the run."""
    if cause.id == "learning-rate-too-high":
        return rate_too_high(siblings, cause.strength, pro=cause.pro, contra=cause.contra)
    return with_fixes(cause, tuple(_tested(cause.id, siblings)) or fixes)


def _tested(cause: str, siblings: Iterable[Sibling]) -> tuple[Fix, ...]:
    """Return the change of setting by which a sibling went well, nothing where none did."""
    for one in sorted(siblings, key=lambda one: len(one.differs)):
        if went_well(one) and _cured_by(one) == cause:
            name = one.run.name
            tested = f"sibling run {name}{other_repeat(one)}"
            return (Fix(f"train with {_theirs(one)}", tested, f"the settings of sibling run {name}"),)
    return ()


def _cured_by(sibling: Sibling) -> str:
    """Return the cause that the one setting in which a sibling differs would cure; nothing where there is none."""
    return sibling.once(_cure_of)


def _cure_of(sibling: Sibling) -> str:
    changed = {name: pair for name, pair in sibling.differs.items() if not is_seed(name)}
    others = [setting_words(name) for name in changed]
    if others and all(SIZE & set(name) for name in others) and smaller_that_learnt(sibling):
        return "model-too-small"
    fits = (cause for cause, names in CAUSE_OF_SETTING.items() if others and all(one in names for one in others))
    cause = next(fits, "")
    needs = _NEEDED.get(cause)
    return cause if needs is None or all(map(needs, changed.values())) else ""


def _grows(pair: tuple[Setting, Setting]) -> bool:
    here, there = pair
    return isinstance(here, int | float) and isinstance(there, int | float) and there > here


def _switched_on(pair: tuple[Setting, Setting]) -> bool:
    here, there = pair
    return not here and bool(there)


_NEEDED: Mapping[str, Callable[[tuple[Setting, Setting]], bool]] = {
    "batch-too-small": _grows,
    "data-not-normalised": _switched_on,
}
"""Which way a setting must change to cure, where only one way does."""


def _theirs(sibling: Sibling) -> str:
    changed = {name: pair for name, pair in sibling.differs.items() if not is_seed(name)}
    return ", ".join(
        f"{name} {_written(theirs)} instead of {_written(mine)}" for name, (mine, theirs) in changed.items()
    )


def _written(setting: Setting) -> str:
    return "not set" if setting is None else str(setting)
