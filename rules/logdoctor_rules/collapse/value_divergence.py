"""A value function whose errors grow by powers of ten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Finding,
    Quantity,
    Reward,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    Strength,
    because,
    confidence_from,
    fires,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, geometric, given, line
from logdoctor.evidence.rate_fixes import with_lower_rate
from logdoctor.run.naming import words
from logdoctor.run.roles import PolicyLoss
from logdoctor.signals import Trend
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, stretch

SIGNED = frozenset("policy pg pi actor surrogate entropy".split())
"""Words of losses of the policy itself, which are no errors of an estimate."""

RETURNS = frozenset("return returns episode episodes episodic ep eprewmean score scores".split())
"""Words of what a whole episode earns; any other reward may be that of a single step, of which a value sums many."""


HARDLY_GROWS = 1.5
"""Square of the growth of returns below which they do not grow: by a fifth they waver."""


@dataclass(frozen=True)
class ValueDivergence(Rule):
    """The loss of a value function grows by powers of ten, far beyond what growing returns explain.

    Where the errors are beyond any return of the run, a smaller growth is enough: they may have grown from the first.
    Estimates are learnt from estimates: where nothing anchors them, their errors reinforce each other. A value loss
    that rises while the policy earns more is sound, because errors grow with the square of the return.
    """

    id = "value-divergence"
    title = "The estimated values grow without bound"
    severity = Severity.WARNING
    causes = ("values-feed-on-themselves", "learning-rate-too-high")
    references = ("van Hasselt et al. (2018), Deep Reinforcement Learning and the Deadly Triad, arXiv:1812.02648",)
    limits = "Needs 20 values of a value loss that measures an error; clipped estimates do not show the divergence."

    min_growth: float = threshold(
        1e4,
        "end in units of the first third, the square of what returns grew by aside: the square of 1 / (1 - 0.99), the "
        "largest sum of rewards of 1, from which van Hasselt et al. call values divergent",
    )
    min_impossible: float = threshold(
        100.0,
        "the same where the end is as many times (min_growth) the square of the largest return, an error that no value "
        "can have: so far the errors of a network that has just begun do not rise beyond those of returns",
    )
    at_its_height: float = threshold(0.1, "end as a share of the highest level: what has come down again is no finding")
    min_points: float = threshold(20.0, "values of the loss: six in each third")

    examples = (
        fires(
            "errors grow by thirteen powers of ten",
            episode_return=line(20.0, 180.0).noisy(5.0),
            td_loss=geometric(0.5, 5e12),
        ),
        silent(
            "errors grow with the returns",
            episode_return=line(20.0, 500.0).noisy(5.0),
            td_loss=geometric(0.5, 900.0),
        ),
        silent(
            "returns grow by as much",
            episode_return=geometric(1.0, 1e5),
            value_loss=geometric(0.5, 5e9),
        ),
        silent(
            "has come down again",
            episode_return=flat(20.0).noisy(1.0),
            td_loss=geometric(0.5, 5e8, 60).followed_by(geometric(5e8, 1e7, 60)),
        ),
        silent(
            "a loss of the policy, which has a sign",
            episode_return=line(20.0, 180.0).noisy(5.0),
            policy_loss=decay(-1e-3, -900.0),
        ),
        fires(
            "returns begin at exactly 0, and do not grow so",
            episode_return=given([0.0] * 10).followed_by(line(0.5, 3.0, 110)),
            td_loss=geometric(0.5, 5e12),
        ),
        silent(
            "nothing is earned through the first third of the run: returns may have grown by any factor",
            episode_return=given([0.0] * 60).followed_by(line(0.5, 3.0, 60)),
            td_loss=geometric(0.5, 5e12),
        ),
        fires(
            "grows most in the first third, to errors of a thousand times any return",
            episode_return=decay(0.2, -0.3).noisy(0.02),
            td_loss=given(0.1 * np.linspace(1.0, 40.0, 120) ** 5),
        ),
        silent(
            "grows as much, of returns in the hundreds",
            episode_return=flat(200.0).noisy(5.0),
            td_loss=given(0.1 * np.linspace(1.0, 40.0, 120) ** 5),
        ),
        silent(
            "grows as much, and the rewards are those of single steps, of ever longer episodes",
            mean_reward=flat(0.05).noisy(0.001),
            td_loss=geometric(0.2, 1500.0),
        ),
        fires("grows by powers of ten, and no returns are logged", td_loss=geometric(0.5, 5e12)),
        silent("grows a hundredfold, and no returns are logged", td_loss=geometric(0.5, 50.0)),
        silent(
            "next to nothing to learn until a reward is found, and no returns are logged",
            td_loss=flat(1e-6, 50).followed_by(decay(0.01, 0.3, 70)),
        ),
        silent("rests", episode_return=line(20.0, 180.0).noisy(5.0), td_loss=flat(0.4).noisy(0.1)),
        silent("too short", episode_return=line(20.0, 180.0, 19), td_loss=geometric(0.5, 5e12, 19)),
    )

    def check(self, run: Run, reward: Trend[Reward] | None) -> Iterator[Finding]:
        """Look at the loss that grows most, beside the returns where those are logged."""
        losses = [one.finite for one in run.all(PolicyLoss) if SIGNED.isdisjoint(words(one.name))]
        judged = [one for one in losses if len(one) >= self.min_points and one.values.min() >= 0]
        earned = _earned(reward) if reward is not None else 1.0
        growths = [(_growth(one) / earned, one) for one in judged]
        growth, series = max(growths, key=lambda one: one[0], default=(0.0, None))
        if series is None:
            return
        trend: Trend[PolicyLoss] = Trend.measure(series)
        largest = _largest_return(reward) if reward is not None else 0.0
        impossible = largest > 0 and trend.end > self.min_growth * largest * largest
        if growth < (enough := self.min_impossible if impossible else self.min_growth):
            return
        least = 0.0 if reward is not None else self.min_growth  # until rewards of 1 are found there may be no error
        if trend.end < max(self.at_its_height * float(trend.level.max()), least):
            return
        beside = ""
        if reward is not None:
            beside = f" while {reward.series.name} goes from {number(reward.start)} to {number(reward.end)}"
        yield self.finding(
            f"{series.name} grows from {number(trend.thirds[0])} to {number(trend.end)} over "
            f"{stretch(series, series.first_step, series.last_step)}{beside}",
            Span(series.name, series.first_step, series.last_step, "grows"),
            confidence=confidence_from(np.log(growth) / np.log(enough), len(series)),
            causes=ranked(
                because(
                    "values-feed-on-themselves",
                    Strength.LIKELY,
                    pro=[_beside_returns(growth, earned) if reward is not None else f"it grows {number(growth)} times"],
                ),
                with_lower_rate(because("learning-rate-too-high", Strength.POSSIBLE), run),
            ),
            evidence={
                "growth": Quantity(growth, "times" if reward is None else "times, beyond returns"),
                "end": Quantity(trend.end),
            },
        )


def _beside_returns(growth: float, earned: float) -> str:
    """Say how much of a growth, which is given beyond it, that of returns explains."""
    if earned < HARDLY_GROWS:
        return "returns do not grow with them"
    return f"returns grow too, but explain only {number(earned)} of {number(growth * earned)} times"


def _largest_return(reward: Trend[Reward]) -> float:
    """Return the largest return by its size; 0 where it is not known."""
    return 0.0 if RETURNS.isdisjoint(words(reward.series.name)) else float(np.abs(reward.series.values).max())


def _earned(reward: Trend[Reward]) -> float:
    """Return the square of what returns grew by; those that begin at exactly 0 may grow by any factor."""
    before = max(abs(reward.start), abs(reward.thirds[0]))
    return float(np.square(max(1.0, np.divide(abs(reward.end), before)))) if reward.end else 1.0


def _growth(series: Series) -> float:
    """Return the last values in units of the usual one of the first third; 0 where that is 0."""
    n = len(series)
    first, last = (median(part) for part in (series.values[: n // 3], series.values[-max(1, n // 10) :]))
    return last / first if first > 0 else 0.0
