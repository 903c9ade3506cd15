"""Rises of a training loss that are not the model's fault: harder data, more matched boxes, the start of an epoch."""

from __future__ import annotations

import numpy as np

from logdoctor.evidence.stability.rise import HALF, NOISE, is_measured_since
from logdoctor.run import Run
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValLoss
from logdoctor.signals import Trend
from logdoctor.signals.data.epoch_starts import epoch_starts
from logdoctor.signals.statistics.trend import trend_or_none

_BOXES = frozenset({"box", "bbox", "boxes"})

HARDER = 50.0
"""Times the first training loss that validation may begin at, and training rise to; more is an explosion."""

LEARNT = 0.5
"""Validation at its end as a share of its first value, up to which the model has learnt, whatever training did."""

EASY = 0.5
"""First training loss as a share of that value, and of its own highest, up to which training began with easy examples.
"""

RISES = 0.2
"""What validation may rise in between, as a share of its fall: it is measured on the same examples throughout."""

AT_ONCE = 0.6
"""Share of its fall that validation may make from one evaluation to the next: more is a model that comes back."""

OF_TWO = 2
"""Beginnings of epochs in a log of one that ends and one that begins."""

FEW = 5
"""Values of an epoch below which they are its beginning: what is learnt by heart costs more there each time anew."""


def data_got_harder(train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> bool:
    """Whether training rose with its data, as in a curriculum, and not with the model.

    It begins far below validation, which falls all along, and at its worst it is no worse than validation was at first:
    a model that is thrown up takes validation with it, where that is measured afterwards.
    """
    if val is None or not val.ends_lowest or not 0 < val.end <= LEARNT * val.first:
        return False
    moves, fall = np.diff(val.level), val.first - val.end
    steady = float(np.maximum(moves, 0.0).sum()) <= RISES * fall and -float(moves.min(initial=0.0)) <= AT_ONCE * fall
    began_easy = train.first <= EASY * min(val.first, float(train.series.values.max()))
    within = float(train.level.max()) <= val.first <= HARDER * train.first
    half_way = float(train.level.min() + HALF * np.ptp(train.level))
    return steady and began_easy and within and is_measured_since(val, train, half_way)


def counts_more_boxes(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether a detector's loss rose as more of its boxes matched an object, and has come down below its start since.

    A term of the boxes, which is taken over those that match, rises with the sum, by more than its noise.
    """
    named = (one for one in run.all(TrainComponentLoss) if _BOXES & set(words(one.name)))
    terms = [one for one in map(trend_or_none, named) if one is not None]
    rose = any(one.level.max() - one.first > NOISE * one.level_noise for one in terms)
    return rose and train.end < train.start


def only_begins_epoch(run: Run, train: Trend[TrainLoss]) -> bool:
    """Whether all that has risen are the few values since an epoch began, whose like the log has of no other one.

    The log begins within an epoch, the loss rises at once with the new one, and no further. In the first epoch of a
    run, nothing can be learnt by heart.
    """
    series = train.series
    starts = next((cut.starts for cut in epoch_starts(series, run) if cut.known_from.endswith("is logged")), None)
    if starts is None or len(starts) != OF_TWO or series.first_step <= np.median(np.diff(series.steps)):
        return False
    begun, values = int(starts[-1]), series.values
    at_once = bool(values[begun - 1] < train.initial and values[-1] <= values[begun])
    return at_once and len(series) - begun < FEW <= begun
