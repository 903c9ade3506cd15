"""Why a run overfits: each cause with what the run says for and against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.boosted_trees import is_boosted
from logdoctor.evidence.generalization.validation_mismatch import (
    MEMORISED,
    MOST_CLASSES,
    WORSE_THAN_NOTHING,
    ValidationMismatch,
)
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Axis
from logdoctor.run.naming import words
from logdoctor.run.roles import ValMetric
from logdoctor.signals import Gap, Hyperparameters, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.wording import course, number, percent

FEW_LEFT = 0.15
"""Training loss as a share of its start, up to which so much is memorised that harm on new data comes of it."""

HALF = 0.5
"""Part of the gap at the end that is there at the first evaluation, from which learning did not open it."""

UNHELPED = 0.75
"""Lowest validation loss as a share of where training began, above which training helped it little."""

NOTHING = 0.98
"""Its lowest single value, as such a share, from which training did not help at all."""

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

CORRELATIONS = frozenset("mcc matthews kappa spearman spearmanr pearson pearsonr".split())
"""Metrics that a guess makes 0, however uneven the classes are."""

KNOWS = 0.2
"""Such a metric from which answers are better than guesses: Landis and Koch (1977) call less of kappa slight."""

FINDS_NOTHING = 0.05
"""Best of a metric up to which there was nothing to lose: the precision of a detector that is hardly trained."""

METRIC_FALL = 0.05
"""Fall of a validation metric from its best, as a share of it, that clean data seldom show: it rests where it was."""

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
class Overfit:
    """The curves and settings that tell why a run overfits."""

    gap: Gap
    settings: Hyperparameters
    val_metric: Trend[ValMetric] | None

    def causes(self, *, fixes: Sequence[Fix] = ()) -> tuple[Cause, ...]:
        """Return the causes in the order of what speaks for them; the first gets the fixes that the rule computed.

        They come behind its own where no checkpoint mends it: other data, or labels of other rows.
        """
        labels = [*self._labels_do_not_match(), self._label_noise()]
        differ = self._sets_differ()
        explained = any(one.strength is Strength.LIKELY for one in labels) and self.validation.begins_beside
        if explained and not self.validation.is_other_data and differ.strength is Strength.LIKELY:
            differ = replace(differ, strength=Strength.POSSIBLE)  # wrong labels, memorised, do harm enough
        if self._knows and self.certain:
            differ = because("validation-set-differs", contra=[self._knows])
        found = [self._under_regularised(), self._too_little_data()]
        if self.validation.is_other_data or any(one.strength is Strength.LIKELY for one in labels):
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
        wrong = self.validation.worse_than_guessing or self.validation.one_answer or self.validation.never_learnt
        if metric is None or wrong:
            return ""
        then, best = float(np.interp(val.best_step, metric.steps, metric.level)), float(metric.level.max())
        if metric.end < then or best - metric.end > max(METRIC_FALL * abs(best), 4 * metric.level_noise):
            return ""
        return (
            f"{metric.series.name} ends at {number(metric.end)}, no lower than the {number(then)} where the loss was "
            "best: decisions are no worse, wrong ones are more certain"
        )

    @cached_property
    def validation(self) -> ValidationMismatch:
        """What shows that validation is other data than training."""
        boosted = is_boosted(self.settings.run, self.gap.train.series, self.gap.val.series)
        return ValidationMismatch(self.gap, self.val_metric, boosted)

    @property
    def _regularised(self) -> list[str]:
        """What the settings name that regularises."""
        dropout, decay = self.settings.dropout, self.settings.weight_decay
        return [
            *([f"dropout is {number(dropout)}"] if dropout is not None and dropout >= MILD_DROPOUT else []),
            *([f"weight decay is {number(decay)}"] if decay else []),
        ]

    @property
    def _memorises(self) -> bool:
        return 0 <= self.gap.train.end < MEMORISED * self.gap.train.start

    @property
    def _not_memorised(self) -> list[str]:
        """What memorising does not explain: a gap that narrows again, harm without a training loss near zero."""
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
        named, unexplained = self._regularised, self._not_memorised
        none = ["the settings name neither weight decay nor dropout"] if self.settings and not named else []
        strength = likely_if(not (named or unexplained))
        return because("under-regularised", strength, pro=none, contra=[*named, *unexplained])

    def _too_little_data(self) -> Cause:
        train, memorises = self.gap.train, self._memorises
        pro = []
        if memorises:
            share = percent(train.end / train.start)
            pro.append(f"{train.series.name} ends at {f'{share} of its start' if train.end else '0'}")
        if self._regularised:
            pro.append(f"regularisation did not prevent it: {' and '.join(self._regularised)}")
        seen = self._epochs_seen
        if memorises and seen:
            pro.append(f"every example was seen {seen} times")
        likely = memorises or (bool(self._regularised) and not self._not_memorised)
        return because("too-little-data", likely_if(likely), pro=pro)

    @property
    def _epochs_seen(self) -> int:
        series = self.gap.val.series
        return int(series.steps[-1] - series.steps[0] + 1) if series.axis is Axis.EPOCH else 0

    def _sets_differ(self) -> Cause:
        """Validation that lies above training from the first evaluation on is another kind of data."""
        validation, gap, start = self.validation, self.gap, self.gap.train.start
        if validation.boosted:  # the first round is a whole tree, which memorises
            return because("validation-set-differs")
        first, training = validation.first_pair
        says = f"validation was above training from the first evaluation on, {number(first)} against {number(training)}"
        away = training > 0 and not validation.begins_beside
        unhelped, unexplained = gap.val.best > UNHELPED * start, self._not_memorised
        told = [
            validation.costly_errors,
            *unexplained,
            validation.worse_than_guessing,
            validation.one_answer,
            validation.never_learnt,
            validation.solved_at_once,
        ]
        if not (away or unhelped or any(told)):
            return because("validation-set-differs", Strength.UNLIKELY, contra=["the first evaluation shows no gap"])
        lowest = gap.val.best_point[1]
        helped = "never helped it" if lowest > NOTHING * start else "helped it little"
        little = f"training {helped}: its lowest is {number(lowest)}, training began at {number(start)}"
        opens_at_once = gap.end > 0 and first - training > HALF * gap.end
        taught = not validation.begins_untrained or self._knows_at_first  # what was learnt by then helped there, too
        fits = (unhelped or opens_at_once) and not self._memorises and not (validation.begins_beside and taught)
        return because(
            "validation-set-differs",
            likely_if(unexplained or validation.is_other_data or fits),
            pro=[says if away else "", little if unhelped else "", *told],
        )

    def _labels_do_not_match(self) -> Iterator[Cause]:
        """Labels of other rows can only be memorised: validation begins beside training, and gains nothing."""
        start, best = self.gap.train.start, self.gap.val.best
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
        """Say what bears out that validation gains nothing, and how likely it makes labels of other rows.

        None where answers become better than guesses after all.
        """
        metric, val, start = self.val_metric, self.gap.val, self.gap.train.start
        if metric is None:
            first, training = map(number, self.validation.first_pair)
            lowest = min(val.best, float(val.series.values.min()))
            gained = lowest <= ALL_OF * start and not self._does_harm
            if gained or not self.validation.begins_untrained:
                return Strength.POSSIBLE, ""
            said = f"it begins beside training, {first} against {training}, and gains nothing from then on"
            return Strength.LIKELY, said
        if is_accuracy(metric.series.name):
            unit = accuracy_unit(metric.series.values)
            most = COIN if abs(start / LN2 - 1) <= TWO else GUESSES
            if metric.end > most * unit or metric.thirds[2] - metric.thirds[0] > RISES * unit:
                return None
            misled = self.validation.worse_than_guessing or self.validation.one_answer
            said = f"{metric.series.name} {course(metric.first, metric.end)}"
            return likely_if(not misled), said
        if self._knows:
            return None
        highest = float(metric.level.max())
        if "r2" in words(metric.series.name) and highest <= UNEXPLAINED:
            said = f"{metric.series.name} never passes {number(highest)}: nothing is explained"
            return likely_if(not self.validation.far_off), said  # guesses err by twice the variance
        return Strength.POSSIBLE, ""

    @property
    def _knows(self) -> str:
        """Say so where a metric that a guess makes 0 is far above that on validation."""
        metric = self.val_metric
        if metric is None or CORRELATIONS.isdisjoint(words(metric.series.name)) or metric.end < KNOWS:
            return ""
        return f"{metric.series.name} ends at {number(metric.end)}, where a guess would give 0"

    @property
    def _knows_at_first(self) -> bool:
        """Whether the first evaluation is right nearly always: the first value of training is the mean of an epoch."""
        metric = self.val_metric
        if metric is None or not is_accuracy(metric.series.name):
            return False
        return metric.first >= KNOWN * accuracy_unit(metric.series.values)

    @property
    def _does_harm(self) -> bool:
        """Whether validation surely rises, to well above where training began."""
        return self.gap.val.end > HARM * self.gap.train.start and -self.gap.val.sure_fall > SURE_HARM

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
            if len(pro) > 1 or (lost and not self._has_many_classes)
            else Strength.POSSIBLE
            if pro and not contra
            else Strength.UNLIKELY
        )
        return because("label-noise", strength, pro=pro, contra=contra)

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
