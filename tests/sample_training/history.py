"""What a training leaves behind, in full, and the thinner views that loggers keep of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby

Row = dict[str, float]
"""Named numbers of one moment of a training."""


@dataclass(frozen=True)
class History:
    """Every optimizer step and every evaluation of one process."""

    settings: Mapping[str, str | float]
    """Hyper-parameters by name."""
    steps_per_epoch: int
    total_steps: int
    """How many steps the process was to reach, counted from the very start of the training."""
    steps: list[Row] = field(default_factory=list)
    """For each update: step (from 1), loss, gradient_norm, learning_rate; accuracy of a classifier."""
    evaluations: list[Row] = field(default_factory=list)
    """For each evaluation: step, loss, validation_loss; accuracy, validation_accuracy of a classifier."""
    resumed: History | None = None
    """The process that went on from a checkpoint of this one."""

    def processes(self) -> Iterator[History]:
        """Yield this process and those that went on after it."""
        part: History | None = self
        while part is not None:
            yield part
            part = part.resumed

    def joined(self) -> History:
        """Return what a log says that a resumed process rewrites from its checkpoint on: no step twice."""
        if self.resumed is None:
            return self
        rest = self.resumed.joined()
        start = rest.steps[0]["step"]
        kept = [[row for row in rows if row["step"] < start] for rows in (self.steps, self.evaluations)]
        return replace(self, steps=kept[0] + rest.steps, evaluations=kept[1] + rest.evaluations, resumed=None)

    def epoch_at(self, step: float) -> float:
        """Return how many passes over the data were done after a step."""
        return step / self.steps_per_epoch

    def epochs(self) -> list[Row]:
        """Return one row for each epoch: means over its steps, the last rate, the evaluation at its end."""
        held_out = {row["step"]: row for row in self.validations()}
        rows: list[Row] = []
        for number, group in groupby(self.steps, lambda row: math.ceil(self.epoch_at(row["step"]))):
            part = list(group)
            last = part[-1]
            rate = {name: last[name] for name in ("learning_rate",) if name in last}
            rows.append({"epoch": number, **means(part), **rate, **held_out.get(last["step"], {"step": last["step"]})})
        return rows

    def validations(self) -> list[Row]:
        """Return what loggers keep of the evaluations: the held-out part, and none before training."""
        return [
            {name: value for name, value in row.items() if name == "step" or name.startswith("validation_")}
            for row in self.evaluations
            if row["step"] > 0
        ]

    def windows(self, length: int) -> list[Row]:
        """Return one row for each `length` steps: the mean loss, the last of everything else."""
        parts = (self.steps[i : i + length] for i in range(0, len(self.steps) - length + 1, length))
        return [{**part[-1], **means(part)} for part in parts]

    def every(self, length: int) -> list[Row]:
        """Return every `length`-th step as it was."""
        return self.steps[length - 1 :: length]


def means(part: list[Row]) -> Row:
    """Average the loss, and the accuracy where there is one."""
    names = [name for name in ("loss", "accuracy") if name in part[0]]
    return {name: sum(row[name] for row in part) / len(part) for name in names}


def interleaved(steps: list[Row], evaluations: list[Row]) -> list[Row]:
    """Merge rows in the order of logging; an evaluation follows the step after which it was made."""
    return sorted([*steps, *evaluations], key=lambda row: row["step"])
