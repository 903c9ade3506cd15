"""Resumed runs: some writers open a new folder each time a run continues from a checkpoint; together they are one run.

Independent runs of one set-up (seeds, folds) lie in similar folders. They begin where every run begins; a resumed one
begins at a later step, at the loss that had been reached there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from time import strptime

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Axis, Notice, Run, Series, Setting
from logdoctor.run.notice import RESTART
from logdoctor.run.roles import Reward, TrainLoss, ValLoss
from logdoctor.run.series import concatenated

_MOMENT = r"\d{4}-?\d{2}-?\d{2}[_T-]\d{2}-?\d{2}-?\d{2}"
_STARTS = (
    ("version", re.compile(r"version_(?P<when>\d+)")),  # Lightning
    ("moment", re.compile(rf"(?P<when>{_MOMENT})(?:\.log)?")),  # MMEngine, mmcv, NeMo
    ("trial", re.compile(r"(?P<when>[A-Z][a-z]{2}\d{2}_\d{2}-\d{2}-\d{2})_.+")),  # Hugging Face: `Jan31_12-00-00_host`
    ("slurm", re.compile(r"slurm-(?P<when>\d+)")),  # of a job that was submitted again, each has a console of its own
    ("wandb", re.compile(r"(?:offline-)?run-(?P<when>\d{8}_\d{6})-(?P<id>\w+)")),
)
"""Names that writers give to the folder of one start, with its time."""

_INSIDE = frozenset({"vis_data", "tb_logs"})
"""Sub-folders of a start that hold its logs."""

FEWEST_POINTS = 3
"""Points that a curve needs to show where it continues."""

BEGINNING = 3
"""Logging intervals within which every new run begins; one that begins later continues another."""

GAP = 2
"""Logging intervals that may be missing between two starts: a log that was not flushed loses its last values."""

SAME_INTERVAL = 0.01
"""Largest relative difference between the logging intervals of two starts; a different one is another set-up."""

AT_LEVEL = 0.25
"""Largest distance from the loss that was reached, as a share of the fall until then, of a start that continues."""

NOISE = 4
"""A distance that is always near enough, in typical differences between neighbouring values."""

_AROUND = 5
"""Number of values whose median is the level at a point."""

_FREE = re.compile(
    r"resum|ckpt|checkpoint|load|restore|init_from|epochs?$|max_steps|max_iters|total_steps|version|name|dir|path|"
    r"folder|time|date|host|port|rank|device|wandb|_step$",
    re.I,
)
"""Settings that may differ between starts: where they continue, how far they go, their names, where they run."""


@dataclass(frozen=True)
class _Start:
    run: Run
    kind: tuple[str, ...]
    """The folder above and the writer, and for W&B the run."""
    when: tuple[int, ...]

    @property
    def is_identified(self) -> bool:
        """Whether the writer itself identifies the run."""
        return self.kind[-1] != ""


def resumed_joined(runs: Sequence[Run]) -> list[Run]:
    """Join every start with the earlier one of the same folder that it continues, if there is just one.

    Returns all runs. The series of a joined run keep both branches where they overlap; a notice says where it resumed.
    """
    starts = [start for run in runs if (start := _start(run)) is not None]
    kinds: dict[tuple[str, ...], list[_Start]] = {}
    for start in starts:
        kinds.setdefault(start.kind, []).append(start)
    joined: dict[str, Run] = {}
    absorbed: set[str] = set()
    for alike in kinds.values():
        chains: list[list[_Start]] = []
        for start in sorted(alike, key=lambda one: (one.when, one.run.name)):
            before = [chain for chain in chains if _goes_on(start, chain[-1])]
            if len(before) == 1:
                before[0].append(start)
            else:
                chains.append([start])
        for first, *later in chains:
            if later:
                joined[first.run.name] = _joined(first.run, [one.run for one in later])
                absorbed |= {one.run.name for one in later}
    return [joined.get(run.name, run) for run in runs if run.name not in absorbed]


def _start(run: Run) -> _Start | None:
    home, _, stem = run.name.partition(":")
    place = PurePosixPath(home)
    place = place.parent if place.name in _INSIDE and not stem else place
    name, above = (stem, place) if stem else (place.name, place.parent)
    for kind, pattern in _STARTS:
        if found := pattern.fullmatch(name):
            return _Start(run, (str(above), kind, found.groupdict().get("id") or ""), _when(kind, found["when"]))
    return None


def _when(kind: str, timestamp: str) -> tuple[int, ...]:
    if kind == "trial":
        try:
            return tuple(strptime(f"2000 {timestamp}", "%Y %b%d_%H-%M-%S")[:6])
        except ValueError:
            return ()
    return (int(re.sub(r"\D", "", timestamp)),)


def _goes_on(start: _Start, before: _Start) -> bool:
    ours, theirs = _main(start.run), _main(before.run)
    if ours is None or theirs is None or type(ours.role) is not type(theirs.role) or ours.axis is not theirs.axis:
        return False
    if ours.name != theirs.name or not _fits(ours.curve, theirs.curve, told=start.is_identified):
        return False
    return start.is_identified or _same_settings(start.run.hyperparameters, before.run.hyperparameters)


def _main(run: Run) -> Series | None:
    found = (run.find(role) for role in (TrainLoss, ValLoss, Reward))
    return next((one for one in found if one is not None and len(one.curve) >= FEWEST_POINTS), None)


def _fits(ours: Series, theirs: Series, *, told: bool) -> bool:
    """Tell whether a curve begins within another, or at its end, at the level that was reached there."""
    interval, other = (float(np.median(np.diff(one.steps))) for one in (ours, theirs))
    first, earliest = ours.first_step, theirs.first_step
    if told:
        return first > earliest
    if first <= max(0, earliest) + BEGINNING * max(interval, other) or first > theirs.steps[-1] + GAP * other:
        return False
    if abs(interval - other) > SAME_INTERVAL * max(interval, other):
        return False
    reached = theirs.values[theirs.steps <= first]
    reached, beginning = reached[np.isfinite(reached)], ours.values[:_AROUND]
    if len(reached) < FEWEST_POINTS or not np.isfinite(beginning).all():
        return False
    level, at_first = float(np.median(reached[-_AROUND:])), float(np.median(reached[:FEWEST_POINTS]))
    near = max(AT_LEVEL * abs(at_first - level), NOISE * _usual_step(reached))
    return abs(float(np.median(beginning)) - level) <= near


def _usual_step(values: NDArray[np.float64]) -> float:
    return float(np.median(np.abs(np.diff(values[-4 * _AROUND :]))))


def _same_settings(ours: Mapping[str, Setting], theirs: Mapping[str, Setting]) -> bool:
    common = [name for name in ours.keys() & theirs.keys() if not _FREE.search(name)]
    return all(ours[name] == theirs[name] for name in common)


def _joined(first: Run, later: Sequence[Run]) -> Run:
    runs = (first, *later)
    parts: dict[tuple[object, ...], list[Series]] = {}
    for run in runs:
        for one in run.series:
            parts.setdefault((one.name, one.axis, one.split, one.role), []).append(one)
    notices = [notice for run in runs for notice in run.notices]
    for run in later:
        series = _main(run)
        unit = "epoch" if series is not None and series.axis is Axis.EPOCH else "step"
        place = "" if series is None else f" from {unit} {series.first_step:,} on"
        notices.append(Notice(RESTART, run.sources[0].path, f"The training of {first.name} was resumed here{place}."))
    settings: dict[str, Setting] = {}
    for run in runs:
        settings.update(run.hyperparameters)
    return replace(
        first,
        series=tuple(concatenated(found) for found in parts.values()),
        hyperparameters=settings,
        sources=tuple(sorted((one for run in runs for one in run.sources), key=lambda one: one.path)),
        notices=tuple(notices),
        events=tuple(event for run in runs for event in run.events),
        state=later[-1].state,
        planned_steps=later[-1].planned_steps or first.planned_steps,
    )
