"""`<key>.zip` of Comet's offline mode with its `messages.json`, one message per line; or that file, unpacked."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice, Setting
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.lost_lines import Span, damage_notices
from logdoctor.sources.tables.numbers import parse_number
from logdoctor.sources.tables.text import Block, blocks_of, read_blocks, readable
from logdoctor.sources.trackers.reports import Reported, add_setting, reported_number, take_reports

_ARCHIVE = re.compile(r"[0-9a-zA-Z]{32,50}(?:-\w+)?\.zip")
"""An archive is called after the key of its experiment, and after six letters where there is one already."""

_MESSAGES = "messages.json"
_FILES = frozenset({_MESSAGES, "experiment.json"})
_ZIP = b"PK\x03\x04"

_METRIC, _PARAMETER = "metric_msg", "parameter_msg"
"""Types of messages (comet_ml/messages.py)."""

_TYPE = re.compile(rb'"type": ?"(?:metric_msg|parameter_msg|installed_packages|system_details|file_name)"\}')
"""How lines of such messages end."""

_BY_HAND = ("manual", None)
"""Sources of parameters that the program itself logged; others are counters, which Comet logs again and again."""

_MOST_UNPACKED = 200
"""Times its size in the archive that the file may take: a line of a message takes a twentieth."""

_ERRORS = (
    BadZipFile,
    EOFError,
    OSError,
    ValueError,
    KeyError,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
)
"""What reading of a damaged or encrypted archive raises: it seeks to places that the archive has not."""

_LINES = (
    '{"payload":{"message_id":1,"param":{"paramName":"lr","paramValue":0.5,"source":"manual"}},"type":"parameter_msg"}\n'
    '{"payload":{"local_timestamp":1000,"message_id":2,"metric":{"epoch":0,"metricName":"loss","metricValue":2.5,'
    '"step":1}},"type":"metric_msg"}\n'
    '{"payload":{"context":"validate","local_timestamp":2000,"message_id":3,"metric":{"epoch":0,"metricName":"loss",'
    '"metricValue":"NaN","step":2}},"type":"metric_msg"}\n'
)


@dataclass
class _Content:
    reported: Reported = field(default_factory=Reported)
    settings: dict[str, Setting] = field(default_factory=dict)

    def take(self, message: Any) -> None:
        """Keep what one message says."""
        kind, payload = message["type"], message["payload"]
        if kind == _METRIC:
            metric = payload["metric"]
            time = reported_number(payload["local_timestamp"]) / 1e3
            name = "_".join(filter(None, (payload.get("context"), metric["metricName"])))
            self.reported.add(readable(name), [(metric["step"], _value(metric["metricValue"]), time)])
        elif kind == _PARAMETER:
            self._take_parameter(payload.get("param") or {})

    def _take_parameter(self, parameter: Mapping[str, Any]) -> None:
        if parameter.get("source") in _BY_HAND and "paramValue" in parameter:
            add_setting(self.settings, str(parameter["paramName"]), parameter["paramValue"])


class CometOffline(Source):
    """The metrics and parameters of an experiment that was never sent.

    A metric that was logged within `train()`, `validate()` or `test()` is called as Comet shows it: `validate_loss`.
    """

    name = "comet"
    patterns = ("*.zip", _MESSAGES)
    precedence = 45
    samples = (
        Sample(
            "a parameter and two metrics, one of them within `validate()`",
            _MESSAGES,
            _LINES,
            {"loss": [(1, 2.5)], "validate_loss": [(2, float("nan"))]},
        ),
        Sample("messages of something else", _MESSAGES, '{"type":"chat","text":"hello"}\n', None),
        Sample("an archive of something else", f"{32 * 'a'}.zip", _ZIP + b"weights", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell an archive by its name and by what it says to hold, and its messages by how they end."""
        if not head.start.startswith(_ZIP):
            return head.path.name == _MESSAGES and _TYPE.search(head.start) is not None
        if not _ARCHIVE.fullmatch(head.path.name):
            return False
        try:
            with ZipFile(head.path) as archive:
                return set(archive.namelist()) >= _FILES
        except _ERRORS:
            return any(name.encode() in head.start for name in _FILES)

    def read(self, path: Path) -> Iterator[Log]:
        """Read every message; a line that is none is said and left out."""
        content = _Content()
        unpacked = path.name == _MESSAGES
        notices = tuple(_taken(read_blocks(path), content, path) if unpacked else _unpacked(path, content))
        yield Log(series=content.reported.series(), hyperparameters=content.settings, notices=notices)


def _taken(blocks: Iterator[Block], content: _Content, path: Path) -> Iterator[Notice]:
    spans: list[Span] = take_reports(blocks, content.take, "message of Comet")
    return damage_notices(path, spans)


def _unpacked(path: Path, content: _Content) -> list[Notice]:
    """Read the messages within an archive, as far as it is whole."""
    notices: list[Notice] = []
    try:
        with ZipFile(path) as archive, archive.open(_MESSAGES) as file:
            about = archive.getinfo(_MESSAGES)
            if about.file_size > _MOST_UNPACKED * max(about.compress_size, 1):
                raise UnreadableLogError(f"{path}: {_MESSAGES} would take {about.file_size:,} bytes")
            notices += _taken(blocks_of(file, about.file_size), content, path / _MESSAGES)
    except _ERRORS as error:
        if not content.reported:
            raise UnreadableLogError(f"{path}: damaged archive: {error}") from None
        message = f"The archive is damaged: {error}; what stands before it was read."
        notices.append(Notice(DAMAGE, str(path), message))
    return notices


def _value(value: object) -> float:
    """Return a value of a metric: what is no number of JSON is text, and so are all values of old clients."""
    number = parse_number(value) if isinstance(value, str) else reported_number(value)
    if number is None:
        raise ValueError("no number")
    return number
