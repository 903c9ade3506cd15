"""Why a loss falls slowly: the rate, the batch size, the size of the model, the scale of the data, clips or decay."""

from __future__ import annotations

from collections.abc import Sequence

from logdoctor.causes import because, likely_because
from logdoctor.evidence.generalization.validation_lead import hides_its_end
from logdoctor.evidence.optimization.clipped_short import clipped_causes, clipped_short
from logdoctor.evidence.optimization.unit_scale import far_from_unit, outputs_too_large
from logdoctor.evidence.rates import rate_too_low
from logdoctor.evidence.siblings import cured_first
from logdoctor.evidence.told_by_settings import (
    SIZE,
    few_updates,
    larger_model,
    over_regularised,
    smaller_model,
    strong_regularisation,
    tiny_model,
)
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Gap, Hyperparameters, Siblings, Trend, is_rate, is_seed
from logdoctor.signals.settings.hyperparameters import BATCH_SIZE
from logdoctor.signals.settings.learning_rate import setting_words
from logdoctor.signals.statistics.smoothing import SMOOTHED
from logdoctor.signals.statistics.trend import trend_or_none
from logdoctor.wording import number

FAR_SMALLER = 4.0
"""How many times smaller another run's batch is, from which the batch may be what slows this one down."""

UPDATE_RATIO = (
    "the norm of an update beside that of its weights: near a thousandth is sound, far below says that the rate is low"
)
"""What tells a low rate from a batch, a model or a penalty that holds the loss up."""

PULLED_AHEAD = 0.3
"""What validation has gained on training since the first evaluation, in units of what training gained, from which
something holds training back: the mean of an epoch lags behind a straight line by half an epoch."""

SURELY_AHEAD = 4.0
"""The same in units of the standard error of where training begins and ends, which batches of different cost move."""

LOWER = 0.9
"""End of that run's loss as a share of this one's up to which the batch is what does."""


def slow_causes(
    series: Series, train: Trend[TrainLoss], settings: Hyperparameters, siblings: Siblings, near_its_end: str
) -> tuple[Cause, ...]:
    """Return the causes, the likely first, of a series that falls without levelling off.

    `near_its_end` is what says that a model is fine-tuned with small steps on purpose, where something does.
    """
    few = few_updates(series, settings) or smaller_batch(siblings, train.end)
    strong, ahead = strong_regularisation(settings), pulled_ahead(settings.run, train)
    clipped = clipped_short(settings)
    small = tiny_model(settings.run) or _larger_that_ends_lower(siblings, train.end)
    unscaled, large = far_from_unit(train.end, settings), outputs_too_large(settings.run, train.end)
    return cured_first(
        siblings,
        rate_too_low(
            siblings,
            likely_if(not (few or unscaled or near_its_end or large or small or clipped or strong or ahead)),
            pro=["the fall does not level off"],
            contra=[near_its_end, large, ahead],
        ),
        over_regularised(settings, Strength.LIKELY if strong or ahead else Strength.UNLIKELY, pro=[strong, ahead]),
        *([because("label-noise", pro=[ahead])] if ahead and not strong else []),
        likely_because("data-not-normalised", unscaled) if unscaled else because("data-not-normalised"),
        likely_because("batch-too-large", few),
        *(
            [because("model-too-small", Strength.LIKELY, pro=[small], fixes=larger_model(settings.run))]
            if small
            else []
        ),
        *clipped_causes(settings),
    )


def pulled_ahead(run: Run, train: Trend[TrainLoss]) -> str:
    """Say so where validation began beside training and has left it behind: what holds training up is not there.

    Dropout, augmentation and wrong labels do so. Small steps are as small for both, and data that are easier, or a loss
    in another unit, lead from the first evaluation on. A mean since the start of the run lags behind by itself.
    """
    val = trend_or_none(run.find(ValLoss))
    if val is None or val.end >= train.end:
        return ""
    gained, at_first = train.start - train.end, max(train.start - val.first, 0.0)
    by_chance = SURELY_AHEAD * train.error_of(SMOOTHED, SMOOTHED)
    little = train.end - val.end - at_first < max(PULLED_AHEAD * gained, by_chance)
    if gained <= 0 or little or hides_its_end(Gap.measure(train, val)):
        return ""
    return (
        f"{val.series.name} ends at {number(val.end)}, below the {number(train.end)} of {train.series.name}: dropout, "
        "augmentation or wrong labels hold training back"
    )


def to_tell_slow(causes: Sequence[Cause]) -> tuple[str, ...]:
    """Say what to log where the first two causes are as likely as each other, or none is."""
    first = [one.strength for one in causes[:2]]
    sure = first[:1] == [Strength.LIKELY] and first.count(Strength.LIKELY) == 1
    return () if sure else (UPDATE_RATIO,)


def _larger_that_ends_lower(siblings: Siblings, end: float) -> str:
    """Say which setting makes the model smaller than that of a run that ends lower and differs in nothing else."""
    for one in siblings:
        others = [name for name in one.differs if not (SIZE & set(setting_words(name)) or is_seed(name))]
        if not others and one.train.end < LOWER * end and (said := smaller_model(one)):
            return f"{said}, which ends at a training loss of {number(one.train.end)}"
    return ""


def smaller_batch(siblings: Siblings, end: float) -> str:
    """Say which run of the same rate ends lower with a batch that is far smaller, or nothing."""
    for one in siblings:
        mine, theirs = next((pair for name, pair in one.differs.items() if setting_words(name) in BATCH_SIZE), (0, 0))
        if any(map(is_rate, one.differs)) or not isinstance(mine, int | float) or not isinstance(theirs, int | float):
            continue
        if 0 < theirs * FAR_SMALLER <= mine and one.train.end < LOWER * end:
            ends = f"ends at a training loss of {number(one.train.end)}"
            return f"sibling run {one.run.name}, with a batch of {theirs:g} instead of {mine:g}, {ends}"
    return ""
