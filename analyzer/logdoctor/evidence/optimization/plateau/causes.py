"""Why a loss that has learnt something rests on a plateau."""

from __future__ import annotations

from logdoctor.causes import because, likely_because, ranked
from logdoctor.evidence.rates import only_higher_went_well, rate_too_high, rate_too_low
from logdoctor.evidence.told_by_settings import over_regularised, smaller_model, strong_regularisation
from logdoctor.evidence.usual_rates import AMPLE_RATE, MODEST, above_usual, is_beyond_usual, low_rate, rate_height
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run import Run
from logdoctor.run.roles import LearningRate, TrainLoss
from logdoctor.signals import Hyperparameters, Sibling, Siblings, Trend, UpdateSigns, given_rate
from logdoctor.wording import percent

DECAYED = 0.1
"""Last rate as a share of its peak from which down a loss does not circle a minimum at too high a rate."""

NOISY = 1e-3
"""Noise of a resting loss as a share of its level from which it may circle a minimum, as at too high a rate."""

AT_ONCE = 0.05
"""Share of the run within which a loss has come to rest at once."""

LITTLE = 0.1
"""Part of the fall that may come after that."""

LEARNT = 0.1
"""Level as a share of the start down to which a loss has learnt most of what there is, whatever its rate."""

SMOOTH = 0.002
"""Noise as a share of the level up to which no update overshoots: a convex model converges at any rate that does not
throw it. Runs that rest because of their rate waver by twice as much and more."""

LARGE = 15.0
"""Level above which a loss is one of targets in their own units, which take rates as large with an optimizer whose step
is its rate: a cross-entropy lies below ln of three million classes."""

VARIANCE = 1.0
"""Loss of guessing the mean of normalised targets: below it a regression may rest at its noise, and train with SGD,
whatever its framework takes by default."""


def rests_at_a_rate_beyond(train: Trend[TrainLoss], settings: Hyperparameters) -> str:
    """Say so where a loss rests high and wavers, and the rate is far beyond what trains with its optimizer."""
    if train.noise <= SMOOTH * abs(train.end):
        return ""
    least = LEARNT * train.start if settings.optimizer else max(LEARNT * train.start, VARIANCE)
    high = least < train.end <= LARGE
    return above_usual(settings.run, settings) if high and is_beyond_usual(settings) else ""


def _is_large(run: Run, settings: Hyperparameters, least: float) -> bool:
    """Tell whether steps may be too long at a rate: so high for its optimizer, or ample for any."""
    height, rate = rate_height(run, settings), given_rate(run) or 0.0
    return rate >= AMPLE_RATE if height is None else height >= least


def _rate_decayed(run: Run) -> bool:
    """Tell whether the logged rate ends far below its peak."""
    logged = run.find(LearningRate)
    if logged is None or not len(logged.finite):
        return False
    rates = logged.finite.values
    return bool(rates[-1] <= DECAYED * rates.max())


def causes_of_rest(
    train: Trend[TrainLoss],
    siblings: Siblings,
    lower: Sibling | None,
    settings: Hyperparameters,
    signs: UpdateSigns,
    *,
    died: str,
    beyond: str,
) -> tuple[Cause, ...]:
    """Rank the causes of a loss that rests; `lower` is the sibling that went lower, `died` says that the rate did.

    `beyond` says that the rate is far beyond what trains.

    A network whose accuracy differs from evaluation to evaluation answers by the input: it may be too small, but is
    hardly dead.
    """
    answers, strong, low = signs.many_answers, strong_regularisation(settings), low_rate(settings, siblings)
    small, slow = smaller_model(lower) if lower else "", only_higher_went_well(siblings)
    same_rate = lower is not None and given_rate(lower.run) == given_rate(siblings.run) is not None
    against = f"sibling run {lower.run.name} has the same rate" if lower is not None and same_rate else ""
    explained = bool(died or strong or small or same_rate or slow or low)
    at_once = train.at(AT_ONCE) - train.end <= LITTLE * max(train.fall, 1e-300)
    found = ranked(
        likely_because("schedule-decays-too-soon", died),
        *([rate_too_low(siblings, Strength.LIKELY, pro=[low])] if slow or low else []),
        over_regularised(settings, Strength.LIKELY if strong else Strength.UNLIKELY, pro=[strong]),
        because(
            "model-too-small",
            Strength.LIKELY if small else Strength.POSSIBLE if answers else Strength.UNLIKELY,
            pro=[small],
        ),
        _circling(train, siblings, settings, beyond, against, explained=explained),
        because(
            "dead-activations",
            pro=["the loss is flat within a twentieth of the run"] if at_once else [],
            contra=[answers],
        ),
        because("bad-initialization", contra=[answers]),
    )
    return tuple(one for one in found if one.strength is not Strength.UNLIKELY or one.contra)


def _circling(
    train: Trend[TrainLoss],
    siblings: Siblings,
    settings: Hyperparameters,
    beyond: str,
    against: str,
    *,
    explained: bool,
) -> Cause:
    """Weigh a rate so high that the loss circles a minimum: it wavers, at a large rate that has not decayed."""
    decayed = _rate_decayed(siblings.run)
    calm = explained or (decayed and not _is_large(siblings.run, settings, 1))
    wavers = train.noise > NOISY * abs(train.end) and not calm
    circles = f"it wavers by {percent(train.noise / abs(train.end))} around its level" if wavers and train.end else ""
    may_be = likely_if(wavers and not decayed and _is_large(siblings.run, settings, MODEST))
    strength = Strength.LIKELY if beyond else Strength.UNLIKELY if calm else may_be
    return rate_too_high(siblings, strength, pro=[beyond, circles], contra=[against])
