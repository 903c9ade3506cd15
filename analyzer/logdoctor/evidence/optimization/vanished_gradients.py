"""Why gradients vanish although the loss has not been learnt."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.rates import rate_too_high
from logdoctor.finding import Cause, Strength, likely_if
from logdoctor.run import Run
from logdoctor.run.roles import GradNorm, LossScale, TrainLoss
from logdoctor.signals import Hyperparameters, Siblings, Trend
from logdoctor.wording import number

FIRST = 5
"""Values whose median is the norm at the start."""

BURST = 10.0
"""Factor above the usual norm that speaks for a blow-up before the end."""

ABOVE = 1.1
"""Loss at the end in units of its start from which it is above it."""


def why_vanished(
    run: Run,
    norm: Trend[GradNorm],
    train: Trend[TrainLoss],
    settings: Hyperparameters,
    siblings: Siblings,
    *,
    since: int,
    sudden: bool,
) -> tuple[Cause, ...]:
    """Weigh the causes of a norm that is next to nothing from a block on, where it died `sudden`ly or bit by bit."""
    if not train.series.values.any():
        nothing = "the loss is exactly zero from the first value on, so that there is nothing to learn from"
        causes = [because("wrong-loss-or-output", Strength.LIKELY, pro=[nothing])]
    elif not norm.series.values.any():
        none = "the norm is exactly zero from the first value on: no gradient reaches what is trained"
        causes = [because("optimizer-not-stepping", Strength.LIKELY, pro=[none]), because("dead-activations")]
    else:
        causes = _by_course(norm, train, siblings, since=since, sudden=sudden)
    if (half := settings.half_precision) and run.find(LossScale) is None:
        zero = _is_zero(norm)
        flushed = likely_if(zero and since == 0)  # activations seldom die before training
        pro = [f"the settings name {half}, and no loss scale is logged", *zero]
        causes.append(because("half-precision-underflow", flushed, pro=pro))
    return ranked(*causes)


def _by_course(
    norm: Trend[GradNorm], train: Trend[TrainLoss], siblings: Siblings, *, since: int, sudden: bool
) -> list[Cause]:
    """Weigh the causes by how the norm came to nothing, and by where the loss is."""
    blown, zero = _blew_up(norm, since), _is_zero(norm)
    above = [f"the loss ends above its start of {number(train.first)}"] if train.end > ABOVE * train.first else []
    first = ["the norm is next to nothing from the first value on"] if since == 0 else []
    slowly = [] if zero or sudden or first or blown else ["the norm falls bit by bit, and is not zero"]
    return [
        rate_too_high(siblings, Strength.LIKELY if blown or above else Strength.UNLIKELY, pro=[*blown, *above]),
        because("dead-activations", likely_if(zero or sudden), pro=zero),
        because("saturated-activations", likely_if(slowly), pro=slowly, contra=zero),
        because("bad-initialization", Strength.LIKELY if first else Strength.UNLIKELY, pro=first),
    ]


def _blew_up(norm: Trend[GradNorm], since: int) -> list[str]:
    """Say so where the norm burst before it vanished."""
    values = norm.series.values
    before = values[norm.series.steps < norm.steps[since]] if since else values[:0]
    if not len(before) or float(before.max()) < BURST * float(np.median(before[:FIRST])):
        return []
    return [f"the norm reached {number(float(before.max()))} before it vanished"]


def _is_zero(norm: Trend[GradNorm]) -> list[str]:
    return ["the norm is exactly zero"] if norm.end == 0 else []
