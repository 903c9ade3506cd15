"""Evidence that a model underfits, and the causes of it: it is held back, too small, or has hardly moved."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import better_than_guessing
from logdoctor.evidence.optimization.chance.level import came_down_to_guessing
from logdoctor.evidence.optimization.clipped_short import clipped_causes, clipped_short
from logdoctor.evidence.rates import only_higher_went_well, rate_too_high, rate_too_low
from logdoctor.evidence.told_by_settings import larger_model, over_regularised, tiny_model
from logdoctor.evidence.usual_rates import above_usual, is_far_too_high, low_rate
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, Siblings, Trend

LEARNT = 0.1
"""Fall of the loss as a share of its start, or of the way from guessing to being always right, that any run which
learns achieves."""

HARDLY_MOVED = 0.95
"""Last training loss as a share of the first, from which the steps were too short rather than the model too small:
networks of two units that learn come to 0.9 and less."""

CAUSES = (
    "over-regularised", "model-too-small", "learning-rate-too-low", "learning-rate-too-high", "clipping-too-tight",
)  # fmt: skip
"""Everything that `causes_of_underfit` may name."""


@dataclass(frozen=True)
class UnderfitSigns:
    """Evidence that losses at rest could have gone lower: one clause each, empty where there is none."""

    poor_accuracy: str
    """The accuracy is little better than guessing."""
    regularisation: str
    """The settings regularise far more than usual."""
    tiny_network: str
    """The network has next to no hidden units."""
    penalty: str
    """A penalty on the weights makes up much of the training loss."""

    @property
    def are_conclusive(self) -> bool:
        """Whether there is more than a poor accuracy, which may be all that hard data allow."""
        return bool(self.regularisation or self.tiny_network or self.penalty)

    @property
    def clause(self) -> str:
        """All of it, as one clause."""
        return " and ".join(filter(None, (self.poor_accuracy, self.regularisation, self.tiny_network, self.penalty)))


def causes_of_underfit(
    signs: UnderfitSigns, train: Trend[TrainLoss], settings: Hyperparameters, siblings: Siblings
) -> tuple[Cause, ...]:
    """Rank the causes of a model that fits neither training nor validation data."""
    strong = signs.regularisation or signs.penalty
    small = " and ".join(filter(None, (signs.tiny_network, signs.poor_accuracy)))
    is_known = settings.weight_decay is not None or settings.dropout is not None
    usual = ["weight decay and dropout are usual"] if is_known and not strong else []
    hardly_moved = train.end >= HARDLY_MOVED * train.start
    has_learnt = tiny_model(settings.run) or (better_than_guessing(settings.run) >= LEARNT and not hardly_moved)
    far = above_usual(settings.run, settings) if is_far_too_high(settings) else came_down_to_guessing(settings.run)
    clipped = clipped_short(settings)
    low = low_rate(settings, siblings)
    slow = bool(low) or (hardly_moved and only_higher_went_well(siblings))
    too_low = rate_too_low(
        siblings,
        likely_if(slow and not (strong or far or clipped)),
        pro=[low],
        contra=[] if hardly_moved or slow else ["the loss has come to rest"],
    )
    return ranked(
        *([rate_too_high(siblings, Strength.LIKELY, pro=[far])] if far else []),
        *clipped_causes(settings),
        over_regularised(
            settings,
            Strength.LIKELY if strong else Strength.UNLIKELY if usual else Strength.POSSIBLE,
            pro=[strong],
            contra=usual,
        ),
        *([too_low] if hardly_moved and not far else []),
        because(
            "model-too-small",
            likely_if(has_learnt and not (strong or far or slow or clipped)),
            pro=[small],
            fixes=larger_model(settings.run),
        ),
        *([] if far or hardly_moved else [too_low]),
    )
