"""Why a loss stays where it began: what the run and its siblings say for and against each cause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from logdoctor.causes import because, ranked
from logdoctor.evidence.rates import above_usual, rate_too_high, rate_too_low
from logdoctor.evidence.told_by_settings import FEW_UPDATES, strong_regularisation
from logdoctor.finding import Cause, Fix, Strength
from logdoctor.run import Run
from logdoctor.signals import Hyperparameters, Schedule, Siblings, Stillness, given_rate
from logdoctor.signals.stillness import VANISHED
from logdoctor.signals.trend import Unmeasurable
from logdoctor.wording import number, percent, place

TINY_RATE = 5e-6
"""Rates from here down hardly move any network that has not been trained before; fine-tuning begins at 1e-5."""

LOW_SGD_RATE = 1e-4
"""The same for SGD, whose steps are not scaled: it is used at 1e-2 to 1."""

AMPLE_RATE = 0.1
"""Rates from here up are not too low with any optimizer: the classic rate of SGD, tenfold what Adam stands."""

DEAD_RATE, DEAD_FOR = 0.01, 0.5
"""Share of its peak below which a rate teaches nothing, and the share of the run from which that is most of it."""

CAUSES = (
    "schedule-decays-too-soon", "learning-rate-too-low", "optimizer-not-stepping", "bad-initialization",
    "dead-activations", "learning-rate-too-high", "data-not-normalised", "over-regularised", "labels-do-not-match",
    "batch-too-large",
)  # fmt: skip
"""Everything that `stuck_causes` may name."""


@dataclass(frozen=True)
class Beginning:
    """How a loss came to where it rests."""

    fell: str = ""
    """It came from above: a clause."""
    blew_up: str = ""
    """It rose far above its start before: a clause."""
    began_high: str = ""
    """Its very first value was far above: a clause."""
    forgot: str = ""
    """It had gone below where it rests, without a blow-up since: a clause."""
    guesses: str = ""
    """It rests where guessing the mean of its targets would be: a clause."""
    worse: str = ""
    """It rests above where guessing would be: a clause."""
    updates: int | None = None
    """Updates in the run, where the log counts them."""


def stuck_causes(
    still: Stillness, settings: Hyperparameters, siblings: Siblings, beginning: Beginning = Beginning()
) -> tuple[Cause, ...]:
    """Return the causes, the likely first; those that the run speaks against are left out."""
    died = rate_died(siblings.run)
    strong, high = strong_regularisation(settings), above_usual(siblings.run, settings)
    ample = high or _ample_rate(siblings)
    low = low_rate(settings, siblings) or ("" if ample else still.creeps)  # what is stuck may creep at any rate
    vanished = still.gradient is not None and still.gradient <= VANISHED
    no_gradient = f"the gradient norm is {number(still.gradient)}" if vanished else ""
    few = beginning.updates is not None and beginning.updates <= FEW_UPDATES and settings.batch_size is not None
    signs = (died, low, strong, still.frozen, still.moves, still.saturated, beginning.fell, beginning.blew_up)
    unsaid = not (any(signs) or vanished)
    one_answer = still.one_answer or beginning.guesses
    fell = "" if still.unused_gradients else beginning.fell  # weights that never change let no loss fall
    open_to_data = bool(still.many_answers or still.moves) and not (one_answer or still.descends)
    thrown = still.saturated or still.restless or beginning.worse
    broke = bool(beginning.blew_up or beginning.began_high or thrown or high)
    ends = died or ("" if broke or strong or beginning.forgot else still.stopped)
    sure = bool(low or strong or beginning.forgot or ends)
    forgot = beginning.forgot if strong or not settings else ""
    return ranked(
        *_kept(
            because(
                "schedule-decays-too-soon",
                _strength(bool(ends), possible=False),
                pro=[ends],
                fixes=[Fix("log the learning rate beside the loss, and compare its schedule with the run's length")]
                if not died
                else [],
            ),
            rate_too_low(
                siblings,
                _strength(bool(low), not (ample or thrown or beginning.blew_up)),
                pro=[low],
                contra=[ample, thrown, beginning.blew_up],
            ),
            because(
                "optimizer-not-stepping",
                _strength(
                    bool(still.unused_gradients or (still.frozen and not (low or still.saturated or fell)) or unsaid),
                    not (still.moves or still.saturated or fell),
                ),
                pro=["" if still.saturated else still.frozen, still.unused_gradients],
                contra=[still.moves, low if still.frozen else "", still.saturated, fell],
                fixes=[Fix("compare one weight before and after a step: if it is equal, the optimizer holds others")],
            ),
            because(
                "bad-initialization",
                _strength(bool(one_answer or vanished) and not (broke or sure or still.frozen), not broke),
                pro=[one_answer, no_gradient],
                contra=[still.many_answers, still.frozen],
                fixes=[Fix("log the gradient norm of each layer: zero in all but the last is the sign")],
            ),
            rate_too_high(
                siblings,
                _strength(bool(beginning.blew_up or thrown or high), bool(beginning.began_high)),
                pro=[beginning.blew_up or beginning.began_high, thrown, high],
            ),
            because(
                "data-not-normalised",
                _strength(bool(beginning.began_high or still.saturated) and not beginning.blew_up),
                pro=[beginning.began_high, still.saturated],
            ),
            because(
                "dead-activations",
                _strength(bool(beginning.fell) and not (broke or strong or low or ends)),
                pro=[beginning.fell, one_answer, no_gradient],
                contra=[still.many_answers],
                fixes=[Fix("log the share of units whose activation is zero for a whole batch")],
            ),
            because(
                "over-regularised",
                _strength(bool(strong or forgot), bool(beginning.forgot)),
                pro=[strong, beginning.forgot],
            ),
            because(
                "labels-do-not-match",
                _strength(open_to_data and not (sure or broke or vanished)),
                pro=[still.many_answers or still.moves],
                contra=[one_answer, still.frozen],
            ),
            because(
                "batch-too-large",
                _strength(few, few),
                pro=[f"the run has {beginning.updates} updates, of {number(settings.batch_size)} examples each"],
            ),
        )
    )


def rate_died(run: Run) -> str:
    """Say from where on the logged rate is next to nothing, where that is most of the run; nothing elsewhere."""
    try:
        schedule = Schedule.measure(run)
    except Unmeasurable:
        return ""
    died, first, last = schedule.dead_from(DEAD_RATE), int(schedule.series.steps[0]), int(schedule.series.steps[-1])
    if died is None or schedule.is_range_test or last - died < DEAD_FOR * (last - first):
        return ""
    share = f"{percent(DEAD_RATE)} of its peak of {number(schedule.peak)}"
    return f"the rate is below {share} from {place(schedule.series, died)} on"


def told(cause: str, clause: str) -> Cause:
    """Return a cause that a clause speaks for; without one it is unlikely."""
    return because(cause, _strength(bool(clause), possible=False), pro=[clause])


def _ample_rate(siblings: Siblings) -> str:
    """Say so where the rate cannot be what is too low, whatever the optimizer."""
    rate = given_rate(siblings.run)
    return f"a rate of {number(rate)} is ample with any optimizer" if rate is not None and rate >= AMPLE_RATE else ""


def low_rate(settings: Hyperparameters, siblings: Siblings) -> str:
    """Say so where the rate hardly moves a network that has not been trained before; nothing elsewhere."""
    rate = given_rate(siblings.run)
    limit = LOW_SGD_RATE if settings.is_adaptive is False else TINY_RATE
    return f"a rate of {number(rate)} hardly moves an untrained network" if rate is not None and rate <= limit else ""


def _strength(likely: bool, possible: bool = True) -> Strength:  # noqa: FBT001, FBT002 - read as a pair of answers
    return Strength.LIKELY if likely else Strength.POSSIBLE if possible else Strength.UNLIKELY


def _kept(*causes: Cause) -> Iterable[Cause]:
    """Leave out what nothing speaks for and something against, or what nothing brought up."""
    return (one for one in causes if one.strength is not Strength.UNLIKELY and (one.pro or not one.contra))
