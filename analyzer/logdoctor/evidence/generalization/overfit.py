"""Why a run overfits: each cause with what the run says for and against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from logdoctor.causes import because, likely_because, ranked
from logdoctor.evidence.accuracies import counts_right_answers
from logdoctor.evidence.boosted_trees import is_boosted
from logdoctor.evidence.generalization.validation_mismatch import (
    MEMORISED,
    WORSE_THAN_NOTHING,
    ValidationMismatch,
)
from logdoctor.evidence.generalization.wrong_labels import METRIC_FALL, WrongLabels
from logdoctor.evidence.told_by_settings import under_regularised
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Axis
from logdoctor.run.naming import stem_of
from logdoctor.run.roles import TrainMetric, ValMetric
from logdoctor.signals import Gap, Hyperparameters, Trend
from logdoctor.signals.statistics.trend import trend_or_none
from logdoctor.wording import number, percent

FEW_LEFT = 0.15
"""Training loss as a share of its start, up to which so much is memorised that harm on new data comes of it."""

HALF = 0.5
"""Part of the gap at the end that is there at the first evaluation, from which learning did not open it."""

UNHELPED = 0.75
"""Lowest validation loss as a share of where training began, above which training helped it little."""

NOTHING = 0.98
"""Its lowest single value, as such a share, from which training did not help at all."""

MILD_DROPOUT = 0.05
"""Share of dropped units from which dropout regularises."""

LESS_DATA = "the validation loss of a run on half of the data: where it is far higher, more data would help"


def causes_of_answers(*, no_better: bool) -> tuple[Cause, ...]:
    """Return why answers are wrong on validation that are right in training, where no loss of validation tells."""
    return ranked(
        likely_because("labels-do-not-match", "nothing that training learnt helps on validation" if no_better else ""),
        because("too-little-data"),
        because("under-regularised"),
        because("validation-set-differs"),
    )


def to_tell_overfit(causes: Sequence[Cause]) -> tuple[str, ...]:
    """Say what tells the first two causes apart where they are as likely: no curve of one run shows it."""
    first = causes[:2]
    alike = len(first) == 2 and first[0].strength is first[1].strength
    return (LESS_DATA,) if alike and "too-little-data" in {one.id for one in first} else ()


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
        labels = [*self.labels.do_not_match(), self.labels.noise()]
        differ = self._sets_differ()
        explained = any(one.strength is Strength.LIKELY for one in labels) and self.validation.begins_beside
        if explained and not self.validation.is_other_data and differ.strength is Strength.LIKELY:
            differ = replace(differ, strength=Strength.POSSIBLE)  # wrong labels, memorised, do harm enough
        known = self.labels.knows or self.labels.answered_alike
        if known and self.certain:
            differ = because("validation-set-differs", contra=[known])
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

    @cached_property
    def labels(self) -> WrongLabels:
        """What shows whether labels are wrong."""
        return WrongLabels(self.gap, self.val_metric, self.validation, self._same_metric_of_training())

    def _same_metric_of_training(self) -> Trend[TrainMetric] | None:
        """The metric of training that counts right answers as that of validation does, if it is logged."""
        metric = self.val_metric
        if metric is None or not counts_right_answers(metric.series.name):
            return None
        stem = stem_of(metric.series.name)
        alike = (one for one in self.settings.run.all(TrainMetric) if stem_of(one.name) == stem)
        return trend_or_none(next(alike, None))

    @property
    def _regularised(self) -> list[str]:
        """What the settings name that regularises."""
        dropout, decay = self.settings.dropout, self.settings.weight_decay
        return [
            *([f"dropout is {number(dropout)}"] if dropout is not None and dropout >= MILD_DROPOUT else []),
            *([f"weight decay is {number(decay)}"] if decay else []),
        ]

    @property
    def _unregularised(self) -> str:
        """Say that the settings switch off what regularises, or that they do not name it."""
        known = {"weight decay": self.settings.weight_decay, "dropout": self.settings.dropout}
        off = [name for name, value in known.items() if value == 0]
        if not self.settings or any(known.values()):
            return ""
        if off:
            return f"the settings switch {' and '.join(off)} off"
        return "the settings name neither weight decay nor dropout"

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
        strength = likely_if(not (named or unexplained))
        pro, contra = [self._unregularised], [*named, *unexplained]
        return under_regularised(self.settings, strength, pro=pro, contra=contra)

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
        told = [*unexplained, *validation.clauses]
        if not (away or unhelped or any(told)):
            return because("validation-set-differs", Strength.UNLIKELY, contra=["the first evaluation shows no gap"])
        lowest = gap.val.best_point[1]
        helped = "never helped it" if lowest > NOTHING * start else "helped it little"
        little = f"training {helped}: its lowest is {number(lowest)}, training began at {number(start)}"
        opens_at_once = gap.end > 0 and first - training > HALF * gap.end
        # What was learnt before the first evaluation helped there, too.
        taught = not validation.begins_untrained or self.labels.knows_at_first
        fits = (unhelped or opens_at_once) and not self._memorises and not (validation.begins_beside and taught)
        return because(
            "validation-set-differs",
            likely_if(validation.is_other_data or ((unexplained or fits) and not self.labels.answered_alike)),
            pro=[says if away else "", little if unhelped else "", *told],
            contra=[self.labels.answered_alike],
        )
