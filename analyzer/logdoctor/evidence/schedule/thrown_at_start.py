"""Whether the first updates threw the training loss far above its start, before it came down to learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.evidence.usual_rates import is_far_too_high
from logdoctor.run import Axis
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Explosion, Hyperparameters
from logdoctor.signals.optimization.chance import ChanceLevels
from logdoctor.signals.stability.explosion import BEFORE_TRAINING, HIGH_POINTS
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

EARLY = 0.02
"""Share of the run after which the highest value must not come, where the first updates threw it."""

FIRST_STEPS = 4
"""Values within which it may come however short the run is."""

FIRST_EPOCHS = 2
"""The same of means of an epoch."""

HIGH = 3.0
"""Height in units of the start that no sound run shares in two neighbouring values, or reaches in an epoch."""

HIGH_AT_SUCH_A_RATE = 1.5
"""The same where the rate is one at which hardly any network trains: sound runs at such rates stay below 1.3."""

SIGMAS = 8.0
"""The same rise in units of the noise, as missing-warmup asks of an overshoot."""

SPREADS = 4.0
"""The same rise in units of the usual spread of a value around its level, both as logarithms, from which the first
value alone tells where a run began: of small batches, it may have been an easy one."""

FEWEST_STEPS = 10
"""Single steps below which nothing tells how far their batches lie apart, where the first of them is the start."""

OVER = 0.5
"""Share of that height that nothing of the later half of the run reaches: the data do not throw it there again."""


@dataclass(frozen=True)
class ThrownAtStart:
    """Where a run began that was thrown by its first updates, and how high it went."""

    start: float
    known_from: str
    """What says so, as a noun; nothing where it is the first value itself."""
    index: int
    """The highest value."""
    peak: float
    times: float
    """Height in units of the start that two neighbouring values share, or an epoch reaches."""

    @classmethod
    def measure(
        cls, train: Trend[TrainLoss], explosion: Explosion, settings: Hyperparameters, chance: ChanceLevels
    ) -> ThrownAtStart:
        """Compare the first values with the start; raises Unmeasurable where they were not thrown or nothing is learnt.

        A run that blows up for good is divergence's; one that begins high without a rise and at an ordinary rate has
        unscaled weights, inputs or targets (bad-initial-loss).
        """
        values, at, far = train.series.values, explosion.index, is_far_too_high(settings)
        other = Unmeasurable(f"{train.series.name} is not thrown by its first updates, or does not come back")
        if not _is_passing(train, explosion):
            raise other
        spread = _spread(train)
        start, known_from = _start(train, explosion, chance, spread, far=far)
        if not train.end < start:
            raise other
        times = _height(train, at, alone=bool(at == 0 and known_from)) / start
        few_steps = train.series.axis is Axis.STEP and len(values) < FEWEST_STEPS
        tells = (at > 0 and not few_steps) or known_from  # a log that begins high may only fall fast
        shown = at > 0 or known_from.endswith(BEFORE_TRAINING)
        high = shown and times >= HIGH and np.log(times) >= SPREADS * spread
        high_enough = far and times >= HIGH_AT_SUCH_A_RATE and explosion.peak - start >= SIGMAS * train.noise
        if not tells or not (high or high_enough):
            raise Unmeasurable(f"{train.series.name} rises to {times:.3g} times its start at most")
        return cls(start, known_from, at, explosion.peak, times)


def _is_passing(train: Trend[TrainLoss], explosion: Explosion) -> bool:
    """Whether it is among the first values that the loss is thrown, and whether that is over by half of the run."""
    values, at = train.series.values, explosion.index
    if explosion.explains_the_start or values.min() < 0 or begins_late(train.series):
        return False
    few = FIRST_EPOCHS if train.series.axis is Axis.EPOCH else FIRST_STEPS
    later = values[max(at + 1, len(values) // 2) :]
    return at <= max(few, EARLY * len(values)) and len(later) > 0 and float(later.max()) < OVER * explosion.peak


def _height(train: Trend[TrainLoss], at: int, *, alone: bool) -> float:
    """Return the height of the throw: one value may be of a bad batch, so a neighbour or two others must reach it.

    The mean of an epoch counts by itself, and so does any value with `alone`.
    """
    values = train.series.values
    if alone or train.series.axis is Axis.EPOCH:
        return float(values[at])
    beside = np.concatenate([values[max(at - 1, 0) : at], values[at + 1 : at + 2]])
    third = float(np.partition(values, -HIGH_POINTS)[-HIGH_POINTS]) if len(values) >= HIGH_POINTS else 0.0
    return max(float(beside.max()), third)


def _spread(train: Trend[TrainLoss]) -> float:
    """Return the usual distance of a value from its level, both as logarithms, after the first quarter of the run."""
    late = slice(len(train) // 4, None)
    level, values = np.interp(train.series.steps, train.steps, train.level)[late], train.series.values[late]
    both = (level > 0) & (values > 0)
    return float(np.std(np.log(values[both] / level[both]))) if both.any() else 0.0


def _start(
    train: Trend[TrainLoss], explosion: Explosion, chance: ChanceLevels, spread: float, *, far: bool
) -> tuple[float, str]:
    """Return the lowest that may be taken for the beginning, and what says so."""
    found = [(explosion.start, explosion.known_from)]
    if far and (named := chance.named_by_settings) is not None:
        found.append((named.level, "guessing"))
    if train.first > 0 and np.log(explosion.peak / train.first) >= SPREADS * spread:
        found.append((train.first, ""))
    return min(found)
