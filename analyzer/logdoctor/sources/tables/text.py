"""Bytes to lines: the encoding found out, no byte fatal, and every line's place in the file kept.

Files are read in blocks of whole lines with `read`, never mapped: a live log may shrink. The size at opening is the
snapshot that is read; what a writer appends meanwhile is for the next analysis.
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.translations import foreign_words
from logdoctor.sources.source import HEAD_BYTES, Head

BLOCK_BYTES = 1024 * 1024
"""How much is read at a time: large enough for speed, small enough for memory."""

LONGEST_LINE = 16 * 1024 * 1024
"""A longer line is skipped and reported; no logger writes one."""

LONGEST_HEAD = 2 * 1024 * 1024
"""Bytes of a file's beginning that are looked at where its lines are long."""

_FEWEST_LINES = 2
"""Whole lines that a head should have: a header and a row."""

_WIDE = re.compile(r"(?:\A\0)?(?:[^\0]\0){8,}")
"""Characters with a NUL behind each, too many for an accident; a block of bytes may begin within the first."""

_WIDE_END, _REST_OF_END = b"\0\n", b"\0"
"""How a line of such characters ends, and what is left of that behind the last line feed of a file."""

CODE_PAGES = ("gb18030", "big5", "cp949", "cp932", "cp1251", "cp1252")
"""Those that programs write files with on Windows where people train: Chinese in both scripts, Korean, Japanese,
Russian, and western Europe."""

_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8", np.dtype("u1")),
    (codecs.BOM_UTF16_LE, "utf-16-le", np.dtype("<u2")),
    (codecs.BOM_UTF16_BE, "utf-16-be", np.dtype(">u2")),
)


