"""Detectors that no box ever reaches: the loss of boxes is exactly zero while they learn that nothing is there."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because
from logdoctor.finding import HIGH_MARGIN, Fix, Observation, Quantity, Span, Strength, confidence_from
from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValMetric
from logdoctor.signals.optimization.accuracy import is_accuracy
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.wording import stretch

OF_BOXES = frozenset("box boxes bbox giou ciou diou".split())
"""Words of the terms that only an object in the image gives."""

OVERLAP = "iou"
"""The same in a detector; elsewhere it is the overlap of masks."""

OF_OBJECTS = frozenset("cls class classifier classification obj objectness conf confidence".split())
"""Words of a detector's terms that images without objects give, too."""

CROSS_ENTROPY = "ce"
"""The same in DETR."""

ENOUGH_EPOCHS, ENOUGH_STEPS = 6, 50
"""Zeros from which no luck explains them: an epoch has many images, and of images nine tenths of which are empty, all
of fifty are so once in two hundred times."""

ENOUGH_LATER = 3
"""The same epochs in a log that begins late: at first an assignment may match no box."""

FOUND = 0.05
"""Score of answers on validation above which boxes are found: they have been learnt, though their loss is not logged.
"""

LOOK = "draw some training images with the boxes that the loader gives: it finds none in the label files"


def without_boxes(run: Run) -> Observation | None:
    """Describe the loss of boxes of a detector that is given none, while another loss is not zero; else None.

    One that is zero among others of boxes that are not is a term that is switched off; so is each of a model that finds
    boxes, and of one that tells no objects from the background.
    """
    losses = [one.finite for role in (TrainLoss, TrainComponentLoss) for one in run.all(role)]
    named = {one.name: frozenset(words(one.name)) for one in losses}
    is_detector = any(OF_OBJECTS & found for found in named.values())
    wanted = OF_BOXES | {OVERLAP} if is_detector else OF_BOXES
    of_boxes = [one for one in losses if wanted & named[one.name]]
    of_objects = (one for one in losses if (OF_OBJECTS | {CROSS_ENTROPY}) & named[one.name])
    other = next((one for one in of_objects if one.values.any()), None)
    if not of_boxes or other is None or not all(map(_is_zero, of_boxes)) or _switched_off(run) or _finds_boxes(run):
        return None
    boxes = of_boxes[0]
    zero = f"{boxes.name} is exactly 0 over {stretch(boxes, boxes.first_step, boxes.last_step)}"
    return Observation(
        f"{zero}, while {other.name} is not: no labelled box reaches the loss",
        Span(boxes.name, boxes.first_step, boxes.last_step, "no boxes"),
        confidence_from(HIGH_MARGIN, len(boxes)),
        (because("labels-do-not-match", Strength.LIKELY, fixes=[Fix(LOOK)]),),
        {"values alike": Quantity(len(boxes), "all values")},
    )


def _switched_off(run: Run) -> bool:
    """Whether a setting of the boxes is 0, as their weight may be."""
    return any(value == 0 and OF_BOXES.intersection(words(name)) for name, value in run.hyperparameters.items())


def _finds_boxes(run: Run) -> bool:
    """Whether validation scores some of the boxes that the model finds."""
    scores = (one.finite for one in run.all(ValMetric) if not is_accuracy(one.name))
    return any(len(one) > 0 and float(one.values.max()) > FOUND for one in scores)


def _is_zero(series: Series) -> bool:
    if not len(series) or np.any(series.values):
        return False
    epochs = ENOUGH_LATER if begins_late(series) else ENOUGH_EPOCHS
    return len(series) >= (epochs if series.axis is Axis.EPOCH else ENOUGH_STEPS)
