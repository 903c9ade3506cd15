"""Compressed files are unpacked into a temporary folder while they are read.

A truncated or damaged file yields what comes before the damage, one that would become too large its beginning.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, INTERPRETATION
from logdoctor.sources.source import HEAD_BYTES, Head, Log

_MODULES: dict[bytes, Any] = {b"\x1f\x8b": gzip, b"BZh": bz2, b"\xfd7zXZ\0": lzma}
"""What reads a file, by its first bytes: a browser may unpack what it saves and keep the name."""

_SUFFIXES = frozenset({".gz", ".bz2", ".xz"})

_PLACE_OF_TAR = 257
"""Where the header of an archive of `tar` says that it is one."""

_PIECE = 1024 * 1024

MOST_BYTES = 4 * 1024**3
"""Bytes that one file may become: more than a training prints."""

MOST_RATIO = 200
"""How many times longer than its compressed form a file may be: a log is ten to thirty times, a bomb a thousand."""

_SMALL = 16 * 1024 * 1024
"""Bytes that a file may become whatever its ratio: that of lines which are all alike is high."""


@dataclass(frozen=True)
class Unpacked:
    """What a compressed file holds, as a file."""

    path: Path
    size: int
    packed: Path
    whole: bool

    def as_packed(self, logs: Sequence[Log]) -> tuple[Log, ...]:
        """Attribute logs to the compressed file; the first gets a notice of what was done to it."""
        moved = tuple(self._moved(log) for log in logs)
        return (*(replace(log, notices=(self._notice(), *log.notices)) for log in moved[:1]), *moved[1:])

    def _moved(self, log: Log) -> Log:
        notices = tuple(replace(one, path=str(self.packed)) for one in log.notices)
        events = tuple(replace(one, path=str(self.packed)) for one in log.events)
        return replace(log, notices=notices, events=events)

    def _notice(self) -> Notice:
        name, size = self.packed.name, self.packed.stat().st_size
        if self.whole:
            message = f"{name} was unpacked; places in it are those of what it holds."
            return Notice(INTERPRETATION, str(self.packed), message)
        message = f"{name} is cut off, damaged or too large; the first {self.size:,} bytes of what it holds were read."
        return Notice(DAMAGE, str(self.packed), message, 0, size)


def is_compressed(name: str) -> bool:
    """Tell from its name whether a file is compressed in a way that the standard library knows."""
    return Path(name.lower()).suffix in _SUFFIXES


def is_packed(start: bytes) -> bool:
    """Tell from its first bytes whether a file is compressed in such a way."""
    return start.startswith(tuple(_MODULES))


def is_archive(start: bytes) -> bool:
    """Tell from the first unpacked bytes whether they are an archive of several files, as `tar` makes it."""
    return start[_PLACE_OF_TAR:].startswith(b"ustar")


def unpacked_name(name: str) -> str:
    """Return the name of what a compressed file holds."""
    return Path(name).stem if is_compressed(name) else name


def unpacked_head(path: Path) -> Head | None:
    """Return the beginning of what a compressed file holds, under its name there; None where it cannot be unpacked."""
    start = b""
    with suppress(_IncompleteError):
        for piece in _pieces(path, HEAD_BYTES):
            start += piece
    return Head(path.with_name(unpacked_name(path.name)), len(start), start) if start else None


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """Yield what a compressed file holds; raises OSError where there is no room for it."""
    limit = min(MOST_BYTES, max(_SMALL, MOST_RATIO * path.stat().st_size))
    with TemporaryDirectory(prefix="logdoctor-") as folder:
        plain = Path(folder) / unpacked_name(path.name)
        with plain.open("xb") as copy:
            whole = _unpack(path, copy, limit)
        yield Unpacked(plain, plain.stat().st_size, path, whole)


def _unpack(path: Path, copy: IO[bytes], limit: int) -> bool:
    """Copy what a compressed file holds, and tell whether that is all of it."""
    try:
        for piece in _pieces(path, limit):
            copy.write(piece)
    except _IncompleteError:
        return False
    return True


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        start = file.read(max(map(len, _MODULES)))
    reader = next((reader for magic, reader in _MODULES.items() if start.startswith(magic)), None)
    return path.open("rb") if reader is None else reader.open(path)


class _IncompleteError(Exception):
    """A compressed file goes on beyond a limit, or is broken."""


def _pieces(path: Path, limit: int) -> Iterator[bytes]:
    """Yield what a file holds up to a limit; raises _IncompleteError after the last piece that can be read."""
    left = limit
    try:
        with _opened(path) as file:
            while left and (piece := file.read1(min(_PIECE, left))):
                left -= len(piece)
                yield piece
            goes_on = not left and bool(file.read1(1))
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise _IncompleteError from error
    if goes_on:
        raise _IncompleteError
