"""Bytes to clean lines: what a terminal would have shown, one update of a progress bar a line.

A file is read in passages of whole lines, so that a log of any size takes the memory of its points only.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.source import HEAD_BYTES, Head
from logdoctor.sources.tables.text import BLOCK_BYTES, encoding_of

LONGEST_LINE = 4 * 1024 * 1024
"""Characters without any line end beyond which text is let go; nothing that a trainer prints is so long."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]{0,1000}(?:\x07|\x1b\\)|[@-Z\\-_])")
"""ECMA-48: control sequences (colours, cursor), operating-system commands (titles, links), two-character escapes."""


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
    """The lines, joined by LF and without one at the end."""
    places: Places
    """Where they lie in the file."""
    had_nul: bool = False
    """Whether NUL bytes were taken out, as storage leaves them after a crash."""


@dataclass(frozen=True)
class Gap:
    """Text without line ends, too long for a line, that was let go."""

    line: int
    characters: int


def head_passage(head: Head) -> Passage:
    """Return the whole lines of a file's beginning."""
    encoding = encoding_of(head.start)
    text = head.start[encoding.mark :].decode(encoding.name, "replace")
    return _passage(text if head.whole else text[: _last_end(text)], 1)


def end_passage(path: Path) -> Passage:
    """Return the whole lines of a file's end: many a log begins with the source code of its own script."""
    with path.open("rb") as file:
        encoding = encoding_of(file.read(HEAD_BYTES))
        file.seek(0, os.SEEK_END)
        size = file.tell()
        begin = max(0, size - HEAD_BYTES)
        file.seek(begin - (begin - encoding.mark) % encoding.unit.itemsize)
        text = file.read(HEAD_BYTES).decode(encoding.name, "replace")
    return _passage(text[text.find("\n") + 1 :], 1)


def read_passages(path: Path) -> Iterator[Passage | Gap]:
    """Yield the lines of a file as it was when it was opened; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        encoding = encoding_of(file.read(HEAD_BYTES))
        file.seek(encoding.mark)
        decoder = codecs.getincrementaldecoder(encoding.name)("replace")
        left = os.fstat(file.fileno()).st_size - encoding.mark
        line, held, gone = 1, "", 0
        while left > 0 and (chunk := file.read(min(BLOCK_BYTES, left))):
            left -= len(chunk)
            text = held + decoder.decode(chunk, final=left <= 0)
            end = _last_end(text)
            if not end and (gone or len(text) > LONGEST_LINE):
                held, gone = "", gone + len(text)
                continue
            begin = 0
            if gone and end:
                begin = _first_end(text)
                yield Gap(line, gone + begin)
                line, gone = line + 1, 0
            if begin < end:
                passage = _passage(text[begin:end], line)
                yield passage
                line = line + text.count("\n", begin, end)
            held = text[end:]
        if gone:
            yield Gap(line, gone)
        elif held:
            yield _passage(held, line)


def _last_end(text: str) -> int:
    """Return where the last whole line ends; a CR at the very end may be half of a CR LF."""
    return max(text.rfind("\n"), text.rfind("\r", 0, len(text) - 1)) + 1


def _first_end(text: str) -> int:
    ends = [end for end in (text.find("\n"), text.find("\r")) if end >= 0]
    return min(ends) + 1


def _passage(text: str, line: int) -> Passage:
    had_nul = "\0" in text
    for written, meant in (("\r\n", "\n"), ("\0", ""), ("\b", "")):
        if written in text:
            text = text.replace(written, meant)
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "\r" not in text:
        text = text.removesuffix("\n")
        return Passage(text, Places(line), had_nul)
    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8)
    ends = codes[(codes == ord("\n")) | (codes == ord("\r"))] == ord("\n")
    if codes[-1] in (ord("\n"), ord("\r")):
        ends, text = ends[:-1], text[:-1]
    further = np.concatenate(([0], np.cumsum(ends))).astype(np.int32)
    return Passage(text.replace("\r", "\n"), Places(line, further), had_nul)
