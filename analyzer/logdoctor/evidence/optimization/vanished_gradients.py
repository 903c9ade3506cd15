"""Why gradients vanish although the loss has not been learnt."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.causes import because, ranked
from logdoctor.evidence.optimization.zero_loss import is_zero_throughout, why_zero
from logdoctor.evidence.rates import rate_too_high
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run.roles import GradNorm, LossScale, TrainLoss
from logdoctor.signals import Hyperparameters, Siblings, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

FIRST = 5
"""Values whose median is the norm at the start."""

BURST = 10.0
"""Factor above the usual norm that speaks for a blow-up before the end."""

ABOVE = 1.1
"""Loss at the end in units of its start from which it is above it."""


@dataclass(frozen=True)
class VanishedNorm:
    """A gradient norm that is next to nothing from some block on."""

    norm: Trend[GradNorm]
    since: int
    """The block."""
    sudden: bool
    """Whether it died all at once, not bit by bit."""

    @property
    def is_zero(self) -> list[str]:
        """The clause that the norm is exactly zero; empty where it is not."""
        return ["the norm is exactly zero"] if self.norm.end == 0 else []

    @property
    def blew_up(self) -> list[str]:
        """The clause that the norm burst before it vanished; empty where it did not."""
        values = self.norm.series.values
        before = values[self.norm.series.steps < self.norm.steps[self.since]] if self.since else values[:0]
        if not len(before) or float(before.max()) < BURST * median(before[:FIRST]):
            return []
        return [f"the norm reached {number(float(before.max()))} before it vanished"]


def why_vanished(
    vanished: VanishedNorm, train: Trend[TrainLoss], settings: Hyperparameters, siblings: Siblings
) -> tuple[Cause, ...]:
    """Weigh the causes of a norm that vanished although the loss has not been learnt."""
    if is_zero_throughout(train):
        causes = [why_zero()]
    elif not vanished.norm.series.values.any():
        none = "the norm is exactly zero from the first value on: no gradient reaches what is trained"
        causes = [because("optimizer-not-stepping", Strength.LIKELY, pro=[none]), because("dead-activations")]
    else:
        causes = _by_course(vanished, train, siblings)
    if (half := settings.half_precision) and settings.run.find(LossScale) is None:
        flushed = likely_if(vanished.is_zero and vanished.since == 0)  # activations seldom die before training
        pro = [f"the settings name {half}, and no loss scale is logged", *vanished.is_zero]
        causes.append(because("half-precision-underflow", flushed, pro=pro))
    return ranked(*causes)


def _by_course(vanished: VanishedNorm, train: Trend[TrainLoss], siblings: Siblings) -> list[Cause]:
    """Weigh the causes by how the norm came to nothing, and by where the loss is."""
    blown, zero = vanished.blew_up, vanished.is_zero
    above = [f"the loss ends above its start of {number(train.first)}"] if train.end > ABOVE * train.first else []
    first = ["the norm is next to nothing from the first value on"] if vanished.since == 0 else []
    slowly = [] if zero or vanished.sudden or first or blown else ["the norm falls bit by bit, and is not zero"]
    return [
        rate_too_high(siblings, Strength.LIKELY if blown or above else Strength.UNLIKELY, pro=[*blown, *above]),
        because("dead-activations", likely_if(zero or vanished.sudden), pro=zero),
        because("saturated-activations", likely_if(slowly), pro=slowly, contra=zero),
        because("bad-initialization", Strength.LIKELY if first else Strength.UNLIKELY, pro=first),
    ]
