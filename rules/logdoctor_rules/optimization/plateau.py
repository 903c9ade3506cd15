"""A training loss that stopped falling although more was to be had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from logdoctor import (
    Cause,
    Confidence,
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    TrainLoss,
    TrainMetric,
    ValLoss,
    confidence_from,
    example_run,
    fires,
    silent,
    threshold,
)
from logdoctor.curves import Curve, cosine, decay, flat, geometric, given, line
from logdoctor.evidence.accuracies import accuracies, end_accuracy
from logdoctor.evidence.optimization.plateau.bounded_logits import cannot_be_sure
from logdoctor.evidence.optimization.plateau.more_to_be_had import (
    WITHOUT_SIBLING,
    MoreToBeHad,
    hides_a_fall,
    memorises,
    share_lower,
)
from logdoctor.evidence.optimization.plateau.resting_loss import RestingLoss
from logdoctor.evidence.optimization.plateau.weights_at_rest import weights_at_rest
from logdoctor.evidence.optimization.stuck.causes import to_tell_stuck
from logdoctor.signals import ChanceLevels, Sibling, Siblings, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_too_cheap
from logdoctor.signals.statistics.trend import BAND_SIGMAS
from logdoctor.wording import number, stretch


@dataclass(frozen=True)
class Plateau(Rule):
    """The training loss fell early, then stayed flat at a level that is known to be poor.

    A flat end after a long fall usually is convergence. The rule needs evidence that the run could have gone lower: a
    sibling run that did, a poor training accuracy, correct answers with a loss near that of guessing, or a learning
    rate ten times above those at which hardly anything trains. A rate that decayed to nothing while the loss was still
    falling is lr-decayed-too-early.
    """

    id = "plateau"
    title = "The training loss stops falling too early"
    severity = Severity.WARNING
    causes = (
        "learning-rate-too-high", "schedule-decays-too-soon", "dead-activations", "model-too-small",
        "bad-initialization", "over-regularised", "learning-rate-too-low", "wrong-loss-or-output",
    )  # fmt: skip
    references = ("https://github.com/google-research/tuning_playbook",)
    limits = (
        "Needs a sibling that ends lower, a poor accuracy, a rate too high to train at, or weights that no longer "
        "move: otherwise the level may be the best there is."
    )
    explains = ("slow-convergence", "constant-metric")

    flat_share: float = threshold(0.6, "share of the run, up to its end, that must be flat: longer than it learnt")
    max_change: float = threshold(
        0.05,
        "change over the flat part as a share of the whole fall; sound runs gain more in their later 60 %, or have "
        "nothing left to gain",
    )
    sibling_share: float = threshold(
        0.25,
        "how much lower a sibling ends, as a share of its fall; optimizers that all work end within an eighth",
    )
    repeat_share: float = threshold(
        0.5,
        "the same for a run that differs only in its seed: of 138 sound runs of the benchmark, none ends more than "
        "0.41 above the best of its seeds",
    )
    sibling_fall: float = threshold(
        0.1,
        "fall of that sibling, as a share of its start, from which it counts as having learnt: siblings that gain less "
        "differ only by noise, or are fine-tuning runs with nothing left to gain",
    )
    poor_accuracy: float = threshold(0.6, "training accuracy below which a flat loss is poor (AUTOTRAINER's theta)")
    good_accuracy: float = threshold(
        0.95,
        "accuracy above which a sibling's lower training loss proves nothing: label smoothing alone adds 0.5 to a loss",
    )
    accuracy_gain: float = threshold(
        0.1, "rise of the accuracy that shows learning even where it stays low, as next-token accuracies do"
    )
    dead_rate: float = threshold(
        0.01,
        "rate, as a share of its peak, below which nothing is learnt; cosine schedules reach it in their last 6 %",
    )
    decayed: float = threshold(
        0.25,
        "rate at the point where the loss goes flat, as a share of its peak, below which the schedule is suspected",
    )
    min_points: float = threshold(
        10.0, "values needed to tell an early end of learning from a short log: four before it, six after"
    )

    examples = (
        fires(
            "a sibling goes much lower",
            train_loss=decay(134.0, 68.0, half_life=0.01).plus(line(1.5, 0.0)),
            siblings=(example_run(train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "pulled to zero, at the rate of a sibling that goes much lower",
            settings={"lr": 0.1, "weight_decay": 0.3},
            train_loss=decay(134.0, 68.0, half_life=0.01),
            siblings=(example_run(settings={"lr": 0.1, "weight_decay": 0.0}, train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "rests high at a low rate, and the same run goes much lower at a higher one",
            settings={"lr": 1e-5},
            train_loss=decay(134.0, 68.0, half_life=0.01),
            siblings=(example_run(settings={"lr": 1e-2}, train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "fewer units than a sibling that goes much lower",
            settings={"lr": 0.1, "hidden_size": 2},
            train_loss=decay(134.0, 68.0, half_life=0.01),
            siblings=(example_run(settings={"lr": 0.1, "hidden_size": 64}, train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "a noisy floor far above a sibling",
            train_loss=decay(3.6, 2.1, half_life=0.01).noisy(0.03),
            siblings=(example_run(train_loss=decay(3.6, 0.55)),),
        ),
        fires(
            "rests at a rate that no network trains at",
            settings={"optimizer": "AdamW", "lr": 0.3},
            train_loss=decay(6.9, 3.45, half_life=0.02).noisy(0.02),
        ),
        silent("converged", train_loss=decay(2.3, 0.2).noisy(0.01)),
        silent(
            "rests at a high rate, which some networks train at",
            settings={"optimizer": "AdamW", "lr": 0.1},
            train_loss=decay(6.9, 3.45, half_life=0.02).noisy(0.02),
        ),
        silent(
            "a convex model, which converges without a waver at such a rate",
            settings={"optimizer": "Adam", "lr": 0.5},
            train_loss=decay(0.69, 0.45, half_life=0.03).noisy(0.0002),
        ),
        silent(
            "targets in their own units, at a rate as large",
            settings={"optimizer": "Adam", "lr": 1.0},
            train_loss=decay(355.0, 92.0, half_life=0.02),
        ),
        silent(
            "falls by nine tenths at such a rate",
            settings={"optimizer": "Adam", "lr": 0.3},
            train_loss=decay(2.2, 0.15, half_life=0.02).noisy(0.02),
        ),
        silent(
            "rests, beside a run of another loss, which falls through zero",
            train_loss=decay(1.1, 0.06, half_life=0.01),
            siblings=(example_run(train_loss=decay(1.1, -2.7)),),
        ),
        fires(
            "poor training accuracy",
            train_loss=decay(3.6, 2.1, half_life=0.02).noisy(0.02),
            train_accuracy=decay(0.1, 0.17, half_life=0.02),
        ),
        fires(
            "the rate is down to a sixth where the loss goes flat, and soon dead",
            train_loss=decay(134.0, 68.0, half_life=0.01),
            lr=flat(0.1, 4).followed_by(geometric(0.02, 1e-5, 40)).followed_by(flat(1e-5, 76)),
            siblings=(example_run(train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "the rate is still high where the loss goes flat, and dead later",
            train_loss=decay(134.0, 68.0, half_life=0.01),
            lr=line(0.1, 1e-5, 40).followed_by(flat(1e-5, 80)),
            siblings=(example_run(train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "the rate goes to a floor of five percent",
            train_loss=decay(134.0, 68.0, half_life=0.01),
            lr=flat(0.1, 4).followed_by(geometric(0.02, 5e-3, 40)).followed_by(flat(5e-3, 76)),
            siblings=(example_run(train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "a sibling goes much lower, and the accuracy is fair",
            train_loss=decay(2.3, 1.2, half_life=0.01),
            train_accuracy=decay(0.1, 0.75, half_life=0.01),
            siblings=(example_run(train_loss=decay(2.3, 0.2)),),
        ),
        fires(
            "two softmaxes: the answers are right, and the loss stays near ln 10",
            varies={"bits instead of nats": "ln C is the level of guessing in nats"},
            train_loss=decay(2.303, 1.55, 40, half_life=0.1).noisy(0.005),
            val_loss=decay(2.29, 1.57, 20, half_life=0.1),
            val_accuracy=decay(0.3, 0.94, 20, half_life=0.05),
        ),
        fires(
            "two softmaxes, in means of epochs",
            varies={"bits instead of nats": "ln C is the level of guessing in nats"},
            train_loss=decay(2.08, 1.464, 20, half_life=0.1),
            val_loss=decay(1.91, 1.486, 20, half_life=0.1),
            val_accuracy=decay(0.71, 0.98, 20, half_life=0.05),
        ),
        fires(
            "two softmaxes, and six evaluations",
            varies={"bits instead of nats": "ln C is the level of guessing in nats"},
            train_loss=decay(2.303, 1.55, 40, half_life=0.1).noisy(0.005),
            val_loss=decay(2.29, 1.57, 6, half_life=0.1),
            val_accuracy=decay(0.3, 0.94, 6, half_life=0.05),
        ),
        fires(
            "two softmaxes of six classes, and all answers are right",
            varies={"bits instead of nats": "ln C is the level of guessing in nats"},
            train_loss=decay(1.7, 1.05, 20, half_life=0.1),
            val_loss=decay(1.6, 1.06, 20, half_life=0.1),
            val_accuracy=decay(0.71, 0.99, 20, half_life=0.05),
        ),
        fires(
            "two softmaxes, and nothing is known of validation",
            varies={"bits instead of nats": "ln C is the level of guessing in nats"},
            train_loss=decay(2.303, 1.484, 40, half_life=0.1).noisy(0.002),
            train_accuracy=decay(0.3, 0.98, 40, half_life=0.05),
        ),
        fires(
            "two sigmoids: nearly all answers are right, and the loss stays far above what so few mistakes cost",
            train_loss=decay(0.68, 0.509, 30, half_life=0.1),
            train_accuracy=decay(0.73, 0.99, 30, half_life=0.05),
            val_loss=decay(0.65, 0.52, 30, half_life=0.1),
            val_accuracy=decay(0.79, 0.97, 30, half_life=0.05),
        ),
        silent(
            "as many right answers of two classes, whose labels are smoothed",
            train_loss=decay(0.68, 0.22, 30, half_life=0.1),
            train_accuracy=decay(0.73, 0.99, 30, half_life=0.05),
            val_loss=decay(0.65, 0.25, 30, half_life=0.1),
            val_accuracy=decay(0.79, 0.97, 30, half_life=0.05),
        ),
        silent(
            "smoothed labels, and nothing is known of validation",
            train_loss=decay(2.303, 0.65, 40, half_life=0.1).noisy(0.002),
            train_accuracy=decay(0.3, 0.98, 40, half_life=0.05),
        ),
        silent(
            "a penalty holds the loss up, a little below the floor of seven classes, of which nothing tells",
            train_loss=decay(1.9, 1.15, 40, half_life=0.1).noisy(0.002),
            train_accuracy=decay(0.3, 0.98, 40, half_life=0.05),
        ),
        silent(
            "six classes, and labels that are smoothed by much",
            train_loss=decay(1.79, 0.9, 20, half_life=0.1),
            val_loss=decay(1.7, 0.92, 20, half_life=0.1),
            val_accuracy=decay(0.71, 0.99, 20, half_life=0.05),
        ),
        silent(
            "smoothed labels: the answers are right, and the loss stays above zero",
            train_loss=decay(2.303, 0.65, 40, half_life=0.1).noisy(0.005),
            val_loss=decay(2.29, 0.7, 20, half_life=0.1),
            val_accuracy=decay(0.3, 0.94, 20, half_life=0.05),
        ),
        silent(
            "label smoothing beside a sibling without it",
            train_loss=decay(2.3, 0.75, half_life=0.01),
            train_accuracy=decay(0.1, 0.97, half_life=0.01),
            siblings=(example_run(train_loss=decay(2.3, 0.05)),),
        ),
        silent(
            "training is made hard, and validation is good",
            train_loss=decay(2.3, 1.1, half_life=0.01),
            val_accuracy=decay(0.1, 0.99, half_life=0.01),
            siblings=(example_run(train_loss=decay(2.3, 0.05)),),
        ),
        silent(
            "rests at the noise of the targets, which a sibling memorises",
            train_loss=decay(2.0, 0.9, half_life=0.01),
            val_loss=decay(2.0, 1.0, half_life=0.01),
            siblings=(
                example_run(
                    train_loss=decay(2.0, 0.1),
                    val_loss=decay(2.0, 1.0, 30, half_life=0.05).followed_by(line(1.0, 1.6, 90)),
                ),
            ),
        ),
        silent(
            "beside a sibling that gained next to nothing",
            train_loss=decay(0.556, 0.541, half_life=0.01),
            siblings=(example_run(train_loss=decay(0.556, 0.508)),),
        ),
        silent(
            "ends above its start, which is divergence",
            train_loss=flat(2.3, 1).followed_by(decay(2.9, 2.6, half_life=0.01)),
            siblings=(example_run(train_loss=decay(2.3, 0.2)),),
        ),
        silent(
            "a regression, with an accuracy that compares what is never equal",
            train_loss=decay(0.65, 0.21, half_life=0.02).noisy(0.002),
            train_accuracy=flat(0.0),
        ),
        silent(
            "a loss far too small for the answers that the accuracy calls wrong",
            train_loss=decay(2.3, 0.03, half_life=0.02),
            train_accuracy=flat(0.1).noisy(0.002),
        ),
        silent(
            "a sibling ends lower by no more than the noise of its batches",
            train_loss=decay(2.3, 1.9, 60, half_life=0.01).noisy(0.5),
            siblings=(example_run(train_loss=decay(2.3, 1.4, 60, half_life=0.05).noisy(0.5, seed=1)),),
        ),
        silent(
            "batch noise hides a slow fall that validation shows",
            train_loss=decay(10.0, 8.0, half_life=0.06).noisy(0.5),
            train_accuracy=flat(0.08).noisy(0.02),
            val_loss=decay(9.5, 8.0, half_life=0.3),
        ),
        silent(
            "converged like its siblings",
            train_loss=decay(134.0, 24.6, half_life=0.02),
            siblings=(example_run(train_loss=decay(133.0, 22.8)),),
        ),
        silent(
            "a language model: its accuracy is low, but it rose",
            train_loss=decay(11.0, 2.3, half_life=0.02),
            train_accuracy=decay(0.01, 0.45, half_life=0.02),
        ),
        silent(
            "flat with a fair accuracy that was there from the start",
            train_loss=decay(3.6, 2.1, half_life=0.02).noisy(0.02),
            train_accuracy=flat(0.7),
        ),
        silent(
            "the rate died while the loss fell, which lr-decayed-too-early says",
            train_loss=line(2.3, 1.5, 20).followed_by(flat(1.5, 100).noisy(0.005)),
            lr=line(0.1, 0.09, 20).followed_by(flat(1e-5, 100)),
        ),
        silent(
            "flat with a good accuracy",
            train_loss=decay(2.3, 0.3, half_life=0.02),
            train_accuracy=decay(0.1, 0.95, half_life=0.02),
        ),
        silent(
            "still falling, behind a sibling",
            train_loss=decay(3.6, 1.6, half_life=0.3),
            siblings=(example_run(train_loss=decay(3.6, 0.5)),),
        ),
        silent(
            "flat for the last half only",
            train_loss=decay(134.0, 60.0, 60, half_life=0.3).then(flat(0.0, 60)),
            siblings=(example_run(train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "another seed, which goes down all the way",
            settings={"lr": 0.1, "seed": 1},
            train_loss=decay(134.0, 90.0, half_life=0.01),
            siblings=(example_run({"lr": 0.1, "seed": 2}, train_loss=decay(133.0, 23.0)),),
        ),
        silent(
            "another seed, which goes a third lower",
            settings={"lr": 0.1, "seed": 1},
            train_loss=decay(134.0, 68.0, half_life=0.01),
            siblings=(example_run({"lr": 0.1, "seed": 2}, train_loss=decay(133.0, 23.0)),),
        ),
        silent(
            "falls slowly under batch noise that would hide any course",
            train_loss=line(0.71, 0.64, 50).noisy(0.045),
            siblings=(example_run(train_loss=line(0.7, 0.5, 50).noisy(0.02, seed=1)),),
        ),
        silent(
            "a neighbour of another data set that begins alike",
            train_loss=decay(2.3, 0.8, half_life=0.01),
            siblings=(replace(example_run(train_loss=decay(2.3, 0.01)), name="mnist"),),
        ),
        silent(
            "a sibling of another task",
            train_loss=decay(134.0, 68.0, half_life=0.01),
            siblings=(example_run(train_loss=decay(2.3, 0.2)),),
        ),
        silent(
            "too short", train_loss=given([134.0, *[68.0] * 7]), siblings=(example_run(train_loss=decay(133.0, 23.0)),)
        ),
        silent("a cosine schedule to zero", train_loss=decay(2.3, 0.5).noisy(0.01), lr=cosine(0.1)),
        silent(
            "falls again late",
            train_loss=decay(134.0, 68.0, 80, half_life=0.01).followed_by(decay(68.0, 24.0, 40)),
            siblings=(example_run(train_loss=decay(133.0, 23.0)),),
        ),
        fires(
            "validation gives one loss from the second epoch on, while batches vary",
            train_loss=decay(0.95, 0.72, 72, half_life=0.03).noisy(0.1),
            val_loss=Curve(
                np.array([0.8528, 0.77, 0.7494, 0.7421, 0.7394, 0.7381, 0.738, *[0.7379] * 17]),
                frozenset(range(72)) - set(range(2, 72, 3)),
            ),
        ),
        silent(
            "validation goes on by little, while batches vary",
            train_loss=decay(0.95, 0.72, 72, half_life=0.03).noisy(0.1),
            val_loss=Curve(
                np.concatenate([[0.8528, 0.77, 0.7494, 0.7421, 0.7394, 0.7381], np.linspace(0.738, 0.736, 18)]),
                frozenset(range(72)) - set(range(2, 72, 3)),
            ),
        ),
        silent(
            "both rest: the minimum of all data is reached",
            train_loss=decay(0.95, 0.72, 72, half_life=0.03),
            val_loss=decay(0.85, 0.738, 24, half_life=0.02),
        ),
        silent(
            "validation gives one loss from the second epoch on, and a broken training loss is zero",
            train_loss=decay(0.95, 0.72, 12, half_life=0.03).followed_by(flat(0.0, 60)),
            val_loss=Curve(
                np.array([0.8528, 0.77, 0.7381, 0.738, *[0.7379] * 20]), frozenset(range(72)) - set(range(2, 72, 3))
            ),
        ),
        silent(
            "validation gives one loss from where most was learnt on, while batches vary",
            train_loss=decay(2.1, 0.18, 72, half_life=0.03).noisy(0.02),
            val_loss=Curve(
                np.array([0.4557, 0.3284, 0.314, 0.3071, 0.3053, 0.3055, 0.3061, *[0.3063] * 17]),
                frozenset(range(72)) - set(range(2, 72, 3)),
            ),
        ),
        silent(
            "validation gives one loss, rounded, while batches vary",
            train_loss=decay(0.95, 0.72, 72, half_life=0.03).noisy(0.1),
            val_loss=Curve(np.array([0.85, 0.77, 0.75, *[0.74] * 21]), frozenset(range(72)) - set(range(2, 72, 3))),
        ),
    )

    def check(
        self,
        run: Run,
        rest: RestingLoss,
        val: Trend[ValLoss] | None,
        chance: ChanceLevels,
        accuracy: Trend[TrainMetric] | None,
    ) -> Iterator[Finding]:
        """Find the flat part, then look for evidence that more was to be had."""
        train = rest.train
        if cap := cannot_be_sure(run, train, val, chance):
            low = f"comes down from {number(train.first)} to no less than {number(train.end)}, though {cap.said}"
            span = Span(train.series.name, train.series.first_step, train.series.last_step, "never sure")
            yield self._rests(train, span, f"{train.series.name} {low}", cap.causes)
            return
        since = self._flat_since(train)
        is_good = any(end_accuracy(one) >= self.good_accuracy for one in accuracies(run))
        more = MoreToBeHad(
            lower=None if is_good else self._lower_sibling(train, rest.siblings),
            poor="" if since is None or hides_a_fall(train, val, since) else self._poor(accuracy, train),
            beyond="" if is_good else rest.rate_beyond,
        )
        if since is not None and more.said:
            died = rest.decayed_by(int(train.steps[since]), decayed=self.decayed, dead=self.dead_rate)
            causes = rest.causes(more, died=died)
            yield self._stays_flat(train, since, more, causes, to_tell_stuck(run, causes))
        elif (still := weights_at_rest(run, train, val)) is not None:
            yield self.observed(still)

    def _stays_flat(
        self, train: Trend[TrainLoss], since: int, more: MoreToBeHad, causes: Sequence[Cause], to_log: Iterable[str]
    ) -> Finding:
        series, first, lower = train.series, int(train.steps[since]), more.lower
        margin = share_lower(train, lower) / self.sibling_share if lower else WITHOUT_SIBLING
        return self.finding(
            f"{series.name} stays at {number(train.end)} over {stretch(series, first, series.last_step)}; {more.said}",
            Span(series.name, first, series.last_step, "flat"),
            confidence=confidence_from(margin, len(train)),
            causes=causes,
            to_tell_apart=tuple(to_log),
            evidence={
                "level": Quantity(train.end),
                "start": Quantity(train.start),
                "share of the run": Quantity(1 - since / len(train.level), "share"),
                **({"lowest sibling end": Quantity(lower.train.end)} if lower else {}),
            },
        )

    def _rests(self, train: Trend[TrainLoss], span: Span, said: str, causes: tuple[Cause, ...]) -> Finding:
        evidence = {"level": Quantity(train.end), "start": Quantity(train.start)}
        return self.finding(said, span, confidence=Confidence.MEDIUM, causes=causes, evidence=evidence)

    def _flat_since(self, train: Trend[TrainLoss]) -> int | None:
        """Return the block from which the level keeps to its end, or None when that is not most of the run."""
        if len(train) < self.min_points or train.end >= train.first:
            return None
        since = train.settled(train.end, self.max_change * max(train.start - train.end, train.fall))
        fell = since > 0 or train.first - train.end > BAND_SIGMAS * train.noise  # else its noise hides any course
        return since if fell and len(train.level) - since >= self.flat_share * len(train.level) else None

    def _lower_sibling(self, train: Trend[TrainLoss], siblings: Siblings) -> Sibling | None:
        best = siblings.best
        if best is None or best.train.end > best.train.start - self.sibling_fall * abs(best.train.start):
            return None
        least = self.repeat_share if best.is_repeat else self.sibling_share
        lower = share_lower(train, best) >= least and train.ends_above(best.train)
        return best if lower and not memorises(best.run, siblings.run) else None

    def _poor(self, accuracy: Trend[TrainMetric] | None, train: Trend[TrainLoss]) -> str:
        """Say so of an accuracy that hardly rose, unless the loss is too small for so many mistakes."""
        if accuracy is None or "acc" not in accuracy.series.name.lower():
            return ""
        unit, best = accuracy_unit(accuracy.series.values), float(accuracy.level.max())
        gained = best - min(accuracy.first, float(accuracy.level[0]))
        poor = gained < self.accuracy_gain * unit and 0 < best < self.poor_accuracy * unit
        is_told = poor and not is_too_cheap(train.end, best / unit)
        return f"{accuracy.series.name} never passes {number(best)}" if is_told else ""
