"""Why a model fits neither training nor validation data: it is held back, too small, or hardly moved at all."""

from __future__ import annotations

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import better_than_guessing
from logdoctor.evidence.optimization.at_chance import came_down_to_guessing
from logdoctor.evidence.optimization.clipped_short import clipped_cause, clipped_short
from logdoctor.evidence.rates import only_higher_went_well, rate_too_high, rate_too_low
from logdoctor.evidence.told_by_settings import over_regularised, tiny_model
from logdoctor.evidence.usual_rates import above_usual, is_far_too_high, low_rate
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, Siblings, Trend

LEARNT = 0.1
"""Way from guessing to being always right that a model must have come to have learnt what its size allows."""

HARDLY_MOVED = 0.95
"""End of the training loss as a share of its start, from which steps were too short sooner than the model too small:
networks of two units that learn come to 0.9 and less."""

CAUSES = (
    "over-regularised", "model-too-small", "learning-rate-too-low", "learning-rate-too-high", "clipping-too-tight",
)  # fmt: skip
"""Everything that `causes_of_underfit` may name."""


def causes_of_underfit(
    strong: str, small: str, train: Trend[TrainLoss], settings: Hyperparameters, siblings: Siblings
) -> tuple[Cause, ...]:
    """Return the causes, the likely first; `strong` says what regularises, `small` what tells of the model's size."""
    said = settings.weight_decay is not None or settings.dropout is not None
    usual = ["weight decay and dropout are usual"] if said and not strong else []
    hardly = train.end >= HARDLY_MOVED * train.start
    knows = tiny_model(settings.run) or (better_than_guessing(settings.run) >= LEARNT and not hardly)
    far = above_usual(settings.run, settings) if is_far_too_high(settings) else came_down_to_guessing(settings.run)
    clipped = clipped_short(settings)
    low = low_rate(settings, siblings)
    slow = bool(low) or (hardly and only_higher_went_well(siblings))
    too_low = rate_too_low(
        siblings,
        likely_if(slow and not (strong or far or clipped)),
        pro=[low],
        contra=[] if hardly or slow else ["the loss has come to rest"],
    )
    return ranked(
        *([rate_too_high(siblings, Strength.LIKELY, pro=[far])] if far else []),
        *([clipped_cause(clipped, settings)] if clipped else []),
        over_regularised(
            settings,
            Strength.LIKELY if strong else Strength.UNLIKELY if usual else Strength.POSSIBLE,
            pro=[strong],
            contra=usual,
        ),
        *([too_low] if hardly and not far else []),
        because("model-too-small", likely_if(knows and not (strong or far or slow or clipped)), pro=[small]),
        *([] if far or hardly else [too_low]),
    )
