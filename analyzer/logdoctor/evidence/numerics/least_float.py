"""What Caffe logs for a NaN: the cost of the smallest float32, which it takes for a probability of 0 or NaN."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because
from logdoctor.evidence.rates import rate_too_high
from logdoctor.finding import Confidence, Observation, Quantity, Span, Strength
from logdoctor.run import Run
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Siblings
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.wording import place

COST = -float(np.log(np.finfo(np.float32).tiny))
"""Its loss then: 87.3365 (`FLT_MIN` in its softmax loss)."""

DIGITS = 5e-4
"""Distance from that up to which a loss is that: it prints six digits, and means of some batches are a little off."""

LEAST = 3
"""Values there that are no coincidence."""

LEAST_ALONE = 2
"""The same where the log shows no other: a loss that passes there comes from somewhere."""

OTHER_CAUSES = ("data-not-normalised", "label-out-of-range", "bad-initialization")
"""What makes every probability 0 or NaN besides a rate that is too high."""


def at_least_float(run: Run, siblings: Siblings) -> Observation | None:
    """Describe the first training loss that ends there, surely if the log shows another before; None for none."""
    for one in (each.curve for each in run.all(TrainLoss)):
        first = after_last(~(np.abs(one.values - COST) <= DIGITS))
        if len(one) - first >= (LEAST if first else LEAST_ALONE):
            step = int(one.steps[first])
            return Observation(
                f"{one.name} is {COST:.4f} from {place(one, step)} on: what a probability of 0 or NaN costs at the "
                "smallest float32",
                Span(one.name, step, one.last_step, "masked"),
                Confidence.HIGH if first else Confidence.MEDIUM,
                (rate_too_high(siblings, Strength.POSSIBLE), *map(because, OTHER_CAUSES)),
                {"masked values": Quantity(len(one) - first, "values")},
            )
    return None
