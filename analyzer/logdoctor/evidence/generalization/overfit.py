"""Why a network fits its training set better than new data: each cause with what the run says for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.boosted_trees import is_boosted
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Axis
from logdoctor.run.naming import words
from logdoctor.run.roles import ValLoss, ValMetric
from logdoctor.signals import Gap, Hyperparameters, Trend
from logdoctor.signals.accuracy import accuracy_unit, examples_of, is_accuracy
from logdoctor.signals.trend import SMOOTHED
from logdoctor.wording import number, percent

REMEMBERED = 0.05
"""Training loss as a share of its start, below which single examples are remembered (0.1 of ln 10 and below)."""

FEW_LEFT = 0.15
"""Training loss as a share of its start, up to which so much is learnt by heart that harm on new data comes of it."""

FIRST_GAP = 0.3
"""Validation above training at the first evaluation as a share of training, from which the sets themselves differ;
a training loss that is averaged over the epoch lies above validation there."""

FAR_OFF, FARTHER = 3.0, 1.5
"""Validation loss at the end in units of where training began, from which it is not one of the same data; and its share
of training's loss in units of that at first: a loss that is added up instead of averaged keeps its share.
"""

HALVED = 0.5
"""Training loss as a share of what it was when validation was best, below which more is learnt by heart than not."""

UNHELPED, NOTHING = 0.75, 0.98
"""Lowest validation loss as a share of where training began, above which training helped it little; its lowest single
value from which it did not help at all."""

WORSE_THAN_NOTHING = 1.5
"""Validation loss at the end as a share of where training began, from which what was learnt does harm there."""

NEVER = 0.93
"""Lowest validation loss as a share of where training began, from which nothing of what was learnt carries over."""

HARDLY, ALL_OF = 0.95, 0.98
"""Training loss at the first evaluation as a share of its start, from which hardly anything had been learnt by then;
and lowest validation loss, from which nothing was gained at all: a fine-tuning gains little, but something."""

HARM = 1.15
"""Validation loss at the end as a share of where training began, from which what is learnt does harm: labels of other
rows, learnt by heart, err by up to twice the variance of the targets."""

GUESSES, RISES = 0.45, 0.1
"""Accuracy on validation up to which it may be that of guessing among three classes or more, and its rise from the
first third of the run to the last up to which it has learnt nothing; small sets waver by so much."""

DEAR, RIGHT = 8.0, (0.5, 0.99)
"""Validation loss for each wrong answer, in nats, from which inputs lie outside of what training taught: what is learnt
by heart costs 2 to 6, pixels that were not scaled 9 to 40; and accuracies of a network that knows its task, yet errs.
"""

DEAR_AT_BEST = 0.4
"""Lowest validation loss as a share of where training began, from which it was never cheap: what is learnt by heart for
a hundred epochs costs 8 to 20 nats at last, from 0.1 to 0.3 of the start at best."""

WRONG = 0.6
"""Accuracy on validation in units of that of guessing up to which what training teaches misleads there: sets of some
hundred examples waver by a third."""

LEARNING, ONE_ANSWER = 2, 6
"""First evaluations that may differ, and those after them that all give one accuracy: answers that are not the same do
not come out alike so often."""

MOST_CLASSES = 20
"""Classes that a first loss may tell of; of more, an accuracy of guessing is too small to fall below it."""

LN2 = log(2)

TWO, COIN = 0.03, 0.54
"""Relative distance from ln 2 within which a loss begins as that of two classes, and accuracy up to which those are
guessed."""

UNEXPLAINED = 0.1
"""Share of the variance (R2) up to which nothing of new data is explained."""

UNREAD = 0.3
"""Training loss as a share of its start, above which little has been learnt by heart yet."""

SAME_MEASURE = 5.0
"""Times that training lies above validation at its best, from which the two are not measured alike: labels of which
half are wrong cost three times as much as clean ones; sums over boxes or pixels beside means cost ten times and more.
"""

METRIC_LOSS = 0.15
"""Fall of a validation metric from its best, as a share of it, that says by itself that wrong labels are learnt."""

LUCK = 4.0
"""The same fall in units of the noise of single evaluations, which a small set makes large."""

FINDS_NOTHING = 0.05
"""Best of a metric up to which there was nothing to lose: the precision of a detector that is hardly trained."""

METRIC_FALL = 0.05
"""Fall of a validation metric from its best, as a share of it, that clean data seldom show: it rests where it was."""

BORNE_OUT = 0.5
"""Part of a rise of validation that is enough where the metric falls with it: two things that agree."""

PLAINLY = 0.1, 2.0
"""Fall of the metric as a share of its best, and in units of what it takes, from which the loss need rise by no more
than luck explains: wrong labels learnt by heart cost a tenth."""

APART = 2.0, 0.5, 0.05
"""Rise of validation in units of its noise, its distance from training at the end as a share of training's fall, and
that fall as a share of the start, from which what is learnt is learnt by heart."""

FEW, GROWN = 4, 1.1
"""Evaluations that are enough where each is higher than the last (once in 24 by chance, were there no falling loss to
bring them down), and the last in units of the first."""

SURELY_FALLS = 2.0
"""Fall of training from the first to the last third since the best in units of its standard error, that is no luck."""

FEW_EXAMPLES = 60
"""Examples up to which a metric that has lost a tenth has lost six of them, which may come back."""

MILD_DROPOUT = 0.05
"""Share of dropped units from which dropout regularises."""


def causes_of_answers(*, no_better: bool) -> tuple[Cause, ...]:
    """Return why answers are wrong on validation that are right in training, where no loss of validation tells."""
    return ranked(
        because(
            "labels-do-not-match",
            Strength.LIKELY if no_better else Strength.UNLIKELY,
            pro=["nothing that training learnt helps on validation"] if no_better else [],
        ),
        because("too-little-data"),
        because("under-regularised"),
        because("validation-set-differs"),
    )


@dataclass(frozen=True)
class Fitted:
    """The curves that tell why a run overfits."""

    gap: Gap
    settings: Hyperparameters
    val_metric: Trend[ValMetric] | None

    def causes(self, *, fixes: Sequence[Fix] = ()) -> tuple[Cause, ...]:
        """Return the causes in the order of what speaks for them; the first gets the fixes that the rule computed.

        They come behind its own where no checkpoint mends it: other data, or labels of other rows.
        """
        labels = [*self._labels_do_not_match(), self._label_noise()]
        differ = self._sets_differ()
        explained = any(one.strength is Strength.LIKELY for one in labels) and self._begins_beside
        if explained and not self._elsewhere and differ.strength is Strength.LIKELY:
            differ = replace(differ, strength=Strength.POSSIBLE)  # wrong labels, learnt by heart, do harm enough
        found = [self._under_regularised(), self._too_little_data()]
        if self._elsewhere or any(one.strength is Strength.LIKELY for one in labels):
            found = [replace(one, strength=Strength.POSSIBLE) for one in found]
        found += [differ, *labels]
        if self.certain:
            found.append(because("overconfidence", pro=[self.certain]))
        first, *others = ranked(*found)
        mended = first.id in {"validation-set-differs", "labels-do-not-match"}
        return (replace(first, fixes=(*first.fixes[:1], *fixes) if mended else (*fixes, *first.fixes)), *others)

    @property
    def certain(self) -> str:
        """Say so where decisions are as good as when validation was best: then the model is only too certain.

        Not where they have become clearly worse than they had been by then, or are no better than a guess.
        """
        metric, val = self.val_metric, self.gap.val
        if metric is None or self._misled or self._one_answer or self._guessed:
            return ""
        then, best = float(np.interp(val.best_step, metric.steps, metric.level)), float(metric.level.max())
        if metric.end < then or best - metric.end > max(METRIC_FALL * abs(best), 4 * metric.level_noise):
            return ""
        return (
            f"{metric.series.name} is {number(metric.end)}, {number(then)} when validation was best: decisions are no "
            "worse, wrong ones are more certain"
        )

    @property
    def _boosted(self) -> bool:
        return is_boosted(self.settings.run, self.gap.train.series, self.gap.val.series)

    @property
    def _regularised(self) -> list[str]:
        """What the settings name that regularises."""
        dropout, decay = self.settings.dropout, self.settings.weight_decay
        return [
            *([f"dropout is {number(dropout)}"] if dropout is not None and dropout >= MILD_DROPOUT else []),
            *([f"weight decay is {number(decay)}"] if decay else []),
        ]

    @property
    def _remembers(self) -> bool:
        return 0 <= self.gap.train.end < REMEMBERED * self.gap.train.start

    @property
    def _apart(self) -> list[str]:
        """What no learning by heart explains: a gap that narrows again, harm without a training loss near zero."""
        gap, start = self.gap, self.gap.train.start
        says = []
        if gap.narrowed:
            widest, at = gap.narrowed
            says.append(f"the gap was widest early on, {number(widest)} at {percent(at)} of the run")
        if gap.train.end > FEW_LEFT * start and gap.val.end > WORSE_THAN_NOTHING * start > 0:
            says.append(
                f"validation ends at {number(gap.val.end)}, above the {number(start)} at which training began, "
                f"and training is still at {number(gap.train.end)}"
            )
        return says

    def _under_regularised(self) -> Cause:
        named, apart = self._regularised, self._apart
        none = ["the settings name neither weight decay nor dropout"] if self.settings and not named else []
        strength = likely_if(not (named or apart))
        return because("under-regularised", strength, pro=none, contra=[*named, *apart])

    def _too_little_data(self) -> Cause:
        train, remembers = self.gap.train, self._remembers
        pro = []
        if remembers:
            pro.append(f"{train.series.name} ends at {percent(train.end / train.start)} of its start")
        if self._regularised:
            pro.append(f"regularisation did not prevent it: {' and '.join(self._regularised)}")
        seen = self._epochs_seen
        if remembers and seen:
            pro.append(f"every example was seen {seen} times")
        likely = remembers or (bool(self._regularised) and not self._apart)
        return because("too-little-data", likely_if(likely), pro=pro)

    @property
    def _epochs_seen(self) -> int:
        series = self.gap.val.series
        return int(series.steps[-1] - series.steps[0] + 1) if series.axis is Axis.EPOCH else 0

    def _sets_differ(self) -> Cause:
        """Validation that lies above training from the first evaluation on is another kind of data."""
        first, training = self._first_pair
        if self._boosted:  # the first round is a whole tree by heart
            return because("validation-set-differs")
        away = training > 0 and not self._begins_beside
        ends = self.gap.end > 0 and first - training > 0.5 * self.gap.end
        says = f"validation was above training from the first evaluation on, {number(first)} against {number(training)}"
        same = "the first evaluation shows no gap"
        unhelped = self.gap.val.best > UNHELPED * self.gap.train.start
        apart = self._apart
        told = [one for one in (self._dear, *apart, self._misled, self._one_answer, self._guessed) if one]
        if not (away or unhelped or told):
            return because("validation-set-differs", Strength.UNLIKELY, contra=[same])
        lowest, start = self.gap.val.best_point[1], self.gap.train.start
        helped = "never helped it" if lowest > NOTHING * start else "helped it little"
        little = f"training {helped}: its lowest is {number(lowest)}, training began at {number(start)}"
        pro = [*([says] if away else []), *([little] if unhelped else []), *told]
        alike = self._begins_beside and not self._begins_untrained  # what was learnt by then helped there, too
        likely = apart or self._elsewhere or ((unhelped or ends) and not self._remembers and not alike)
        strength = likely_if(likely)
        return because("validation-set-differs", strength, pro=pro)

    @property
    def _dear(self) -> str:
        """Say so where single wrong answers cost more than learning by heart makes them cost."""
        metric, loss = self.val_metric, self.gap.val.end
        if metric is None or not is_accuracy(metric.series.name):
            return ""
        right = metric.end / accuracy_unit(metric.series.values)
        if not RIGHT[0] <= right < RIGHT[1] or loss < DEAR * (1 - right):
            return ""
        by_and_by = self.gap.val.best < DEAR_AT_BEST * self.gap.train.start
        if by_and_by or not self._dear_before_by_heart(metric):
            return ""
        return (
            f"each wrong answer costs {number(loss / (1 - right))} nats at {metric.series.name} of "
            f"{number(metric.end)}, as on inputs of another scale"
        )

    def _dear_before_by_heart(self, metric: Trend[ValMetric]) -> bool:
        """Whether wrong answers were that dear while training still erred, if the two are evaluated together."""
        gap = self.gap
        if len(metric.level) != len(gap.val.level):
            return True
        wrong = np.maximum(1 - metric.level / accuracy_unit(metric.series.values), 1e-9)
        erring = gap.train_level >= REMEMBERED * gap.train.start
        return bool((gap.val.level >= DEAR * wrong)[erring].any())

    @property
    def _misled(self) -> str:
        """Say so where new data are answered wrongly more often than by guessing: labels at random would not do it."""
        metric, start = self.val_metric, self.gap.train.start
        if metric is None or not is_accuracy(metric.series.name) or not 0 < start <= log(MOST_CLASSES):
            return ""
        right, guessed = metric.thirds[2] / accuracy_unit(metric.series.values), exp(-start)
        if right > WRONG * guessed:
            return ""
        return f"{metric.series.name} ends at {number(metric.end)}, below the {number(guessed)} of guessing"

    @property
    def _one_answer(self) -> str:
        """Say so where all of validation is answered alike, whatever training teaches: as are inputs of other scale."""
        metric = self.val_metric
        if metric is None or not is_accuracy(metric.series.name) or len(metric.series) < LEARNING + ONE_ANSWER:
            return ""
        rest = metric.series.values[LEARNING:]
        if not 0 < rest[0] < accuracy_unit(metric.series.values) or bool(np.ptp(rest)):
            return ""
        return f"{metric.series.name} rests at {number(rest[0])}: one answer is given to all of it"

    @property
    def _guessed(self) -> str:
        """Say so where new data are never answered better than by guessing, though the first epoch taught something.

        In its first epoch training sees each example once: what brings its loss below guessing is no single example,
        and would hold for validation, were its inputs and labels alike.
        """
        metric, (first, training) = self.val_metric, self._first_pair
        train, val = self.gap.train.series, self.gap.val.series
        if metric is None or not is_accuracy(metric.series.name) or train.axis is not Axis.EPOCH or train.steps[0] > 1:
            return ""
        right = float(metric.level.max()) / accuracy_unit(metric.series.values)
        if not 0 < right <= GUESSES or len(metric.series) < ONE_ANSWER:
            return ""
        guess = log(1 / right)
        if training > NEVER * guess or min(first, float(val.values.min())) < ALL_OF * guess:
            return ""
        return (
            f"{metric.series.name} never passes {number(float(metric.level.max()))}, which is guessing for a loss of "
            f"{number(float(val.values.min()))}, though the first epoch of training brought {number(training)}"
        )

    @property
    def _elsewhere(self) -> bool:
        """Whether validation shows that it is not one of the data of training."""
        if self._boosted:
            return False
        told = (self._dear, self._misled, self._one_answer, self._guessed)
        return any(told) or self.far_off or self._differs_from_the_first

    @property
    def far_off(self) -> bool:
        """Whether validation began above an untrained network's loss and ends far above it, ever farther from training.

        It may fall all the while: what training teaches helps a little on inputs of another scale too.
        """
        (first, training), start, end = self._first_pair, self.gap.train.start, self.gap.val.end
        lowest = min(training, start, self.gap.train.end)
        if lowest <= 0 or first <= WORSE_THAN_NOTHING * start or end <= FAR_OFF * start:
            return False
        return end / self.gap.train.end >= FARTHER * first / training

    @property
    def _differs_from_the_first(self) -> bool:
        """Whether validation was worse than no training before training could have learnt anything by heart."""
        (first, training), start = self._first_pair, self.gap.train.start
        return first > WORSE_THAN_NOTHING * start > 0 and training > UNREAD * start

    def _labels_do_not_match(self) -> Iterator[Cause]:
        """Labels of other rows can be learnt by heart alone: validation begins beside training, and gains nothing."""
        metric, start, best = self.val_metric, self.gap.train.start, self.gap.val.best
        if not (start > 0 and self._begins_beside and best > NEVER * start):
            return
        first, training = map(number, self._first_pair)
        lowest = number(self.gap.val.best_point[1])
        pro = [f"validation gains nothing: its lowest is {lowest}, training began at {number(start)}"]
        strength = Strength.POSSIBLE
        if metric is not None and is_accuracy(metric.series.name):
            unit = accuracy_unit(metric.series.values)
            most = COIN if abs(start / LN2 - 1) <= TWO else GUESSES
            if metric.end > most * unit or metric.thirds[2] - metric.thirds[0] > RISES * unit:
                return
            pro.append(f"{metric.series.name} goes from {number(metric.first)} to {number(metric.end)}")
            strength = likely_if(not (self._misled or self._one_answer))
        elif metric is not None and "r2" in words(metric.series.name) and metric.level.max() <= UNEXPLAINED:
            pro.append(f"{metric.series.name} never passes {number(float(metric.level.max()))}: nothing is explained")
            strength = likely_if(not self.far_off)  # guesses err by twice the variance
        elif (
            metric is None
            and self._begins_untrained
            and (min(best, float(self.gap.val.series.values.min())) > ALL_OF * start or self.gap.val.end > HARM * start)
        ):
            pro.append(f"it begins beside training, {first} against {training}, and gains nothing from then on")
            strength = Strength.LIKELY
        fix = Fix("look at some inputs beside their labels, as they come out of the loader")
        yield because("labels-do-not-match", strength, pro=pro, fixes=[fix])

    @property
    def _begins_beside(self) -> bool:
        """Whether the first evaluation shows no gap."""
        first, training = self._first_pair
        return first - training <= max(FIRST_GAP * abs(training), 4 * self.gap.val.noise)

    @property
    def _begins_untrained(self) -> bool:
        """Whether training had hardly learnt anything by the first evaluation."""
        return self._first_pair[1] >= HARDLY * self.gap.train.start

    @property
    def _first_pair(self) -> tuple[float, float]:
        """The first validation loss that has a training loss at its step or before, and that.

        Where training falls within its first values it is the higher one of value and level: smoothing runs ahead.
        """
        train, val = self.gap.train.series, self.gap.val.series
        if train.axis is not val.axis:
            return self.gap.val.first, float(self.gap.train_level[0])
        at = min(int(np.searchsorted(val.steps, train.steps[0])), len(val) - 1)
        level = np.interp(val.steps[at], self.gap.train.steps, self.gap.train.level)
        return float(val.values[at]), float(max(level, np.interp(val.steps[at], train.steps, train.values)))

    def _label_noise(self) -> Cause:
        """Wrong labels are learnt last, one by one, and what was learnt before is lost to them."""
        pro, contra = [*self._learnt_late()], []
        metric, lost = self.val_metric, False
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
        strength = (
            Strength.LIKELY
            if len(pro) > 1 or (lost and not self._of_many)
            else Strength.POSSIBLE
            if pro and not contra
            else Strength.UNLIKELY
        )
        return because("label-noise", strength, pro=pro, contra=contra)

    @property
    def _of_many(self) -> bool:
        """Whether training began as a choice among many, as of the next word: what is learnt by heart costs there."""
        return self.gap.train.start > log(MOST_CLASSES)

    def _learnt_late(self) -> Iterator[str]:
        """Say where training was no better than validation at its best, and passed it by far afterwards."""
        train, val = self.gap.train, self.gap.val
        then = float(self.gap.train_level[val.best_at])
        if SAME_MEASURE * val.best >= then > val.best > 0 and train.end < then / 2:
            yield (
                f"{train.series.name} was above validation at its best ({number(then)} against {number(val.best)}); "
                f"it has fallen to {number(train.end)} since: some labels cannot be learnt from other examples"
            )


def part_to_rise(metric: Trend[ValMetric] | None, share: float, sigmas: float) -> float:
    """Return what part of a rise of validation is enough: all of it, or less where a metric tells of the same.

    A metric does that ends below its best by a share of it and by so many times the noise of its level.
    """
    if metric is None:
        return 1.0
    best = float(metric.level.max())
    fallen, noise = best - metric.end, sigmas * metric.level_noise
    plainly = fallen > max(PLAINLY[0] * abs(best), PLAINLY[1] * noise)
    if plainly and not examples_of(metric.series, FEW_EXAMPLES):
        return 0.0
    return BORNE_OUT if fallen > max(share * abs(best), noise) else 1.0


def rises_ever(val: Trend[ValLoss]) -> bool:
    """Whether each of few evaluations is higher than the one before, and the last far above the first.

    What so few values bend would pass for noise.
    """
    values = val.series.values
    return len(values) == FEW and bool((np.diff(values) > 0).all()) and bool(values[-1] >= GROWN * values[0] > 0)


def falls_on(gap: Gap, least: float) -> bool:
    """Whether training falls by more than that, from the first third since validation was best to the last, surely.

    However noisy its batches are, medians of a third of them are not.
    """
    since = gap.train_since_best
    third = len(since) // 3
    if not third:
        return False
    fall = float(np.median(since[:third]) - np.median(since[-third:]))
    return fall > max(least, SURELY_FALLS * gap.train.error_of(third, third))


def by_chance(val: Trend[ValLoss], sigmas: float) -> float:
    """Return how far validation may end above its lowest by its noise alone; 0 where few values rise one by one.

    The lowest of m independent values lies sqrt(2 ln m) sigmas below their level by luck.
    """
    luck = float(np.sqrt(2 * np.log(max(len(val.level) / SMOOTHED, 1.0))))
    return 0.0 if rises_ever(val) else (sigmas + luck) * val.level_noise


def learns_by_heart(gap: Gap) -> bool:
    """Whether what little is learnt is learnt by heart: validation ends worse than it began, and far from training."""
    train, val = gap.train, gap.val
    least = APART[1] * max(train.start - train.end, APART[2] * train.start)
    return val.end - val.first > APART[0] * val.level_noise and val.end - train.end > least
