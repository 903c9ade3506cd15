"""Records of a log collector back to what was printed: the message of each, in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

from logdoctor.sources.console.text.passages import Passage, passages_of

Record: TypeAlias = Mapping[str, object]
_Place: TypeAlias = tuple[str, ...]
"""The names that lead to a value within a record."""

_MESSAGES = (
    "message", "msg", "log", "textpayload", "logmessage", "logentry", "raw", "line", "body", "content", "event", "data",
)  # fmt: skip
"""What collectors and logging call the printed line, the surest first: `message` of most, Docker's and Fluentd's `log`,
`textPayload` of Google Cloud, `LogMessage` of Azure, Splunk's `_raw`, Loki's `line`, OpenTelemetry's `body`,
structlog's `event`, Kaggle's `data`."""

_ERRORS = ("exc_info", "exception", "stack_trace", "traceback")
"""Where logging in JSON keeps the traceback that belongs to a message."""

_MOMENTS = (
    "timestamp", "time", "ts", "asctime", "datetime", "date", "timegenerated", "realtime_timestamp",
)  # fmt: skip
"""What they call its moment."""

_ENOUGH_ENDS = 0.5
"""Share of the messages that must bring their own line ends; one of many may end so by itself."""

_ENDS = ("\n", "\r")
"""How a message ends that keeps its line end; a progress bar may begin so."""

_LONG = 4096
"""Characters from which a message may be but a part of a line: Docker parts one after 16 KiB."""

_DEEPEST = 3
"""How deep a message may lie: Datadog has one in `content`, Elasticsearch in `_source`, Loguru in `record`."""


class MessageReader:
    """Takes the messages out of records; those of one collector mostly have theirs in one place."""

    def __init__(self) -> None:
        self._place: _Place = ()

    def of(self, record: Record) -> str | None:
        """Return what a record says, a traceback with it; None for one without a message."""
        said = _at(record, self._place)
        if not isinstance(said, str):
            self._place = _place_of(record, _MESSAGES, str)
            said = _at(record, self._place)
        if not isinstance(said, str):
            return None
        traces = (_at(record, (*self._place[:-1], name)) for name in _ERRORS)
        return "\n".join([said, *(one for one in traces if isinstance(one, str) and one)])


def passages_of_messages(parts: Iterable[Sequence[str]]) -> Iterator[Passage]:
    """Yield the lines of messages, counted from 1, given part after part of them.

    Where messages keep their line ends, as Docker's do, one without goes on in the next.
    """
    line, held = 1, ""
    for messages in parts:
        ends = "" if _keep_line_ends(messages) else "\n"
        text = held + "".join(one + ends for one in messages)
        cut = text.rfind("\n") + 1
        held = text[cut:]
        if cut:
            yield from passages_of(text[:cut], line)
            line += text.count("\n", 0, cut)
    if held:
        yield from passages_of(held, line)


def _keep_line_ends(messages: Sequence[str]) -> bool:
    whole = [one for one in messages if len(one) < _LONG]
    kept = sum(one.endswith(_ENDS) or one.startswith(_ENDS) for one in whole)
    return kept >= _ENOUGH_ENDS * len(whole)


def is_newest_first(records: Iterable[Record]) -> bool:
    """Tell whether records come in the order of a search, which shows the last one first."""
    place: _Place = ()
    moments = []
    for record in records:
        place = place or _place_of(record, _MOMENTS, (str, int, float))
        moments.append(_at(record, place))
    steps = [_step(before, after) for before, after in pairwise(moments)]
    return steps.count(-1) > steps.count(1)


def _step(before: object, after: object) -> int:
    """Return 1 where time goes on from one moment to another, -1 where it goes back, 0 where nothing tells."""
    texts = isinstance(before, str) and isinstance(after, str)
    numbers = isinstance(before, int | float) and isinstance(after, int | float)
    return (after > before) - (after < before) if texts or numbers else 0  # type: ignore[operator]


def _place_of(record: Record, names: Sequence[str], kind: type | tuple[type, ...]) -> _Place:
    """Return where the first of some names stands with a value of this kind, the shallowest; empty where none does."""
    level: list[tuple[_Place, Mapping[Any, object]]] = [((), record)]
    for _ in range(_DEEPEST):
        found = {
            key.strip("@_").lower(): (*place, key)
            for place, holder in reversed(level)
            for key, value in holder.items()
            if isinstance(key, str) and isinstance(value, kind)
        }
        if first := next((found[name] for name in names if name in found), ()):
            return first
        level = [
            ((*place, key), value)
            for place, holder in level
            for key, value in holder.items()
            if isinstance(key, str) and isinstance(value, dict)
        ]
    return ()


def _at(record: Record, place: _Place) -> object:
    value: object = record if place else None
    for name in place:
        value = value.get(name) if isinstance(value, dict) else None
    return value
