"""Dictionaries of Hugging Face's Trainer: they carry the epoch and no step, which has to be worked out.

    {'loss': 2.2788, 'grad_norm': 1.9252, 'learning_rate': 0.00018, 'epoch': 0.01}        up to version 4
    {'loss': '2.163', 'grad_norm': 'nan', 'learning_rate': '9.966e-05', 'epoch': '0.3556'}  from version 5 on

The steps of an epoch follow from the progress bar beside the lines or from the averages at the end; where neither is
there, rows are numbered by the logging interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from logdoctor.sources.console.rows.parts import Clock, LineNumbers, Numbers, Part
from logdoctor.sources.tables.compact.growing import places_of
from logdoctor.sources.tables.counters import LARGEST_STEP

_RUNTIME, _STEPS_PER_SECOND = "train_runtime", "train_steps_per_second"
_LOSS = "loss"
_EPOCH = "epoch"

_FINEST_EPOCH = 0.02
"""Epochs between two rows from which on their order follows from the epoch, which version 4 rounds to two decimals."""


_MOST = 0.5
"""Share of the rows that must agree with the progress bar before it is believed."""


@dataclass(frozen=True)
class _History:
    """The rows of training."""

    lines: LineNumbers
    epochs: Numbers
    spacing: float
    """Epochs between two rows."""

    @property
    def falls_back(self) -> bool:
        """Whether the run was resumed from an earlier epoch."""
        return self.spacing > 0 and bool((np.diff(self.epochs) < 0).any())

    @property
    def are_apart(self) -> bool:
        """Whether each row has a place of its own by its epoch, which may be rounded too far for that."""
        return len(np.unique(self.placed(self.epochs))) == len(self.epochs)

    def placed(self, epochs: Numbers) -> Numbers:
        """Return where some epochs stand, in intervals of logging."""
        return np.asarray(np.round(epochs / self.spacing))


def is_summary(part: Part) -> bool:
    """Tell the averages of a run, whose `train_loss` is no point of a curve; training may tell the time too."""
    return part.form.is_dict and _RUNTIME in part.values and _LOSS not in part.values


def with_steps(parts: Sequence[Part], progress: Clock) -> list[Part]:
    """Give the rows of dictionaries a counter, and leave out the averages of the run.

    It is `global_step` where the steps of an epoch are known, else `index`. `progress` is what the progress bar
    showed last at any line.
    """
    kept = [part for part in parts if not is_summary(part)]
    history = _history([part for part in kept if _is_without_step(part) and _LOSS in part.values])
    if history is None:
        return kept
    interval = _interval(history, [part for part in parts if is_summary(part)], progress)
    name = "index" if np.isnan(interval) else "global_step"
    return [
        replace(part, counters=part.counters | {name: _position(part, history) * (1 if name == "index" else interval)})
        if _is_without_step(part)
        else part
        for part in kept
    ]


def _is_without_step(part: Part) -> bool:
    """Tell a row that counts epochs, and perhaps tokens, alone."""
    return part.form.is_dict and _EPOCH in part.counters and not part.steps


def _history(parts: Sequence[Part]) -> _History | None:
    if sum(map(len, parts)) < 2:
        return None
    lines = np.concatenate([part.lines for part in parts])
    epochs = np.concatenate([part.counters[_EPOCH] for part in parts])
    order = np.argsort(lines)
    advances = np.diff(epochs[order])
    advances = advances[advances >= 0]  # a resumed run falls back
    return _History(lines[order], epochs[order], float(advances.mean()) if len(advances) else 0.0)


def _position(part: Part, history: _History) -> Numbers:
    """Return where rows stand, in intervals of logging; an evaluation stands at the row of training before it."""
    if history.falls_back or (history.spacing >= _FINEST_EPOCH and history.are_apart):
        return history.placed(part.counters[_EPOCH])
    return places_of(history.lines, part.lines, behind=True).astype(float)


def _interval(history: _History, summaries: Sequence[Part], progress: Clock) -> float:
    """Return the steps between two rows, or NaN."""
    shown = np.diff(progress.before(history.lines))
    if len(shown) and (interval := float(np.median(shown))) >= 1 and np.mean(shown == interval) > _MOST:
        return interval
    totals = [part.values[_RUNTIME][-1] * part.values[_STEPS_PER_SECOND][-1] for part in summaries
              if _STEPS_PER_SECOND in part.values]  # fmt: skip
    ends = [float(part.counters[_EPOCH][-1]) for part in summaries if _EPOCH in part.counters]
    if totals and ends:
        per_epoch = totals[-1] / ends[-1]
    else:
        return float("nan")
    interval = float(np.round(per_epoch * history.spacing))
    return interval if 1 <= interval < LARGEST_STEP else float("nan")
