"""Why the game of a generative adversarial network ends: who has won, or what has stopped both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.finding import Cause, Strength
from logdoctor.run.roles import AdversarialLoss
from logdoctor.signals import Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

GUESSING = 0.25
"""Discriminator's loss where it guesses, of the kind that is lowest there: least squares, halved."""

HINGE = 2.0
"""The same of the kind that is highest there: a hinge loss of both kinds of images."""

GOES_ON = 0.5
"""End of such a loss as a share of its highest level, up to which it still falls: one that stays is weighted so low."""

SURE = 1e-3
"""Usual loss of a discriminator up to which it errs on next to none; one that guesses, at a hundredth, has more."""

LOST = 5.0
"""Generator's loss from which it fools nobody: its images pass for real once in 150 times, `exp(-5)`."""

FEW = 0.25
"""Share of its values that may be lower."""

MOSTLY = 0.8
"""Share of the blocks that must lie below: a discriminator that wins is surprised now and then."""


def won_before(d: Trend[AdversarialLoss], g: Trend[AdversarialLoss]) -> bool:
    """Tell whether the discriminator has won wherever a log begins: it is sure, and right, and the generator lost.

    A loss of 0 throughout is of one that has not begun, as in `untrained_level`.
    """
    ours, theirs = d.series.values, g.series.values
    is_sure = bool(ours.min() >= 0 < ours.max()) and median(ours) <= SURE
    return is_sure and float(np.quantile(theirs, FEW)) >= LOST


def untrained_level(highest: float, end: float) -> float:
    """Return the level of a discriminator that knew nothing yet, from its highest: a log may begin when it has won.

    One that has won goes on winning. A loss of 0 throughout is of one that has not begun.
    """
    return max(highest, GUESSING) if 0 < end <= GOES_ON * highest else max(highest, 0.0)


def began_at(d: Trend[AdversarialLoss], g: Trend[AdversarialLoss]) -> float:
    """Return where a discriminator began: at guessing, where the generator's loss is zero from the first value on.

    No untrained discriminator takes all that is generated for real; the log begins when it was sure.
    """
    return d.start if g.series.values.any() else min(d.start, HINGE)


def causes_of_end(usual: float, highest: float, *, beaten: bool) -> tuple[Cause, ...]:
    """Rank why the discriminator, whose level is usually and was at most so high, beats the generator, or both stop."""
    if beaten:
        seen = f"its loss is usually at {number(usual)}, its highest level was {number(highest)}"
        return ranked(
            because("discriminator-too-strong", Strength.LIKELY, pro=[seen]), because("learning-rate-too-high")
        )
    dead = "neither loss moves any more: activations have died or saturated"
    return ranked(
        because("discriminator-too-strong", Strength.UNLIKELY, contra=["its loss is not near zero"]),
        because("learning-rate-too-high", Strength.LIKELY, pro=[dead]),
    )


def discriminator_too_weak(d: Trend[AdversarialLoss]) -> tuple[Cause, ...]:
    """Return why the generator beats the discriminator."""
    before = f"and was {number(d.start)} before it was trained" if d.end > d.start else "far above that of guessing"
    seen = f"its loss is at {number(d.end)}, {before}"
    return ranked(
        because("discriminator-too-weak", Strength.LIKELY, pro=[seen]),
        because("learning-rate-too-high", Strength.POSSIBLE),
    )


def settled_from(below: NDArray[np.bool_]) -> int:
    """Return the block from which four in five lie below to the end; their number where none does."""
    left = np.cumsum(below[::-1])[::-1] / np.arange(len(below), 0, -1)
    settled = np.flatnonzero(below & (left >= MOSTLY))
    return int(settled[0]) if len(settled) else len(below)


def spread(values: NDArray[np.float64]) -> float:
    """Return the distance between the 10th and the 90th percentile as a share of the level."""
    low, middle, high = np.percentile(values, [10, 50, 90])
    return float((high - low) / abs(middle)) if middle else float("inf")
