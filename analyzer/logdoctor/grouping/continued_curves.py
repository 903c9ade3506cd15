"""Curves that continue from file to file, as in event files: their parts are put together, and backups left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from logdoctor.grouping.clusters import Piece
from logdoctor.grouping.epochs_as_steps import epochs_at_steps
from logdoctor.run import Axis, Notice, Series
from logdoctor.run.notice import INTERPRETATION, TWO_WRITERS
from logdoctor.run.series import concatenated

FEWEST_WITHOUT_STEPS = 3
"""Points at step 0 from which on that is no real step: one value before training and one after it make two."""

MOST_NAMED = 3
"""Curves that a notice names one by one."""

Joined = tuple[Piece, Series]
"""A curve with the first of the pieces that it comes from."""


def without_copies(continuing: list[Piece]) -> list[Piece]:
    """Leave out files that hold the beginning of another file or all of it: backups, hard links, second downloads.

    Every point of such a file is in the other one, written at the same moment. The rest are returned in the order of
    their first wall times, because names sort wrongly after a clock was set back.
    """
    kept: dict[float, list[Piece]] = {}
    for piece in sorted(continuing, key=lambda one: (-sum(map(len, one.series)), str(one.file.relative))):
        alike = kept.setdefault(_begins(piece)[0], [])
        if not any(_is_within(piece, other) for other in alike):
            alike.append(piece)
    return sorted((piece for alike in kept.values() for piece in alike), key=_begins)


def joined_curves(continuing: list[Piece]) -> tuple[list[Joined], list[Notice]]:
    """Join the parts of every curve, and return notices of how that was done."""
    joined, together = _join_parts(continuing)
    numbered, without_steps = _numbered(joined)
    placed, moved = _at_steps(numbered)
    return placed, [*together, *without_steps, *moved]


def _join_parts(continuing: list[Piece]) -> tuple[list[Joined], list[Notice]]:
    """Return every series with the first piece it comes from; parts of one curve in several files are joined.

    Where a writer says that it restarts at a step (`purge_step`), points of earlier files in its folder from that step
    on are void. Neighbouring folders, as `add_scalars` makes them, have writers of their own.
    """
    parts: dict[str, list[Joined]] = {}
    for piece, void_from in zip(continuing, _void_from(continuing), strict=True):
        for series in piece.series:
            valid = series if void_from is None else series.take(series.steps < void_from)
            parts.setdefault(series.name, []).append((piece, valid))
    joined, together = [], []
    for name, found in parts.items():
        series = concatenated([one for _, one in found])
        if (in_turn := _in_turn(series)) is not None:
            series, paths = in_turn, [str(piece.file.relative) for piece, _ in found]
            message = f"Several processes wrote `{name}` by turns; its points were put in the order of their times."
            together.append(Notice(INTERPRETATION, paths[-1], message, cause=TWO_WRITERS))
        joined.append((found[0][0], series))
    return joined, together


def _numbered(joined: list[Joined]) -> tuple[list[Joined], list[Notice]]:
    """Number the points of curves that were logged without steps: writers put all of them at step 0."""
    without = {i for i, (_, one) in enumerate(joined) if len(one) >= FEWEST_WITHOUT_STEPS and not one.steps.any()}
    if not without:
        return joined, []
    names = [f"`{joined[i][1].name}`" for i in sorted(without)]
    message = f"All points of {_listed(names)} stand at step 0: they were logged without steps, and numbered."
    numbered = [
        (piece, replace(one, steps=np.arange(len(one)), axis=Axis.INDEX) if i in without else one)
        for i, (piece, one) in enumerate(joined)
    ]
    return numbered, [Notice(INTERPRETATION, str(joined[min(without)][0].file.relative), message)]


def _at_steps(joined: list[Joined]) -> tuple[list[Joined], list[Notice]]:
    """Move curves whose steps are epochs to the steps at which the epochs ended, with a notice."""
    steps = epochs_at_steps([series for _, series in joined])
    if not steps:
        return joined, []
    by_file: dict[str, list[str]] = {}
    for i in steps:
        piece, series = joined[i]
        by_file.setdefault(str(piece.file.relative), []).append(f"`{series.name}`")
    message = "The steps of {} are epochs; their points stand at the last step that was logged before."
    placed = [(piece, replace(one, steps=steps.get(i, one.steps))) for i, (piece, one) in enumerate(joined)]
    return placed, [Notice(INTERPRETATION, path, message.format(_listed(names))) for path, names in by_file.items()]


def _is_within(piece: Piece, other: Piece) -> bool:
    """Tell whether every series of one file is the beginning of that in another, with the same wall times."""
    theirs = {series.name: series for series in other.series}
    return bool(piece.series) and all(
        series.name in theirs and _begins_as(theirs[series.name], series) for series in piece.series
    )


def _begins_as(longer: Series, shorter: Series) -> bool:
    if longer.wall_times is None or shorter.wall_times is None:
        return False
    return all(
        np.array_equal(ours[: len(shorter)], theirs, equal_nan=True)
        for ours, theirs in (
            (longer.wall_times, shorter.wall_times),
            (longer.steps, shorter.steps),
            (longer.values, shorter.values),
        )
    )


def _in_turn(series: Series) -> Series | None:
    """Sort points by wall time where their steps then rise, as they do not in the order of the files; else None."""
    times = series.wall_times
    if times is None or not len(series.rewinds) or not np.isfinite(times).all():
        return None
    by_time = series.take(np.argsort(times, kind="stable"))
    return by_time if (by_time.steps[1:] > by_time.steps[:-1]).all() else None


def _void_from(continuing: list[Piece]) -> list[int | None]:
    """Return for each file the lowest step at which a later file of its folder restarts."""
    lowest: dict[PurePosixPath, int] = {}
    found: list[int | None] = []
    for piece in reversed(continuing):
        known = lowest.get(piece.file.folder)
        found.append(known)
        if (step := piece.log.starts_at) is not None:
            lowest[piece.file.folder] = step if known is None else min(step, known)
    return found[::-1]


def _begins(piece: Piece) -> tuple[float, str]:
    """Return when the first point of a file was written; the name decides among files without times."""
    times = [float(s.wall_times[0]) for s in piece.series if s.wall_times is not None and len(s)]
    return min(times, default=0.0), str(piece.file.relative)


def _listed(names: Sequence[str]) -> str:
    """Name the first few of many curves."""
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
