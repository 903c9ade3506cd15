"""A policy that learns from rewards or preferences: how undecided it is, how far it went, and what it earns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from logdoctor.run import Run, Series
from logdoctor.run.naming import PREFERENCE, words
from logdoctor.run.roles import Entropy, KlDivergence, PolicyLoss, Reward
from logdoctor.signals.trend import Trend, Unmeasurable

POLICY_WORDS = PREFERENCE | frozenset({"grpo", "rloo", "ppo", "rlhf"})
"""Words that only a run that learns from rewards or preferences logs."""


@dataclass(frozen=True)
class Policy:
    """What is logged of a policy; a trend is None where it is not."""

    entropy: Trend[Entropy] | None
    kl: Trend[KlDivergence] | None
    reward: Trend[Reward] | None

    @classmethod
    def measure(cls, run: Run) -> Policy:
        """Collect the curves; raises Unmeasurable where nothing says that a policy is learnt.

        A language model's entropy, or the divergence of an autoencoder, is none.
        """
        vocabulary = {word for one in run.series for word in words(one.name)}
        if not (run.all(Reward) or run.all(PolicyLoss) or vocabulary & POLICY_WORDS):
            raise Unmeasurable("nothing in this run learns from rewards or preferences")
        entropy = run.find(Entropy) or _negative_entropy(run)
        kl, reward = run.find(KlDivergence), run.find(Reward)
        return cls(_trend_or_none(entropy), _trend_or_none(kl), _trend_or_none(reward))

    @property
    def kl_is_per_update(self) -> bool:
        """Whether the divergence is that of one update from the policy before it, not from a fixed reference."""
        return self.kl is not None and bool({"approx", "approxkl", "old", "mean"} & set(words(self.kl.series.name)))


def _negative_entropy(run: Run) -> Series | None:
    """Return the entropy from a loss that is its negative (Stable-Baselines3's train/entropy_loss), or None."""
    found = next((one for one in run.all(PolicyLoss) if {"entropy", "loss"} <= set(words(one.name))), None)
    if found is None or not len(found.finite):
        return None
    return replace(found, values=-found.values) if found.finite.values[0] < 0 else found


def _trend_or_none(series: Series | None) -> Trend[Any] | None:
    try:
        return None if series is None else Trend.measure(series)
    except Unmeasurable:
        return None
