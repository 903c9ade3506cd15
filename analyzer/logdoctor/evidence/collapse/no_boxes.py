"""Detectors that no box ever reaches: the loss of boxes is exactly zero while they learn that nothing is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from logdoctor.causes import because
from logdoctor.finding import Cause, Fix, Quantity, Span, Strength
from logdoctor.run import Axis, Run, Series
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainComponentLoss, TrainLoss
from logdoctor.wording import stretch

OF_BOXES = frozenset("box boxes bbox iou giou ciou diou".split())
"""Words of the terms that only an object in the image gives."""

ENOUGH_EPOCHS, ENOUGH_STEPS = 6, 20
"""Zeros from which no luck explains them: an epoch has many images, a logged step a few."""

LOOK = "draw some training images with the boxes that the loader gives: it finds none in the label files"


@dataclass(frozen=True)
class WithoutBoxes:
    """A loss of boxes that is zero throughout."""

    series: Series
    said: str

    @property
    def span(self) -> Span:
        """All of it."""
        return Span(self.series.name, self.series.first_step, self.series.last_step, "no boxes")

    @property
    def evidence(self) -> dict[str, Quantity]:
        """How many values are zero."""
        return {"values alike": Quantity(len(self.series), "all values")}

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Why no box is there: the labels were not found, or not read as what they are."""
        return (because("labels-do-not-match", Strength.LIKELY, fixes=[Fix(LOOK)]),)


def without_boxes(run: Run) -> WithoutBoxes | None:
    """Return the loss of boxes of a detector that is given none, while another loss is not zero; else None.

    One that is zero among others of boxes that are not is a term that is switched off.
    """
    losses = [one.finite for role in (TrainLoss, TrainComponentLoss) for one in run.all(role)]
    of_boxes = [one for one in losses if OF_BOXES.intersection(words(one.name))]
    other = next((one for one in losses if len(one) and one.values.any()), None)
    if not of_boxes or other is None or not all(map(_is_zero, of_boxes)):
        return None
    boxes = of_boxes[0]
    zero = f"{boxes.name} is exactly 0 over {stretch(boxes, boxes.first_step, boxes.last_step)}"
    return WithoutBoxes(boxes, f"{zero}, while {other.name} is not: no labelled box reaches the loss")


def _is_zero(series: Series) -> bool:
    least = ENOUGH_EPOCHS if series.axis is Axis.EPOCH else ENOUGH_STEPS
    return len(series) >= least and not np.any(series.values)
