"""Why a loss falls slowly: the learning rate, the batch size, the scale of the data, or weight decay."""

from __future__ import annotations

from math import isfinite

from logdoctor.causes import because, ranked
from logdoctor.evidence.optimization.stuck import told
from logdoctor.evidence.optimization.unit_scale import far_from_unit
from logdoctor.evidence.rates import rate_too_low
from logdoctor.evidence.told_by_settings import few_updates, strong_regularisation
from logdoctor.finding import Cause, likely_if
from logdoctor.run import Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals import Hyperparameters, Siblings, Trend, is_rate
from logdoctor.signals.schedule.elapsed import elapsed_of_cosine, late_pace
from logdoctor.signals.settings.hyperparameters import BATCH_SIZE
from logdoctor.signals.settings.learning_rate import setting_words
from logdoctor.wording import number

FAR_SMALLER, LOWER = 4.0, 0.9
"""How many times smaller another run's batch is, and where its loss ends as a share of this one's, from which the
batch is what slows this one down."""


NO_TRIAL = 4
"""Evaluations from which a run is no trial that was broken off, though nothing says that it is over."""


def shown_by(
    train: Trend[TrainLoss], val: Trend[ValLoss] | None, seen: float, min_z: float
) -> Trend[TrainLoss] | Trend[ValLoss]:
    """Return the curve that shows how a run falls: validation, where the noise of batches hides it from training.

    `seen` is the part of the fall that validation must see: the first evaluation may come after most of it. `min_z` is
    the fall in units of its standard error from which training shows it well.
    """
    if val is None or train.sure_fall >= min(min_z, val.sure_fall):
        return train
    return val if val.start - val.end + train.noise >= seen * (train.start - train.end) else train


def even_by_cosine(
    val: Trend[ValLoss] | None,
    train: Trend[TrainLoss],
    paces: tuple[float, float],
    max_bend: float,
    enough: tuple[float, float],
) -> bool:
    """Whether validation, too, falls at one of some paces under a cosine schedule, and surely so.

    `enough` is the fall in units of its standard error, and the number of values, that a sure curve has; far fewer
    evaluations do not speak against it.
    """
    min_z, min_points = enough
    if val is None or len(val) < min_points / 2:
        return val is not None
    pace = late_pace(val, elapsed_of_cosine(val, train), max_bend)
    return paces[0] <= pace <= paces[1] and val.sure_fall >= min_z * min(1.0, len(val) / min_points)


def in_what_way(poor: str, pace: float) -> str:
    """Say how a loss falls at some pace, 0 or NaN where it bends; `poor` says how few answers are right, if that."""
    if poor:
        return f"and {poor}, little better than guessing"
    return "almost in a straight line" if pace and isfinite(pace) else "without levelling off"


def is_no_trial(val: Trend[ValLoss] | None) -> bool:
    """Whether a run was evaluated so often that it was meant to be looked at."""
    return val is not None and len(val) >= NO_TRIAL


def slow_causes(
    series: Series, train: Trend[TrainLoss], settings: Hyperparameters, siblings: Siblings, near_its_end: str
) -> tuple[Cause, ...]:
    """Return the causes, the likely first, of a series that falls without levelling off.

    `near_its_end` is what says that a model is fine-tuned with small steps on purpose, where something does.
    """
    few = few_updates(series, settings) or smaller_batch(siblings, train.end)
    unscaled = far_from_unit(train.end, settings)
    return ranked(
        rate_too_low(
            siblings,
            likely_if(not (few or unscaled)),
            pro=["the fall does not level off"],
            contra=[near_its_end],
        ),
        told("over-regularised", strong_regularisation(settings)),
        told("data-not-normalised", unscaled) if unscaled else because("data-not-normalised"),
        told("batch-too-large", few),
    )


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
