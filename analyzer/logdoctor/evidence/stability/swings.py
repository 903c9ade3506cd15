"""Signs that a loss does not settle, and why: the form of its swings, the rate, and the settings that make noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor.evidence.usual_rates import above_usual, rate_height
from logdoctor.evidence.weighing import FAIR, STRONG, WEAK, Clue
from logdoctor.finding import Span
from logdoctor.run import Axis
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Hyperparameters, JointSwings, Schedule, Swings
from logdoctor.wording import number

USUAL = {"learning-rate-too-high": 1.0, "batch-too-small": 0.0, "data-not-shuffled": 0.0}
"""How usual each cause is where the log shows nothing of it, in the unit of a clue's weight."""

SMALL_BATCH = 8
"""Examples in an update from which down the gradient of one differs from the next by as much as its size."""

UNRELATED = 0.34
"""Correlation of values close by up to which they look unrelated: that of fifty such stays below nineteen times in
twenty."""

DECAYED = 0.1
"""Share of its peak that a rate falls below when it decays: the usual step of a schedule."""

LATE = "in the later half of the run"


@dataclass(frozen=True)
class Sign:
    """One sign that a loss does not settle: what a finding says of it, and what it speaks for."""

    said: str
    margin: float
    """How far it goes beyond what a sound run does, from 1 on."""
    clue: Clue | None = None
    beside: tuple[Span, ...] = ()
    """Where other series show it."""
    since: int | None = None
    """Step from which the loss shows it; None where that is the later half of the run."""


def instability(said: str, margin: float, since: int | None = None) -> Iterator[Sign]:
    """Yield the sign that a loss is thrown about, which speaks for the learning rate; nothing for a margin below 1."""
    if margin >= 1:
        yield Sign(f"is unstable: {said}", margin, Clue("learning-rate-too-high", STRONG, said), since=since)


def moves_together(joint: JointSwings, margin: float) -> Sign:
    """Return the sign that validation swings with training: not noise of either, but the model itself."""
    said = f"and validation rise and fall by a factor of {number(joint.spread)} {LATE}"
    clue = Clue("learning-rate-too-high", FAIR, "validation jumps as far")
    return Sign(said, margin, clue, (Span(*joint.stretch, "with it"),))


def clues_of_swings(
    swings: Swings[TrainLoss], settings: Hyperparameters, schedule: Schedule | None, *, structured: bool
) -> Iterator[Clue]:
    """Weigh the form of the swings, the rate at which they last, and the settings that make batches noisy."""
    series, memory = swings.trend.series, f"correlation of neighbouring values {number(round(swings.memory, 2))}"
    if structured:
        yield Clue("learning-rate-too-high", FAIR, f"the loss moves around a level that it does not reach ({memory})")
        yield Clue("batch-too-small", -FAIR, f"the swings are not random ({memory})")
        yield Clue("data-not-shuffled", WEAK if swings.memory > 0 else -FAIR, "" if swings.memory > 0 else memory)
    elif abs(swings.memory) <= UNRELATED:
        yield Clue("batch-too-small", FAIR, f"neighbouring values are unrelated, as batch noise is ({memory})")
    if series.axis is Axis.EPOCH:
        yield Clue("data-not-shuffled", -FAIR, "each value averages an epoch, which holds all data")
    if rate_height(settings.run, settings) is not None and (high := above_usual(settings.run, settings)):
        yield Clue("learning-rate-too-high", STRONG, high)
    if schedule is not None and schedule.share_at(series.last_step) <= DECAYED:
        yield Clue("learning-rate-too-high", -FAIR, "the swings go on after the rate has decayed")
    if settings.batch_size is not None:
        size = settings.batch_size * settings.accumulation
        yield Clue(
            "batch-too-small", STRONG if size <= SMALL_BATCH else -WEAK, f"an update sees {number(size)} examples"
        )


def to_tell_apart(settings: Hyperparameters, schedule: Schedule | None) -> list[str]:
    """Say which quantities that are not known would tell the causes apart."""
    size = "the batch size: swings of a small batch shrink with the root of its size, those of the rate do not"
    rate = "the learning rate: swings that shrink in proportion when it decays are its own"
    return [*([size] if settings.batch_size is None else []), *([rate] if schedule is None else [])]
