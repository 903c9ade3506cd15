"""A policy in reinforcement learning or preference tuning: its entropy, its distance to the reference, its reward."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.naming import words, words_of_preference
from logdoctor.run.roles import Entropy, KlDivergence, PolicyLoss, Reward
from logdoctor.signals.statistics.trend import Trend, trend_or_none
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

POLICY_WORDS = frozenset({"grpo", "rloo", "ppo", "rlhf"})
"""Words that only a run that learns from rewards or preferences logs."""

OF_VALUES = frozenset({"td", "epsilon", "exploration"})
"""Words that a run logs which learns the values of actions, and acts by them but for some at random."""

OF_POLICIES = frozenset("policy actor pg pi surrogate entropy".split())
"""Words that a run logs which learns a policy of its own."""

CERTAIN = 0.02
"""Nats from which down one of the actions is all but certain, wherever the entropy began: 0.997 of two."""

WAKES = 0.1
"""Share of the rest of a run over which a policy that is certain of most may waver in what it seldom sees."""


@dataclass(frozen=True)
class Policy:
    """What is logged of a policy; a trend is None where it is not."""

    entropy: Trend[Entropy] | None
    kl: Trend[KlDivergence] | None
    reward: Trend[Reward] | None
    is_preference: bool = False
    """Whether it learns from preferred answers, where no reward need rise."""
    entropy_is_turned: bool = False
    """Whether the log holds the negative of the entropy: a reader sees that rise."""

    @classmethod
    def measure(cls, run: Run) -> Policy:
        """Collect the curves; raises Unmeasurable where nothing says that a policy is learnt.

        A language model's entropy, or the divergence of an autoencoder, is none.
        """
        preferred = any(words_of_preference(one.name) for one in run.series)
        named = any(POLICY_WORDS & set(words(one.name)) for one in run.series)
        if not (run.all(Reward) or run.all(PolicyLoss) or preferred or named):
            raise Unmeasurable("nothing in this run learns from rewards or preferences")
        entropy = run.find(Entropy) or _negative_entropy(run)
        kl, reward = run.find(KlDivergence), run.find(Reward)
        turned = entropy is not None and all(entropy is not one for one in run.series)
        return cls(trend_or_none(entropy), trend_or_none(kl), trend_or_none(reward), preferred, turned)

    @property
    def kl_is_per_update(self) -> bool:
        """Whether the divergence is that of one update from the policy before it, not from a fixed reference."""
        return self.kl is not None and bool({"approx", "approxkl", "old", "mean"} & set(words(self.kl.series.name)))


def learns_values_alone(run: Run) -> bool:
    """Whether a run learns the values of actions, and logs nothing of a policy of its own."""
    named = {word for one in run.series for word in words(one.name)}
    return not OF_VALUES.isdisjoint(named) and OF_POLICIES.isdisjoint(named)


def certain_since(entropy: Trend[Entropy], gone: float) -> int:
    """Return the first block from which a policy's entropy is gone, but for WAKES; the number of blocks if none.

    Gone is a share of its start, or CERTAIN where that is more.
    """
    alive = entropy.level > max(gone * entropy.start, CERTAIN)
    still = np.cumsum(alive[::-1])[::-1] / np.arange(len(alive), 0, -1)
    since = np.flatnonzero(~alive & (still <= WAKES))
    return int(since[0]) if len(since) else len(alive)


def _negative_entropy(run: Run) -> Series | None:
    """Return the entropy from a loss that is its negative (Stable-Baselines3's train/entropy_loss), or None."""
    found = next((one for one in run.all(PolicyLoss) if {"entropy", "loss"} <= set(words(one.name))), None)
    if found is None or not len(found.finite):
        return None
    return replace(found, values=-found.values) if found.finite.values[0] < 0 else found
