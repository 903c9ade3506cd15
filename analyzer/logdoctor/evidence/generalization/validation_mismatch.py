"""Whether validation is other data than training: inputs of another scale or kind, or other classes."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from logdoctor.run import Axis
from logdoctor.run.roles import ValMetric
from logdoctor.signals import Gap, Trend
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.wording import number, place

MEMORISED = 0.05
"""Training loss as a share of its start, below which single examples are remembered (0.1 of ln 10 and below)."""

FIRST_GAP = 0.3
"""Validation above training at the first evaluation as a share of training, from which the sets themselves differ;
a training loss that is averaged over the epoch lies above validation there."""

FAR_OFF = 3.0
"""Validation loss at the end in units of where training began, from which it is not of the same data."""

FARTHER = 1.5
"""Its share of training's loss in units of that at first, which it must reach too: a loss that is added up instead of
averaged keeps its share."""

WORSE_THAN_NOTHING = 1.5
"""Validation loss at the end as a share of where training began, from which what was learnt does harm there."""

HARDLY = 0.95
"""Training loss at the first evaluation as a share of its start, from which hardly anything had been learnt by then."""

COSTLY = 8.0
"""Validation loss for each wrong answer, in nats, from which inputs lie outside of what training taught: what is
memorised costs 2 to 6, pixels that were not scaled 9 to 40."""

ACCURATE = (0.5, 0.99)
"""Accuracies of a network that knows its task, yet errs."""

COSTLY_AT_BEST = 0.4
"""Lowest validation loss as a share of where training began, from which it was never cheap: what is memorised for a
hundred epochs costs 8 to 20 nats at last, from 0.1 to 0.3 of the start at best."""

MISLED = 0.6
"""Accuracy on validation in units of that of guessing up to which what training teaches misleads there: sets of some
hundred examples waver by a third."""

EFFECTIVE = 100
"""Independent answers that a set of some hundred examples holds: what is memorised answers groups of them alike."""

SURELY = 2.0
"""Standard errors of as many answers that an accuracy must lie below that of guessing, too: of ten classes it falls to
half by chance."""

FIRST_FEW = 2
"""First evaluations that may differ where all after them give one accuracy."""

SAME_ANSWERS = 6
"""Evaluations after those that it takes: answers that are not the same do not come out alike so often."""

MOST_CLASSES = 20
"""Classes that a first loss may tell of; of more, an accuracy of guessing is too small to fall below it."""

FEW_RIGHT = 0.45
"""Accuracy on validation up to which it may be that of guessing among three classes or more."""

TAUGHT = 0.93
"""Training loss of the first epoch in units of what guessing costs at that accuracy, up to which something was learnt.
"""

UNTAUGHT = 0.98
"""Lowest validation loss in such units, from which nothing was."""

GUESSED = 1.5
"""Accuracy in units of that of guessing, by the loss at which training began, up to which it is that of guessing."""

FIRST_PASSES = 3
"""Epochs in which nothing is learnt by heart that is not learnt in general: each example was seen twice before."""

SOLVED = 0.12
"""Training loss as a share of its start, down to which a task is solved."""

UNSOLVED = 0.5
"""Validation loss as such a share, above which it is not."""

LITTLE_FITTED = 0.3
"""Training loss as a share of its start, above which little has been memorised yet."""

AT_ONCE = 0.6
"""Part of the rise of validation between two neighbouring evaluations, from which other data are evaluated: what is
memorised costs more by and by."""

ALONE = 0.25
"""Height of every other rise, and of what training does at that step, in units of that one, up to which it is alone."""

AROUND = 5
"""Evaluations before and after it that it takes: of fewer, one is soon most of a rise."""


@dataclass(frozen=True)
class ValidationMismatch:
    """What shows that a network is validated on other data than it is trained on."""

    gap: Gap
    metric: Trend[ValMetric] | None
    boosted: bool
    """Whether trees are grown: their first round is a whole tree, which memorises."""

    @property
    def is_other_data(self) -> bool:
        """Whether validation shows that it is other data than training."""
        if self.boosted:
            return False
        return any(self.clauses) or self.far_off or self._worse_from_the_first

    @property
    def clauses(self) -> tuple[str, ...]:
        """What says so by itself, each as a clause or nothing."""
        return (
            self.costly_errors,
            self.changed_at_once,
            self.worse_than_guessing,
            self.one_answer,
            self.never_learnt,
            self.solved_at_once,
            self.unlike_at_first,
        )

    @property
    def changed_at_once(self) -> str:
        """Say so where validation steps up from one evaluation to the next, and training neither rises nor falls."""
        val, values = self.gap.val.series, self.gap.val.series.values
        if len(values) < 2 * AROUND:
            return ""
        rises = np.diff(values)
        at = int(np.argmax(rises)) + 1
        height, other = float(rises[at - 1]), float(np.partition(rises, -2)[-2])
        is_alone = other <= ALONE * height and height >= AT_ONCE * (self.gap.val.end - self.gap.val.best) > 0
        stays = float(values[at:].min()) - float(values[at - 1]) >= AT_ONCE * height
        if not (is_alone and stays and AROUND <= at <= len(values) - AROUND):
            return ""
        before, after = np.interp(val.steps[[at - 1, at]], self.gap.val.steps, self.gap.train_level)
        if abs(after - before) > ALONE * height:  # down by as much, it memorises, as where the rate decays
            return ""
        return (
            f"{val.name} steps up from {number(float(values[at - 1]))} to {number(float(values[at]))} at "
            f"{place(val, int(val.steps[at]))}, and training goes on"
        )

    @property
    def costly_errors(self) -> str:
        """Say so where single wrong answers cost more than memorising makes them cost."""
        metric, loss = self.metric, self.gap.val.end
        if metric is None or not is_accuracy(metric.series.name):
            return ""
        right = metric.end / accuracy_unit(metric.series.values)
        if not ACCURATE[0] <= right < ACCURATE[1] or loss < COSTLY * (1 - right):
            return ""
        by_and_by = self.gap.val.best < COSTLY_AT_BEST * self.gap.train.start
        if by_and_by or not self._costly_before_memorising(metric):
            return ""
        return (
            f"each wrong answer costs {number(loss / (1 - right))} nats at {metric.series.name} of "
            f"{number(metric.end)}, as on inputs of another scale"
        )

    def _costly_before_memorising(self, metric: Trend[ValMetric]) -> bool:
        """Whether wrong answers were that costly while training still erred, if the two are evaluated together."""
        gap = self.gap
        if len(metric.level) != len(gap.val.level):
            return True
        wrong = np.maximum(1 - metric.level / accuracy_unit(metric.series.values), 1e-9)
        erring = gap.train_level >= MEMORISED * gap.train.start
        return bool((gap.val.level >= COSTLY * wrong)[erring].any())

    @property
    def worse_than_guessing(self) -> str:
        """Say so where new data are answered wrongly more often than by guessing: labels at random would not do it."""
        metric, start = self.metric, self.gap.train.start
        if metric is None or not is_accuracy(metric.series.name) or not 0 < start <= log(MOST_CLASSES):
            return ""
        right, guessed = metric.thirds[2] / accuracy_unit(metric.series.values), exp(-start)
        if right > min(MISLED * guessed, guessed - SURELY * sqrt(guessed * (1 - guessed) / EFFECTIVE)):
            return ""
        return f"{metric.series.name} ends at {number(metric.end)}, below the {number(guessed)} of guessing"

    @property
    def one_answer(self) -> str:
        """Say so where all of validation is answered alike, whatever training teaches: as are inputs of other scale."""
        metric = self.metric
        if metric is None or not is_accuracy(metric.series.name) or len(metric.series) < FIRST_FEW + SAME_ANSWERS:
            return ""
        rest = metric.series.values[FIRST_FEW:]
        if not 0 < rest[0] < accuracy_unit(metric.series.values) or bool(np.ptp(rest)):
            return ""
        return f"{metric.series.name} rests at {number(rest[0])}: one answer is given to all of it"

    @property
    def never_learnt(self) -> str:
        """Say so where new data are never answered better than by guessing, though training soon learnt something.

        In its first epoch training sees each example once: what brings its loss below guessing is no single example,
        and would hold for validation, were its inputs and labels alike. So does what it learns before the first
        evaluation of a log of steps, unless it is so much that examples may have been learnt by heart: of few examples
        they are learnt soon, but then more answers are right than where nothing was learnt.
        """
        metric, (first, training) = self.metric, self.first_pair
        train, lowest, start = self.gap.train.series, float(self.gap.val.series.values.min()), self.gap.train.start
        of_epochs = train.axis is Axis.EPOCH
        if metric is None or not is_accuracy(metric.series.name) or (of_epochs and train.steps[0] > 1):
            return ""
        right = float(metric.level.max()) / accuracy_unit(metric.series.values)
        if not 0 < right <= FEW_RIGHT or len(metric.series) < SAME_ANSWERS:
            return ""
        guess = min(log(1 / right), max(first, start))  # small sets are answered worse than by guessing, by chance
        by_heart = not of_epochs and (training <= LITTLE_FITTED * start or right > GUESSED * exp(-start))
        if by_heart or training > TAUGHT * guess or min(first, lowest) < UNTAUGHT * guess:
            return ""
        soon = "the first epoch of training brought" if of_epochs else "training had come by its first evaluation to"
        return (
            f"{metric.series.name} never passes {number(float(metric.level.max()))} at a loss of {number(lowest)}, as "
            f"that of guessing, though {soon} {number(training)}"
        )

    @property
    def solved_at_once(self) -> str:
        """Say so where training is solved within its first passes, and validation is not: by what only training has."""
        train, val, start = self.gap.train.series, self.gap.val.series, self.gap.train.start
        if not train.axis is val.axis is Axis.EPOCH or start <= 0 or train.steps[0] > 1:
            return ""
        first = int(train.steps[0])
        low = train.values[train.steps < first + FIRST_PASSES]
        held_out = val.values[val.steps < first + FIRST_PASSES]
        if not (len(low) and len(held_out)) or low[-1] > SOLVED * start or held_out.min() < UNSOLVED * start:
            return ""
        return (
            f"{train.name} is down to {number(low[-1])} after {len(low)} epochs, {val.name} at "
            f"{number(float(held_out[-1]))}: what solves training so soon is not in validation"
        )

    @property
    def unlike_at_first(self) -> str:
        """Say so where the first epoch cost far less in training than validation costs after it, or ever after.

        Training sees each example once in it, untaught by it, so that its mean is that of new data.
        """
        train, val, (first, training) = self.gap.train.series, self.gap.val.series, self.first_pair
        in_step = train.axis is val.axis is Axis.EPOCH and train.steps[0] == val.steps[0] <= 1
        lowest = float(val.values.min())
        if (
            not in_step
            or self.begins_beside
            or not 0 < training < first
            or lowest <= max(training, self.gap.train.start)
        ):
            return ""
        return (
            f"{val.name} never comes down to the {number(training)} that the first epoch cost in training, where "
            f"each example was new: its lowest is {number(lowest)}"
        )

    @property
    def far_off(self) -> bool:
        """Whether validation began above an untrained network's loss and ends far above it, ever farther from training.

        It may fall all the while: what training teaches helps a little on inputs of another scale too.
        """
        (first, training), start, end = self.first_pair, self.gap.train.start, self.gap.val.end
        lowest = min(training, start, self.gap.train.end)
        if lowest <= 0 or first <= WORSE_THAN_NOTHING * start or end <= FAR_OFF * start:
            return False
        return end / self.gap.train.end >= FARTHER * first / training

    @property
    def _worse_from_the_first(self) -> bool:
        """Whether validation was worse than no training before training could have memorised anything."""
        (first, training), start = self.first_pair, self.gap.train.start
        return first > WORSE_THAN_NOTHING * start > 0 and training > LITTLE_FITTED * start

    @property
    def begins_beside(self) -> bool:
        """Whether the first evaluation shows no gap."""
        first, training = self.first_pair
        return first - training <= max(FIRST_GAP * abs(training), 4 * self.gap.val.noise)

    @property
    def begins_untrained(self) -> bool:
        """Whether training had hardly learnt anything by the first evaluation."""
        return self.first_pair[1] >= HARDLY * self.gap.train.start

    @property
    def first_pair(self) -> tuple[float, float]:
        """The first validation loss that has a training loss at its step or before, and that.

        Where training falls within its first values it is the higher one of value and level: smoothing runs ahead.
        """
        train, val = self.gap.train.series, self.gap.val.series
        if train.axis is not val.axis:
            return self.gap.val.first, float(self.gap.train_level[0])
        at = min(int(np.searchsorted(val.steps, train.steps[0])), len(val) - 1)
        level = np.interp(val.steps[at], self.gap.train.steps, self.gap.train.level)
        return float(val.values[at]), float(max(level, np.interp(val.steps[at], train.steps, train.values)))
