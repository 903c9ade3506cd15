"""Where a number that is not finite may come from: the gradient norm before it, the precision, the loss scale."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.evidence.told_by_settings import half_precision
from logdoctor.signals import GradientHistory, Hyperparameters, LossScaleWalk, Siblings
from logdoctor.wording import number

UNSCALED_NORM = (
    "the gradient norm without the loss scale: growing, the rate is too high; as usual, half precision is too small"
)
"""What to log where nothing says why a loss scale falls."""


@dataclass(frozen=True)
class Origin:
    """What a run and its siblings tell of it; empty lists where they tell nothing."""

    grads: GradientHistory | None
    walk: LossScaleWalk | None
    settings: Hyperparameters
    siblings: Siblings

    @property
    def half(self) -> list[str]:
        """Which of the settings name half precision."""
        return half_precision(self.settings)

    def norm_before(self, step: int, growth: float) -> tuple[list[str], list[str]]:
        """Say that the gradient norm grows by a factor just before a step, or, in the second list, that it does not.

        Both are empty where too few norms come before it.
        """
        rise = self.grads.rise_until(step) if self.grads is not None else None
        if rise is None:
            return [], []
        grown = [f"the gradient norm rises {number(rise)}-fold just before"]
        return (grown, []) if rise >= growth else ([], ["the gradient norm is as usual just before"])
