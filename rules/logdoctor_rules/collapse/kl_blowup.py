"""A policy that diverges from its reference model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import (
    Cause,
    Entropy,
    Finding,
    Quantity,
    Reward,
    Rule,
    Run,
    Severity,
    Span,
    because,
    confidence_from,
    fires,
    likely_if,
    ranked,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, geometric, line
from logdoctor.evidence.rate_fixes import with_lower_rate
from logdoctor.evidence.told_by_settings import KL_PENALTY, off_and_on
from logdoctor.evidence.usual_rates import above_usual
from logdoctor.signals import Hyperparameters, Policy, Trend
from logdoctor.signals.statistics.last_stretch import after_last
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, place

LUCK = 6.0
"""Growth of the reward in units of the noise of its level that chance gives: entropy-collapse asks as much."""


@dataclass(frozen=True)
class KlBlowup(Rule):
    """The policy's divergence from its reference, or from itself before the update, grew by orders of magnitude.

    Beyond that point the reward model, or the ratio by which updates are clipped, means little. Only policies are
    judged: the divergence of a variational autoencoder from its prior has no such target. Tens of nats are too far if
    they no longer earn any reward.
    """

    id = "kl-blowup"
    title = "The policy's divergence from its reference blows up"
    severity = Severity.WARNING
    causes = ("kl-penalty-too-weak", "learning-rate-too-high")
    references = (
        "Schulman et al. (2017), PPO, arXiv:1707.06347",
        "Ziegler et al. (2019), Fine-Tuning Language Models from Human Preferences, arXiv:1909.08593",
        "Gao et al. (2022), Scaling Laws for Reward Model Overoptimization, arXiv:2210.10760",
    )
    limits = (
        "Needs 20 divergences in nats and a run that logs rewards, a policy loss or preferences. Only the name of the "
        "series shows whether it is the divergence of one update or from a fixed reference."
    )
    explains = ("falling-return", "constant-metric")

    min_update: float = threshold(
        0.3, "nats of one update at the end: ten times the usual target of 0.01 to 0.03 (Spinning Up stops at 0.015)"
    )
    min_reference: float = threshold(
        100.0, "nats from a fixed reference at the end: targets are 6 to 30 for a whole answer (Ziegler et al.)"
    )
    min_unpaid: float = threshold(
        20.0,
        "the same where it still grows and the reward does not any more; policies with a penalty rest at 1 to 10, "
        "and what is gained beyond is the reward model's error (Gao et al.)",
    )
    min_late_growth: float = threshold(
        1.1, "growth over the later half from which it still grows; one that its penalty holds wavers by a few percent"
    )
    min_growth: float = threshold(
        10.0, "growth from the level over the first twentieth of the run: what was large from the start did not blow up"
    )
    max_gain: float = threshold(
        0.1,
        "growth of the reward over the later half as a share of all its growth, up to which it does not pay any more",
    )
    spent: float = threshold(
        0.4,
        "entropy at the end as a share of its start, below which tens of nats are too many whatever they pay: policies "
        "that are held to a reference keep 0.7 and more",
    )
    min_points: float = threshold(20.0, "values of the divergence: one in its first twentieth")

    examples = (
        fires(
            "updates ever further from the policy before",
            approx_kl=geometric(0.01, 2.0).followed_by(flat(2.0, 20)),
            episode_reward=line(20.0, 100.0, 60).followed_by(line(100.0, 10.0, 80)),
            policy_loss=flat(0.0, 140).noisy(0.01),
        ),
        fires(
            "far from the reference",
            settings={"kl_coef": 0.0},
            kl=geometric(1.0, 900.0),
            episode_reward=decay(1.0, 9.0),
            policy_loss=flat(0.0),
        ),
        fires(
            "far, and the reward still pays (a note)",
            kl=geometric(1.0, 900.0),
            episode_reward=line(1.0, 9.0),
            policy_loss=flat(0.0),
        ),
        silent(
            "updates near their target",
            approx_kl=flat(0.015).noisy(0.003),
            episode_reward=decay(20.0, 100.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "updates a little above their target",
            approx_kl=geometric(0.005, 0.2),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "still going further from the reference, and the reward has stopped growing",
            settings={"kl_coef": 0.0},
            kl=geometric(0.4, 7.0, 20).followed_by(line(7.0, 40.0, 100)),
            episode_reward=decay(0.5, 0.83, half_life=0.05).noisy(0.005),
            policy_loss=flat(0.0),
        ),
        silent(
            "held by its penalty, and the reward has stopped growing",
            kl=geometric(0.4, 25.0, 40).followed_by(flat(25.0, 80).noisy(0.3)),
            episode_reward=decay(0.5, 0.83, half_life=0.05).noisy(0.005),
            policy_loss=flat(0.0),
        ),
        silent(
            "still going, and the reward pays for it",
            kl=geometric(0.4, 7.0, 20).followed_by(line(7.0, 40.0, 100)),
            episode_reward=line(0.5, 0.83).noisy(0.005),
            policy_loss=flat(0.0),
        ),
        fires(
            "the reward still pays, and next to no entropy is left",
            kl=geometric(0.4, 7.0, 20).followed_by(line(7.0, 40.0, 100)),
            entropy=line(30.0, 7.0),
            episode_reward=line(0.5, 0.83).noisy(0.005),
            policy_loss=flat(0.0),
        ),
        silent(
            "the reward still pays, and half of the entropy is left",
            kl=geometric(0.4, 7.0, 20).followed_by(line(7.0, 40.0, 100)),
            entropy=line(30.0, 13.0),
            episode_reward=line(0.5, 0.83).noisy(0.005),
            policy_loss=flat(0.0),
        ),
        silent(
            "still going, but not far",
            kl=geometric(0.1, 2.0, 20).followed_by(line(2.0, 13.0, 100)),
            episode_reward=decay(0.5, 0.83, half_life=0.05).noisy(0.005),
            policy_loss=flat(0.0),
        ),
        silent(
            "tens of nats from the reference",
            kl=geometric(0.5, 30.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent("large from the start", approx_kl=flat(2.0).noisy(0.1), policy_loss=flat(0.0).noisy(0.01)),
        silent("one wild update", approx_kl=flat(0.015).with_value(60, 9.0), policy_loss=flat(0.0).noisy(0.01)),
        silent("too short", approx_kl=geometric(0.01, 5.0, 19), policy_loss=flat(0.0, 19)),
    )

    def check(self, run: Run, policy: Policy) -> Iterator[Finding]:
        """Compare the end with the beginning and with what is usual."""
        kl, reward = policy.kl, policy.reward
        if kl is None or len(kl) < self.min_points:
            return
        pays = reward is not None and self._pays(reward)
        unpaid = reward is not None and not pays and kl.end > self.min_late_growth * kl.at(0.5)
        spent = self._spent(policy.entropy)
        far = self.min_unpaid if unpaid or spent else self.min_reference
        usual = self.min_update if policy.kl_is_per_update else far
        early = min(abs(median(kl.level[: max(1, len(kl.level) // 20)])), abs(kl.first))
        if kl.end < usual or kl.end < self.min_growth * early:
            return
        since = after_last(kl.level < usual)
        series, step = kl.series, int(kl.steps[min(since, len(kl.level) - 1)])
        yield self.finding(
            f"{series.name} grows from {number(early)} to {number(kl.end)} and stays above {number(usual)} "
            f"from {place(series, step)} on"
            + (f" while {reward.series.name} still rises" if pays and reward else "")
            + (f"; {spent}" if spent else ""),
            Span(series.name, step, series.last_step, "blowing up"),
            severity=Severity.NOTE if pays and not spent else self.severity,
            confidence=confidence_from(min(kl.end / usual, kl.end / max(self.min_growth * early, 1e-300)), len(kl)),
            causes=_causes(run, per_update=policy.kl_is_per_update),
            evidence={
                "level over the first twentieth": Quantity(early, "nats"),
                "end": Quantity(kl.end, "nats"),
                "usual": Quantity(usual, "nats"),
                "reward at the end": Quantity(reward.end if reward is not None else "not logged"),
            },
        )

    def _pays(self, reward: Trend[Reward]) -> bool:
        """Whether the reward still rises in the later half, as a share of all that it rose."""
        total = float(reward.level.max()) - float(reward.level[0])
        return total > LUCK * reward.level_noise and reward.end - reward.at(0.5) > self.max_gain * total

    def _spent(self, entropy: Trend[Entropy] | None) -> str:
        """Say so where most of the policy's entropy went with the divergence."""
        if entropy is None or not 0 <= entropy.end < self.spent * entropy.start:
            return ""
        return f"{entropy.series.name} falls from {number(entropy.start)} to {number(entropy.end)} with it"


def _causes(run: Run, *, per_update: bool) -> tuple[Cause, ...]:
    """Rank a weak penalty, by the settings that weigh it, and a rate at which single updates go too far."""
    off, on = off_and_on(run, *KL_PENALTY)
    adds_up = [] if off or per_update else ["it is measured against the reference, from which small updates add up"]
    high = above_usual(run, Hyperparameters(run))
    too_far = per_update or bool(on and high)
    return ranked(
        because("kl-penalty-too-weak", likely_if(off or not too_far), pro=[*off, *adds_up], contra=on),
        with_lower_rate(
            because(
                "learning-rate-too-high",
                likely_if(too_far),
                pro=["single updates go too far" if per_update else "", high],
            ),
            run,
        ),
    )
