"""Whether the critic of a Wasserstein GAN grows without bound."""

from __future__ import annotations

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.finding import HIGH_MARGIN, Observation, Quantity, Span, Strength, confidence_from
from logdoctor.run.roles import AdversarialLoss
from logdoctor.signals import Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, stretch

SIGNED = 0.1
"""Share of the values below zero from which a loss is that of a critic, as none of probabilities is."""

UNBOUND = 20.0
"""Size of a critic's loss over the last tenth in units of its largest over the first third, from which it grows without
bound: what slopes of one allow is reached early, and comes down."""

FROM_NOTHING = 200.0
"""The same in units of the largest of the first FEW values, where it has grown at once: a slope held to one lets the
loss grow to the distance of what is told apart, tens of times as far as before training."""

FEW = 3
"""Values that are before training, or soon after its beginning."""

FAR_OUT = 500.0
"""Its size by itself: the whole of a larger image, of three million values in -1 to 1, has a norm of 1,700, yet what a
generator misses of it is a part."""

LEAST = 100.0
"""The same size by itself: slopes of one part images of a thousand values in -1 to 1 by 60 at most."""


def is_critic(loss: Trend[AdversarialLoss]) -> bool:
    """Whether a loss is surely negative at times, or a good part of its single values is."""
    lowest = float(np.quantile(loss.level, 0.02))
    return lowest < -4 * loss.level_noise - 1e-12 or float(np.mean(loss.series.values < 0)) >= SIGNED


def grows_without_bound(critic: Trend[AdversarialLoss]) -> Observation | None:
    """Describe how far a critic's loss has grown, None where it stays in bounds."""
    series, size, n = critic.series, np.abs(critic.series.values), len(critic.series)
    early, late = float(size[: n // 3].max()), median(size[-max(1, n // 10) :])
    first, usual = float(size[:FEW].max()), median(size[n // 2 :])
    grows_on = 0 < max(UNBOUND * early, LEAST) <= late
    if not grows_on and not 0 < max(FROM_NOTHING * first, FAR_OUT) <= usual:
        return None
    early, late, when = (early, late, "in the first third") if grows_on else (first, usual, "at first")
    message = (
        f"{series.name} grows to {number(late)} in size over {stretch(series, series.first_step, series.last_step)}, "
        f"where it was {number(early)} at most {when}: nothing holds the slope of the critic"
    )
    causes = ranked(
        because("critic-without-bound", Strength.LIKELY, pro=["a critic of bounded slope stays in bounds"]),
        because("learning-rate-too-high"),
    )
    return Observation(
        message,
        Span(series.name, series.first_step, series.last_step, "grows"),
        confidence_from(HIGH_MARGIN, len(critic)),
        causes,
        {"largest early on": Quantity(early), "at the end": Quantity(late)},
    )
