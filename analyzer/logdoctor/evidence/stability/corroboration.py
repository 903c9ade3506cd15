"""Whether anything but the training loss says that the model got worse, where that rises.

Harder examples, another objective, a term that is given more weight, a stage that begins: all of them raise the loss
of a model that is as good as ever, and the loss alone does not tell them from a model that breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from math import inf, nan
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.evidence.stability.event import FAR_ABOVE_START, Event
from logdoctor.evidence.stability.onset import LOOK_BACK, RUN_UP
from logdoctor.evidence.stability.rise import Rise
from logdoctor.evidence.usual_rates import above_usual
from logdoctor.finding import Confidence, Finding, Severity
from logdoctor.run import Axis, Run, Series
from logdoctor.run.roles import GradNorm, Loss, TrainMetric, ValError, ValLoss, ValMetric
from logdoctor.signals import Hyperparameters
from logdoctor.signals.optimization.accuracy import accuracy_unit, is_of_classes
from logdoctor.signals.statistics.beginning import begins_late
from logdoctor.signals.statistics.median import median

if TYPE_CHECKING:
    from numpy.typing import NDArray

WORSE = 0.2
"""Rise of a validation loss as a share of its lowest, from which it rises with training."""

LOST = 0.2
"""Part of all that a metric goes through, from which it has fallen, and of all that a validation loss had fallen by,
from which it has risen: of next to nothing, a small change of the model or its objective is a large factor."""

AS_RIGHT, AS_WRONG = 0.95, 1.25
"""Right answers after a rise in units of the most before, and wrong ones in units of the fewest, between which a model
is as good as ever."""

ONE_OF_HUNDRED = 0.01
"""Wrong answers that come and go by chance."""

LEARNT = 0.05
"""Range of an accuracy as a share of its highest, and fall of a loss as one of its start, from which something was
learnt that can be kept or lost."""

STRONGER = 3.0
"""Gradient norm in units of the usual one, and of what the loss has risen by, from which it has left it: harder data
and weights of terms raise both alike, and batches an eighth as large the norm 2.7 times as much (measured)."""

DEAD = 0.1
"""The same up to which it has died beneath a loss that is higher: what is harder to learn leaves more to learn."""

HARDLY = 1 / 3
"""Fall as a share of the start up to which a run had hardly learnt anything when its loss rose: what is made harder by
plan was learnt before."""

THROWN = 1.5
"""Height in units of the start that a run reaches which was thrown before it had learnt anything."""

UNTRAINED = 2.0
"""Height in units of the start, from which a loss is more than an untrained network costs: to forget all, or data never
seen, costs about as much as that."""

MUCH = 0.5
"""Fall as a share of the start from which there is much to give back."""

NEARLY_ALL, HALF = 0.8, 0.5
"""Part of that which no plan is likely to cost: for good, as a network costs that knows nothing any more, and for a
moment, for what is made harder stays so."""

OF_TOKENS = (7.0, 13.0)
"""Least and largest first loss, in nats, of a language model, which guesses among 1,000 to 400,000 tokens. One that
breaks goes back to how often each token comes, half of the way up; no text stays so hard, and no term has a weight."""

SURE = 5.0
"""Rise from the first to the last third in standard errors, as the z of divergence."""

NOTHING_ELSE = "; nothing else in the log tells a model that breaks from harder data or another objective"
"""What a finding says that no other curve corroborates."""


@dataclass(frozen=True)
class Corroboration:
    """What a run logs beside its training loss, and what that says of a rise."""

    run: Run = field(repr=False)
    settings: Hyperparameters = field(repr=False)

    def of_event(self, event: Event) -> bool:
        """Whether anything but the loss says that the model got worse, or may have, since an event.

        An accuracy that is as good as ever goes before a loss, whose objective may have changed.
        """
        if self._keeps_an_accuracy(event):
            return False
        return (
            self._some_loss_is_not_finite
            or self._validation_is_worse(event)
            or self._gradient_norm_leaves_its_level(event)
            or self._rate_may_be_the_reason(event)
        )

    def of_rise(self, event: Event, start: float, lowest: float, end: float, peak: float = -inf) -> bool:
        """Whether a lasting rise is the model's: by its height alone, by what it gives back, or by anything else."""
        first = _first(event, start)
        part = HALF if is_of_tokens(event, first) else NEARLY_ALL
        is_thrown = first - lowest <= HARDLY * abs(first) and end - first >= (THROWN - 1) * abs(first)
        if is_thrown and not begins_late(event.series):
            return True
        return self.of_jump(event, start, max(end, peak)) or self.gives_back(event, start, lowest, end, part)

    def is_all_forgotten(self, event: Event) -> bool:
        """Whether an accuracy is back where it began: harder data or another task cost it a part of its gain only.

        Only one of validation: training may have begun with easy examples.
        """
        for one, before, after in self._beside(event, ValMetric):
            best = float(before.max())
            gained = best - float(before[0])
            if is_of_classes(one.name) and gained >= LEARNT * best and best - after >= NEARLY_ALL * gained:
                return True
        return False

    def is_missing_for(self, event: Event, rise: Rise) -> bool:
        """Whether a loss that had fallen has surely risen above its start, by no climb that outruns any plan.

        Nothing else corroborates it either.
        """
        train, fell = rise.train, _first(event, rise.start) - rise.lowest >= LEARNT * abs(rise.start)
        if not (fell and rise.start_is_logged and rise.above_start > 0 and train.sure_rise >= SURE):
            return False
        return not (rise.runs_away or self.of_rise(event, rise.start, rise.lowest, train.end))

    def of_jump(self, event: Event, start: float, peak: float) -> bool:
        """Whether a jump is the model's: by its height alone, or by anything but the loss."""
        is_unknown = begins_late(event.series) or self._keeps_an_accuracy(event)
        least = FAR_ABOVE_START if is_unknown else UNTRAINED
        return peak >= least * abs(_first(event, start)) or self.of_event(event)

    def gives_back(self, event: Event, start: float, lowest: float, peak: float, part: float) -> bool:
        """Whether a loss that had fallen far rises again by that part of its fall, and no accuracy is kept."""
        fall = _first(event, start) - lowest
        if fall < MUCH * abs(_first(event, start)) or peak - lowest < part * fall:
            return False
        return not (begins_late(event.series) or self._keeps_an_accuracy(event))

    @property
    def _some_loss_is_not_finite(self) -> bool:
        return any(not np.isfinite(one.values).all() for one in self.run.all(Loss))

    def _keeps_an_accuracy(self, event: Event) -> bool:
        """Whether some accuracy that had been gained is as good after an event as it ever was before."""
        for one, before, after in chain(self._beside(event, ValMetric), self._beside(event, TrainMetric)):
            unit, best = accuracy_unit(one.values), float(before.max())
            is_as_wrong = unit - after <= AS_WRONG * (unit - best) + ONE_OF_HUNDRED * unit
            is_gained = is_of_classes(one.name) and np.ptp(before) >= LEARNT * best
            if is_gained and is_as_wrong and after >= AS_RIGHT * best:
                return True
        return False

    def _validation_is_worse(self, event: Event) -> bool:
        for _, before, after in self._beside(event, ValLoss, -1.0):
            was = float(before.max())
            if was - after >= max(WORSE * abs(was), LOST * (was - float(before[0]))):
                return True
        for role, sign in ((ValMetric, 1.0), (ValError, -1.0)):
            for one, before, after in self._beside(event, role, sign):
                best, ranges = float(before.max()), float(np.ptp(one.values))
                if best - after >= max(LOST * ranges, LEARNT * abs(best)) > 0:
                    return True
        return False

    def _gradient_norm_leaves_its_level(self, event: Event) -> bool:
        """Whether a gradient norm grows by far more than the loss does, for good or at first, or dies beneath it."""
        ours, last = event.series, len(event.series) if event.back_after is None else event.onset + event.back_after
        window = int(ours.steps[max(event.onset - RUN_UP, 0)]), int(ours.steps[min(last, len(ours) - 1)])
        loss, loss_at_first = _growth(ours, *window)
        for one in (each.finite for each in self.run.all(GradNorm) if each.axis is ours.axis):
            norm, norm_at_first = _growth(one, *window)
            if norm >= STRONGER * max(1.0, loss) or norm_at_first >= STRONGER * max(1.0, loss_at_first):
                return True
            if norm <= DEAD and loss > 1:
                return True
        return False

    def _rate_may_be_the_reason(self, event: Event) -> bool:
        return event.rate.jump is not None or event.rate.restarted or bool(above_usual(self.run, self.settings))

    def _beside(
        self, event: Event, role: type[ValLoss | ValMetric | ValError | TrainMetric], sign: float = 1.0
    ) -> Iterator[tuple[Series, NDArray[np.float64], float]]:
        """Yield each series of a role, what it was before an event, and its worst while the loss is high.

        Where the loss stays high, that is where the series ends, after the event if both count alike.
        """
        ours, back = event.series, event.back_after
        for one in (each.finite for each in self.run.all(role)):
            if (one.name, one.split) == (ours.name, ours.split):
                continue
            if back is None:
                at = int(np.searchsorted(one.steps, event.onset_step)) if one.axis is ours.axis else 0
                at = max(at, len(one) - RUN_UP)
                if 0 < at < len(one):
                    yield one, sign * one.values[:at], median(sign * one.values[at:])
            elif one.axis is ours.axis:
                last = int(ours.steps[min(event.onset + back, len(ours) - 1)])
                begin, end = np.searchsorted(one.steps, [event.onset_step, last + 1])
                if 0 < begin < end:
                    before, during = one.values[max(begin - RUN_UP, 0) : begin], one.values[begin:end]
                    yield one, sign * before, float((sign * during).min())


