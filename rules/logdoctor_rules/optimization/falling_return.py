"""A return that ends below where the untrained policy began."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor import (
    Confidence,
    Finding,
    Fix,
    Quantity,
    Reward,
    Rule,
    Run,
    Series,
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
from logdoctor.curves import decay, flat, given, line
from logdoctor.evidence.optimization.harder_tasks import tasks_get_harder
from logdoctor.evidence.rate_fixes import with_lower_rate
from logdoctor.signals import Policy, Trend
from logdoctor.signals.collapse.policy import learns_values_alone
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.median import median
from logdoctor.wording import number, stretch

FIRST = 3
"""Returns whose median is where a run begins that falls at once."""

CHECK = "check the signs of advantage, policy loss and entropy term, and that rewards belong to their actions"

CHECK_VALUES = (
    "check that rewards belong to their actions, that targets come from the target network, and that they end with the "
    "episode"
)
"""The same for a policy that takes the action of the highest value, and has no entropy term."""

EPISODES = 5
"""Returns whose median no two lucky ones move."""

CHOSEN: dict[str, Any] = {
    "rewards/chosen": decay(0.0, -2.0).noisy(0.05),
    "rewards/margins": decay(0.0, 1.0).noisy(0.05),
}


@dataclass(frozen=True)
class FallingReturn(Rule):
    """The return ends surely below where the policy began, or loses all that it had gained.

    The first learns to avoid what is rewarded; the second had learnt, and one bad update or more threw it back.
    A return that wavers, recovers, or has only just fallen is no finding, nor is one of several rewards if another
    rises. Neither is preference tuning, in which the rewards of chosen and rejected answers may both fall.
    """

    id = "falling-return"
    title = "The return falls to where it began, or below"
    severity = Severity.WARNING
    causes = ("wrong-loss-or-output", "learning-rate-too-high", "no-entropy-bonus")
    references = ("Henderson et al. (2018), Deep Reinforcement Learning that Matters, arXiv:1709.06560",)
    limits = "Needs 12 returns from the beginning of the run; a task that becomes harder on the way looks the same."
    explains = ("constant-metric",)

    min_fall: float = threshold(
        4.0, "fall in units of the noise of single returns; sound returns that rest waver by less than 2"
    )
    min_share: float = threshold(
        0.1, "fall as a share of where it began, or of the range of the returns: less may be another seed's luck"
    )
    min_sure: float = threshold(
        6.0,
        "the same in units of its standard error that suffices where the fall is large, and later thirds go no higher "
        "than earlier ones; of seventy sound returns, one falls as surely, by an eighth of the range",
    )
    min_large: float = threshold(
        0.25,
        "such a large fall, as a share of where it began or of the range of the returns: twice that eighth; and rise "
        "of the tenth that earned most, before all of it is lost",
    )
    min_points: float = threshold(12.0, "returns that a run needs: two at its beginning, and a last third of four")
    max_left: float = threshold(
        0.1, "share of that rise that nine in ten of the returns of the last fifth have left; dips of sound runs end"
    )
    comes_back: float = threshold(
        0.5,
        "share of the way from its lowest level back to where it began, from which on a return recovers; of few "
        "returns less, in proportion, for a return that turns around shows it in four of twelve alone",
    )
    many: float = threshold(24.0, "returns from which on all of that share is asked for: eight in each third")

    examples = (
        fires(
            "the sign of the advantage is wrong",
            episode_reward=decay(-0.59, -0.96, 60).noisy(0.02),
            policy_loss=flat(0.0, 60).noisy(0.01),
        ),
        fires(
            "it falls within the first tenth of the run, and stays there",
            episode_reward=given([-0.2, -0.7, -1.2, -1.9, -2.4, -2.8, -3.0, -3.1])
            .followed_by(flat(-3.5, 72))
            .noisy(0.25),
        ),
        fires(
            "it had risen, and falls below its start",
            episode_reward=line(40.0, 120.0, 40)
            .followed_by(line(120.0, 10.0, 20))
            .followed_by(flat(10.0, 40))
            .noisy(3.0),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        fires(
            "a log that begins at its fourth value",
            first_step=3,
            episode_reward=decay(-0.59, -0.96, 60).noisy(0.02),
            policy_loss=flat(0.0, 60).noisy(0.01),
        ),
        fires(
            "one update throws it far down, and it comes back to half of what it was",
            episode_reward=flat(-5.8, 50)
            .noisy(0.12)
            .followed_by(given([-2855.0]))
            .followed_by(flat(-11.0, 49).noisy(0.2)),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        silent(
            "one update throws it far down, and it comes back to what it was",
            episode_reward=flat(-5.8, 50)
            .noisy(0.12)
            .followed_by(given([-2855.0]))
            .followed_by(flat(-5.9, 49).noisy(0.2)),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        silent("earns more", episode_reward=decay(20.0, 150.0).noisy(4.0), policy_loss=flat(0.0).noisy(0.01)),
        silent(
            "the first returns were lucky",
            episode_reward=given([2.6, 2.2, 1.4]).followed_by(flat(1.5, 77)).noisy(0.5, seed=3),
        ),
        silent("wavers", episode_reward=flat(20.0).noisy(4.0), policy_loss=flat(0.0).noisy(0.01)),
        fires(
            "gives back all that it had gained",
            episode_reward=line(40.0, 120.0, 50)
            .followed_by(line(120.0, 48.0, 20))
            .followed_by(flat(48.0, 30))
            .noisy(3.0),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        fires(
            "gives back all that it had gained since a replay buffer was filled, when the log begins",
            first_step=600,
            episode_reward=line(40.0, 120.0, 50)
            .followed_by(line(120.0, 48.0, 20))
            .followed_by(flat(48.0, 30))
            .noisy(3.0),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        fires(
            "single episodes, some of which last twice as long as usual, end where they began",
            episode_reward=line(10.0, 80.0, 100).noisy(30.0, seed=2).followed_by(flat(9.5, 80).noisy(0.5)),
            policy_loss=flat(0.0, 180).noisy(0.01),
        ),
        silent(
            "gives back most of what it had gained",
            episode_reward=line(40.0, 120.0, 50)
            .followed_by(line(120.0, 52.0, 20))
            .followed_by(flat(52.0, 30))
            .noisy(3.0),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        silent(
            "dips to where it began, time and again",
            episode_reward=line(40.0, 120.0, 50).followed_by(flat(40.0, 20)).followed_by(flat(110.0, 30)).noisy(3.0),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        silent(
            "harder tasks, which the log counts, are yet to be learnt",
            episode_reward=line(0.0, 100.0, 60).followed_by(line(0.0, 9.0, 40)).noisy(1.0),
            policy_loss=flat(0.0, 100).noisy(0.01),
            curriculum_level=flat(1.0, 60).followed_by(flat(2.0, 40)),
        ),
        silent(
            "stronger opponents win as often as at first",
            episode_reward=given(
                [*[0.0] * 12, *np.linspace(0.0, 0.6, 24), *np.linspace(0.6, 0.0, 24), *[0.0] * 40]
            ).noisy(0.02),
            policy_loss=flat(0.0, 100).noisy(0.01),
            elo=line(1200.0, 2000.0, 100),
        ),
        silent(
            "single episodes that are won now and then, half of a tenth of them in a row",
            varies={"every second point": "those are all that were won"},
            episode_reward=flat(0.0, 80).with_value(20, *[1.0, 0.0] * 4).with_value(50, 1.0),
            policy_loss=flat(0.0, 80).noisy(0.01),
        ),
        silent(
            "one of twenty evaluations was lucky",
            episode_reward=flat(0.0, 20).noisy(0.2).with_value(10, 10.0),
            policy_loss=flat(0.0, 20).noisy(0.01),
        ),
        silent(
            "a few episodes earn much, and no tenth of them does",
            episode_reward=flat(40.0, 100).noisy(3.0).with_value(50, 120.0, 110.0),
            policy_loss=flat(0.0, 100).noisy(0.01),
        ),
        silent(
            "fell at once, and has come most of the way back",
            episode_reward=given([-9.0, -8.0, -11.0, -14.0, -18.0, -20.0])
            .followed_by(line(-20.0, -11.5, 54))
            .noisy(0.3),
            policy_loss=flat(0.0, 60).noisy(0.01),
        ),
        silent(
            "falls by less than a tenth",
            episode_reward=decay(200.0, 190.0).noisy(0.5),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "falls by little within its noise",
            episode_reward=line(20.0, 17.0).noisy(3.5),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "one of two rewards, the other of which rises",
            episode_reward=line(1.0, 0.2).noisy(0.02),
            task_reward=line(0.0, 5.0).noisy(0.1),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "has only just fallen",
            episode_reward=flat(20.0, 100).noisy(1.0).followed_by(flat(5.0, 20)),
            policy_loss=flat(0.0).noisy(0.01),
        ),
        silent(
            "rewards of chosen answers in preference tuning",
            train_loss=decay(0.69, 0.4),
            **CHOSEN,
        ),
        silent(
            "nothing is ever earned",
            episode_reward=flat(0.0, 60),
            policy_loss=flat(0.0, 60).noisy(0.01),
        ),
        silent(
            "a log that begins late",
            first_step=500,
            episode_reward=decay(-0.59, -0.96, 60).noisy(0.02),
            policy_loss=flat(0.0, 60).noisy(0.01),
        ),
        fires(
            "twelve returns",
            episode_reward=line(-0.5, -0.96, 12).noisy(0.02),
            policy_loss=flat(0.0, 12).noisy(0.01),
        ),
        silent(
            "twelve returns, which fall and then turn around",
            episode_reward=line(-20.0, -60.0, 8).then(line(-60.0, -40.0, 4)).noisy(1.0),
            policy_loss=flat(0.0, 12).noisy(0.01),
        ),
        silent(
            "too short",
            episode_reward=line(-0.5, -0.96, 11).noisy(0.02),
            policy_loss=flat(0.0, 11).noisy(0.01),
        ),
        fires(
            "it sinks under the noise of single returns, surely, to the least there is",
            episode_reward=decay(-0.62, -0.92, 240, half_life=0.2).noisy(0.08),
            policy_loss=flat(0.0, 240).noisy(0.01),
        ),
        silent(
            "it sinks under that noise, and comes up again in the last third",
            episode_reward=decay(-0.62, -0.92, 160, half_life=0.2).then(line(0.0, 0.12, 80)).noisy(0.08),
            policy_loss=flat(0.0, 240).noisy(0.01),
        ),
        silent(
            "it sinks under such noise, which few returns leave unsure",
            episode_reward=decay(-0.62, -0.92, 60, half_life=0.2).noisy(0.12, seed=1),
            policy_loss=flat(0.0, 60).noisy(0.01),
        ),
        silent(
            "it sinks under that noise by an eighth of what the returns range over",
            episode_reward=decay(-0.7, -0.78, 240, half_life=0.1).noisy(0.1),
            policy_loss=flat(0.0, 240).noisy(0.01),
        ),
    )

    def check(self, run: Run, policy: Policy) -> Iterator[Finding]:
        """Compare the first returns with the last third of them."""
        reward = policy.reward
        if reward is None or policy.is_preference or len(reward) < self.min_points:
            return
        series, values = reward.series, reward.series.values
        tenth = max(len(values) // 10, 2)
        began, last = self._began(reward, tenth), values[-(len(values) // 3) :]
        fall = began - median(last)
        if any(map(_rises, run.all(Reward))):
            return
        scale, (early, middle, late) = max(abs(began), _range(values)), reward.thirds
        least = max(self.min_fall * reward.noise, self.min_share * scale)
        if early > middle >= late:
            sure = self.min_sure * reward.error_of(tenth, len(last))
            least = min(least, max(sure, self.min_large * scale))
        stays = began - max(median(last[:3]), reward.end) >= least and not self._comes_back(reward, began)
        if 0 < fall >= least and stays and not begins_late(series):
            yield self._finding(run, reward, began, least, confidence_from(fall / least, len(reward)))
        elif self._loses_all(values, began, scale) and not tasks_get_harder(run, series):
            yield self._finding(run, reward, began, 0.0, Confidence.MEDIUM)

    def _finding(self, run: Run, reward: Trend[Reward], began: float, least: float, confidence: Confidence) -> Finding:
        series, highest = reward.series, float(reward.level.max())
        first = min(began, float(series.values[0]))
        rose, over = highest - first > least, stretch(series, series.first_step, series.last_step)
        risen, by_values = ["it had risen before"] if rose else [], learns_values_alone(run)
        before = f"rises from {number(first)} to {number(highest)} and falls" if rose else f"falls from {number(began)}"
        return self.finding(
            f"{series.name} {before} to {number(reward.end)} over {over}"
            + ("" if rose else ", and does not come back"),
            Span(series.name, series.first_step, series.last_step, "falls"),
            confidence=confidence,
            causes=ranked(
                because(
                    "wrong-loss-or-output",
                    likely_if(not rose),
                    pro=[] if rose else ["the return falls from the beginning on: what is rewarded is avoided"],
                    fixes=[Fix(CHECK_VALUES if by_values else CHECK)],
                ),
                with_lower_rate(because("learning-rate-too-high", likely_if(rose), pro=risen), run),
                *(() if by_values else (because("no-entropy-bonus"),)),
            ),
            evidence={
                "return at the start": Quantity(first if rose else began),
                "return at the end": Quantity(reward.end),
                "noise": Quantity(reward.noise),
            },
        )

    def _began(self, reward: Trend[Reward], tenth: int) -> float:
        """Return the first tenth of the returns, or the first few where nothing later comes near them."""
        values = reward.series.values
        at_once = median(values[:FIRST])
        fell_soon = at_once - float(np.quantile(values[tenth:], 0.95)) >= self.min_fall * reward.noise
        return at_once if fell_soon else median(values[:tenth])

    def _loses_all(self, values: NDArray[np.float64], began: float, scale: float) -> bool:
        """Whether returns that had risen far are back where they began, nearly all of the last fifth."""
        best = max(np.array_split(values, min(10, len(values) // EPISODES)), key=median)
        late = values[-max(len(values) // 5, EPISODES) :]
        gained, left = median(best) - began, float(np.quantile(late, 0.9)) - began
        sure = bool(best.mean() - late.mean() >= self.min_fall * _error_between(best, late))
        return sure and gained >= self.min_large * scale > 0 and left <= self.max_left * gained

    def _comes_back(self, reward: Trend[Reward], began: float) -> bool:
        """Whether its last values lie well above its lowest level, on the way back to where it began."""
        lowest, share = float(reward.level.min()), self.comes_back * min(1.0, len(reward) / self.many)
        return median(reward.series.values[-FIRST:]) - lowest >= share * (began - lowest)


def _error_between(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the standard error of the difference of two means."""
    return float(np.sqrt(first.var() / len(first) + second.var() / len(second)))


def _range(values: NDArray[np.float64]) -> float:
    """Return the range of returns, of which one that lies far beyond nearly all others would be most."""
    low, high = np.quantile(values, [0.05, 0.95])
    return float(np.ptp(values.clip(2 * low - high, 2 * high - low)))


def _rises(reward: Series) -> bool:
    """Whether the last third of a reward lies above nearly all of its first."""
    values = reward.finite.values
    third = max(1, len(values) // 3)
    return len(values) > 1 and median(values[-third:]) > float(np.quantile(values[:third], 0.9))
