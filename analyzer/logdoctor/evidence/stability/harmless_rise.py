"""Rises of a training loss that are not the model's fault: harder data, more matched boxes, the start of an epoch."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.evidence.optimization.first_loss import LARGEST
from logdoctor.evidence.stability.rise import HALF, NOISE, SEEN, Rise, is_measured_since
from logdoctor.evidence.stability.rounds import comes_in_rounds
from logdoctor.evidence.stability.surroundings import Surroundings
from logdoctor.evidence.stability.training_jumps import learns_new_stage, steps_up_with_stage
from logdoctor.run import Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, Unknown, ValLoss
from logdoctor.signals import Trend
from logdoctor.signals.data.epoch_starts import epoch_starts
from logdoctor.signals.optimization.accuracy import accuracies_of_classes
from logdoctor.signals.optimization.stand_ins import is_of_errors
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.trend import trend_or_none

if TYPE_CHECKING:
    from numpy.typing import NDArray

HARDER_AT_MOST = 50.0
"""Ratio of the first validation loss to the first training loss up to which the data may be harder; more is an
explosion."""

HAS_LEARNT = 0.5
"""Last validation loss as a share of its first, up to which the model has learnt, whatever training did."""

BEGAN_EASY = 0.5
"""First training loss as a share of the first validation loss, and of its own maximum, up to which training began with
easy examples."""

MAY_RISE = 0.2
"""Sum of all rises of validation, as a share of its fall: its examples are the same throughout."""

FALLS_AT_ONCE = 0.6
"""Largest fall of validation between two evaluations, as a share of its whole fall: more is a broken model that comes
back."""

LEFT = 0.1
"""Share of what a metric had gained up to which the model is lost: memorised label noise leaves more."""

MOSTLY_WRONG = 0.5
"""Share of wrong validation examples at the end of a lost model."""

SPARED = 0.5
"""Validation loss as a share of its first value, up to which the model is as good as before while training is high."""

NOTHING = 0.05
"""First loss as a share of the last, below which it is next to nothing."""

SURE = 5.0
"""Fall from the first to the last third in standard errors, as the z of divergence."""

FEW = 5
"""Values of an epoch below which only its beginning was logged, where memorised examples cost more each time."""

PENALTY = 0.15
"""Largest distance of a loss from the difference of two scores, as a share of its range: what a small penalty on their
size adds."""

HIGH = 0.9
"""Quantile of the values that a few wild ones do not reach."""

_BOXES = frozenset({"box", "bbox", "boxes"})


def _data_got_harder(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Whether training rose because its data got harder, as in a curriculum.

    Training then begins far below validation, which falls throughout, and never rises above the first validation loss.
    A model that breaks takes validation with it, so validation must have been measured after the rise.
    """
    if val is None or not val.ends_lowest or not 0 < val.end <= HAS_LEARNT * val.first:
        return False
    moves, fall = np.diff(val.level), val.first - val.end
    hardly_rises = float(np.maximum(moves, 0.0).sum()) <= MAY_RISE * fall
    falls_gradually = -float(moves.min(initial=0.0)) <= FALLS_AT_ONCE * fall
    began_easy = train.first <= BEGAN_EASY * min(val.first, float(train.series.values.max()))
    stays_below = float(train.level.max()) <= val.first <= HARDER_AT_MOST * train.first
    half_way = float(train.level.min() + HALF * np.ptp(train.level))
    is_like_curriculum = hardly_rises and falls_gradually and began_easy and stays_below
    return is_like_curriculum and is_measured_since(val, train, half_way)


