"""A dynamic loss scale: how often it was halved last, and how far down that led."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.roles import LossScale, TrainLoss
from logdoctor.run.text_event import GRADIENT_OVERFLOW, NON_FINITE_STOP
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST = -149.0
"""Binary logarithm of the smallest float32: a scale of zero is what halving it again gives."""

WHOLE = 1e-3
"""Distance from a whole power of two within which a change is one: scalers halve and double."""

ROUNDED = 5.1e-4
"""Half of the last decimal that fairseq prints of a scale, and a little: 0.062 stands for 2**-4, 0.0625."""

_GIVEN_UP = re.compile(r"loss scale (?:already at minimum|reached)")
"""What DeepSpeed and fairseq say of a scale that is as low as they let it go."""

_SCALE_IN_TEXT = re.compile(r"\bto:?\s+(\d+(?:\.\d*)?(?:e[-+]?\d+)?)\s*$", re.I)


@dataclass(frozen=True)
class LossScaleWalk:
    """A loss scale that moves in powers of two, in octaves.

    Read from the series and from lines behind its last row, or, where none is logged, from such lines alone: "Gradient
    overflow. Skipping step, loss scaler 0 reducing loss scale to 16384.0" (Apex; DeepSpeed and fairseq write it alike).
    """

    series: Series
    """The logged scale; the training loss where the scale is read from text events."""
    steps: NDArray[np.int64] = field(repr=False)
    octaves: NDArray[np.float64] = field(repr=False)
    """(n,) log2 of the scale."""
    from_text: bool = False
    gave_up: bool = False
    """Whether the trainer ends the run, for it can lower the scale no further."""

    @classmethod
    def measure(cls, run: Run) -> LossScaleWalk:
        """Read the walk; raises Unmeasurable where no scale is logged or where it is no dynamic loss scale."""
        logged = run.find(LossScale)
        if logged is not None and len(logged.finite):
            series = logged.finite
            steps, scales = _goes_on(series, _in_lines(run))
        else:
            series, steps, scales = _from_events(run)
        if (scales < 0).any():
            raise Unmeasurable(f"{series.name} is negative: no loss scale")
        octaves = _octaves(scales)
        changes = np.diff(octaves)[np.diff(octaves) != 0]
        if (np.abs(changes - np.round(changes)) > WHOLE).any():
            raise Unmeasurable(f"{series.name} does not move in powers of two: no dynamic loss scale")
        return cls(series, steps, octaves, from_text=logged is None, gave_up=_gives_up(run, series.last_step))

    @cached_property
    def since(self) -> int:
        """Index of the last value before the last descent: nothing after it is higher than what came before."""
        grown = np.flatnonzero(np.diff(self.octaves) > 0)
        falls = np.flatnonzero(np.diff(self.octaves) < 0)
        later = falls[falls > (grown[-1] if len(grown) else -1)]
        return int(later[0]) if len(later) else len(self.octaves) - 1

    @cached_property
    def first_step(self) -> int:
        """Step of the first value of the last descent."""
        return int(self.steps[min(self.since + 1, len(self.steps) - 1)])

    @cached_property
    def first_drop(self) -> int:
        """Octaves of the first fall of the last descent: more than one where the log left steps out."""
        following = self.octaves[self.since : self.since + 2]
        return round(float(following[0] - following[-1]))

    @cached_property
    def before(self) -> float:
        """The scale before the last descent."""
        return float(2.0 ** self.octaves[self.since])

    @cached_property
    def end(self) -> float:
        """The last scale."""
        return float(2.0 ** self.octaves[-1]) if self.octaves[-1] > SMALLEST else 0.0

    @cached_property
    def halvings(self) -> int:
        """How many octaves the last descent led down."""
        return round(float(self.octaves[self.since] - self.octaves[-1]))

    @cached_property
    def held(self) -> int:
        """For how many values the scale had stayed where it was before the last descent."""
        if self.from_text:
            return int((self.series.steps < self.steps[self.since]).sum())
        moved = np.flatnonzero(np.diff(self.octaves[: self.since + 1]) != 0)
        return self.since - (int(moved[-1]) if len(moved) else -1)

    @cached_property
    def idle(self) -> float:
        """Share of the run's steps that follow the last fall."""
        falls = np.flatnonzero(np.diff(self.octaves) < 0)
        begin, end = self.series.first_step, self.series.last_step
        last = int(self.steps[falls[-1] + 1]) if len(falls) else begin
        return (end - last) / max(end - begin, 1)


def _octaves(scales: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the binary logarithms of scales; below one, where a few decimals show none, the whole one nearby."""
    octaves = np.where(scales > 0, np.log2(np.maximum(scales, 2.0**SMALLEST)), SMALLEST)
    whole = np.round(octaves)
    return np.where((scales > 0) & (scales < 1) & (np.abs(2.0**whole - scales) <= ROUNDED), whole, octaves)


def _gives_up(run: Run, last: int) -> bool:
    """Tell whether a line says so behind which nothing is logged; `last` is the step of the last row."""
    stops = (one for one in run.events if one.kind == NON_FINITE_STOP and _GIVEN_UP.search(one.text))
    return any(one.is_behind_all or (one.step is not None and one.step >= last) for one in stops)


def _in_lines(run: Run) -> list[tuple[int | None, float]]:
    """Return the steps of lines of overflow, and the scales that they put."""
    found = [(one.step, _SCALE_IN_TEXT.search(one.text)) for one in run.events if one.kind == GRADIENT_OVERFLOW]
    return [(step, float(match[1])) for step, match in found if match]


def _goes_on(logged: Series, lines: list[tuple[int | None, float]]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Add what lines say behind the last row of a logged scale: a trainer stops before it logs the next."""
    later = [scale for step, scale in lines if step is not None and step >= logged.last_step]
    steps = np.append(logged.steps, np.full(len(later), logged.last_step))
    return steps, np.append(logged.values, later)


def _from_events(run: Run) -> tuple[Series, NDArray[np.int64], NDArray[np.float64]]:
    loss, scales = run.find(TrainLoss), _in_lines(run)
    if loss is None or not len(loss) or not scales:
        raise Unmeasurable("no loss scale in this run")
    begin, end = int(loss.steps.min()), int(loss.steps.max())
    steps = np.array([int(np.clip(begin if step is None else step, begin, end)) for step, _ in scales])
    return loss, steps, np.array([scale for _, scale in scales])
