"""Whether a jump of the training loss is a spike: validation has felt it, or the loss comes back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.evidence.codebook import is_of_codes
from logdoctor.evidence.stability.onset import RUN_UP
from logdoctor.evidence.stability.rounds import comes_in_rounds
from logdoctor.evidence.weighing import FAIR, STRONG, WEAK, Clue
from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric
from logdoctor.run.text_event import MOST_STAGES, STAGE_BEGUN
from logdoctor.signals import Schedule, Spike, Spikes, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_of_classes
from logdoctor.signals.stability.spikes import BACK, MIN_SPIKE_POINTS, points_away, same_again
from logdoctor.signals.stability.swings import turning_points
from logdoctor.signals.statistics.correlation import smoothness
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.step_losses import step_losses

if TYPE_CHECKING:
    from numpy.typing import NDArray

HIGH_RATE = 0.5
"""Share of a cycle in which the rate is high after a restart: a cosine is back at half its peak then."""

SMOOTH = 0.95
"""Correlation with the neighbours from which they tell nine tenths of a curve: what turns often, and smoothly, swings.
"""

TWICE = 4
"""Turns that two jumps make which come back: what turns more often may swing."""

OF_MOST = (0.1, 0.9)
"""Quantiles of the level of a loss between which it usually is."""

NEXT_TO = 1.0
"""Start and end in units of that width, up to which a loss that takes both signs begins and ends at zero."""

WIDTHS = 3.0
"""Height of a jump in units of the same width, up to which it is one of the usual swings."""

BRIEF = 0.05
"""Part of a run up to which an excursion lasts that is no stage of it: a warm-up, the shortest of them, takes 1 to 5 %.
"""

ADDED = 0.2
"""Rise of an accuracy soon after a jump from which what it measures is learnt from then on, and fall of another up to
which that is kept: sets of some hundred examples waver by less."""

KEPT = 0.95
"""Accuracy soon after a jump in units of that before, from which nothing is forgotten."""

STAGES = frozenset("stage phase task".split())
"""Words of what counts the parts of a training that learn something else each."""

COUNTED = frozenset("id idx index no num number".split())
"""What their names add: `task_id`, but no `task_loss`."""

MOST_OF_RISE = 0.7
"""Part of the rise of a loss from its lowest level to its end from which a single step makes it."""

LEARNT = 0.5
"""Loss in units of that with which a stage begins, up to which what it asks is being learnt."""

BEGAN = 0.25
"""Part of such a rise up to which it may have come before the jump: what rises all along is learnt from other data."""

OFTEN = {"learning-rate-too-high": FAIR, "no-gradient-clipping": WEAK, "stale-second-moment": WEAK, "bad-batch": -FAIR}
"""What a second and a third jump speak for and against: one batch is bad once."""


@dataclass(frozen=True)
class JumpyLosses:
    """The training loss with its excursions, and where it is one value an epoch, the losses of steps beside it."""

    measured: tuple[tuple[Trend[TrainLoss], Spikes[TrainLoss]], ...]

    @classmethod
    def measure(cls, run: Run, train: Trend[TrainLoss]) -> JumpyLosses:
        """Measure the losses that are long enough; raises Unmeasurable where none is."""
        trends = [train, *step_losses(run, train, MIN_SPIKE_POINTS)]
        if len(trends) > 1 and len(train) < MIN_SPIKE_POINTS:
            trends = trends[1:]
        return cls(tuple((one, Spikes.measure(one.series)) for one in trends))

    def __iter__(self) -> Iterator[tuple[Trend[TrainLoss], Spikes[TrainLoss]]]:
        return iter(self.measured)


def of_other_data(spike: Spike, series: Series, val: Trend[ValLoss] | None, run: Run) -> bool:
    """Whether an excursion is that of data that changed or were added, or of codes, and not of the model."""
    learns_other = _learns_something_else(spike, series, run) or begins_stage(spike.index, series, run)
    learns_other = learns_other or comes_in_rounds(series)
    return learns_other or only_training(spike, series, val) or is_of_codes(run, series, spike.index)


def swings_about_zero(spike: Spike, trend: Trend[TrainLoss]) -> bool:
    """Whether a jump is no wider than a difference of two terms goes about zero, where it begins and ends.

    That of the energies of data and samples, for one, has no level that a jump could leave.
    """
    low, high = np.quantile(trend.level, OF_MOST)
    rests = max(abs(trend.start), abs(trend.end)) <= NEXT_TO * (high - low)
    return bool(low < 0 < high) and rests and spike.height <= WIDTHS * float(high - low)


def stays_in_validation(spike: Spike, series: Series, val: Trend[ValLoss] | None, run: Run) -> bool:
    """Whether validation, too, lies half of the height above where it was, at once and in the end: much is forgotten.

    Of other data, or another weight of a term, in training alone, it would know nothing; where both have it, answers
    are right as often as before.
    """
    if val is None or val.series.axis is not series.axis or _as_right_as_before(spike, series, run):
        return False
    at = int(np.searchsorted(val.series.steps, series.steps[spike.index]))
    before, after = val.series.values[max(at - RUN_UP, 0) : at], val.series.values[at:]
    if min(len(before), len(after)) < RUN_UP:
        return False
    return min(median(after[:RUN_UP]), median(after[-RUN_UP:])) - median(before) >= spike.height / 2


def _as_right_as_before(spike: Spike, series: Series, run: Run) -> bool:
    """Whether the accuracies of validation that are known before and after a jump are all kept."""
    kept = []
    for values, at in _accuracies_at(spike, series, run):
        before, after = values[max(at - RUN_UP, 0) : at], values[at : at + RUN_UP]
        if min(len(before), len(after)) == RUN_UP:
            kept.append(median(after) >= KEPT * median(before))
    return bool(kept) and all(kept)


def _accuracies_at(spike: Spike, series: Series, run: Run) -> Iterator[tuple[NDArray[np.float64], int]]:
    """Yield the values of each accuracy of validation, and the index of the first at a jump or behind it."""
    for one in (each.finite for each in run.all(ValMetric)):
        if one.axis is series.axis and is_of_classes(one.name):
            yield one.values, int(np.searchsorted(one.steps, series.steps[spike.index]))


def only_training(spike: Spike, series: Series, val: Trend[ValLoss] | None) -> bool:
    """Whether validation, measured during the excursion, knows nothing of it: the data changed, not the model.

    It is held against what training still lies above its level by then: a model that is almost back has little to show.
    Not of a few batches among many: no stage of a training is as short, so that these are bad, and an evaluation among
    them says no more than that.
    """
    away = points_away(spike, series)
    is_brief = away is not None and away < BRIEF * len(series)
    if is_brief or val is None or val.series.axis is not series.axis:
        return False
    steps, values = val.series.steps, val.series.values
    at = int(np.searchsorted(steps, series.steps[spike.index]))
    begin, end = np.searchsorted(steps, series.steps[[spike.index, spike.last]], side="right")
    before, during = values[max(at - 2 * RUN_UP, 0) : at], values[begin:end]
    if not len(before) or not len(during):
        return False
    usual = min(median(before[-RUN_UP:]), median(before))  # the last evaluations may lie high, or all of them fall
    seen = np.searchsorted(series.steps, steps[begin:end], side="right") - 1
    left = min(median(series.values[seen]) - spike.level, spike.height)
    return median(during) - usual <= BACK * left


def _learns_something_else(spike: Spike, series: Series, run: Run) -> bool:
    """Whether one validation metric begins to rise at a jump that takes longer, and no other falls: data were added."""
    changes = []
    for values, at in _accuracies_at(spike, series, run):
        before, after = values[:at][-2 * RUN_UP :], values[at:][RUN_UP : 4 * RUN_UP]
        if min(len(before), len(after)) < RUN_UP:
            continue
        change, unit = median(after) - median(before), accuracy_unit(values)
        rose_before = median(before[-RUN_UP:]) - median(before[:RUN_UP])
        changes.append((change if rose_before <= BEGAN * change else min(change, 0.0)) / unit)
    return len(changes) > 1 and max(changes) >= ADDED and min(changes) > -ADDED


def begins_stage(index: int, series: Series, run: Run) -> bool:
    """Whether the log names or counts another stage of the training from the value on that jumps, or a few before."""
    begun = stages_begun(run, series)
    since, until = series.steps[[max(index - RUN_UP, 0), index]]
    return bool(((begun > since) & (begun <= until)).any())


def steps_up_with_stage(train: Trend[TrainLoss], run: Run) -> bool:
    """Whether a loss rises at once where the log tells another stage, and hardly before or after: by another task."""
    return _step_of_stage(train, run) is not None


def learns_new_stage(train: Trend[TrainLoss], run: Run) -> bool:
    """Whether a loss that another stage raises, be it as high as it may, has since fallen well below where that began.

    Another objective has values of its own, which tell nothing beside those of the one before.
    """
    at = _step_of_stage(train, run)
    return at is not None and median(train.series.values[at:][-RUN_UP:]) <= LEARNT * float(train.series.values[at])


def _step_of_stage(train: Trend[TrainLoss], run: Run) -> int | None:
    """Return the index of the first value of a stage with which most of the rise of a loss comes, if one has it."""
    if not len(stages_begun(run, train.series)):
        return None
    values = train.series.values
    at = int(np.argmax(np.diff(values))) + 1
    step, end = float(values[at] - values[at - 1]), median(values[at:][-RUN_UP:])
    alone = step >= MOST_OF_RISE * (end - train.reached) > 0 and end - float(values[at]) <= (1 - MOST_OF_RISE) * step
    return at if alone and begins_stage(at, train.series, run) else None


def stages_begun(run: Run, series: Series) -> NDArray[np.int64]:
    """Return the steps at which the log tells another stage of a training, beside a series."""
    named = [one.step for one in run.events if one.kind == STAGE_BEGUN and one.step is not None]
    numbers = (one.finite for one in run.series if one.axis is series.axis and _counts_stages(one))
    counted = (one.steps[1:][np.diff(one.values) != 0] for one in numbers)
    return np.concatenate([np.array(named, np.int64), *(at for at in counted if len(at) <= MOST_STAGES)])


def _counts_stages(series: Series) -> bool:
    """Whether a series is the number of a part of training, and not what is measured in one."""
    named, values = [one for one in words(series.name) if one not in COUNTED], series.finite.values
    return bool(named) and named[-1] in STAGES and bool(np.all(values == np.round(values)))


def comes_back(spike: Spike, series: Series) -> bool:
    """Whether most of the height is gone by the end of the log: a step that stays is a divergence, or other data.

    Soon after the jump all of the last values must be low, later most of them: a noisy loss has high ones among them.
    """
    soon = len(series) - spike.index <= 4 * RUN_UP
    end = series.values[-RUN_UP:].max() if soon else median(series.values[-2 * RUN_UP :])
    return spike.recovered or float(end) <= spike.level + spike.height / 2


def is_early(spike: Spike, series: Series, share: float) -> bool:
    """Whether a jump comes within a share of the run by its steps: some logs hold all of the first, later few."""
    first, last = series.steps[[0, -1]]
    return bool(series.steps[spike.index] - first < share * (last - first))


def are_swings(jumps: Sequence[Spike], train: Trend[TrainLoss]) -> bool:
    """Whether the loss swings smoothly through the height of the jumps, before and after: none of them is sudden."""
    until = max(jumps[-1].last + 1, len(train) // 2) if jumps else 0
    if smoothness(train.series.values[:until]) < SMOOTH:
        return False
    highest = max(one.height for one in jumps)
    return len(turning_points(train.series.values, highest / 2, most=TWICE + 1)) > TWICE


def of_restart(spike: Spike, series: Series, schedule: Schedule | None) -> bool:
    """Whether the rate is raised again and again, and this comes while it is high, below where the loss began."""
    if schedule is None or len(schedule.restarts) < 2 or schedule.series.axis is not series.axis:
        return False
    since = series.steps[spike.index] - schedule.restarts
    soon = (since >= 0) & (since <= HIGH_RATE * median(np.diff(schedule.restarts)))
    return bool(soon.any()) and spike.peak < float(series.values[0])


def clues_of_many(jumps: Sequence[Spike], spikes: Spikes[TrainLoss]) -> list[Clue]:
    """Return what a second and a third jump speak for: one batch is bad once, but in every epoch as bad."""
    if len(jumps) < 2:
        return []
    said = f"there are {len(jumps)} jumps"
    if len(same_again(spikes)) >= len(jumps):
        return [Clue("bad-batch", STRONG, f"{said}, all as high: the same rows come again")]
    return [Clue(cause, by * min(len(jumps) - 1, 2), said) for cause, by in OFTEN.items()]
