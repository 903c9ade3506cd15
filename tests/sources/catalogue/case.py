"""Logs of writers that take more to run than a test may, each written from its source code as lines of known curves.

Losses are dyadic, so that two decimals hold them exactly; the loss at `BAD` is NaN, spelled as that writer spells it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import nan
from pathlib import Path
from typing import Any

from tensorboardX import SummaryWriter

from logdoctor.run import Axis, Setting

Points = dict[int, float]

N = 12
BAD = 7
TRAIN = [nan if i == BAD else 4 - i / 4 for i in range(N)]
VAL = [4.5 - i / 4 for i in range(N)]
RATE = [round(0.0012 - 0.0001 * i, 4) for i in range(N)]
NORM = [1.5 + i / 4 for i in range(N)]
SCORE = [0.25 + i / 32 for i in range(N)]


@dataclass(frozen=True)
class Case:
    """Files of one run, and what the best series of each role is to hold."""

    files: Mapping[str, str]
    """Content by path."""
    roles: Mapping[str, Points]
    """Points by role."""
    axis: Axis = Axis.STEP
    """What the steps of every one of them count."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    events: Mapping[str, Mapping[str, Points]] = field(default_factory=dict)
    """Scalars by folder and tag that are written to event files besides."""

    def write(self, folder: Path) -> None:
        """Write the files below a folder."""
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        for name, tags in self.events.items():
            with SummaryWriter(str(folder / name)) as writer:
                for tag, points in tags.items():
                    for step, value in points.items():
                        writer.add_scalar(tag, value, step)


def lines(line: Callable[[int], str], n: int = N) -> str:
    """Return one line for each index."""
    return "".join(f"{line(i)}\n" for i in range(n))


def objects(record: Callable[[int], Mapping[str, Any]], n: int = N) -> str:
    """Return JSON lines, NaN as Python's `json` writes it."""
    return lines(lambda i: json.dumps(record(i)), n)


def at(values: list[float], step: Callable[[int], int], *, without: int | None = None) -> Points:
    """Return points; `without` is an index that was not logged."""
    return {step(i): value for i, value in enumerate(values) if i != without}


def tens(i: int) -> int:
    """Count ten steps a line, from 10 on."""
    return 10 * i + 10


def one_based(i: int) -> int:
    """Count epochs from 1 on."""
    return i + 1


def zero_based(i: int) -> int:
    """Count epochs from 0 on."""
    return i


STEPS = {
    "train-loss": at(TRAIN, tens),
    "learning-rate": at(RATE, tens),
    "gradient-norm": at(NORM, tens),
}
BY_STEP = {**STEPS, "validation-loss": at(VAL, tens)}
"""Curves that most frameworks log every ten steps."""


def epochs(first: Callable[[int], int], *roles: str) -> dict[str, Points]:
    """Return the curves of some roles by epoch."""
    curves = {
        "train-loss": TRAIN,
        "validation-loss": VAL,
        "learning-rate": RATE,
        "gradient-norm": NORM,
        "validation-metric": SCORE,
        "train-metric": SCORE,
    }
    return {role: at(curves[role], first) for role in roles}
