"""Whether a training loss exploded far above where it began, and came down without having learnt much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Axis
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.signals.optimization.chance import Chance, ChanceLevels
from logdoctor.signals.optimization.penalty import falls_like_penalty
from logdoctor.signals.optimization.target_variance import TargetVariance
from logdoctor.signals.stability.batch_noise import BatchNoise
from logdoctor.signals.stability.spikes import comes_again
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.median import median, quantile
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAR_GUESSING = (0.5, 1.5)
"""Ends in units of the level of guessing (ln C) between which a loss is taken for a mean in nats, not summed or
scaled."""

FAR_ABOVE_GUESSING = 3.0
"""Level in units of that of guessing, from which a loss in nats that does not fall has been thrown there."""

BEFORE_TRAINING = "before training"
"""End of the words for a start that is the evaluation before the first update: `val_loss before training`."""

WILD = 3.0
"""95th percentile over the 5th, from which a loss far above guessing is no summed or scaled one at rest."""

HIGH_POINTS = 3
"""Values of a log of steps, among twice as many in a row, that an explosion lifts at least: bad batches come one by
one, however many there are."""

BOUNCES = 0.1
"""Noise as a share of the level from which a loss does not rest, in whatever unit it is."""

UNMOVED = 0.85
"""Median of the last third as a share of that of the first, from which a loss has not fallen, however it bounces."""

AS_A_MEAN = 20.0
"""Loss in units of that of guessing up to which one that never falls was thrown there; beyond, it may be a sum."""

AT_ONCE = 0.05
"""Share of the run, at its beginning, within which a single high value counts, if nothing is learnt after it: the first
updates threw the run."""

VARIANCE = (0.7, 1.3)
"""Range about 1, the squared error of guessing the mean of normalised targets, which is their variance."""

FAR = 10.0
"""First value, logged after some updates, in units of that variance, from which the updates threw the run: targets that
are only off-centre are learnt within an epoch. Also how far above its start both losses of a broken network go."""

FAR_OUT = 1e3
"""The same where an R² gives the variance: inputs that are not scaled make a first loss of a hundred times that."""

MEAN = "guessing the mean"
"""What a network does that knows nothing of its inputs."""

FAR_THROWN = 4.0
"""Height in units of the start that an overshoot does not reach in a run that then learns; as in divergence."""

OUT_OF_REACH = 1e4
"""Height in units of the start from which a network has lost all it began with, though the loss comes down again: its
outputs were a hundred times as large as those of any initialisation."""

RESTS = 0.1
"""Change from the first to the last third of a run, as a share of its end, up to which it rests."""

UNLEARNT = 0.75
"""End as a share of the start from which a loss has hardly learnt anything: a model that works ends below half."""

LEARNS = 0.05
"""Fall after the first value as a share of the start, from which it learns after all."""

SURELY = 5.0
"""The same fall in standard errors, from which it is no luck."""

ONE_BY_ONE = 5
"""Values that are as sure where each is lower than the one before: once in 120 by chance."""

ORDINARY = 2.8
"""First loss up to which nothing had thrown it before: guessing among ten classes costs 2.3, the variance of normalised
targets is 1."""


@dataclass(frozen=True)
class Explosion:
    """Where a training loss began, by all that a log tells of it, and how far above that it has been.

    The first logged value may come after the loss has exploded: an average of an epoch, or the fifth step. The
    validation loss before training, or the level of guessing, then says where it began.
    """

    start: float
    """The lowest known beginning."""
    known_from: str
    """What says so, as a noun; nothing where it is the first value itself."""
    index: int
    """The highest value."""
    peak: float
    times: float
    """Height in units of the start: of the highest value where values are epochs, of HIGH_POINTS neighbours
    otherwise."""
    is_lost: bool
    """Whether it ends having hardly learnt anything, or went so high that it began anew from there. Never where the
    same bad rows make the same jump in every epoch."""

    @property
    def explains_the_start(self) -> bool:
        """Whether it threw the loss so far, and for good, that other oddities of the beginning follow from it."""
        return self.is_lost and self.times >= FAR_THROWN

    @property
    def precedes_log(self) -> bool:
        """Whether the first value is the highest, and what the loss was before is known: the log shows no rise."""
        return self.explains_the_start and self.index == 0 and bool(self.known_from)

    def gain(self, end: float) -> str:
        """Say what was learnt in spite of it, by the loss at the end."""
        return "little learnt" if end < self.start else "nothing learnt"

    @classmethod
    def measure(
        cls,
        train: Trend[TrainLoss],
        val: Trend[ValLoss] | None,
        chance: ChanceLevels,
        variance: TargetVariance | None = None,
        noise: BatchNoise | None = None,
    ) -> Explosion:
        """Look for the start; raises Unmeasurable for losses that are not above zero throughout."""
        values = train.series.values
        index = int(np.argmax(values))
        # No single batch that happened to be easy; but what only comes down has begun at the top.
        few = 1 if train.series.axis is Axis.EPOCH or index == 0 else HIGH_POINTS
        own = max(train.first if index == 0 else train.initial, median(values[:few]))
        mean = _guessing_the_mean(train, variance)
        start, known_from = min(((own, ""), *_before_training(train, val), *_guessing(train, val, chance), *mean))
        if start <= 0 or train.crosses_zero:
            raise Unmeasurable(f"{train.series.name} does not begin above zero, or does not stay there")
        unlearnt = (train.end >= UNLEARNT * start and not _learns_on(train, start)) or rests_at_variance(train)
        # A log that begins late shows neither where training began nor what it had learnt by then: it only came back.
        came_back = not known_from and begins_late(train.series)
        unlearnt = unlearnt and not (came_back and train.end <= (1 + RESTS) * start)
        is_lost = (unlearnt or values[index] >= OUT_OF_REACH * start) and not comes_again(train.series)
        early = index <= max(2, round(AT_ONCE * len(values))) and is_lost
        alone = train.series.axis is Axis.EPOCH or (index == 0 and known_from) or early
        reached = float(values[index]) if alone else lifted(values, start)
        is_noise = not known_from and noise is not None and noise.explains_highs
        return cls(start, known_from, index, float(values[index]), 1.0 if is_noise else reached / start, is_lost)


def _learns_on(train: Trend[TrainLoss], start: float) -> bool:
    """Whether a loss whose first value alone lies above its start, an average of an epoch, surely falls on from it."""
    values = train.series.values
    since = values[1:]
    third = len(since) // 3
    if not third or values[0] <= start or since[0] > start:
        return False
    fell = median(since[:third]) - median(since[-third:])
    one_by_one = len(since) >= ONE_BY_ONE and bool((np.diff(since) < 0).all())
    return fell > LEARNS * start and (one_by_one or fell > SURELY * train.error_of(third, third))


def lifted(values: NDArray[np.float64], start: float) -> float:
    """Return the height of HIGH_POINTS values within twice as many in a row; the start where there are fewer values.

    Every sixth stretch gives a lower bound at little cost. The highest stretch begins with a value that is at least as
    high, or is the last one, so that only these are looked at.
    """
    if len(values) < HIGH_POINTS:
        return start
    close = min(2 * HIGH_POINTS, len(values))
    stretches = np.lib.stride_tricks.sliding_window_view(values, close)
    least = _shared_height(stretches[::close]).max()
    begins = np.flatnonzero(values[: len(stretches)] >= least)
    return float(_shared_height(stretches[np.append(begins, len(stretches) - 1)]).max())


def _shared_height(stretches: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what HIGH_POINTS values of each stretch reach, shape (r,), of an array (r, n)."""
    return np.partition(stretches, -HIGH_POINTS, axis=1)[:, -HIGH_POINTS]


