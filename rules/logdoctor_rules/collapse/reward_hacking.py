"""A policy whose reward rises while the metric that is meant falls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from logdoctor import (
    Finding,
    Quantity,
    Rule,
    Run,
    Series,
    Severity,
    Span,
    Strength,
    because,
    confidence_from,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence.generalization.wrong_labels import FINDS_NOTHING
from logdoctor.evidence.told_by_settings import KL_PENALTY, off_and_on
from logdoctor.run.naming import words
from logdoctor.run.roles import Reward, ValMetric
from logdoctor.signals import Policy
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, place

MEANT = frozenset({"gold", "true", "oracle", "human"})
"""Words of a reward that says what is meant, beside the one that stands for it and is paid."""


@dataclass(frozen=True)
class RewardHacking(Rule):
    """The reward rises while a metric on held-out data falls: the policy has learnt what is paid, not what is meant.

    Any reward that is a proxy can be earned without reaching the goal, the more so the farther the policy moves from
    its reference. A metric that wavers, that has recovered, or that falls along with the reward is no finding.
    """

    id = "reward-hacking"
    title = "The reward rises while the evaluated metric falls"
    severity = Severity.WARNING
    causes = ("reward-misses-goal", "kl-penalty-too-weak")
    references = (
        "Gao et al. (2022), Scaling Laws for Reward Model Overoptimization, arXiv:2210.10760",
        "Skalse et al. (2022), Defining and Characterizing Reward Hacking, arXiv:2209.13085",
    )
    limits = (
        "Needs 20 training rewards and 6 values of a held-out metric for which higher is better, or of a gold reward. "
        "The metric of another task that is being forgotten looks the same."
    )
    explains = ("constant-metric", "metric-loss-disagreement")

    min_fall: float = threshold(
        0.3, "part of its best that the metric has lost at the end; held-out sets of a hundred answers waver by a tenth"
    )
    min_z: float = threshold(6.0, "rise of the reward in units of the noise of its level, as in entropy-collapse")
    min_rise: float = threshold(0.1, "the same as a share of the range of the rewards: less may be luck, as for a fall")
    min_points: float = threshold(6.0, "values of the metric: three in each half")
    min_rewards: float = threshold(20.0, "rewards, as policies need for any judgement")

    examples = (
        fires(
            "the reward rises to its top, and the answers that were right are gone",
            reward=decay(0.35, 1.5).noisy(0.02),
            eval_accuracy=given([0.39, 0.2, 0.01, 0.0, 0.0, 0.0, 0.002, 0.0]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "a part of them is gone",
            reward=decay(0.35, 1.5).noisy(0.02),
            eval_accuracy=given([0.39, 0.37, 0.36, 0.34, 0.33, 0.31, 0.31, 0.3]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "the reward that is paid rises, and the gold reward that it stands for turns",
            reward=decay(0.2, 4.1, half_life=0.1).noisy(0.05),
            gold_reward=line(0.0, 0.3, 12).followed_by(decay(0.3, -1.6, 108, half_life=0.1)),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "the gold reward follows it",
            reward=decay(0.2, 4.1, half_life=0.1).noisy(0.05),
            gold_reward=decay(0.0, 1.6, half_life=0.1),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "the metric had fallen, and has come back",
            reward=decay(0.35, 1.5).noisy(0.02),
            eval_accuracy=given([0.39, 0.2, 0.1, 0.12, 0.2, 0.35, 0.38, 0.4]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "the reward falls, too",
            reward=decay(1.5, 0.35).noisy(0.02),
            eval_accuracy=given([0.39, 0.2, 0.01, 0.0, 0.0, 0.0, 0.002, 0.0]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "the reward rises by less than its noise tells",
            reward=line(0.35, 0.6).noisy(0.3, seed=2),
            eval_accuracy=given([0.39, 0.2, 0.01, 0.0, 0.0, 0.0, 0.002, 0.0]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "the reward swings widely, and ends a little above its first values",
            reward=decay(0.35, -4.0, 60).followed_by(line(-4.0, 0.6, 60)),
            eval_accuracy=given([0.39, 0.2, 0.01, 0.0, 0.0, 0.0, 0.002, 0.0]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "the metric is none of held-out data",
            reward=decay(0.35, 1.5).noisy(0.02),
            train_accuracy=line(0.39, 0.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "a metric that had nothing to lose",
            reward=decay(0.35, 1.5).noisy(0.02),
            eval_accuracy=given([0.002, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "few evaluations",
            reward=decay(0.35, 1.5).noisy(0.02),
            eval_accuracy=given([0.39, 0.2, 0.01, 0.0, 0.0]),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "few rewards",
            reward=decay(0.35, 1.5, 19),
            eval_accuracy=given([0.39, 0.2, 0.01, 0.0, 0.0, 0.0, 0.002, 0.0]),
            policy_loss=flat(0.0, 19).noisy(0.01),
        ),
    )

    def check(self, run: Run, policy: Policy) -> Iterator[Finding]:
        """Compare the course of the reward with that of the metric that falls farthest."""
        reward = policy.reward
        if reward is None or policy.is_preference or len(reward) < self.min_rewards:
            return
        began = min(float(reward.level[0]), reward.start)
        risen = reward.end - began
        if risen < max(self.min_z * reward.level_noise, self.min_rise * float(np.ptp(reward.level))) or risen <= 0:
            return
        meant = [one for one in run.all(Reward) if MEANT & set(words(one.name)) and one.name != reward.series.name]
        metrics = [one.finite for one in (*run.all(ValMetric), *meant) if len(one.finite) >= self.min_points]
        fallen = [(_lost(one), one) for one in metrics if one.values.max() > FINDS_NOTHING]
        lost, series = max(fallen, key=lambda one: one[0], default=(0.0, None))
        if series is None or lost < self.min_fall:
            return
        at, best, end = int(np.argmax(series.values)), float(series.values.max()), _end(series)
        off, on = off_and_on(run, *KL_PENALTY)
        yield self.finding(
            f"{reward.series.name} rises from {number(began)} to {number(reward.end)} while {series.name} falls from "
            f"{number(best)} at {place(series, int(series.steps[at]))} to {number(end)}",
            Span(series.name, int(series.steps[at]), series.last_step, "falling"),
            Span(reward.series.name, reward.series.first_step, reward.series.last_step, "rising"),
            confidence=confidence_from(lost / self.min_fall, 2 * len(series)),
            causes=ranked(
                because("reward-misses-goal", Strength.LIKELY, pro=[f"{series.name} does not follow the reward"]),
                because("kl-penalty-too-weak", likely_if(off), pro=off, contra=on),
            ),
            evidence={
                "reward at the start": Quantity(began),
                "reward at the end": Quantity(reward.end),
                "best of the metric": Quantity(best),
                "metric at the end": Quantity(end),
            },
        )


def _end(series: Series) -> float:
    """Return where a metric ends: the median of its last third."""
    return median(series.values[-max(1, len(series) // 3) :])


def _lost(series: Series) -> float:
    """Return the part of its best that a metric has lost for good, 0 for one that is not above zero.

    The best of single values is luck in part: what comes before the fall must hold it, too.
    """
    values = series.values
    before = median(values[: max(1, len(values) // 10)])
    best = min(float(values.max()), max(before, float(np.sort(values)[-max(1, len(values) // 5)])))
    return (best - max(_end(series), float(values[-1]))) / best if best > 0 else 0.0
