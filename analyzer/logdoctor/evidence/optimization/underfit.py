"""Evidence that a model underfits, and the causes of it."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import better_than_guessing
from logdoctor.evidence.optimization.at_chance import came_down_to_guessing
from logdoctor.evidence.rates import rate_too_high, rate_too_low
from logdoctor.evidence.told_by_settings import tiny_model
from logdoctor.evidence.usual_rates import above_usual, is_far_too_high
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.signals import Hyperparameters, Siblings

LEARNT = 0.1
"""Fall of the loss, as a share of its start, that any run which learns achieves."""


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
    def said(self) -> str:
        """All of it, as one clause."""
        return " and ".join(filter(None, (self.poor_accuracy, self.regularisation, self.tiny_network, self.penalty)))


def causes_of_underfit(signs: UnderfitSigns, settings: Hyperparameters, siblings: Siblings) -> tuple[Cause, ...]:
    """Rank the causes of a model that fits neither training nor validation data."""
    strong = signs.regularisation or signs.penalty
    small = " and ".join(filter(None, (signs.tiny_network, signs.poor_accuracy)))
    is_known = settings.weight_decay is not None or settings.dropout is not None
    usual = ["weight decay and dropout are usual"] if is_known and not strong else []
    has_learnt = tiny_model(settings.run) or better_than_guessing(settings.run) >= LEARNT
    far = above_usual(settings.run, settings) if is_far_too_high(settings) else came_down_to_guessing(settings.run)
    return ranked(
        *([rate_too_high(siblings, Strength.LIKELY, pro=[far])] if far else []),
        because(
            "over-regularised",
            Strength.LIKELY if strong else Strength.UNLIKELY if usual else Strength.POSSIBLE,
            pro=[strong],
            contra=usual,
        ),
        because("model-too-small", likely_if(has_learnt and not (strong or far)), pro=[small]),
        *([] if far else [rate_too_low(siblings, Strength.POSSIBLE, contra=["the loss has come to rest"])]),
    )