def held_out_lost(train: Trend[TrainLoss], val: Trend[ValLoss], chance: ChanceLevels) -> Explosion | None:
    """Return the explosion of a run whose training came down again, and whose validation ends FAR above its start.

    A network of huge weights can memorise a small training set. Overconfidence, too, lifts a validation loss several
    times above its lowest, but it does not throw the training loss.
    """
    if val.series.axis is not train.series.axis:
        return None
    named = (one.level for one in chance.levels if not one.by_level_alone and one.larger_share is None)
    before = [val.first] if val.series.steps[0] < train.series.steps[0] else []
    values = train.series.values
    few = min(1 if train.series.axis is Axis.EPOCH else HIGH_POINTS, len(values))
    thrown, index = float(np.partition(values, -few)[-few]), int(np.argmax(values))
    start = min((train.initial, *before, *named))
    if index == 0 and thrown <= ORDINARY:
        return None
    if not train.end < start or not 0 < FAR * start <= min(thrown, val.end):
        return None
    return Explosion(start, "", index, float(values[index]), thrown / start, is_lost=False)


def rests_at_variance(train: Trend[TrainLoss] | Trend[ValLoss], *, late: bool = False) -> bool:
    """Whether a loss rests where guessing the mean of normalised targets is, from its first third on.

    With `late`, from its middle third on.
    """
    beginning, middle, end = train.thirds
    return VARIANCE[0] <= end <= VARIANCE[1] and abs((middle if late else beginning) - end) <= RESTS * end


