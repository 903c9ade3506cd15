"""Text logs: what a training printed to its terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.console.assembly import Assembled, assemble
from logdoctor.sources.console.boxes import BoxReader
from logdoctor.sources.console.east_asian import with_plain_marks
from logdoctor.sources.console.mending import mended
from logdoctor.sources.console.messages import ENDS, Message, MessageReader
from logdoctor.sources.console.passages import Passage, end_passage, head_passage, read_passages
from logdoctor.sources.console.prefixes import uncommented
from logdoctor.sources.console.repeats import without_best_round
from logdoctor.sources.console.samples import SAMPLES
from logdoctor.sources.console.settings import MOST_LINES, settings_in
from logdoctor.sources.console.streams import StreamReader
from logdoctor.sources.console.wrapped import unwrapped
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.lost_lines import Damage, Span
from logdoctor.sources.tables.table_logs import read_logs


class TextLog(Source):
    """Lines that a training loop printed, whoever wrote the loop.

    Passages of the file become masked lines, masked lines forms, the lines of one form rows; what counts and measures
    becomes a table, as that of any other source, and what matters besides becomes events. See `console/`.
    """

    name = "text"
    patterns = ("*.log", "*.txt", "*.out", "*.err", "*.md", "*.stdout", "*.stderr", "*log", "*.o[0-9]*", "stdout*")
    precedence = 0
    samples = SAMPLES

    def recognizes(self, head: Head) -> bool:
        """Tell lines that a training printed, at the beginning or, after pasted source code, at the end."""
        return _tells_of_training(head_passage(head), head.path) or (
            not head.whole and _tells_of_training(end_passage(head.path), head.path)
        )

    def read(self, path: Path) -> Iterator[Log]:
        """Read every line: what counts and measures becomes series, what matters besides becomes events."""
        rows, boxes, messages = StreamReader(), BoxReader(), MessageReader()
        damage = Damage(path)
        opening: list[str] = []
        for piece in read_passages(path):
            if isinstance(piece, Span):
                damage.add(piece)
                continue
            passage, damaged = mended(_readable(piece))
            taken = rows.take(passage)
            for span in [*damaged, *(passage.span(*flaw) for flaw in taken.flaws)]:
                damage.add(span)
            boxes.take(passage, taken)
            messages.take(passage, taken)
            if len(opening) < MOST_LINES:
                opening += passage.text.split("\n", MOST_LINES)[:MOST_LINES]
        notices = list(damage.notices())
        if rows.unused:
            message = f"{rows.unused} lines were not used: the log has too many kinds of lines with numbers."
            notices.append(Notice(DAMAGE, str(path), message))
        found = assemble(path, [*rows.streams(), *boxes.streams()])
        if found is None:
            raise UnreadableLogError(f"{path}: no line of it tells of a training")
        settings = {} if found.begins_again else settings_in(opening[: found.first_line])
        table, step_axis = replace(found.table, lines=rows.places(found.lines)), found.step_axis
        said = Log(
            hyperparameters=settings,
            events=messages.events(path, found.clock),
            planned_steps=found.plan,
            finished=_finished(messages.last(), found),
        )
        del found  # the clock is as large as a series
        for log in read_logs(table, notices, step_axis):
            yield replace(said, series=log.series, notices=log.notices, label=log.label)


def _readable(passage: Passage) -> Passage:
    """Return a passage, line for line, as its trainer printed it, and what boosting says twice but once."""
    return unwrapped(with_plain_marks(without_best_round(uncommented(passage))))


def _tells_of_training(passage: Passage, path: Path) -> bool:
    rows, boxes = StreamReader(), BoxReader()
    passage, _ = mended(_readable(passage))
    boxes.take(passage, rows.take(passage))
    return assemble(path, [*rows.streams(), *boxes.streams()]) is not None


def _finished(last: Message | None, found: Assembled) -> bool | None:
    """Tell whether the run came to its end: by its last words, else by its planned epochs."""
    if last is not None and last.line > found.last_line:
        return last.kind in ENDS
    return found.complete
