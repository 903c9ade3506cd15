"""Oddities found while reading: what, in which file, exactly where."""

from __future__ import annotations

from dataclasses import dataclass

DAMAGE = "damage"
"""Bytes or lines that could not be read; everything around them was."""

RESTART = "restart"
"""The writer restarted: steps went back, or the file says so."""

PART = "part"
"""Which part of a file holds the run: lines of a log of several runs, or a cell of a notebook."""

DUPLICATE = "duplicate"
"""The same data exists twice; it was counted once."""

PADDING = "padding"
"""Values that stand for "not recorded", such as "nan" in every column of a row."""

INTERPRETATION = "interpretation"
"""A guess about the meaning of a log that a reader may want to check."""

REPLAY = "replay"
"""The result of a replay in the run's folder cannot be used."""

INTERRUPTED_WRITE = "interrupted-write"
"""Cause of damage: the last record is cut off."""

STORAGE_FAULT = "storage-fault"
"""Cause of damage: NUL bytes in place of data, or a checksum that does not match."""

TWO_WRITERS = "two-writers"
"""Cause of damage: records are interleaved."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One oddity, with the file and the exact bytes or lines where it lies."""

    kind: str
    """One of the constants of this module."""
    path: str
    """The file, as it was opened."""
    message: str
    """One sentence for people, with numbers."""
    byte_start: int | None = None
    """First byte concerned, counted from 0."""
    byte_end: int | None = None
    """One past the last byte concerned."""
    line_start: int | None = None
    """First line concerned, counted from 1."""
    line_end: int | None = None
    """Last line concerned, inclusive."""
    cause: str = ""
    """The probable cause of damage: one of the causes of this module, or empty."""
    around: tuple[int | None, int | None] | None = None
    """The last step read before the damage and the first one after it, None where there is none; None if unknown."""


def between_steps(before: int | None, after: int | None) -> str:
    """Say between which steps something lies, as the end of a clause: `, between steps 99 and 101`."""
    if before is None or after is None:
        first = "" if after is None else f", before step {after:,}"
        return first if before is None else f", after step {before:,}"
    return f", at step {before:,}" if before == after else f", between steps {before:,} and {after:,}"
