"""Bytes to clean lines: what a terminal would have shown, one update of a progress bar a line.

A file is read in passages of whole lines, so that a log of any size takes the memory of its points only.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.console.text.html_tables import with_drawn_tables
from logdoctor.sources.source import HEAD_BYTES, Head
from logdoctor.sources.tables.lost_lines import Span
from logdoctor.sources.tables.text import BLOCK_BYTES, Encoding, encoding_of, narrowed, printed_encoding

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes without any line end beyond which text is let go; nothing that a trainer prints is so long."""

_LF, _CR = 10, 13

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)|[@-Z\\-_])")
"""ECMA-48: control sequences (colours, cursor), operating-system commands (titles, links), two-character escapes."""

_NOT_FINITE_OF_WINDOWS = re.compile(r"\b1\.#(?:(?P<nan>QNAN|QNB|QO|SNAN|SNB|IND)|INF)0*\b")
"""How Microsoft's C library prints what is not finite, up to Visual Studio 2013: `1.#QNAN0`, `-1.#IND00`, `1.#INF`."""

_DECIMAL_POINT = re.compile(r"(?<![0-9.])[0-9]+\.[0-9]+(?![0-9.])")
"""A number with a point, and no date: `01.03.2024`."""
_DECIMAL_COMMA = re.compile(r"(?<![0-9.,:])([0-9]+),([0-9]+)(?![0-9.]|,\S)")
_NO_THOUSANDS = re.compile(r"(?<![0-9.,:(\[])(?:0,[0-9]{2}|[0-9]{1,3},(?:[0-9]{2}|[0-9]{4,})(?![0-9.]|,\S))")
"""A comma between digits, and one that surely parts no thousands; digits behind a colon are of a clock, and what one
digit follows may be a list: `gpus 0,1`, `shape (64,10)`. One more comma may part two quantities."""

_THOUSANDS = re.compile(r"[0-9],[0-9]{3},[0-9]{3}")

_ENOUGH_COMMAS = 10
"""Numbers with a comma at the beginning of a log, without one decimal point, before the comma is taken for it."""

_BROKEN_BY_BACKSPACE = re.compile("(?<=[0-9.])\b+(?=[0-9.])")
"""Backspaces between digits: what stands on either side of them is no number together."""

_BAR = re.compile(r"\[(?:\d+:)?\d\d:\d\d<[^\[\]\r\n]{1,400}\](?=[^\W_])")
"""The end of tqdm's bar, `[00:29<00:00, 1.35it/s]`, which ends no line until it is full: behind it stands what was
printed beside it."""
_REST_OF_BAR = re.compile(r"(?<=\})[ \t]+(?=\|[^|\r\n]{1,40}\[(?:\d+:)?\d\d:\d\d<[^\[\]\r\n]{1,100}\])")
"""Blanks before what is left of a longer bar in a terminal's line over which a dictionary was printed:
`{'loss': 0.5}          | 19/92 [00:03<00:11,  6.29it/s]`."""
_STATE_OF_KERAS = re.compile(r"(?<=/)\d+(?= ━)")
"""How far a bar of Keras 3 goes, behind how far it is, which has as many places: `  22/1875 ━━━`."""
_GOES_ON = re.compile(r"\](?=[^\W_])")
"""What such a line has, and few others, which is found sooner."""


