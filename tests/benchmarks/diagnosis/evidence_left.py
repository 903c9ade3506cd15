"""Whether a change of the log took away what a finding stands on.

That is so in two cases, neither of which depends on how the rule decides. A stretch of a curve that the finding is
about, such as a spike, lost points and has fewer than MEDIUM_POINTS left, with which no rule is more than suspicious.
Or a single point decides, such as the first of a loss that exploded before: taken alone, it changes what is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from logdoctor import Finding, Rule, Run, Severity
from logdoctor.engine import Bench
from logdoctor.finding import MEDIUM_POINTS, Span
from logdoctor.signals import Siblings, measure_all, sibling_groups

SINGLE = 3
"""Points each of which may decide alone; where any of many does, the rule was undecided before."""


@dataclass(frozen=True)
class Scene:
    """A run as it was logged and as it is logged now, among the runs that it was analyzed with."""

    before: Run
    after: Run
    runs: tuple[Run, ...]

    def taken(self, series: str) -> set[int]:
        """Return the steps of a series that are no longer logged."""
        return set(_steps(self.before, series).tolist()) - set(_steps(self.after, series).tolist())

    @cached_property
    def siblings(self) -> Siblings:
        """The siblings of the run as it was logged."""
        group = next(one for one in sibling_groups(self.runs) if self.before in one)
        return Siblings(self.before, measure_all([one for one in group if one is not self.before]))


def is_spent(finding: Finding, rule: Rule, scene: Scene) -> bool:
    """Whether points were taken that a finding stands on, or without which it came to be said."""
    few = any(_few_left(span, scene) for span in finding.spans)
    return few or (bool(finding.spans) and _one_decides(finding, rule, scene))


def _few_left(span: Span, scene: Scene) -> bool:
    before, after = (_points_in(span, run) for run in (scene.before, scene.after))
    return after < min(before, MEDIUM_POINTS)


def _points_in(span: Span, run: Run) -> int:
    steps = _steps(run, span.series)
    return int(((steps >= span.first_step) & (steps <= span.last_step)).sum())


def _one_decides(finding: Finding, rule: Rule, scene: Scene) -> bool:
    """Whether a single point that was taken, and not any of many, changes what the rule says."""
    said, series = _speaks(rule, scene, scene.before), finding.spans[0].series
    decisive: list[int] = []
    for step in _steps(scene.before, series).tolist():
        if _speaks(rule, scene, _without(scene.before, step)) != said:
            decisive.append(step)
        if len(decisive) > SINGLE:
            return False
    return not scene.taken(series).isdisjoint(decisive)


def _speaks(rule: Rule, scene: Scene, run: Run) -> bool:
    answer = Bench(run, replace(scene.siblings, run=run)).ask(rule)
    return isinstance(answer, list) and any(getattr(one, "severity", None) is not Severity.NOTE for one in answer)


def _without(run: Run, step: int) -> Run:
    return replace(run, series=tuple(one.take(one.steps != step) for one in run.series))


def _steps(run: Run, series: str) -> np.ndarray:
    return next((one.steps for one in run.series if one.name == series), np.array([], dtype=np.int64))
