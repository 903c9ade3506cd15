"""How far validation lies below training, whether it did before a regulariser could hide anything, and why it may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import hypot

import numpy as np

from logdoctor.causes import because, ranked
from logdoctor.evidence.accuracies import end_accuracies
from logdoctor.finding import Cause, Fix, Strength, likely_if
from logdoctor.run import Run, Series
from logdoctor.run.roles import TrainComponentLoss, TrainLoss, ValLoss
from logdoctor.signals import Gap, Trend
from logdoctor.signals.statistics.median import median
from logdoctor.signals.statistics.noise import MAD_TO_SIGMA
from logdoctor.wording import number

AHEAD = 0.3
"""First lead in units of the last, from which validation may have been ahead before anything was learnt."""

TO_COME = 0.3
"""Part of its fall that training must have still before it for that."""

TO_COME_OF_MEANS = 0.4
"""The same of means of an epoch, which lag: dropout and noisy inputs leave up to 0.38 (measured on 50 small
regressions)."""

DIVIDED = 8.0
"""Training in units of validation from which they may be in different units, as for summed losses: batches are that
large, and a lead of dropout or mixup stays far below."""

ALIKE = 2.0
"""Factor by which that may change from the first evaluation to the last."""

EVALUATED = "the loss of the training set in evaluation mode: as low as validation, and the lead is only of the mode"
"""What to log where no setting explains the lead."""

AVERAGED_ONCE = Fix(
    "make both losses means over examples: divide a sum of means of batches by the number of batches, not of examples"
)
"""What to do about a validation loss that was divided twice, or a training loss that was added up."""

BEGINS = 0.1
"""How far the first evaluation may lie below the first batch, as a share of what is gained after it."""


@dataclass(frozen=True)
class Lead:
    """How far validation lies below training, each a median of blocks of their levels."""

    gap: Gap
    end: float
    """Over the last third of the run."""
    middle: float
    """Over the middle third."""
    lasting: float
    """Over the last two thirds."""
    validation: float
    """Validation itself over the last third."""
    training: float
    """Training over the last third."""

    @classmethod
    def of(cls, gap: Gap) -> Lead:
        """Take the medians."""
        lead = gap.train_level - gap.val.level
        third = max(1, len(lead) // 3)
        parts = lead[-third:], lead[third:-third], lead[third:], gap.val.level[-third:], gap.train_level[-third:]
        return cls(gap, *(float(np.median(part)) for part in parts))

    @property
    def since(self) -> int:
        """The step at which the last third begins."""
        return int(self.gap.val.steps[-max(1, len(self.gap.val.steps) // 3)])

    @property
    def ratio(self) -> float:
        """Validation as a share of training."""
        return self.validation / self.training

    @property
    def noise(self) -> float:
        """Standard error of the lead over the last two thirds."""
        return hypot(*(one.error_of(len(one) - len(one) // 3) for one in (self.gap.train, self.gap.val)))

    @cached_property
    def restless(self) -> float:
        """Noise of validation, where its lead is judged or anywhere."""
        return max(self.gap.val.noise, late_noise(self.gap.val))


def are_means(gap: Gap) -> bool:
    """Whether training has about one value for each evaluation: the mean of an epoch, which lags by half of it."""
    return len(gap.train) < 2 * len(gap.val)


def begins_early(gap: Gap) -> bool:
    """Whether much of the fall of training is still to come at the second evaluation."""
    to_come = float(gap.train_level[1]) - gap.train.end
    least = TO_COME_OF_MEANS if are_means(gap) else TO_COME
    return to_come >= least * max(gap.train.start - gap.train.end, 1e-300)


def ahead_at_first(run: Run, lead: Lead) -> str:
    """Say so where validation led before a regulariser could hide anything, and both are of the same one loss.

    An average over the epoch lags, so training is taken one later.
    """
    gap, is_one_loss = lead.gap, not (run.all(TrainComponentLoss) or any(end_accuracies(run)))
    first, training = gap.val.first, float(gap.train_level[1])
    if not is_one_loss or training - first < AHEAD * lead.end or not begins_early(gap) or hides_its_end(gap):
        return ""
    return f"the first evaluation gave {number(first)}, training was still at {number(training)} by the second"


def hides_its_end(gap: Gap) -> bool:
    """Whether training may be logged as its mean since the start, as by a meter that is never reset, and lead itself.

    Undone, the means of losses are losses, none below zero; the noise of single values, taken for that of means, would
    be as many times too large as there are values.
    """
    means = gap.train.series.values
    undone = np.diff(means * np.arange(1, len(means) + 1))
    third = len(undone) // 3
    return third > 0 and bool((undone >= 0).all()) and median(undone[-third:]) <= gap.val.end


def trails_evaluated(alike: Series | None, lead: Lead, most: float) -> str:
    """Say so where validation is at most that share of the training set, if that is evaluated as it is."""
    if alike is None:
        return ""
    late = alike.values[-(len(alike) // 3) :]
    theirs = median(late[np.isfinite(late)]) if np.isfinite(late).any() else 0.0
    if lead.validation > most * theirs:
        return ""
    return f"{alike.name}, evaluated at the same steps and before training too, ends at {number(theirs)}"


def evaluated_alike(run: Run, val: Series) -> Series | None:
    """Return the training loss that is evaluated as validation is, at its steps, beside the losses of the batches.

    So DeepOBS and nanoGPT do it, without dropout and after the update. What stands at these steps may be a mean over an
    epoch as well: only an evaluation before training is as high as the first batch, where the batches fall at once. The
    first epoch of a warm-up teaches nothing, and its mean is as high.
    """
    every = run.all(TrainLoss)
    dense = max(every, key=len, default=None)
    if dense is None or not len(dense) or not len(val) or val.steps[0] != 0:
        return None
    for one in every:
        same = one is not dense and one.axis is val.axis and np.array_equal(one.steps, val.steps)
        little = BEGINS * abs(one.values[0] - one.values[-1])
        if same and one.values[0] >= dense.values[0] - little and _by_the_second(dense, val) < dense.values[0] - little:
            return one
    return None


def _by_the_second(dense: Series, val: Series) -> float:
    """Return where the losses of the batches are by the second evaluation, by the share of the run that has passed."""
    passed = val.steps[min(1, len(val) - 1)] / max(val.steps[-1], 1)
    return float(dense.values[min(int(passed * len(dense)), len(dense) - 1)])


def late_noise(val: Trend[ValLoss]) -> float:
    """Return the noise of the later half of validation, where a lead is judged, by the changes between evaluations."""
    changes = np.diff(val.series.values[len(val) // 2 :])
    return MAD_TO_SIGMA * median(np.abs(changes)) / 2**0.5 if len(changes) else 0.0


def in_another_unit(lead: Lead) -> str:
    """Say so where validation is the same small part of training from its first value to its end, or nothing.

    No training teaches as much before the first evaluation as it keeps ahead for ever: one of the two is added up, or
    divided, where the other is not.
    """
    gap = lead.gap
    if min(gap.val.first, lead.validation) <= 0:
        return ""
    at_first, at_end = float(gap.train_level[0]) / gap.val.first, lead.training / lead.validation
    if min(at_first, at_end) < DIVIDED or max(at_first, at_end) > ALIKE * min(at_first, at_end):
        return ""
    return f"it is 1/{number(at_first)} of training at its first value and 1/{number(at_end)} at its end"


@dataclass(frozen=True)
class LeadSigns:
    """The signs of why validation leads: clauses, empty where there is none."""

    regularisers: Sequence[str]
    """Those that the settings name."""
    switched_off: Sequence[str]
    """Those that the settings switch off."""
    solved: str
    """Validation makes no mistakes."""
    early: str
    """Validation led before a regulariser could hide anything."""
    far: str
    """The lead is large."""
    divided: str
    """The two losses are in different units."""
    suspicious: bool
    """No regulariser explains the lead."""

    def causes(self) -> tuple[Cause, ...]:
        """Rank what training mode explains against what it does not."""
        if self.divided:
            return ranked(
                because("wrong-loss-or-output", Strength.LIKELY, pro=[self.divided], fixes=[AVERAGED_ONCE]),
                because("validation-set-differs"),
            )
        named, off = ", ".join(self.regularisers), ", ".join(self.switched_off)
        return ranked(
            because(
                "train-mode-regularisation",
                Strength.UNLIKELY if self.suspicious else likely_if(not (self.far or self.early)),
                pro=[f"the settings name {named}"] if named else [],
                contra=[f"the settings say {off}" if off and not named else "", self.early],
            ),
            because("leakage", likely_if(self.suspicious and self.solved), pro=[self.solved]),
            because("validation-set-differs", likely_if(self.suspicious or self.far), pro=[self.early, self.far]),
            *([because("label-noise", pro=[self.far])] if self.far else []),
        )