def as_note(finding: Finding) -> Finding:
    """Lower a finding on a loss that nothing else corroborates, and say so."""
    confidence = finding.confidence.at_most(Confidence.MEDIUM)
    return replace(finding, message=finding.message + NOTHING_ELSE, severity=Severity.NOTE, confidence=confidence)


def is_of_tokens(event: Event, first: float) -> bool:
    """Whether a run begins where a language model does that has seen nothing."""
    least, most = OF_TOKENS
    return least <= first <= most and event.series.axis is not Axis.EPOCH


def _growth(series: Series, first_step: int, last_step: int) -> tuple[float, float]:
    """Return the usual value from one step to another, and that of the first of them, in units of the usual before.

    NaN where nothing tells it.
    """
    begin, end = np.searchsorted(series.steps, [first_step, last_step + 1])
    before, after = series.values[:begin], series.values[begin:end]
    return _times(before, after), _times(before, after[:LOOK_BACK])


def _times(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    usual, later = before[np.isfinite(before)], after[np.isfinite(after)]
    was = median(usual) if len(usual) else 0.0
    return median(later) / was if was > 0 and len(later) else nan


def _first(event: Event, start: float) -> float:
    """Return the first value where it lies above the first level: what falls at once is learnt within that."""
    return max(start, float(event.series.values[0]))
