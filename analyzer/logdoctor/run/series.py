"""One logged quantity over a run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.run.once import Once
from logdoctor.run.roles import Role, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray


class Axis(StrEnum):
    """What the steps of a series count."""

    STEP = "step"
    EPOCH = "epoch"
    SAMPLES = "samples"
    TOKENS = "tokens"
    TIME = "time"
    INDEX = "index"


class Split(StrEnum):
    """Which part of the data a series was measured on."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"
    NONE = ""

    @property
    def is_held_out(self) -> bool:
        """Whether it is a part that is not trained on."""
        return self in (Split.VALIDATION, Split.TEST)


@dataclass(frozen=True, eq=False)
class Series(Once):
    """A quantity as it was logged: every point, in the order of writing.

    NaN and infinities are values. A step at which nothing was logged has no point. When a run is resumed its steps go
    back; the series keeps both branches, and `curve` only the later one.
    """

    name: str
    """The name as logged."""
    steps: NDArray[np.int64] = field(repr=False)
    """(n,) positions on `axis`, in the order of writing."""
    values: NDArray[np.float64] = field(repr=False)
    """(n,) values, in the unit of the log."""
    wall_times: NDArray[np.float64] | None = field(default=None, repr=False)
    """(n,) seconds since 1970, or None where the log has none."""
    axis: Axis = Axis.STEP
    split: Split = Split.NONE
    role: type[Role] = Unknown
    average: str = ""
    """How the writer averages before it logs, where that is known: one of `averages`."""

    @classmethod
    def of(
        cls,
        name: str,
        steps: ArrayLike,
        values: ArrayLike,
        wall_times: ArrayLike | None = None,
        axis: Axis = Axis.STEP,
    ) -> Series:
        """Make a series from anything array-like; raises ValueError when the lengths differ."""
        as_steps = np.asarray(steps, dtype=np.int64)
        as_values = np.asarray(values, dtype=np.float64)
        as_times = None if wall_times is None else np.asarray(wall_times, dtype=np.float64)
        if as_steps.shape != as_values.shape or (as_times is not None and as_times.shape != as_values.shape):
            raise ValueError(f"{name}: {as_steps.shape} steps for {as_values.shape} values")
        return cls(name, as_steps, as_values, as_times, axis)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def first_step(self) -> int:
        """The step of the first point, in the order of writing; raises IndexError where there is none."""
        return int(self.steps[0])

    @property
    def last_step(self) -> int:
        """The step of the last point, in the order of writing; raises IndexError where there is none."""
        return int(self.steps[-1])

    @cached_property
    def rewinds(self) -> NDArray[np.intp]:
        """Indices of the points whose step lies below that of the point before: where a restart begins."""
        fallen = np.flatnonzero(self.steps[1:] < self.steps[:-1]) + 1
        return fallen[~self._astray[fallen]] if len(fallen) else fallen

    @cached_property
    def curve(self) -> Series:
        """This series with strictly rising steps: at a rewind the later branch replaces the earlier.

        A point of step s drops every earlier point of step s or more, which is also how TensorBoard's fast loader
        draws a resumed run (tensorboard/data/server/reservoir.rs). An end that only repeats earlier points, as the
        line of the best epoch does, drops nothing; nor does a stray point, which takes its place among the others if
        that is free. A stray point below zero is dropped from a log that began at zero or later.
        """
        if len(self.steps) < 2 or bool((self.steps[1:] > self.steps[:-1]).all()):
            return self
        if (whole := len(self) - self._said_again) < len(self):
            return self.take(slice(whole)).curve
        astray = self._astray
        # A point stays when every later point has a larger step.
        floor = np.minimum.accumulate(np.where(astray, np.iinfo(np.int64).max, self.steps)[::-1])[::-1]
        stays = np.append(self.steps[:-1] < floor[1:], True) & ~(astray & (self.steps < min(0, self.first_step)))
        if not astray.any():
            return self.take(stays)
        kept = np.flatnonzero(stays)
        kept = kept[np.lexsort((astray[kept], self.steps[kept]))]
        is_first = np.append(True, self.steps[kept[1:]] != self.steps[kept[:-1]])
        return self.take(kept[is_first])

    @cached_property
    def _astray(self) -> NDArray[np.bool_]:
        return astray(self.steps)

    @property
    def _said_again(self) -> int:
        """How many points at the end only repeat, value for value, what was logged at their steps before."""
        furthest = len(self) - 1 - int(np.argmax(self.steps[::-1]))
        end = slice(furthest + 1, None)
        steps, values = self.steps[end], self.values[end]
        if not len(steps) or (len(steps) > 1 and bool((values == values[0]).all())):
            return 0  # a constant value does not show whether this is another branch
        there = np.flatnonzero(np.isin(self.steps[: furthest + 1], steps))
        before = set(zip(self.steps[there].tolist(), self.values[there].tolist(), strict=True))
        return len(steps) if before.issuperset(zip(steps.tolist(), values.tolist(), strict=True)) else 0

    @cached_property
    def finite(self) -> Series:
        """The finite points of `curve`."""
        curve = self.curve
        stays = np.isfinite(curve.values)
        return curve if stays.all() else curve.take(stays)

    def take(self, points: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Series:
        """Keep only some points, given as a mask, indices or a slice."""
        times = None if self.wall_times is None else self.wall_times[points]
        return replace(self, steps=self.steps[points], values=self.values[points], wall_times=times)


def astray(steps: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return a mask of single steps that fall behind, after which the log immediately continues beyond the furthest.

    This is no restart: a value arrived late from another process, or its step lost digits. Where that happened before,
    the last step may be stray too, if it lies between the two furthest.
    """
    found = np.zeros(len(steps), bool)
    if len(steps) > 2:
        furthest = np.maximum.accumulate(steps)
        found[1:-1] = (steps[1:-1] < furthest[:-2]) & (steps[2:] > furthest[:-2])
        found[-1] = found.any() and furthest[-3] < steps[-1] < steps[-2]
    return found


def same_axis(series: Sequence[Series]) -> bool:
    """Tell whether all series count the same thing."""
    return len({one.axis for one in series}) <= 1


def concatenated(parts: Sequence[Series]) -> Series:
    """Return the points of several parts of one curve, in the order given, under the name of the first."""
    if len(parts) == 1:
        return parts[0]
    timed = any(one.wall_times is not None for one in parts)
    times = [np.full(len(one), np.nan) if one.wall_times is None else one.wall_times for one in parts]
    return replace(
        parts[0],
        steps=np.concatenate([one.steps for one in parts]),
        values=np.concatenate([one.values for one in parts]),
        wall_times=np.concatenate(times) if timed else None,
    )


def with_role(role: type[Role], series: list[Series], fits_role: Callable[[Series], bool]) -> list[Series]:
    """Give a role to those series that it fits; return all, in their order."""
    return [replace(one, role=role) if fits_role(one) else one for one in series]
