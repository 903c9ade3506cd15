"""Why the game of a generative adversarial network ends: who has won, or what has stopped both."""

from __future__ import annotations

from logdoctor.causes import because, ranked
from logdoctor.finding import Cause, Strength
from logdoctor.run.roles import AdversarialLoss
from logdoctor.signals import Trend
from logdoctor.wording import number

GUESSING = 0.25
"""Discriminator's loss where it guesses, of the kind that is lowest there: least squares, halved."""

GOES_ON = 0.5
"""End of such a loss as a share of its highest level, up to which it still falls: one that stays is weighted so low."""


def untrained_level(highest: float, end: float) -> float:
    """Return the level of a discriminator that knew nothing yet, from its highest: a log may begin when it has won.

    One that has won goes on winning. A loss of 0 throughout is of one that has not begun.
    """
    return max(highest, GUESSING) if 0 < end <= GOES_ON * highest else max(highest, 0.0)


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
    seen = f"its loss is at {number(d.end)}, and was {number(d.start)} before it was trained"
    return ranked(
        because("discriminator-too-weak", Strength.LIKELY, pro=[seen]),
        because("learning-rate-too-high", Strength.POSSIBLE),
    )