def _validation_gains(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Whether validation has fallen to half of what it was by the time that training was lowest, and stays there.

    It was measured before and after the rise: a model that breaks takes it along.
    """
    if val is None or val.series.axis is not train.series.axis or not val.ends_lowest:
        return False
    before = val.series.values[val.series.steps <= train.best_step]
    half_way = float(train.level.min() + HALF * np.ptp(train.level))
    gains = len(before) >= SEEN and 0 < val.end <= HAS_LEARNT * float(before.min())
    return gains and is_measured_since(val, train, half_way)


def measures_something_else(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, height: float) -> bool:
    """Whether training rose above a height because of its examples, boxes or loss weights, not because of the model."""
    return _data_got_harder(train, val) or _counts_more_boxes(run, train) or _is_spared(run, train, val, height)


def _is_spared(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None, height: float) -> bool:
    """Whether validation stays far below its first value whenever training lies above a height.

    A model that breaks takes validation with it; other weights of the terms of a sum, or other examples, do not. Where
    more answers are right than ever before, validation need not be as far below.
    """
    if val is None or val.series.axis is not train.series.axis or val.first <= 0:
        return False
    meanwhile = val.series.values[np.interp(val.series.steps, train.steps, train.level) > height]
    most = 1.0 if _answers_better(run, train, height) else SPARED
    return len(meanwhile) >= SEEN and float(meanwhile.max()) < most * val.first


def _answers_better(run: Run, train: Trend[TrainLoss], height: float) -> bool:
    """Whether an accuracy is higher wherever training lies above a height than at any time before it rose there."""
    above = train.level > height
    before = slice(int(np.argmax(above)))
    found = (one.finite for one in accuracies_of_classes(run))
    values = [one.values for one in found if np.array_equal(one.steps, train.steps)]
    return bool(above.any() and not above[0]) and any(one[above].min() > one[before].max() for one in values)


def rises_with_its_data(run: Run, train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Whether training rose because its examples became harder, changed, or were more to tell apart."""
    harder = _data_got_harder(train, val) or _validation_gains(train, val)
    harder = harder or _begins_with_nothing_to_tell(train) or comes_in_rounds(train.series)
    return harder or _is_difference_of_scores(run, train)


def _is_difference_of_scores(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether a loss, or a term of it, is how far two other logged scores lie apart.

    A model of energies tells data from its own samples (contrastive divergence), as a critic does: it gains while the
    samples are poor, and loses that again as they become like the data. It does not rise far above zero by that, nor
    does what else is in the sum.
    """
    series = train.series
    terms = (series, *_finite_beside(series, run.all(TrainComponentLoss)))
    terms = tuple(one for one in terms if _only_loses_its_gain(one.values, series.values - one.values))
    scores = _finite_beside(series, run.all(Unknown)) if terms else ()
    return any(
        _is_difference(term.values, one.values, other.values)
        for term in terms
        for i, one in enumerate(scores)
        for other in scores[:i]
    )


def _finite_beside(series: Series, others: Iterable[Series]) -> tuple[Series, ...]:
    """Return those that are logged at the same steps and finite throughout."""
    alike = (one for one in others if np.array_equal(one.steps, series.steps))
    return tuple(one for one in alike if np.isfinite(one.values).all())


def _only_loses_its_gain(term: NDArray[np.float64], rest: NDArray[np.float64]) -> bool:
    """Whether a term of a loss is hardly above zero at any time, and the rest of the loss ends where it began."""
    few, slack = max(1, len(term) // 10), PENALTY * float(np.ptp(term))
    return bool(np.quantile(term, HIGH) <= slack and median(rest[-few:]) - median(rest[:few]) <= slack)


def _is_difference(loss: NDArray[np.float64], one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    """Whether it takes both to come so near."""
    off, alone, beside = (float(np.abs(np.abs(loss) - np.abs(near)).max()) for near in (one - other, one, other))
    return off <= min(PENALTY * float(np.ptp(loss)), alone / 2, beside / 2)


def _begins_with_nothing_to_tell(train: Trend[TrainLoss]) -> bool:
    """Whether only the very first batch cost next to nothing, and the loss has surely fallen ever since.

    No untrained network is that good: there was nothing to tell apart yet, as while a bank of negatives is empty. Nor
    does the loss ever exceed that of guessing among however many there are.
    """
    values = train.series.values
    if values.max() > LARGEST:
        return False
    alone = train.begins_untrained and 0 < train.first <= NOTHING * min(float(values[1]), train.end)
    return alone and train.sure_fall >= SURE


def may_be_harmless(around: Surroundings, rise: Rise, *, exploded: bool) -> bool:
    """Whether its data, memorising or another task could have raised a loss.

    Of tasks, only one that is being learnt costs ever so much, and none leaves answers right as seldom as at first.
    """
    run, loss = around.run, rise.train
    if rises_with_its_data(run, loss, rise.val):
        return True
    of_task = learns_new_stage(loss, run) if exploded else _may_memorise(loss) or steps_up_with_stage(loss, run)
    return of_task and not around.forgets_all(loss)


def _may_memorise(loss: Trend[TrainLoss]) -> bool:
    """Whether a validation curve stands in for the training loss, and memorising alone could have raised it.

    Memorising raises a validation loss however good the model is. It does not cost an accuracy nearly everything it
    had gained, with more than half of the examples wrong at the end.
    """
    if not loss.series.split.is_held_out:
        return False
    lost = loss.end >= max(loss.first - LEFT * (loss.first - loss.best), MOSTLY_WRONG)
    return not (is_of_errors(loss.series) and lost)


def _counts_more_boxes(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether a detector's loss rose only because more boxes matched an object, and has since fallen below its start.

    The box terms, which are computed over matched boxes, then rise by more than their noise.
    """
    named = (one for one in run.all(TrainComponentLoss) if _BOXES & set(words(one.name)))
    terms = [one for one in map(trend_or_none, named) if one is not None]
    rose = any(one.level.max() - one.first > NOISE * one.level_noise for one in terms)
    return rose and train.end < train.start


def only_begins_epoch(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether only the first few values of the last epoch have risen, in a log that holds no other epoch's beginning.

    The log begins within an epoch (not the first of the run, in which nothing can be memorised), and the loss rises
    with the first value of the next epoch, and no further.
    """
    series = train.series
    starts = next((cut.starts for cut in epoch_starts(series, run) if cut.known_from.endswith("is logged")), None)
    if starts is None or len(starts) != 2 or series.first_step <= median(np.diff(series.steps)):
        return False
    begun, values = int(starts[-1]), series.values
    if begun == len(values):  # all of one epoch
        return False
    at_once = bool(values[begun - 1] < train.initial and values[-1] <= values[begun])
    return at_once and len(series) - begun < FEW <= begun