@dataclass(frozen=True)
class Encoding:
    """How a file spells characters and ends lines."""

    name: str
    unit: np.dtype[np.unsignedinteger]
    """The number type of one code unit."""
    mark: int
    """Bytes of byte-order mark before the text."""
    newline: int = 10
    """Code of the line end: LF, or CR where a file has no LF (old Macs)."""

    def decode(self, data: bytes) -> str:
        """Decode without ever failing: bytes that are no UTF-8 become lone surrogates, see `readable`."""
        if self.unit.itemsize == 1:
            return data.decode(self.name, "surrogateescape")
        return data.decode(self.name, "replace")

    def size(self, text: str) -> int:
        """Return how many bytes a text takes that `decode` returned."""
        return len(text.encode(self.name, "surrogateescape" if self.unit.itemsize == 1 else "surrogatepass"))

    def line_ends(self, data: bytes) -> NDArray[np.int64]:
        """Return the byte offset just behind each line end."""
        size = self.unit.itemsize
        units = np.frombuffer(data, self.unit, len(data) // size)
        return (np.flatnonzero(units == self.newline).astype(np.int64) + 1) * size


@dataclass(frozen=True)
class Block:
    """Lines that follow each other in a file."""

    lines: list[str]
    """Without their line ends."""
    first: int
    """Number of the first line, counted from 1."""
    offsets: NDArray[np.int64]
    """(len(lines) + 1,) where each line begins in the file, in bytes, and where the last one ends."""
    ended: bool
    """Whether the last line has its line end; without one the writer may have been cut off in the middle of it."""
    overlong: bool = False
    """Whether this is one line beyond LONGEST_LINE, of which the text was let go."""


def encoding_of(start: bytes) -> Encoding:
    """Find out the encoding from the first bytes of a file: its mark, else NULs in every other byte mean UTF-16."""
    for mark, name, unit in _ENCODINGS:
        if start.startswith(mark):
            return _with_newline(Encoding(name, unit, len(mark)), start)
    pairs = np.frombuffer(start, np.uint8, len(start) // 2 * 2).reshape(-1, 2) == 0
    high, low = pairs.mean(axis=0) if len(pairs) else (0.0, 0.0)
    if low > 0.9 and high == 0.0:
        return _with_newline(Encoding("utf-16-le", np.dtype("<u2"), 0), start)
    if high > 0.9 and low == 0.0:
        return _with_newline(Encoding("utf-16-be", np.dtype(">u2"), 0), start)
    return _with_newline(Encoding("utf-8", np.dtype("u1"), 0), start)


def _with_newline(encoding: Encoding, start: bytes) -> Encoding:
    old_mac = Encoding(encoding.name, encoding.unit, encoding.mark, newline=13)
    return encoding if len(encoding.line_ends(start)) or not len(old_mac.line_ends(start)) else old_mac


def printed_encoding(start: bytes) -> Encoding:
    """Find out the encoding of what was printed or exported from its first bytes.

    Bytes that are no UTF-8 are in the code page in which most words of training are found; without any, a few damaged
    bytes are nearer.
    """
    encoding = encoding_of(start)
    if encoding.name != "utf-8" or encoding.mark or start.isascii() or _is_utf8(start):
        return encoding
    found = {name: foreign_words(start.decode(name, "replace")) for name in ("utf-8", *CODE_PAGES)}
    return replace(encoding, name=max(found, key=lambda name: found[name]))


def _is_utf8(start: bytes) -> bool:
    """Tell whether bytes are UTF-8, but for a last character that may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def head_block(head: Head) -> Block:
    """Return the lines of a file's beginning; a last line that the head cuts is left out.

    Where the first line alone is longer than the head, as in a table of thousands of columns, more is read.
    """
    encoding = printed_encoding(head.start)
    data = head.start[encoding.mark :]
    if not head.whole:
        ends = encoding.line_ends(data)
        if len(ends) < _FEWEST_LINES and b"\0" not in data[: -encoding.unit.itemsize]:
            data = _longer_head(head)[encoding.mark :]
            ends = encoding.line_ends(data)
        data = data[: ends[-1]] if len(ends) else b""
    return _block(data, encoding, 1, encoding.mark)


def _longer_head(head: Head) -> bytes:
    try:
        with head.path.open("rb") as file:
            return file.read(LONGEST_HEAD)
    except OSError:
        return head.start


def read_blocks(path: Path) -> Iterator[Block]:
    """Yield the lines of a file, block by block; raises OSError when it cannot be read."""
    with path.open("rb") as file:
        yield from blocks_of(file, os.fstat(file.fileno()).st_size)


def blocks_of(file: IO[bytes], size: int) -> Iterator[Block]:
    """Yield the lines of an open file of so many bytes, block by block."""
    encoding = printed_encoding(file.read(HEAD_BYTES))
    file.seek(encoding.mark)
    line, offset = 1, encoding.mark
    held, skipped = b"", 0  # the beginning of a line whose end is still to come, and how much of it was let go
    rest = b""  # of the end of the last line
    for chunk in _chunks(file, size - encoding.mark):
        data = held + chunk
        ends = encoding.line_ends(data)
        if not len(ends):
            too_long = skipped or len(data) > LONGEST_LINE
            held, skipped = (b"", skipped + len(data)) if too_long else (data, 0)
            continue
        begin, end = 0, int(ends[-1])
        if skipped:
            begin = int(ends[0])
            yield _overlong(line, offset, skipped + begin)
            line, offset, skipped = line + 1, offset + skipped + begin, 0
        if begin < end:
            block = _block(data[begin:end], encoding, line, offset)
            yield block
            line, offset = line + len(block.lines), offset + end - begin
        held, rest = data[end:], _REST_OF_END if data.endswith(_WIDE_END, 0, end) else b""
    if skipped:
        yield _overlong(line, offset, skipped)
    elif held and held != rest:
        yield _block(held, encoding, line, offset)


def narrowed(text: str) -> str:
    """Take the NULs out of what was appended as UTF-16 to a file of bytes, as `>>` of Windows PowerShell does.

    A hole of NULs has several in a row, and stays.
    """
    return _WIDE.sub(lambda wide: wide[0].replace("\0", ""), text) if "\0" in text else text


def readable(name: str) -> str:
    """Make a name fit for output: bytes that were no UTF-8 are read as Latin-1, and stray surrogates are replaced."""
    if name.isascii():
        return name
    try:
        return name.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeDecodeError:
        return name.encode("utf-8", "surrogateescape").decode("latin-1")
    except UnicodeEncodeError:  # a lone surrogate that came out of a JSON escape
        return name.encode("utf-8", "replace").decode("utf-8")


def _chunks(file: IO[bytes], size: int) -> Iterator[bytes]:
    """Yield `size` bytes of a file from where it stands, or less when it has shrunk."""
    while size > 0 and (chunk := file.read(min(BLOCK_BYTES, size))):
        size -= len(chunk)
        yield chunk


def _block(data: bytes, encoding: Encoding, line: int, offset: int) -> Block:
    ends = encoding.line_ends(data)
    ended = len(ends) > 0 and ends[-1] == len(data)
    offsets = np.concatenate(([0], ends) if ended else ([0], ends, [len(data)]))
    return Block(_lines(data, encoding), line, offsets + offset, ended)


def _overlong(line: int, offset: int, length: int) -> Block:
    return Block([""], line, np.array([offset, offset + length]), ended=True, overlong=True)


def _lines(data: bytes, encoding: Encoding) -> list[str]:
    end = chr(encoding.newline)
    text = narrowed(encoding.decode(data))
    lines = text.removesuffix(end).split(end) if text else []
    if "\ufeff" in text:
        lines = [line.removeprefix("\ufeff") for line in lines]
    return [line.rstrip("\r") for line in lines] if "\r" in text else lines
