"""A policy that became deterministic before it was any good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import (
    Confidence,
    Entropy,
    Finding,
    Quantity,
    Reward,
    Rule,
    Run,
    Severity,
    Span,
    confidence_from,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import decay, flat, line
from logdoctor.evidence.accuracies import best_accuracy
from logdoctor.evidence.collapse.certain_policy import BONUS, causes_of_certainty, names_bonus, to_tell_certain
from logdoctor.run.naming import words
from logdoctor.signals import Policy, Siblings, Trend, is_rate, is_seed
from logdoctor.signals.collapse.policy import certain_since
from logdoctor.signals.comparison.ties import differing, same_task
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, percent, place

SOLVED = 0.95
"""Accuracy from which a policy may be as certain as it likes: all but nothing is left to learn."""

NEAR = 0.3
"""Difference of the first returns, as a share of what a sibling gained, within which both may be of one task."""


def _learnt(end: float) -> Run:
    """Return a run of the same task that ends at a return."""
    return example_run(
        entropy=decay(1.4, 0.2, half_life=0.3),
        episode_reward=decay(20.0, end, half_life=0.05).noisy(1.0, seed=2),
        policy_loss=flat(0.0).noisy(0.01),
    )


@dataclass(frozen=True)
class EntropyCollapse(Rule):
    """The policy's entropy fell to almost nothing early on, and the return is poor or has been lost since.

    A policy that is certain explores nothing and learns nothing more. Where the return still grows, certainty is what
    learning should end in. Where the return has been flat since the policy became certain, the curve cannot distinguish
    the best return from a poor one: few tasks are solved in the first tenth of a run, so this is a warning of low
    confidence unless there is an entropy bonus; a sibling run that earns more makes it certain.
    """

    id = "entropy-collapse"
    title = "The policy became deterministic before it was good"
    severity = Severity.WARNING
    causes = ("no-entropy-bonus", "learning-rate-too-high")
    references = (
        "Ahmed et al. (2019), Understanding the Impact of Entropy on Policy Optimization, arXiv:1811.11214",
        "Cui et al. (2025), The Entropy Mechanism of Reinforcement Learning for Reasoning, arXiv:2505.22617",
    )
    limits = (
        "Needs 10 entropies of a policy, starting above 0; entropies below 0, of continuous actions, are not judged. "
        "Without a logged return the finding is at most a note."
    )
    explains = ("falling-return", "constant-metric")

    gone: float = threshold(
        0.05,
        "entropy as a share of where it began, below which the policy is all but deterministic; sound ends keep 0.1",
    )
    early: float = threshold(0.5, "share of the run by which it must have fallen; certainty at the end is normal")
    min_gain_z: float = threshold(
        6.0, "gain of the return by the end, in units of the noise of its level, from which something was learnt"
    )
    lost: float = threshold(
        0.3,
        "part of its gain that the return has lost at the end, from which it got worse; sound returns waver by less",
    )
    behind: float = threshold(
        0.2,
        "part of what a sibling run gained that the return is short of, from which it is poor; seeds differ by less",
    )
    at_once: float = threshold(
        0.1,
        "share of the run by which a fall is worth telling though the return shows no harm: few are good by then",
    )
    min_points: float = threshold(10.0, "values of the entropy, which has next to no noise: five in each half")

    examples = (
        fires(
            "certain at once, and the return never rises",
            entropy=decay(1.4, 0.05, half_life=0.03),
            episode_reward=flat(20.0).noisy(4.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "the return rises by less than its noise tells",
            entropy=decay(1.4, 0.005, half_life=0.03),
            episode_reward=line(20.0, 20.9).noisy(0.5, seed=1),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "the return falls back",
            entropy=decay(1.4, 0.005, half_life=0.05),
            episode_reward=line(20.0, 150.0, 40).followed_by(line(150.0, 40.0, 80)).noisy(4.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "certain after a while, and a sibling earns more",
            siblings=(_learnt(100.0),),
            entropy=decay(1.4, 0.005, half_life=0.04),
            episode_reward=line(20.0, 60.0, 6).followed_by(flat(60.0, 114)).noisy(1.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "certain after a while, and a sibling earns little more",
            siblings=(_learnt(64.0),),
            entropy=decay(1.4, 0.005, half_life=0.04),
            episode_reward=line(20.0, 60.0, 6).followed_by(flat(60.0, 114)).noisy(1.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "certain at once without an entropy bonus: it may have learnt all there is",
            settings={"ent_coef": 0.0},
            entropy=decay(1.4, 0.005, half_life=0.01),
            episode_reward=line(20.0, 60.0, 6).followed_by(flat(60.0, 114)).noisy(1.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "the same with an entropy bonus (a note)",
            settings={"ent_coef": 0.02},
            entropy=decay(1.4, 0.005, half_life=0.01),
            episode_reward=line(20.0, 60.0, 6).followed_by(flat(60.0, 114)).noisy(1.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "nothing is known of the return (a note)",
            entropy=decay(1.4, 0.005, half_life=0.01),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "certain at once, and the return stays where it then was",
            entropy=decay(1.4, 0.005, half_life=0.01),
            episode_reward=line(20.0, 60.0, 6).followed_by(flat(60.0, 114)).noisy(1.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "the same, where nearly every answer is right",
            entropy=decay(1.4, 0.005, half_life=0.01),
            episode_reward=line(20.0, 60.0, 6).followed_by(flat(60.0, 114)).noisy(1.0),
            eval_accuracy=line(0.6, 0.99, 6).followed_by(flat(0.99, 4)),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "certain as the return reaches its best",
            entropy=decay(1.4, 0.005, half_life=0.05),
            episode_reward=decay(20.0, 500.0).noisy(4.0),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "a part of the entropy stays",
            entropy=decay(1.4, 0.15, half_life=0.03),
            episode_reward=flat(20.0).noisy(4.0),
        ),
        silent("falls late", entropy=line(1.4, 0.005), episode_reward=flat(20.0).noisy(4.0)),
        silent(
            "a small loss of return",
            entropy=decay(1.4, 0.005, half_life=0.05),
            episode_reward=line(20.0, 150.0, 40).followed_by(line(150.0, 125.0, 80)).noisy(4.0),
        ),
        silent(
            "continuous actions: the entropy goes below zero",
            entropy=line(8.5, -6.0),
            episode_reward=flat(20.0).noisy(4.0),
        ),
        silent(
            "nothing is known of the return, and it took a while",
            entropy=decay(1.4, 0.005, half_life=0.05),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        fires(
            "seldom logged",
            entropy=decay(1.4, 0.005, 12, half_life=0.08),
            episode_reward=line(20.0, 150.0, 4).followed_by(line(150.0, 20.0, 8)).noisy(2.0),
            policy_loss=flat(0.0, 12).noisy(0.01),
        ),
        silent("too short", entropy=decay(1.4, 0.001, 9, half_life=0.03), episode_reward=flat(20.0, 9).noisy(4.0)),
    )

    def check(self, run: Run, policy: Policy, siblings: Siblings) -> Iterator[Finding]:
        """Find when the entropy was gone, and what the return has done."""
        entropy, reward = policy.entropy, policy.reward
        if entropy is None or len(entropy) < self.min_points or entropy.start <= 0:
            return
        n, since = len(entropy.level), certain_since(entropy, self.gone)
        if since > self.early * n or entropy.level.min() < -self.gone * entropy.start:
            return
        harm = "" if reward is None else self._return(reward) or self._short_of(reward, siblings)
        grows = reward is not None and reward.end - reward.at(since / n) > self.min_gain_z * reward.level_noise
        at_once = since <= self.at_once * n
        if not harm and (grows or not at_once or since == 0):
            return
        rests = not harm and reward is not None and not names_bonus(run)
        if rests and best_accuracy(run) >= SOLVED:
            return
        when = f"{percent(since / n)} of the run" if since else "the first value logged"
        fast = f"it took {'only' if since else 'no longer than'} {when}" if at_once else ""
        sure = self.gone / max(entropy.end / entropy.start, self.gone / 10)
        yield self.finding(
            _message(policy, entropy, since) + (f"{when}, and {harm}" if harm else when),
            *_spans(entropy, since, reward, harm),
            severity=self.severity if harm or rests else Severity.NOTE,
            confidence=Confidence.LOW if rests else confidence_from(sure, n),
            causes=causes_of_certainty(run, fast),
            to_tell_apart=tuple(to_tell_certain(run)),
            evidence={
                "entropy at the start": Quantity(entropy.start, "nats"),
                "entropy at the end": Quantity(entropy.end, "nats"),
                "gone by": Quantity(since / n, "share of the run"),
            },
        )

    def _return(self, reward: Trend[Reward]) -> str:
        """Say how the return is poor; nothing where it has gained and kept it."""
        start, best, end = reward.thirds[0], float(reward.level.max()), reward.end
        start = min(start, float(reward.level[0]))
        least = self.min_gain_z * reward.level_noise
        if best - start <= least:
            return f"{reward.series.name} never leaves {number(end)}"
        if best - end > max(self.lost * (best - start), least / 2):
            return f"{reward.series.name} falls from {number(best)} to {number(end)}"
        return ""

    def _short_of(self, reward: Trend[Reward], siblings: Siblings) -> str:
        """Say which sibling run earns more, in the later half, with the settings that bear on exploration or luck."""
        mine, noise = _late(reward), reward.level_noise
        for name, theirs in _same_task(siblings, reward):
            gained = _late(theirs) - float(theirs.level[0])
            if _late(theirs) - mine > max(self.behind * gained, self.min_gain_z * noise / 2):
                return f"{reward.series.name} rests at {number(mine)} where {name} earns {number(_late(theirs))}"
        return ""


def _message(policy: Policy, entropy: Trend[Entropy], since: int) -> str:
    series = entropy.series
    name = f"the entropy, minus {series.name}," if policy.entropy_is_turned else series.name
    fell = f"{name} falls from {number(entropy.start)} to {number(entropy.end)}"
    return f"{fell} by {place(series, int(entropy.steps[since]))}, "


def _spans(entropy: Trend[Entropy], since: int, reward: Trend[Reward] | None, harm: str) -> Iterator[Span]:
    yield Span(entropy.series.name, int(entropy.steps[since]), entropy.series.last_step, "deterministic")
    if reward is not None:
        yield Span(reward.series.name, reward.series.first_step, reward.series.last_step, harm)


def _late(reward: Trend[Reward]) -> float:
    """Return the return over the later half of the run."""
    return median(reward.series.values[len(reward) // 2 :])


def _same_task(siblings: Siblings, reward: Trend[Reward]) -> Iterator[tuple[str, Trend[Reward]]]:
    """Yield the returns of runs that differ in seed, rate or entropy bonus alone and began alike."""
    mine = siblings.run
    for other in (one.run for one in siblings.group):
        series = other.find(Reward)
        differ = differing(mine.hyperparameters, other.hyperparameters)
        if other is mine or series is None or series.name != reward.series.name or len(series.finite) < 2:
            continue
        tied = same_task(mine, other)
        theirs: Trend[Reward] = Trend.measure(series)
        near = abs(theirs.level[0] - reward.level[0]) <= NEAR * abs(_late(theirs) - theirs.level[0])
        if tied and near and all(is_seed(name) or is_rate(name) or BONUS & set(words(name)) for name in differ):
            yield other.name, theirs