def _before_training(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> Iterator[tuple[float, str]]:
    """Yield the validation loss before the first logged step, scaled as the two differ at the end."""
    if val is None or val.series.axis is not train.series.axis or val.series.steps[0] >= train.series.steps[0]:
        return
    if val.first > 0 and val.end > 0 and train.end > 0:
        yield val.first * max(train.end / val.end, 1.0), f"{val.series.name} {BEFORE_TRAINING}"


def _guessing(train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels) -> Iterator[tuple[float, str]]:
    """Yield the level of guessing where the first value need not be that of the initial weights, or cannot be."""
    late = train.series.axis is not Axis.STEP or train.series.steps[0] > 1
    if late and falls_like_penalty(train, val):
        return
    if late and rests_at_variance(train) and train.first >= FAR * train.end:
        yield train.end, MEAN
    for one in chance.levels:
        # A share that a metric came to is no beginning, and where most answers are right, the loss is in another unit.
        is_known = not one.by_level_alone and one.larger_share is None and not chance.is_beaten(one)
        lowest, highest = NEAR_GUESSING[0] * one.level, NEAR_GUESSING[1] * one.level
        fresh = one.by_accuracy and lowest <= float(train.series.values[0]) <= highest  # the second step may throw it
        if is_known and (late or fresh) and lowest <= train.end <= highest:
            yield one.level, "guessing"
    if (level := _guessed_before(train, val, chance)) is not None:
        yield level, "guessing"


def _guessing_the_mean(train: Trend[TrainLoss], variance: TargetVariance | None) -> Iterator[tuple[float, str]]:
    """Yield the variance of the targets where the first value is that of no initial weights."""
    if variance is not None and train.first >= FAR_OUT * variance.level:
        yield variance.level, f"{MEAN}, by {variance.known_from}"


def start_of(train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels) -> float:
    """Return where a training loss began, or guessing where it had been thrown far above it before it was logged."""
    level = _guessed_before(train, val, chance)
    return train.initial if level is None else level


def _guessed_before(train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels) -> float | None:
    """Return the level of guessing that a loss had been thrown far above before it was logged, or None."""
    level = _thrown_from(train, val, chance)
    named = next((one.level for one in chance.levels if not one.by_level_alone and not chance.is_beaten(one)), None)
    if level is None and named is not None and train.first >= FAR * max(named, float(train.series.values[1])):
        return named  # it comes down at once
    return level


def _thrown_from(train: Trend[TrainLoss], val: Trend[ValLoss] | None, chance: ChanceLevels) -> float | None:
    """Return the level of guessing that a loss lies several times above throughout, without falling, or None.

    A loss in another unit (summed, an ELBO) does so too, but neither varies wildly nor bounces that high, and its
    validation lies even higher, or rests where an accuracy alone names the classes, as that of a language model does.
    Where most answers are right the loss is in another unit, whatever it does.
    """
    beginning, middle, end = train.thirds
    if end < UNMOVED * beginning:
        return None
    low, high = quantile(train.series.values, 0.05), quantile(train.series.values, 0.95)
    wild, lowest = high >= WILD * max(low, 0.0), min(beginning, middle, end)
    for one in chance.levels:
        if one.by_level_alone or one.larger_share is not None or chance.is_beaten(one):
            continue
        bounces = train.end >= max(train.initial, FAR * one.level) and train.noise >= BOUNCES * train.end
        if bounces or (wild and lowest >= FAR_ABOVE_GUESSING * one.level) or _is_beside(val, train, one):
            return one.level
    return None


def _is_beside(val: Trend[ValLoss] | None, train: Trend[TrainLoss], one: Chance) -> bool:
    """Whether validation lies as high as training, no higher than a mean over examples can, and neither falls.

    What falls by little, but surely, holds a constant term, such as a penalty on the weights.
    """
    if val is None or val.thirds[2] < UNMOVED * val.thirds[0] or max(train.sure_fall, val.sure_fall) > SURELY:
        return False
    is_known = one.by_settings or (one.by_accuracy and val.noise >= BOUNCES * val.end)
    lowest, end = min(float(train.level.min()), float(val.level.min())), max(train.end, val.end)
    return is_known and lowest >= FAR_ABOVE_GUESSING * one.level and end <= AS_A_MEAN * one.level