@dataclass(frozen=True, eq=False)
class Places:
    """To which lines of the file cleaned lines belong, counted from 1."""

    first: int
    further: NDArray[np.int32] | None = None
    """(lines,) how many lines further each lies; None where each is a line of its own."""

    def of(self, lines: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the lines of the file, given numbers of cleaned lines within the passage."""
        return self.first + (lines if self.further is None else self.further[lines].astype(np.int64))

    def at(self, line: int) -> int:
        """Return the line of the file of one cleaned line."""
        return self.first + (line if self.further is None else int(self.further[line]))


@dataclass(frozen=True)
class Passage:
    """Cleaned lines that follow each other in a file."""

    text: str
    """The lines, joined by LF and without one at the end; NUL bytes still stand in it."""
    places: Places
    """Where they lie in the file."""
    ended: bool
    """Whether the last line has its line end; without one the writer may have been cut off in the middle of it."""
    data: bytes = field(repr=False)
    """The bytes that the lines were read from."""
    start: int
    """Where these begin in the file."""
    encoding: Encoding

    def span(self, line: int, reason: str, cause: str = "") -> Span:
        """Return the place of a cleaned line in the file, with what is wrong with it."""
        place = self.places.at(line)
        first = place - self.places.first
        return Span(place, self.start + self._ends[first], self.start + self._ends[first + 1], reason, cause)

    @cached_property
    def _ends(self) -> list[int]:
        """Where the lines of the file end, and before them where the first one begins."""
        return [0, *self.encoding.line_ends(self.data).tolist(), len(self.data)]


def head_passage(head: Head) -> Passage:
    """Return the whole lines of a file's beginning."""
    encoding = printed_encoding(head.start)
    data = head.start[encoding.mark :]
    data = data if head.whole else data[: _last_end(data, encoding)]
    return _passage(data, encoding, 1, encoding.mark, comma=_has_decimal_commas(head.start, encoding))


def end_passage(path: Path) -> Passage:
    """Return the whole lines of a file's end: many a log begins with the source code of its own script."""
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
        encoding = printed_encoding(start)
        size = file.seek(0, os.SEEK_END)
        begin = max(0, size - HEAD_BYTES)
        file.seek(begin - (begin - encoding.mark) % encoding.unit.itemsize)
        data = file.read(HEAD_BYTES)
    return _passage(data[_first_end(data, encoding) :], encoding, 1, 0, comma=_has_decimal_commas(start, encoding))


def passages_of(text: str, line: int) -> Iterator[Passage]:
    """Yield the lines of a text that a file holds within it, counted from `line`; bytes tell nothing there."""
    encoding = encoding_of(b"")
    ended = text if text.endswith("\n") else f"{text}\n"
    data = ended.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
    start, comma = 0, _has_decimal_commas(data[:HEAD_BYTES], encoding)
    while start < len(data):
        end = start + (_last_end(data[start : start + BLOCK_BYTES], encoding) or len(data))
        yield _passage(data[start:end], encoding, line, 0, comma=comma)
        line, start = line + data.count(b"\n", start, end), end


def read_passages(path: Path) -> Iterator[Passage | Span]:
    """Yield the lines of a file as it was when it was opened, and where text without line ends was let go.

    Raises OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        encoding = printed_encoding(head)
        comma = _has_decimal_commas(head, encoding)
        file.seek(encoding.mark)
        left = os.fstat(file.fileno()).st_size - encoding.mark
        line, start, held, gone = 1, encoding.mark, b"", 0
        while left > 0 and (chunk := file.read(min(BLOCK_BYTES, left))):
            left -= len(chunk)
            data = held + chunk
            end = _last_end(data, encoding)
            if not end and (gone or len(data) > LONGEST_LINE):
                held, gone = b"", gone + len(data)
                continue
            begin = 0
            if gone and end:
                begin = _first_end(data, encoding)
                yield _too_long(line, start, gone + begin)
                line, start, gone = line + 1, start + gone + begin, 0
            end = end if left > 0 else len(data)  # the lines above a cut one tell how long its numbers are
            if begin < end:
                passage = _passage(data[begin:end], encoding, line, start, comma=comma)
                yield passage
                line, start = line + len(encoding.line_ends(passage.data)), start + end - begin
            held = data[end:]
        if gone:
            yield _too_long(line, start, gone)
        elif held:
            yield _passage(held, encoding, line, start, comma=comma)


def _too_long(line: int, start: int, length: int) -> Span:
    return Span(line, start, start + length, f"is too long for a line of text: {length} bytes were not used")


def _last_end(data: bytes, encoding: Encoding) -> int:
    """Return where the last whole line ends; a CR at the very end may be half of a CR LF."""
    if encoding.unit.itemsize == 1:
        return max(data.rfind(b"\n"), data.rfind(b"\r", 0, len(data) - 1)) + 1
    units = np.frombuffer(data, encoding.unit, len(data) // 2)
    ends = np.flatnonzero((units == _LF) | (units == _CR))
    ends = ends[(ends < len(units) - 1) | (units[ends] == _LF)]
    return 2 * (int(ends[-1]) + 1) if len(ends) else 0


def _first_end(data: bytes, encoding: Encoding) -> int:
    if encoding.unit.itemsize == 1:
        ends = [end for end in (data.find(b"\n"), data.find(b"\r")) if end >= 0]
        return min(ends, default=-1) + 1
    units = np.frombuffer(data, encoding.unit, len(data) // 2)
    found = np.flatnonzero((units == _LF) | (units == _CR))
    return 2 * (int(found[0]) + 1) if len(found) else 0


def _has_decimal_commas(start: bytes, encoding: Encoding) -> bool:
    """Tell from the beginning of a log whether it has commas for decimal points, which then holds for all of it."""
    if b"," not in start:
        return False
    text = start.decode(encoding.name, "replace")
    if _DECIMAL_POINT.search(text) or _THOUSANDS.search(text):
        return False
    return len(_NO_THOUSANDS.findall(text)) >= _ENOUGH_COMMAS


def _passage(data: bytes, encoding: Encoding, line: int, start: int, *, comma: bool) -> Passage:
    """Clean some whole lines, in which a comma may be the decimal point."""
    text = narrowed(data.decode(encoding.name, "replace"))
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    if "\b" in text:
        text = _BROKEN_BY_BACKSPACE.sub("\ufffd", text).replace("\b", "")
    if encoding.newline == _CR:
        text = text.replace("\r", "\n")
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "#" in text and "1.#" in text:
        text = _NOT_FINITE_OF_WINDOWS.sub(lambda word: "nan" if word["nan"] else "inf", text)
    if "<" in text and "%|" in text and _GOES_ON.search(text):
        text = _BAR.sub(r"\g<0>\r", text)
    if "<" in text and "}" in text:
        text = _REST_OF_BAR.sub("\r", text)
    if "━" in text:
        text = _apart_by_state(text)
    if comma:
        text = _DECIMAL_COMMA.sub(r"\1.\2", text)
    ended = text.endswith(("\n", "\r"))
    if "\r" not in text:
        return _with_tables(Passage(text.removesuffix("\n"), Places(line), ended, data, start, encoding))
    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8)
    ends = codes[(codes == _LF) | (codes == _CR)] == _LF
    if ended:
        ends, text = ends[:-1], text[:-1]
    further = np.concatenate(([0], np.cumsum(ends))).astype(np.int32)
    return _with_tables(Passage(text.replace("\r", "\n"), Places(line, further), ended, data, start, encoding))


def _apart_by_state(text: str) -> str:
    """Part the states of a bar of Keras 3 that a copy of what a terminal showed has in one line, each of them cut.

    `... - precision: 0.1  46/1875 ━━━ ... - precision: 0.1033 1875/1875 ━━━ ... - val_loss: 0.52`
    """
    found = list(_STATE_OF_KERAS.finditer(text))
    starts = [2 * state.start() - state.end() - 1 for state in found]
    within = [
        start
        for (before, state), start in zip(pairwise(found), starts[1:], strict=True)
        if state[0] == before[0]
        and start > before.end()
        and not any(end in text[before.end() : start] for end in "\n\r")
    ]
    return "\r".join(text[begin:end] for begin, end in pairwise([0, *within, len(text)]))


def _with_tables(passage: Passage) -> Passage:
    """Return a passage with each row of an HTML table as one line between bars."""
    found = with_drawn_tables(passage.text) if "<" in passage.text and "</t" in passage.text else None
    if found is None:
        return passage
    text, numbers = found
    places = passage.places
    further = numbers if places.further is None else places.further[numbers]
    return replace(passage, text=text, places=Places(places.first, further))
