"""Where training went on from a checkpoint, as far as the log tells."""

from __future__ import annotations

from dataclasses import dataclass

from logdoctor.run import Run
from logdoctor.run.text_event import RESUMED


@dataclass(frozen=True)
class Resumes:
    """The steps at which the log says, or shows by steps that go back, that a run was resumed."""

    steps: tuple[int, ...] = ()

    @classmethod
    def measure(cls, run: Run) -> Resumes:
        """Collect them from text lines and from rewinds of any series."""
        announced = {one.step for one in run.events if one.kind == RESUMED and one.step is not None}
        shown = {int(step) for one in run.series for step in one.steps[one.rewinds]}
        return cls(tuple(sorted(announced | shown)))

    def near(self, step: int, distance: float) -> bool:
        """Tell whether a resume lies within a distance of a step."""
        return any(abs(one - step) <= distance for one in self.steps)
