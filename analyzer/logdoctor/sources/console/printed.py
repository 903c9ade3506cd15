"""What was printed to logs: passages of text become rows, rows a table for each run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path

import numpy as np

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Setting
from logdoctor.run.notice import DAMAGE, PART
from logdoctor.run.text_event import ENDS
from logdoctor.sources.console.assembly import Assembled, assemble
from logdoctor.sources.console.context.headings import HeadingReader
from logdoctor.sources.console.context.line_labels import labels_of
from logdoctor.sources.console.context.messages import Message, MessageReader
from logdoctor.sources.console.context.settings import MOST_LINES, settings_in
from logdoctor.sources.console.context.several_runs import Announced
from logdoctor.sources.console.context.stages import StageReader
from logdoctor.sources.console.damage.mending import mended
from logdoctor.sources.console.drawn.drawn_tables import DrawnReader
from logdoctor.sources.console.rows.streams import StreamReader
from logdoctor.sources.console.text.boosting import with_names_of_sets, without_best_round
from logdoctor.sources.console.text.east_asian import with_plain_marks
from logdoctor.sources.console.text.julia import with_names_of_calls
from logdoctor.sources.console.text.passages import Passage
from logdoctor.sources.console.text.prefixes import uncommented
from logdoctor.sources.console.text.wrapped import unwrapped
from logdoctor.sources.source import Log
from logdoctor.sources.tables.compact.lines import Lines
from logdoctor.sources.tables.lost_lines import Damage, Span
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.tables.text import readable


class _Text:
    """What a text holds, as its passages come: rows of numbers, drawn tables, messages, headings and damage."""

    def __init__(self, path: Path) -> None:
        self.rows, self.drawn = StreamReader(), DrawnReader()
        self.messages, self.stages, self.headings = MessageReader(), StageReader(), HeadingReader()
        self.opening: list[str] = []
        """The first lines, which may hold settings."""
        self._path = path
        self._damage = Damage(path)

    def take(self, piece: Passage | Span) -> None:
        """Take a passage, or what could not be read."""
        if isinstance(piece, Span):
            self._damage.add(piece)
            return
        passage, damaged = mended(_readable(piece))
        taken = self.rows.take(passage)
        for span in [*damaged, *(passage.span(*flaw) for flaw in taken.flaws)]:
            self._damage.add(span)
        for reader in (self.drawn, self.messages):
            reader.take(passage, taken)
        labels = labels_of(taken.fresh)
        for labelled in (self.stages, self.headings):
            labelled.take(passage, taken, labels)
        if len(self.opening) < MOST_LINES:
            self.opening += passage.text.split("\n", MOST_LINES)[:MOST_LINES]

    def notices(self, *, is_file: bool) -> list[Notice]:
        """Return what is to be said of the whole text; only those of a file itself know its bytes."""
        notices = list(self._damage.notices())
        if not is_file:
            notices = [replace(one, byte_start=None, byte_end=None) for one in notices]
        if self.rows.unused:
            message = f"{self.rows.unused} lines were not used: the log has too many kinds of lines with numbers."
            notices.append(Notice(DAMAGE, str(self._path), message))
        return notices


def logs_of(path: Path, pieces: Iterable[Passage | Span], *, is_file: bool = True) -> Iterator[Log]:
    """Yield a log for each run that a text tells of: what counts and measures becomes series, what matters events.

    `is_file` says whether the text is the file itself, so that its lines and bytes are those of the file; else the file
    holds it somewhere within. Raises UnreadableLogError where no line tells of a training.
    """
    text = _Text(path)
    for piece in pieces:
        text.take(piece)
    notices = text.notices(is_file=is_file)
    streams = [*text.rows.streams(), *text.drawn.streams()]
    runs = assemble(path, streams, text.headings.headings, text.headings.labelled)
    if not runs:
        raise UnreadableLogError(f"{path}: no line of it tells of a training")
    shared = _shared_settings(text.opening, runs)
    count = len(runs)
    while runs:
        found = runs.pop(0)
        if found.announced is not None:
            notices.append(_part_notice(path, found.announced, text.rows.places_between(found.stretch), count))
        lines = text.rows.places(found.lines) if is_file else Lines()
        table, step_axis = replace(found.table, lines=lines), found.step_axis
        stages = text.stages.begun(found.stretch)
        said = Log(
            hyperparameters=shared | ({} if found.announced is None else dict(found.announced.settings)),
            events=text.messages.events(path, found.clock, found.stretch, found.first_line, found.last_line, stages),
            planned_steps=found.plan,
            finished=_finished(text.messages.last(found.stretch), found, is_last=not runs or _goes_on(found)),
            label="" if found.announced is None else readable(found.announced.name),
        )
        del found  # the clock is as large as a series
        for log in read_logs(table, notices, step_axis):
            yield replace(said, series=log.series, notices=log.notices)
        notices = []


def _shared_settings(opening: list[str], runs: Sequence[Assembled]) -> dict[str, Setting]:
    """Return the settings that hold for every run: what is printed before the first, or before the first is announced.

    Where a log begins again and nothing says why, they may be those of another run.
    """
    first = runs[0]
    if first.announced is not None:
        return settings_in(opening[: first.announced.heading_line])
    return {} if first.begins_again else settings_in(opening[: first.first_line])


def _part_notice(path: Path, run: Announced, places: tuple[int, int], count: int) -> Notice:
    first, last = places
    order = "that write to it by turns" if run.by_turns else "one after another"
    message = f"The log holds {count} runs {order}; `{run.name}` announces this one."
    return Notice(PART, str(path), message, line_start=first, line_end=last)


def _readable(passage: Passage) -> Passage:
    """Return a passage, line for line, as its trainer printed it, and what boosting says twice but once."""
    steps = uncommented, without_best_round, with_plain_marks, with_names_of_sets, with_names_of_calls, unwrapped
    return reduce(lambda so_far, step: step(so_far), steps, passage)


def assembled_of(path: Path, passages: Iterable[Passage]) -> list[Assembled]:
    """Return the runs that some text tells of, without what else is said of them."""
    rows, drawn = StreamReader(), DrawnReader()
    for passage in passages:
        whole, _ = mended(_readable(passage))
        drawn.take(whole, rows.take(whole))
    return assemble(path, [*rows.streams(), *drawn.streams()])


_REDRAWN = 2
"""Lines from the last words of a run to the last of its progress bar, drawn once more as it closes, as by Lightning."""


def _finished(last: Message | None, found: Assembled, *, is_last: bool) -> bool | None:
    """Tell whether a run came to its end: by its last words, else by its planned epochs, else because another began."""
    if last is not None and last.line > found.last_line:
        return last.kind in ENDS
    if last is not None and last.kind in ENDS and _only_redrawn(last, found):
        return True
    return found.complete if is_last else True


def _goes_on(found: Assembled) -> bool:
    """Whether the beginning of another run does not mean that one is over."""
    return found.announced is not None and found.announced.by_turns


def _only_redrawn(last: Message, found: Assembled) -> bool:
    """Whether the run stands behind its last words where it stood before them, a few lines on at most."""
    before, behind = found.clock.before(np.array([last.line, found.last_line])).tolist()
    return last.line >= found.last_line - _REDRAWN and before == behind
