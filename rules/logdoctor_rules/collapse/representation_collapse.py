"""Self-supervised training that maps all inputs to one point."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Finding,
    Fix,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    TrainLoss,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, line
from logdoctor.evidence.accuracies import FEW_EVALUATIONS, accuracies, end_accuracy, first_accuracy
from logdoctor.evidence.rate_fixes import with_lower_rate
from logdoctor.signals import Representation, Trend
from logdoctor.wording import number, percent, stretch

ROUNDED = 1e-3
"""What half precision may add to a cosine of 1."""

WEIGH = "raise the weight of the variance term (VICReg weights it 25, as much as the invariance)"
DETACH = "detach the target branch from the gradient, and let a predictor precede the other"

REVIVE = "begin the codes at encodings of the data, and set those that nothing uses to encodings of a batch"

COSINE = "a cosine has bounds of its own"


@dataclass(frozen=True)
class RepresentationCollapse(Rule):
    """The outputs for different inputs have become the same, which makes the loss of two views as low as it can be.

    Where two views of an input are compared and nothing keeps different inputs apart, one output for all of them is a
    solution: SimSiam's loss goes to -1, BYOL's to 0. Such a loss alone may be that of a task that is solved. What shows
    the collapse is the spread of the outputs: a standard deviation, a collapse level, VICReg's term of the variance,
    the perplexity of a codebook's codes.
    """

    id = "representation-collapse"
    title = "All inputs get nearly the same representation"
    severity = Severity.WARNING
    causes = ("representation-collapse", "learning-rate-too-high")
    references = (
        "Chen and He (2020), Exploring Simple Siamese Representation Learning, arXiv:2011.10566",
        "Bardes et al. (2021), VICReg, arXiv:2105.04906",
    )
    limits = "Needs 12 values of a spread that the run logs; a loss at its lowest does not show it."
    explains = ("no-learning", "plateau", "constant-metric", "still-improving")

    max_left: float = threshold(
        0.1,
        "spread in the last third as a share of its highest, or of that of outputs spread evenly: two inputs then have "
        "a cosine of 0.99; sound runs keep nearly all of it (measured)",
    )
    max_cosine: float = threshold(
        -0.98, "negative cosine of two views that so small a deviation leaves; else it is that of something else"
    )
    max_loss: float = threshold(
        0.05, "the same of a loss that is zero for equal views, as a share of its start; a distance shrinks as well"
    )
    max_rise: float = threshold(
        0.2, "rise of an accuracy up to which outputs may be the same; what tells classes apart differs"
    )
    min_points: float = threshold(12.0, "values of the spread: four in each third, so that one of them moves no median")

    examples = (
        fires(
            "the cosine of two views is 1 at once, and the deviation goes to zero",
            varies={"bits instead of nats": COSINE},
            train_loss=decay(0.0, -0.998, half_life=0.03),
            feature_std=decay(0.104, 0.006, half_life=0.05),
        ),
        silent(
            "the same cosine, and outputs that stay apart",
            train_loss=decay(0.0, -0.998, half_life=0.03),
            feature_std=decay(0.125, 0.07, half_life=0.05),
        ),
        silent(
            "a deviation that shrinks, of outputs that are not alike",
            train_loss=decay(0.0, -0.97, half_life=0.03),
            feature_std=decay(0.104, 0.006, half_life=0.05),
        ),
        fires(
            "a distance of two views goes to zero, and so does the deviation",
            train_loss=decay(3.9, 0.1, half_life=0.03),
            embedding_std=decay(1.0, 0.05, half_life=0.05),
        ),
        silent(
            "a distance of two views comes down, and so does the scale of both",
            train_loss=decay(3.9, 0.3, half_life=0.03),
            embedding_std=decay(1.0, 0.05, half_life=0.05),
        ),
        silent(
            "a deviation of nobody knows what, beside a loss that comes down",
            train_loss=decay(3.9, 0.1, half_life=0.03),
            std=decay(1.0, 0.05, half_life=0.05),
        ),
        silent(
            "features that are scaled down, and tell classes apart",
            train_loss=decay(2.3, 0.05, half_life=0.03),
            feature_std=decay(3.0, 0.2, half_life=0.05),
            train_acc=decay(0.1, 0.99, half_life=0.05),
            val_acc=decay(0.1, 0.95, half_life=0.05),
        ),
        fires(
            "the same, of which an accuracy has next to nothing",
            train_loss=decay(2.3, 0.05, half_life=0.03),
            feature_std=decay(3.0, 0.2, half_life=0.05),
            val_acc=decay(0.1, 0.28, half_life=0.05),
        ),
        fires(
            "the collapse level goes to one",
            train_loss=decay(0.0, -0.998, half_life=0.03),
            collapse_level=decay(0.2, 0.96, half_life=0.05),
        ),
        silent(
            "a collapse level that keeps away from one",
            train_loss=decay(0.0, -0.85, half_life=0.03),
            collapse_level=decay(0.0, 0.67, half_life=0.05),
        ),
        fires(
            "VICReg without a weight on the variance",
            varies={"bits instead of nats": "a margin of 1 is no number of nats"},
            train_loss=decay(2.9, 0.01, half_life=0.05),
            train_inv_loss=decay(0.11, 0.0003, half_life=0.05),
            train_std_loss=decay(0.66, 0.985, half_life=0.05),
            train_cov_loss=decay(0.06, 1e-7, half_life=0.05),
        ),
        silent(
            "a variance that begins at next to nothing, and grows",
            train_loss=decay(26.0, 23.0, half_life=0.3),
            train_inv_loss=decay(0.11, 0.1, half_life=0.05),
            train_std_loss=line(0.985, 0.9, 120),
            train_cov_loss=decay(1e-7, 0.1, half_life=0.05),
        ),
        fires(
            "a codebook of which one code is in use",
            train_loss=decay(0.2, 0.077, half_life=0.03).noisy(0.002),
            quant_loss=line(0.01, 0.02),
            perplexity=flat(1.0),
        ),
        silent(
            "a codebook of which ever more codes are in use",
            train_loss=decay(0.2, 0.02).noisy(0.002),
            quant_loss=line(0.01, 0.02),
            perplexity=decay(1.0, 50.0).noisy(1.0),
        ),
        fires(
            "twelve values",
            train_loss=decay(0.0, -0.998, 12, half_life=0.03),
            collapse_level=decay(0.2, 0.96, 12, half_life=0.05),
        ),
        silent(
            "eleven values",
            train_loss=decay(0.0, -0.998, 11, half_life=0.03),
            collapse_level=decay(0.2, 0.96, 11, half_life=0.05),
        ),
        silent("no outputs ever differ, nor does the loss", train_loss=flat(2.0), feature_std=flat(0.1)),
    )

    def check(self, run: Run, train: Trend[TrainLoss], outputs: Representation) -> Iterator[Finding]:
        """Ask what is left of the spread, and whether the loss is as low as that makes it."""
        spread, series = outputs.logged, outputs.logged.series
        lost = outputs.left <= self.max_left and outputs.left < outputs.before
        if len(spread) < self.min_points or not lost or not (outputs.has_scale or self._are_alike(train, outputs)):
            return
        if any(end_accuracy(one) - first_accuracy(one) > self.max_rise for one in accuracies(run, FEW_EVALUATIONS)):
            return
        since = int(series.steps[int(np.argmax(spread.series.steps >= series.steps[-(len(series) // 3)]))])
        what = "of what evenly spread outputs have" if outputs.has_scale else "of its highest"
        said = f"{series.name} comes to {number(spread.thirds[2])}: {percent(max(outputs.left, 0.0))} {what} is left"
        yield self.finding(
            f"{series.name} is {number(spread.thirds[2])} over {stretch(series, since, series.last_step)}, beside "
            f"{train.series.name} of {number(train.end)}: all inputs get nearly the same representation",
            Span(series.name, since, series.last_step, "no spread"),
            Span(train.series.name, train.series.first_step, train.series.last_step),
            confidence=confidence_from(self.max_left / max(outputs.left, 1e-9), len(spread)),
            causes=ranked(
                because(
                    "representation-collapse",
                    Strength.LIKELY,
                    pro=[said],
                    fixes=[Fix(REVIVE if outputs.is_of_codes else WEIGH if outputs.is_term else DETACH)],
                ),
                with_lower_rate(because("learning-rate-too-high"), run),
            ),
            evidence={
                "spread left": Quantity(max(outputs.left, 0.0), "share"),
                "spread at first": Quantity(outputs.before, "share"),
                "loss at the end": Quantity(train.end),
            },
        )

    def _are_alike(self, train: Trend[TrainLoss], outputs: Representation) -> bool:
        """Whether the loss is that of equal views: a cosine of 1, or a distance of next to nothing.

        Beside a distance, a deviation without a name may be that of the losses themselves.
        """
        last = train.thirds[2]
        is_cosine = -1 - ROUNDED <= last <= self.max_cosine
        return is_cosine or (outputs.is_named and 0 <= last <= self.max_loss * train.start)
