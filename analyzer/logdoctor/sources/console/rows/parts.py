"""The rows of one stream, understood: where each stands, and what it measures."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis
from logdoctor.sources.console.forms.form import Form
from logdoctor.sources.tables.compact.growing import places_of
from logdoctor.sources.tables.counters import axis_of

EPOCH = "epoch"
"""The counter of epochs, as tables know it."""

BATCH = "batch"
"""The counter of batches, which an evaluation counts as a training does."""

INDEX = "index"
"""What counts dictionaries of Hugging Face's Trainer whose steps are not known, and the passes of a bar."""

Numbers = NDArray[np.float64]

LineNumbers = NDArray[np.int64] | NDArray[np.int32]
"""Numbers of cleaned lines, counted from 0 through the whole log."""


@dataclass(frozen=True, eq=False)
class Part:
    """Rows of one form; all arrays have one number a row, NaN included."""

    form: Form
    lines: LineNumbers
    """Those of the rows, rising."""
    counters: dict[str, Numbers]
    """By the names that tables know."""
    values: dict[str, Numbers]
    plans: dict[str, Numbers]
    """What a counter runs to, by its name."""

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def steps(self) -> dict[str, Numbers]:
        """The counters of steps."""
        return {name: at for name, at in self.counters.items() if axis_of(name) is Axis.STEP}

    def within(self, lines: range) -> Part:
        """Keep the rows of some lines."""
        return self.take((self.lines >= lines.start) & (self.lines < lines.stop))

    def take(self, rows: NDArray[np.bool_]) -> Part:
        """Keep the rows of a mask."""
        if rows.all():
            return self
        return replace(
            self,
            lines=self.lines[rows],
            counters={name: at[rows] for name, at in self.counters.items()},
            values={name: at[rows] for name, at in self.values.items()},
            plans={name: at[rows] for name, at in self.plans.items()},
        )


@dataclass(frozen=True, eq=False)
class Clock:
    """What a counter said last, at any line of the log."""

    lines: LineNumbers
    at: Numbers

    @classmethod
    def of(cls, said: list[tuple[LineNumbers, Numbers]]) -> Clock:
        """Put together what several streams said."""
        if not said:
            return cls(np.empty(0, np.int64), np.empty(0))
        if len(said) == 1:
            return cls(*said[0])
        lines, at = np.concatenate([one for one, _ in said]), np.concatenate([one for _, one in said])
        order = np.argsort(lines, kind="stable")
        return cls(lines[order], at[order])

    def within(self, lines: range) -> Clock:
        """Return what it said on some lines."""
        here = (self.lines >= lines.start) & (self.lines < lines.stop)
        return Clock(self.lines[here], self.at[here])

    def before(self, lines: LineNumbers) -> Numbers:
        """Return what was said last at or before some lines; NaN where nothing was."""
        if not len(self.lines):
            return np.full(len(lines), np.nan)
        found = places_of(self.lines, lines, behind=True) - 1
        return np.where(found >= 0, self.at[np.maximum(found, 0)], np.nan)

    def after(self, lines: LineNumbers) -> Numbers:
        """Return what is said first below some lines; NaN where nothing is."""
        return np.append(self.at, np.nan)[places_of(self.lines, lines, behind=True)]

    def nearer_below(self, lines: LineNumbers) -> NDArray[np.bool_]:
        """Tell which lines stand nearer to what is said below them than to what is said above; none at the end."""
        found = places_of(self.lines, lines, behind=True)
        said = np.concatenate([[-np.inf], self.lines, [np.inf]])
        nearer: NDArray[np.bool_] = said[found + 1] - lines < lines - said[found]
        return nearer
