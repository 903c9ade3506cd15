"""Logs kept by collectors, in which each printed line is the message of a record."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

import numpy as np

from logdoctor.run import Notice
from logdoctor.run.notice import PART
from logdoctor.sources.console.printed import assembled_of, logs_of
from logdoctor.sources.console.text.collected import MessageReader, Record, is_newest_first, passages_of_messages
from logdoctor.sources.console.text.passages import Passage, end_passage
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.json_file import beginning, load
from logdoctor.sources.tables.json.json_repair import NEXT_RECORD, decode_repaired
from logdoctor.sources.tables.json.json_text import decode
from logdoctor.sources.tables.json.record_lines import RecordLines
from logdoctor.sources.tables.lost_lines import damage_notices, spans_of
from logdoctor.sources.tables.separated.quoted_rows import quoted_rows
from logdoctor.sources.tables.separated.table_form import split
from logdoctor.sources.tables.text import head_block, read_blocks

_PRECEDENCE = 5
"""Above that of text, below that of numbers in records."""

_ENOUGH_MESSAGES = 2 / 3
"""Share of the records that must have a message."""

_SEPARATORS = ",;\t"

_FIRST_ROW = 2
"""The line of the first row below a header."""

_ROWS_AT_A_TIME = 10_000
"""Rows of a table in one part."""

_DEEPEST = 3
"""How deep within a document its records may lie: Elasticsearch has them in `hits`, in `hits`."""


@dataclass(frozen=True)
class _Records:
    """Records that follow each other in a file, and what is wrong there."""

    records: Sequence[Record]
    notices: Sequence[Notice] = ()


class CollectedLog:
    """Printed lines, of which Docker, a cloud, a notebook server or a logging library made a record each.

    The messages are read as the text they were, in the order in which they were printed: what a search exported with
    the newest record first is turned. Lines are counted in that text.
    """

    def recognizes(self, head: Head) -> bool:
        """Tell it by messages that a training printed."""
        first = self._first(head)
        if not _have_messages(first):
            return False
        return _tell_of_training(head.path, first) or (
            not head.whole and _tell_of_training(head.path, self._last(head))
        )

    def read(self, path: Path) -> Iterator[Log]:
        """Read every message; the runs of one log are named after it as well."""
        printed = _Printed(self._parts(path))
        for log in logs_of(path, printed.passages(), is_file=False):
            place = Notice(PART, str(path), "Its messages were read as one text; lines are counted in it.")
            label = f"{path.stem}, {log.label}" if log.label else ""
            yield replace(log, label=label, notices=(*printed.take_notices(), place, *log.notices))

    @abstractmethod
    def _first(self, head: Head) -> list[Record]:
        """Return the records at the beginning of a file."""

    @abstractmethod
    def _last(self, head: Head) -> list[Record]:
        """Return those at its end: the output of an installation may stand before all else."""

    @abstractmethod
    def _parts(self, path: Path) -> Iterator[_Records]:
        """Yield all records, part after part of the file."""


class CollectedLines(CollectedLog, Source):
    """A record a line, as Docker, Fluent Bit, journald, Google Cloud, Loki, structlog and Loguru write them."""

    name = "collected-json-lines"
    patterns = ("*.jsonl", "*.ndjson", "*.json", "*.txt", "*.log")
    precedence = _PRECEDENCE
    samples = (
        Sample(
            "Docker: messages keep their line ends",
            "0123456789abcdef-json.log",
            "".join(
                json.dumps({"log": f"epoch {i} loss: {2.0**-i}\n", "stream": "stdout", "time": f"2026-01-0{i}"}) + "\n"
                for i in (1, 2, 3)
            ),
            {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)]},
        ),
        Sample(
            "Google Cloud, read with the newest first",
            "logs.jsonl",
            "".join(
                json.dumps({"jsonPayload": {"message": f"epoch {i} loss: {2.0**-i}"}, "timestamp": f"2026-01-0{i}"})
                + "\n"
                for i in (3, 2, 1)
            ),
            {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)]},
        ),
        Sample("a chat", "chat.jsonl", '{"message": "hello"}\n{"message": "what is 2 + 2?"}\n{"message": "4"}\n', None),
    )

    def _first(self, head: Head) -> list[Record]:
        return list(_decoded(head_block(head).lines))

    def _last(self, head: Head) -> list[Record]:
        return list(_decoded(end_passage(head.path).text.split("\n")))

    def _parts(self, path: Path) -> Iterator[_Records]:
        lines = RecordLines(path)
        for block in read_blocks(path):
            yield _Records([record for _, record in lines.records(block)])
        yield _Records((), tuple(lines.notices()))


class CollectedDocument(CollectedLog, Source):
    """A list of records, as CloudWatch, Elasticsearch and Datadog export them and Kaggle those of a notebook."""

    name = "collected-json"
    patterns = ("*.json", "*.log", "*.txt")
    precedence = _PRECEDENCE
    samples = (
        Sample(
            "Kaggle",
            "notebook.log",
            "["
            + ",".join(
                json.dumps({"stream_name": "stdout", "time": 2.5 * i, "data": f"epoch {i} loss: {2.0**-i}\n"}) + "\n"
                for i in (1, 2, 3)
            )
            + "]",
            {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)]},
        ),
    )

    def _first(self, head: Head) -> list[Record]:
        return _listed(beginning(head.start)) if head.start.lstrip().startswith((b"{", b"[")) else []

    def _last(self, head: Head) -> list[Record]:
        text = end_passage(head.path).text
        begins = NEXT_RECORD.search(text)
        with suppress(ValueError):
            return _listed(decode_repaired("[" + text[begins.end() :])[0] if begins else ())
        return []

    def _parts(self, path: Path) -> Iterator[_Records]:
        document = load(path)
        yield _Records(_listed(document.content), document.notices)


class CollectedTable(CollectedLog, Source):
    """A row a message, as CloudWatch Insights, Azure, Splunk and Datadog export them."""

    name = "collected-csv"
    patterns = ("*.csv", "*.tsv")
    precedence = _PRECEDENCE
    samples = (
        Sample(
            "CloudWatch Insights: the newest first",
            "logs-insights-results.csv",
            "@timestamp,@message\n"
            + "".join(f'2026-01-0{i} 00:00:00.000,"epoch {i}, loss: {2.0**-i}"\n' for i in (3, 2, 1)),
            {"loss": [(1, 0.5), (2, 0.25), (3, 0.125)]},
        ),
        Sample("comments", "comments.csv", "id,message\n1,very nice\n2,I lost 0.5 kg\n3,what?\n", None),
    )

    def _first(self, head: Head) -> list[Record]:
        return _rows(head_block(head).lines)

    def _last(self, head: Head) -> list[Record]:
        return _rows([*head_block(head).lines[:1], *end_passage(head.path).text.split("\n")])

    def _parts(self, path: Path) -> Iterator[_Records]:
        table = _Table(line for block in read_blocks(path) for line in block.lines)
        while part := list(islice(table.records(), _ROWS_AT_A_TIME)):
            yield _Records(part)
        spans = spans_of(path, np.array(table.damaged, np.int64), ["is no row of the table"] * len(table.damaged))
        yield _Records((), tuple(damage_notices(path, spans)))


class _Printed:
    """The messages of records as they were printed, and what is wrong with the file that holds them."""

    def __init__(self, parts: Iterable[_Records]) -> None:
        self._parts = iter(parts)
        self._reader = MessageReader()
        self._notices: list[Notice] = []

    def passages(self) -> Iterator[Passage]:
        """Yield the lines of all messages."""
        first = next(self._parts, _Records(()))
        messages = map(self._messages, chain((first,), self._parts))
        turned = is_newest_first(first.records)
        yield from passages_of_messages([[*chain.from_iterable(messages)][::-1]] if turned else messages)

    def take_notices(self) -> Sequence[Notice]:
        """Return what was found wrong since this was asked last."""
        taken, self._notices = self._notices, []
        return taken

    def _messages(self, part: _Records) -> list[str]:
        self._notices += part.notices
        return [said for record in part.records if (said := self._reader.of(record)) is not None]


def _have_messages(records: Sequence[Record]) -> bool:
    reader = MessageReader()
    messages = sum(reader.of(record) is not None for record in records)
    return bool(records) and messages >= _ENOUGH_MESSAGES * len(records)


def _tell_of_training(path: Path, records: Sequence[Record]) -> bool:
    return bool(assembled_of(path, _Printed([_Records(records)]).passages()))


def _decoded(lines: Iterable[str]) -> Iterator[Record]:
    """Yield the records of whole lines."""
    for line in lines:
        if line.startswith("{"):
            with suppress(ValueError):
                yield decode(line)


class _Table:
    """The rows of a table by its header, and what is none."""

    def __init__(self, lines: Iterable[str]) -> None:
        lines = iter(lines)
        header = next(lines, "")
        self._separator = max(_SEPARATORS, key=header.count)
        self._rows = quoted_rows(lines, self._separator)
        self._names = split(header, self._separator) or []
        self.damaged: list[int] = []
        """Lines of the file that are no rows, counted from 1."""

    def records(self) -> Iterator[Record]:
        """Yield the rows that are as long as the header."""
        for row in self._rows:
            if row.cells is not None and len(row.cells) == len(self._names):
                yield dict(zip(self._names, row.cells, strict=True))
            else:
                self.damaged.append(row.line + _FIRST_ROW)


def _rows(lines: Iterable[str]) -> list[Record]:
    """Return the rows of a table's beginning or end."""
    return list(_Table(lines).records())


def _listed(document: object) -> list[Record]:
    """Return the records of a document: the longest list of objects in it that does not lie too deep."""
    found: list[Record] = []
    level = [document]
    for _ in range(_DEEPEST):
        for value in level:
            listed: list[Record] = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
            found = max(found, listed, key=len)
        level = [inner for value in level if isinstance(value, dict) for inner in value.values()]
    return found
