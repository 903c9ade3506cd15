"""Signs of whether updates change the weights, or leave them alone, or find a network that cannot learn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import GradNorm, Role, TrainLoss, TrainMetric, ValLoss, ValMetric
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_accuracy
from logdoctor.signals.statistics.median import median, thirds
from logdoctor.signals.statistics.rounding import in_hundredths, in_thousandths
from logdoctor.wording import apart, number, percent

SAME = 1e-6
"""Relative difference below which two values are one: logs keep six digits, and any update moves a loss by more."""

MIN_EVALUATIONS = 4
"""Evaluations that must agree before it is no accident."""

MIN_FINE_EVALUATIONS = 3
"""The same where they agree in more decimals than a rounded log shows."""

FINE_DECIMALS = 5
"""Decimals of a rounded log; a value that has more is a fine one."""

COARSE = 0.5
"""Loss below which rounding to hundredths hides more than the two percent that a run which learns nothing may fall."""

ONE_ANSWER_KINDS = 0.5
"""Different accuracies as a share of the evaluations, up to which the model answers with one class at a time: deep
sigmoid networks that change it give 0.47, networks that fit shuffled labels 0.67 and more."""

ROUNDED = 0.005
"""Error of a share that is written in whole hundredths."""

GUESSING = 0.7
"""Highest accuracy of a model that may give the same answer always: the larger of two uneven classes."""

ONE_LEVEL = 5e-4
"""Spread of late evaluations as a share of their level, up to which only a constant is fitted: a model that fits
shuffled labels moves by 0.001 and more."""

DECIDES = 0.01
"""Spread of a metric, as itself and as a share of its level, from which answers differ beside a loss that stays within
ONE_LEVEL: an error of a constant, or a share of variance, moves no more than that loss does."""

GROWN = 10.0
"""Growth of the gradient norm beside a loss that does not move, from which gradients are never cleared."""

LINEAR = 40.0
"""Growth from the first tenth to the last up to which it is that of gradients that add up: linear, by 19 where the
weights never change. What grows further explodes."""

CALMED = 0.5
"""Gradient norm of the last third in units of that of the first, up to which the weights must have moved: with weights
that never change it wavers about one level."""

FALLING = 0.9
"""Share of evaluations that are lower than the one before, from which a loss creeps down: one that only fits the shares
of the classes wanders."""

LASTING = 0.35
"""Fall over the later half in units of that over the earlier, from which a fall goes on: fitting the shares of the
classes has levelled off by then."""

BARELY = 3e-4
"""Whole fall of validation as a share of its level, if it never rises, up to which steps are too small to move a
model. The biases of a dead network learn the shares of the classes, which moves it by 4e-4 and more, both ways."""

SURE = 5.0
"""Fall of a training loss from its first third to its last in standard errors, from which weights move: biases that fit
the shares of the classes reach 4."""

CREPT = 0.003
"""The same fall as a share of the loss: those biases reach 0.0015 within some hundred updates."""

STOPPED = 2e-6
"""Spread of the later half of a loss as a share of its level, up to which no weight moves, not even a dead network's
biases."""

MOVED = 0.005
"""Whole range of such a loss as a share of its level, from which it did move before it stopped."""

AT_ONCE = 1e-4
"""Relative distance of the first epoch from all others, which are one value, from which it is no rounding."""

RESTLESS = 0.01
"""Usual change of validation between evaluations as a share of its level, of a model with one answer for every input,
from which each step moves that answer too far."""

SATURATED = (-math.log(1e-7), -math.log(2.0**-23))
"""Cross-entropy of a wrong answer that is given with certainty, where probabilities are clipped: at Keras' epsilon of
1e-7, and at the float32 spacing below one."""

CERTAIN = 0.015
"""Relative distance of a loss from what all wrong answers cost when each is given with certainty, up to which it is
that."""

VANISHED = 1e-5
"""Gradient norm from which down nothing is learnt: far below the 1e-3 of a flat but living network."""


@dataclass(frozen=True)
class UpdateSigns:
    """What a run shows of whether its weights change, each a clause; empty where it shows nothing."""

    run: Run

    @classmethod
    def measure(cls, run: Run) -> UpdateSigns:
        """Look at the evaluations and gradient norms of a run."""
        return cls(run)

    @cached_property
    def frozen(self) -> str:
        """Every evaluation gives the same loss: the weights never change."""
        series = self._frozen
        return f"{series.name} is {number(series.values[0])} at each of {len(series)} values" if series else ""

    @property
    def frozen_finely(self) -> bool:
        """Whether that is one loss in more decimals than a rounded log shows, or one each of both sets in many."""
        if self._frozen is None:
            return False
        both = [one.values for role in (TrainLoss, ValLoss) if (one := self._values(role)) is not None]
        shown = any(not in_thousandths(one) for one in both)  # one printed beside it has as many decimals
        in_both = len(both) > 1 and shown and all(map(_is_one_value, both))
        return in_both or _is_fine(float(self._frozen.values[0]))

    @cached_property
    def _frozen(self) -> Series | None:
        """The loss that every evaluation gives, or else every epoch of training."""
        for role in (ValLoss, TrainLoss):
            series = self._values(role)
            if series is None:
                continue
            first = float(series.values[0])
            if abs(first) < COARSE and in_hundredths(series.values):
                continue
            least = MIN_FINE_EVALUATIONS if _is_fine(first) else MIN_EVALUATIONS
            if len(series) >= least and _is_one_value(series.values):
                return series
        return None

    @cached_property
    def moves(self) -> str:
        """The evaluations differ, or the gradient has become smaller, so the weights change."""
        series = self._values(ValLoss)
        if series is not None and len(series) >= MIN_EVALUATIONS:
            return "" if _is_one_value(series.values) else f"{_course(series)}: weights change"
        if self.creeps_in_training:
            return self.creeps_in_training
        return self.calmed

    @cached_property
    def calmed(self) -> str:
        """The gradient has become smaller."""
        norms = self._values(GradNorm)
        if norms is None or len(norms) < 3 * MIN_EVALUATIONS:
            return ""
        early, _, late = thirds(norms.values)
        calmed = f"{norms.name} falls from {number(early)} to {number(late)}: weights change"
        return calmed if 0 < late <= CALMED * early else ""

    @property
    def moves_on(self) -> str:
        """The same, where validation moves as far as that of a model that learns something, were it shuffled labels."""
        series = self._values(ValLoss)
        if series is None or len(series) < MIN_EVALUATIONS:
            return self.moves
        far = float(np.ptp(series.values)) >= 2 * ONE_LEVEL * abs(median(series.values))
        return self.moves if far else ""

    @cached_property
    def creeps(self) -> str:
        """Nearly every evaluation is a little lower than the one before, to the end: each step is too small."""
        series = self._values(ValLoss)
        if series is None:
            return "" if self.one_answer else self.creeps_in_training
        if self.barely_moves:
            return self.barely_moves
        if not self.descends:
            return ""
        values, middle = series.values, len(series) // 2
        earlier, later = float(values[0] - values[middle]), float(values[middle] - values[-1])
        if earlier <= 0 or later < LASTING * earlier:
            return ""
        first, last = apart(float(values[0]), float(values[-1]))
        return f"{series.name} creeps down from {first} to {last}, evaluation by evaluation"

    @cached_property
    def barely_moves(self) -> str:
        """Validation comes down by next to nothing over the whole run, and by no noise: it never goes up."""
        series = self._values(ValLoss)
        if series is None:
            return ""
        first, last = float(series.values[0]), float(series.values[-1])
        if len(series) < (MIN_FINE_EVALUATIONS if _is_fine(first) else 2 * MIN_EVALUATIONS):
            return ""
        if (np.diff(series.values) > 0).any() or not SAME < (first - last) / max(abs(first), 1e-300) <= BARELY:
            return ""
        return "{} moves from {} to {} over the whole run, and never up".format(series.name, *apart(first, last))

    @cached_property
    def creeps_in_training(self) -> str:
        """The training loss falls a little, but surely, and late as well: what fits class shares levels off."""
        series = self._values(TrainLoss)
        if series is None or len(series) < 3 * MIN_EVALUATIONS:
            return ""
        first, middle, last = (float(np.mean(part)) for part in np.array_split(series.values, 3))
        noise = float(np.std(np.diff(series.values))) / math.sqrt(2)
        surely = first - last > max(SURE * noise * math.sqrt(6 / len(series)), CREPT * abs(first))
        if not surely or middle - last < LASTING * (first - middle):
            return ""
        above, below = apart(first, last)
        return f"{series.name} creeps down from {above} to {below}, as far in the later part as in the earlier"

    @cached_property
    def descends(self) -> bool:
        """Whether nearly every evaluation is lower than the one before: what little is learnt generalises."""
        series = self._values(ValLoss)
        if series is None or len(series) <= MIN_EVALUATIONS or _is_one_value(series.values):
            return False
        changes = np.diff(series.values)
        changes = changes[changes != 0]  # a log of few digits repeats a value until the next one shows
        return len(changes) >= MIN_EVALUATIONS and float(np.mean(changes < 0)) >= FALLING

    @cached_property
    def stopped(self) -> str:
        """Training moved and came to a dead stop: each epoch repeats the one before, so that no update is made."""
        series, held_out = self._values(TrainLoss), self._values(ValLoss)
        if series is None or len(series) < 2 * MIN_EVALUATIONS or series.axis is not Axis.EPOCH:
            return ""
        moved = float(np.ptp(series.values)) >= MOVED * abs(median(series.values))
        if not moved or not all(_rests(one.values) for one in (series, held_out) if one is not None):
            return ""
        end = number(float(series.values[-1]))
        return f"{series.name} stays at {end} over the later half, without any noise: no weight changes any more"

    @cached_property
    def died_at_once(self) -> str:
        """All epochs but the first have one value: weights changed within the first, and never again."""
        series = self._values(TrainLoss)
        if series is None or series.axis is not Axis.EPOCH or len(series) <= 2 * MIN_EVALUATIONS:
            return ""
        first, end = float(series.values[0]), float(series.values[-1])
        if not _is_one_value(series.values[1:]) or abs(first - end) < AT_ONCE * abs(end):
            return ""
        others = f"{number(end)} in each of the {len(series) - 1} others"
        return f"{series.name} is {apart(first, end)[0]} in the first epoch and {others}"

    @cached_property
    def restless(self) -> str:
        """The model gives every input one answer, which changes from step to step, and the loss with it."""
        series = self._values(ValLoss)
        if not self.one_answer or series is None or len(series) < 2 * MIN_EVALUATIONS:
            return ""
        moves = median(np.abs(np.diff(series.values))) / max(abs(median(series.values)), 1e-300)
        if moves < RESTLESS:
            return ""
        jumps = f"{series.name} jumps by {percent(moves)} from one evaluation to the next"
        return f"{jumps}, though all inputs get one answer"

    @cached_property
    def saturated(self) -> str:
        """The loss is what the wrong answers cost when each is given with certainty."""
        for loss, metric in ((TrainLoss, TrainMetric), (ValLoss, ValMetric)):
            losses = self._values(loss)
            named = (one.finite for one in self.run.all(metric) if is_accuracy(one.name))
            accuracy = next((one for one in named if len(one) >= MIN_EVALUATIONS), None)
            if losses is None or len(losses) < MIN_EVALUATIONS or accuracy is None:
                continue
            level, right = (median(one.values[-MIN_EVALUATIONS:]) for one in (losses, accuracy))
            wrong = 1 - right / accuracy_unit(accuracy.values)
            if wrong > 0 and any(abs(level - cost * wrong) <= CERTAIN * level for cost in SATURATED):
                return f"{losses.name} of {number(level)} is what these wrong answers cost, each given with certainty"
        return ""

    @cached_property
    def one_answer(self) -> str:
        """The accuracy on held-out data takes few values, as of a model that gives every input the same answer.

        Where there is none, a loss that hardly moves once that answer is fitted says the same.
        """
        series = self._accuracy
        if self.frozen:
            return ""
        if series is None:
            return self._one_level
        unit, different = accuracy_unit(series.values), np.unique(series.values)
        n, kinds, late = len(series), len(different), series.values[len(series) // 2 :]
        if kinds > 1 and len(late) >= 2 * MIN_EVALUATIONS and np.ptp(late) == 0 and late[0] <= GUESSING * unit:
            # until the network died its answers may have changed
            return f"{series.name} is {number(late[0])} at each of the last {len(late)} evaluations: one answer for all"
        if float(different.sum()) > unit * (1 + ROUNDED * kinds):
            return ""  # each value would be the share of another class
        if n < 2 * MIN_EVALUATIONS or kinds > max(1, n * ONE_ANSWER_KINDS) or series.values.max() > GUESSING * unit:
            return ""
        if kinds == 1:
            value = number(float(series.values[0]))
            return f"{series.name} is {value} at each of {n} evaluations: one answer for every input"
        return f"{series.name} takes only {kinds} different values in {n} evaluations: one answer for every input"

    @property
    def _one_level(self) -> str:
        series = self._values(ValLoss)
        if series is None or len(series) < 2 * MIN_EVALUATIONS:
            return ""
        late = series.values[len(series) // 2 :]
        spread = float(np.ptp(late)) / max(abs(median(late)), np.finfo(float).tiny)
        if spread > ONE_LEVEL or self._decides_anew:
            return ""
        rests = f"stays within {percent(spread)}" if spread else "does not change"
        return f"{series.name} {rests} over the later half: one answer for every input"

    @property
    def _decides_anew(self) -> bool:
        """Whether a metric of decisions goes on moving, such as a recall or a rank of outputs that hardly differ."""
        late = (one.finite.values[len(one.finite) // 2 :] for one in self.run.all(ValMetric) if len(one.finite))
        return any(float(np.ptp(one)) >= DECIDES * max(1.0, float(np.abs(one).max())) for one in late)

    @cached_property
    def many_answers(self) -> str:
        """The accuracy on held-out data differs from evaluation to evaluation: the model answers by the input."""
        series = self._accuracy
        if series is None or self.one_answer or self.frozen or len(series) < 2 * MIN_EVALUATIONS:
            return ""
        kinds = len(np.unique(series.values))
        if kinds == 1:  # one class has more of the data than guessing is right in
            return ""
        return f"{series.name} takes {kinds} different values in {len(series)} evaluations: answers do change"

    @cached_property
    def unused_gradients(self) -> str:
        """The gradient norm grows steadily: gradients are added up, and nothing uses or clears them."""
        norms = self._values(GradNorm)
        if norms is None or len(norms) < 2 * MIN_EVALUATIONS:
            return ""
        tenths = [median(part) for part in np.array_split(norms.values, min(10, len(norms)))]
        if tenths[0] <= 0 or not GROWN <= tenths[-1] / tenths[0] <= LINEAR or min(np.diff(tenths)) < 0:
            return ""
        grown = f"from {number(tenths[0])} to {number(tenths[-1])}"
        return f"the gradient norm grows steadily {grown}: nothing uses or clears the gradients"

    @cached_property
    def gradient(self) -> float | None:
        """The usual gradient norm at the end of the run."""
        norms = self._values(GradNorm)
        return None if norms is None or not len(norms) else median(norms.values[-max(1, len(norms) // 10) :])

    @cached_property
    def _accuracy(self) -> Series | None:
        named = (one.finite for one in self.run.all(ValMetric) if is_accuracy(one.name))
        return next((one for one in named if len(one)), None)

    def _values(self, role: type[Role]) -> Series | None:
        found = self.run.find(role)
        return None if found is None or not len(found.finite) else found.finite


def _course(series: Series) -> str:
    """Say from where to where a series goes, or between which values where it ends as it began."""
    first, last = apart(float(series.values[0]), float(series.values[-1]))
    if first != last:
        return f"{series.name} goes from {first} to {last}"
    return "{} moves between {} and {}".format(
        series.name, *apart(float(series.values.min()), float(series.values.max()))
    )


def _is_fine(value: float) -> bool:
    """Whether a value has more decimals than a rounded log shows; event files keep single precision."""
    return bool(np.float32(value) != np.float32(round(value, FINE_DECIMALS)))


def _rests(values: np.ndarray) -> bool:
    late = values[len(values) // 2 :]
    return bool(np.ptp(late) <= STOPPED * abs(median(late)))


def _is_one_value(values: np.ndarray) -> bool:
    return bool(np.ptp(values) <= SAME * abs(median(values)))
