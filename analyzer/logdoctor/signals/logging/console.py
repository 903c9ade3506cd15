"""The errors and warnings of a text log, and whether training went on after them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from logdoctor.run import Run, Series, State, TextEvent
from logdoctor.run.roles import TrainLoss
from logdoctor.run.text_event import ENDS, RESUMED, STAGE_BEGUN, STOPS
from logdoctor.signals.schedule.plan import plan_of
from logdoctor.signals.settings.hyperparameters import Hyperparameters
from logdoctor.signals.statistics.unmeasurable import Unmeasurable


@dataclass(frozen=True)
class Console:
    """The text events of a run, in the order of its files."""

    run: Run

    @classmethod
    def measure(cls, run: Run) -> Console:
        """Take them from a run; raises Unmeasurable when it has none: nothing tells that its console was logged."""
        if all(one.kind == STAGE_BEGUN for one in run.events):
            raise Unmeasurable("no error line, warning or notice of a text log in this run")
        return cls(run)

    def of(self, *kinds: str) -> Sequence[TextEvent]:
        """Return the lines of some kinds."""
        return tuple(one for one in self.run.events if one.kind in kinds)

    def stop(self) -> TextEvent | None:
        """Return the first line of a failure or a stop after which training did not go on; None where there is none."""
        return next((one for one in self.of(*STOPS) if not self.went_on_after(one)), None)

    def went_on_after(self, event: TextEvent) -> bool:
        """Tell whether training did go on: later steps were logged, or a later line says that it resumed or ended."""
        later = (one for one in self.run.events if one.path == event.path and one.line > event.line)
        if any(one.kind in ENDS or one.kind == RESUMED for one in later):
            return True
        if event.step is None and event.is_behind_all:  # of a text that counts no steps
            return False
        return self._reached is not None and (event.step is None or event.step < self._reached)

    @cached_property
    def _reached(self) -> int | None:
        """The highest step that was logged, on the axis of the training loss: others count samples or tokens."""
        logged = [one for one in (self.run.find(TrainLoss), *self.run.series) if one is not None and len(one)]
        return max((int(one.steps.max()) for one in logged if one.axis is logged[0].axis), default=None)

    def came_to_its_end_before(self, event: TextEvent) -> bool:
        """Tell whether the training was done before: its trainer had said so, or all that was planned was logged."""
        if self.run.state is State.FINISHED:
            return not self.went_on_after(event)
        if any(one.path == event.path and one.line < event.line for one in self.of(*ENDS)):
            return True
        plan = plan_of(self.run, Hyperparameters(self.run))
        return plan is not None and plan.missing < plan.pace and not self.went_on_after(event)

    def series_at(self, event: TextEvent) -> Series | None:
        """Return the training loss, or else any series, that runs through the step of an event."""
        step = event.step
        if step is None:
            return None
        candidates = [one for one in (self.run.find(TrainLoss), *self.run.series) if one is not None and len(one)]
        return next((one for one in candidates if one.steps.min() <= step <= one.steps.max()), None)
