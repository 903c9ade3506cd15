"""What an event file says, as its blocks come: points by tag, settings, restarts, damage. All of it is bounded.

Beside the points themselves, whose number only the file bounds, there is a limit to everything that is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

import numpy as np

from logdoctor.run import Setting
from logdoctor.sources.event_file.event_columns import Points, by_layout, join, points_of, steps_of
from logdoctor.sources.event_file.event_notices import Damage, Restart, shortened
from logdoctor.sources.event_file.event_proto import Layout
from logdoctor.sources.event_file.event_settings import TEXTS, hparams, text_settings
from logdoctor.sources.event_file.growing_columns import Column, Marks, lowest_ahead
from logdoctor.sources.event_file.tfrecord import FRAME_BYTES, Records
from logdoctor.sources.event_file.tfrecord_file import Cause, Gap

MOST_TAGS = 100_000
MOST_TAG_BYTES = 32 * 1024 * 1024
"""Tags of which points are kept, and bytes of them; people name some hundreds."""

MOST_SETTINGS = 20_000
"""Hyper-parameters that are kept."""

MOST_RESTARTS = 100_000
"""Restarts that are held before the points that they void are dropped."""


class Contents:
    """What an event file holds."""

    def __init__(self) -> None:
        self.columns: dict[bytes, Column] = {}
        """Points by tag."""
        self.settings: dict[str, Setting] = {}
        self.describes = False
        """Whether a record is one of those that hold settings."""
        self.damage = Damage()
        self.shortest = 0
        """Bytes of the shortest record that holds points."""
        self.left_out = 0
        """Points whose tags are beyond MOST_TAGS or MOST_TAG_BYTES, and settings beyond MOST_SETTINGS."""
        self.restarts: list[Restart] = []
        """Those of which the points they void are dropped."""
        self.starts_at: int | None = None
        """The lowest step at which the writer started again."""
        self._pending: list[tuple[int, int, int]] = []
        """Where the record of each other restart begins and ends, and its step."""
        self._marks = Marks()
        self._tag_bytes = 0

    def add(self, block: Sequence[Records | Gap]) -> None:
        """Take what a block holds."""
        gaps = [part for part in block if isinstance(part, Gap)]
        points: dict[bytes, list[Points]] = {}
        settings: list[tuple[int, dict[str, Setting]]] = []
        restarts: list[tuple[int, int, int]] = []
        for layout, records in (one for part in block if isinstance(part, Records) for one in by_layout(part)):
            if layout is None:
                gaps.extend(Gap(*span, Cause.NO_EVENT) for span in _spans(records))
                continue
            for tag, found in points_of(layout, records):
                points.setdefault(tag, []).append(found)
                size = records.length + FRAME_BYTES
                self.shortest = min(self.shortest or size, size)
            settings.extend(_settings(layout, records))
            if layout.starts_session:
                steps = steps_of(layout, records.rows).tolist()
                restarts.extend((*span, step) for span, step in zip(_spans(records), steps, strict=True))
        self.damage.add_block(gaps)
        self._set(settings)
        self._pending += sorted(restarts)
        self._marks.add_block(sorted(start for start, _, _ in restarts))
        joined = [(tag, join(pieces)) for tag, pieces in points.items()]
        for tag, one in sorted(joined, key=lambda item: int(item[1].places[0])):
            self._put(tag, one)
        if len(self._pending) > MOST_RESTARTS:
            self.apply_restarts()

    def apply_restarts(self) -> None:
        """Drop the points that the restarts so far void."""
        if not self._pending:
            return
        steps = np.array([step for _, _, step in self._pending], np.int64)
        counts = np.zeros((2, len(steps)), np.int64)  # points and series that each restart voids
        lowest = lowest_ahead(steps)
        for column in self.columns.values():
            column.void(steps, lowest, counts)
        found = [Restart(*start, *count) for start, count in zip(self._pending, counts.T.tolist(), strict=True)]
        self.restarts = shortened([*self.restarts, *found])
        first = int(steps.min())
        self.starts_at = first if self.starts_at is None else min(first, self.starts_at)
        self._pending, self._marks = [], Marks()

    def longest(self) -> Column | None:
        """Return the column of most points."""
        return max(self.columns.values(), key=len, default=None)

    def _put(self, tag: bytes, points: Points) -> None:
        column = self.columns.get(tag)
        if column is not None:
            column.add(points, self.damage.marks, self._marks)
        elif len(self.columns) == MOST_TAGS or self._tag_bytes + len(tag) > MOST_TAG_BYTES:
            self.left_out += len(points)
        else:
            self._tag_bytes += len(tag)
            self.columns[tag] = Column(points, self.damage.marks, self._marks)

    def _set(self, settings: Sequence[tuple[int, dict[str, Setting]]]) -> None:
        self.describes |= bool(settings)
        for _, found in sorted(settings, key=itemgetter(0)):
            for name, value in found.items():
                if name in self.settings or len(self.settings) < MOST_SETTINGS:
                    self.settings[name] = value
                else:
                    self.left_out += 1


def _spans(records: Records) -> Iterator[tuple[int, int]]:
    """Yield where each record begins and ends in the file."""
    return ((start, start + records.length + FRAME_BYTES) for start in records.starts.tolist())


def _settings(layout: Layout, records: Records) -> Iterator[tuple[int, dict[str, Setting]]]:
    """Yield the hyper-parameters that stand in the notes of records, and the places of these."""
    for note in layout.notes:
        for start, row in zip(records.starts.tolist(), records.rows, strict=True):
            tag, content = (row[slice(*span)].tobytes() for span in (note.tag, note.content))
            if note.is_hparams:
                yield start, hparams(content)
            elif tag in TEXTS:
                yield start, text_settings(tag, content)
