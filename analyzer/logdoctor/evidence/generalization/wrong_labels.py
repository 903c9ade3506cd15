"""Whether a run overfits because its labels are wrong: all of them, those of other rows, or some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log

import numpy as np

from logdoctor.causes import because
from logdoctor.evidence.generalization.validation_mismatch import (
    MOST_CLASSES,
    ValidationMismatch,
)
from logdoctor.finding import Cause, Fix, Strength, likely_if, possible_if
from logdoctor.run.naming import words
from logdoctor.run.roles import TrainMetric, ValMetric
from logdoctor.signals import Gap, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.wording import course, number

NEVER = 0.93
"""Lowest validation loss as a share of where training began, from which nothing of what was learnt carries over."""

ALL_OF = 0.98
"""Lowest validation loss as a share of where training began, from which nothing was gained at all: a fine-tuning gains
little, but something."""

HARM = 1.15
"""Validation loss at the end as a share of where training began, from which what is learnt does harm: labels of other
rows, memorised, err by up to twice the variance of the targets."""

SURE_HARM = 4.0
"""Its rise in units of the standard error from which that is no chance."""

KNOWN = 0.8
"""First accuracy on validation from which both sets are known alike: labels that are as uneven are rare."""

GUESSES = 0.45
"""Accuracy on validation up to which it may be that of guessing among three classes or more."""

RISES = 0.1
"""Its rise from the first third of the run to the last up to which it has learnt nothing; small sets waver by so much.
"""

LN2 = log(2)

TWO = 0.03
"""Relative distance from ln 2 within which a loss begins as that of two classes."""

COIN = 0.54
"""Accuracy up to which those are guessed."""

UNEXPLAINED = 0.1
"""Share of the variance (R2) up to which nothing of new data is explained."""

SAME_MEASURE = 5.0
"""Times that training lies above validation at its best, from which the two are not measured alike: labels of which
half are wrong cost three times as much as clean ones; sums over boxes or pixels beside means cost ten times and more.
"""

METRIC_LOSS = 0.15
"""Fall of a validation metric from its best, as a share of it, that says by itself that wrong labels are learnt."""

LUCK = 4.0
"""The same fall in units of the noise of single evaluations, which a small set makes large."""

MOSTLY = 0.5
"""Share of validation that is answered rightly at first, from which that is no guessing."""

FAR_BETTER = 0.2
"""How much more of validation than of training is answered rightly, from which training has wrong labels: dropout and
augmentation cost half of that."""

CORRELATIONS = frozenset("mcc matthews kappa spearman spearmanr pearson pearsonr".split())
"""Metrics that a guess makes 0, however uneven the classes are."""

KNOWS = 0.2
"""Such a metric from which answers are better than guesses: Landis and Koch (1977) call less of kappa slight."""

FINDS_NOTHING = 0.05
"""Best of a metric up to which there was nothing to lose: the precision of a detector that is hardly trained."""

METRIC_FALL = 0.05
"""Fall of a validation metric from its best, as a share of it, that clean data seldom show: it rests where it was."""


@dataclass(frozen=True)
class WrongLabels:
    """What shows whether the labels are wrong: all of them, those of other rows, or some."""

    gap: Gap
    metric: Trend[ValMetric] | None
    validation: ValidationMismatch
    in_training: Trend[TrainMetric] | None = None
    """The same metric of training."""

    def do_not_match(self) -> Iterator[Cause]:
        """Labels of other rows can only be memorised: validation begins beside training, and gains nothing."""
        start, best = self.gap.train.start, self.gap.val.best
        if self.validation.boosted:
            start = max(start, self.gap.val.first)  # the first value of training comes after a tree
        if not (start > 0 and self.validation.begins_beside and best > NEVER * start):
            return
        shown = self._gains_nothing()
        if shown is None:
            return
        strength, said = shown
        lowest = number(self.gap.val.best_point[1])
        pro = [f"validation gains nothing: its lowest is {lowest}, training began at {number(start)}", said]
        fix = Fix("look at some inputs beside their labels, as they come out of the loader")
        yield because("labels-do-not-match", strength, pro=pro, fixes=[fix])

    def _gains_nothing(self) -> tuple[Strength, str] | None:
        """Say what shows that validation gains nothing, and how likely it makes labels of other rows.

        None where answers become better than guesses after all.
        """
        metric = self.metric
        if metric is None:
            return self._loss_gains_nothing()
        if is_accuracy(metric.series.name):
            return self._accuracy_gains_nothing(metric)
        if self.knows or self.answered_alike:
            return None
        highest = float(metric.level.max())
        if "r2" in words(metric.series.name) and highest <= UNEXPLAINED:
            said = f"{metric.series.name} never passes {number(highest)}: nothing is explained"
            return likely_if(not self.validation.far_off), said  # guesses err by twice the variance
        return Strength.POSSIBLE, ""

    def _loss_gains_nothing(self) -> tuple[Strength, str]:
        """The same of a run that logs no metric of validation."""
        val, start = self.gap.val, self.gap.train.start
        lowest = min(val.best, float(val.series.values.min()))
        gained = lowest <= ALL_OF * start and not self._does_harm
        if gained or not self.validation.begins_untrained:
            return Strength.POSSIBLE, ""
        first, training = map(number, self.validation.first_pair)
        if self.validation.far_off:
            return Strength.POSSIBLE, ""  # labels of other rows cost no more before anything is learnt
        return Strength.LIKELY, f"it begins beside training, {first} against {training}, and gains nothing from then on"

    def _accuracy_gains_nothing(self, accuracy: Trend[ValMetric]) -> tuple[Strength, str] | None:
        """The same of a run that logs an accuracy; None where it ends, or rises, above that of guessing."""
        unit, start = accuracy_unit(accuracy.series.values), self.gap.train.start
        most = COIN if abs(start / LN2 - 1) <= TWO else GUESSES
        if accuracy.end > most * unit or accuracy.thirds[2] - accuracy.thirds[0] > RISES * unit:
            return None
        misled = self.validation.worse_than_guessing or self.validation.one_answer
        return likely_if(not misled), f"{accuracy.series.name} {course(accuracy.first, accuracy.end)}"

    @property
    def knows(self) -> str:
        """Say so where a metric that a guess makes 0 is far above that on validation."""
        metric = self.metric
        if metric is None or CORRELATIONS.isdisjoint(words(metric.series.name)) or metric.end < KNOWS:
            return ""
        return f"{metric.series.name} ends at {number(metric.end)}, where a guess would give 0"

    @property
    def knows_at_first(self) -> bool:
        """Whether the first evaluation is right nearly always: the first value of training is the mean of an epoch."""
        metric = self.metric
        if metric is None or not is_accuracy(metric.series.name):
            return False
        return metric.first >= KNOWN * accuracy_unit(metric.series.values)

    @property
    def answered_alike(self) -> str:
        """Say so where validation is answered no worse than training from the first evaluation, by a metric of both.

        The mean of an epoch lags, so training is taken one evaluation later.
        """
        if self.metric is None or self.in_training is None or len(self.metric.series) < 2:
            return ""
        held_out, training = self.metric.series, self.in_training.series
        first, trained = float(held_out.values[0]), float(np.interp(held_out.steps[1], training.steps, training.values))
        if held_out.axis is not training.axis or first < max(trained, MOSTLY * accuracy_unit(held_out.values)):
            return ""
        return (
            f"{held_out.name} was {number(first)} at the first evaluation, {training.name} {number(trained)} at the "
            "second: what holds for training holds for validation"
        )

    @property
    def _does_harm(self) -> bool:
        """Whether validation surely rises, to well above where training began."""
        return self.gap.val.end > HARM * self.gap.train.start and -self.gap.val.sure_fall > SURE_HARM

    def noise(self) -> Cause:
        """Wrong labels are learnt last, one by one, and what was learnt before is lost to them."""
        pro, contra = [*self._learnt_late()], []
        metric, lost = self.metric, False
        best = 0.0 if metric is None else float(metric.level.max())
        if metric is not None and abs(best) > FINDS_NOTHING:
            lost = best - metric.end > max(METRIC_LOSS * abs(best), LUCK * metric.noise)
            if best - metric.end > max(METRIC_FALL * abs(best), 4 * metric.level_noise):
                pro.append(
                    f"{metric.series.name} falls from its best level of {number(best)} to {number(metric.end)}; with "
                    "clean labels it seldom loses so much"
                )
            else:
                contra.append(f"{metric.series.name} keeps its level")
        if len(pro) > 1 or (lost and not self._has_many_classes):
            return because("label-noise", Strength.LIKELY, pro=pro, contra=contra)
        return because("label-noise", possible_if(pro and not contra), pro=pro, contra=contra)

    @property
    def _has_many_classes(self) -> bool:
        """Whether training began as a choice among many, as of the next word: what is memorised costs there."""
        return self.gap.train.start > log(MOST_CLASSES)

    def _learnt_late(self) -> Iterator[str]:
        """Say where training was no better than validation at its best, and passed it by far afterwards."""
        train, val = self.gap.train, self.gap.val
        then = self.gap.train_at_best
        if SAME_MEASURE * val.best >= then > val.best > 0 and train.end < then / 2:
            yield (
                f"{train.series.name} was above validation at its best ({number(then)} against {number(val.best)}); "
                f"it has fallen to {number(train.end)} since: some labels cannot be learnt from other examples"
            )
        elif self.metric is not None and self.in_training is not None:
            at, unit = int(np.argmax(self.metric.level)), accuracy_unit(self.metric.series.values)
            best, beside = float(self.metric.level[at]), self.in_training
            trained = float(np.interp(self.metric.steps[at], beside.steps, beside.level))
            if best - trained >= FAR_BETTER * unit:
                yield (
                    f"{self.metric.series.name} was {number(best)} where {beside.series.name} was {number(trained)}: "
                    "some labels of training are not those that its other examples teach"
                )
