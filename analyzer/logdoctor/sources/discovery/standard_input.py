"""Logs from standard input: kept in a temporary file while they are read, under a name that suits their format."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from logdoctor.errors import LogDoctorError, NoRunError, reason
from logdoctor.sources.discovery.compressed import is_packed
from logdoctor.sources.discovery.installed import recognizes
from logdoctor.sources.source import HEAD_BYTES, Head, Source

STANDARD_INPUT = "-"
"""Stands for standard input among the paths of a command and in the reports."""

PLAIN = "-.log"
"""The file's name while it may be any plain log: text, a table or JSON lines."""

_ZSTD_AND_ZIP = (b"\x28\xb5\x2f\xfd", b"PK\x03\x04")
"""First bytes of compressed files that the standard library does not unpack."""

NEVER_CHANGED = 0.0
"""When a pipe was last written to: what came through it is complete."""


@contextmanager
def received(stream: BinaryIO, sources: Sequence[Source]) -> Iterator[Path]:
    """Yield a temporary file with all that a stream holds, under a name by which its source recognises it.

    Raises NoRunError where the stream holds nothing, or no log, and LogDoctorError where there is no room for it.
    """
    changed = _changed(stream)
    with TemporaryDirectory(prefix="logdoctor-") as folder:
        file = Path(folder) / PLAIN
        _keep(stream, file)
        if not file.stat().st_size:
            raise NoRunError(f"{STANDARD_INPUT}: nothing came through standard input")
        file = _named(file, sources)
        os.utime(file, (changed, changed))
        yield file


def _keep(stream: BinaryIO, file: Path) -> None:
    try:
        with file.open("xb") as copy:
            shutil.copyfileobj(stream, copy, HEAD_BYTES)
    except OSError as problem:
        raise LogDoctorError(
            f"{STANDARD_INPUT}: cannot be kept in {file.parent.parent} while it is read: {reason(problem)}; "
            "set TMPDIR to a folder with room"
        ) from problem


def standard_input() -> BinaryIO:
    """Return standard input as bytes; raises NoRunError where it is closed."""
    if sys.stdin is None or sys.stdin.closed:
        raise NoRunError(f"{STANDARD_INPUT}: standard input is closed")
    return sys.stdin.buffer


def _changed(stream: BinaryIO) -> float:
    """Return when a redirected file was last written to."""
    try:
        status = os.fstat(stream.fileno())
    except OSError:  # a stream that only looks like a file
        return NEVER_CHANGED
    return status.st_mtime if stat.S_ISREG(status.st_mode) else NEVER_CHANGED


def _named(file: Path, sources: Sequence[Source]) -> Path:
    """Rename a file to the first name under which a source recognises it; raises NoRunError where none does."""
    with file.open("rb") as opened:
        start = opened.read(HEAD_BYTES)
    size = file.stat().st_size
    for source, name in _names(sources):
        file = file.rename(file.with_name(name))
        if recognizes(source, Head(file, size, start, named=False), if_it_fails=False):
            return file
    if is_packed(start) or start.startswith(_ZSTD_AND_ZIP):
        raise NoRunError(f"{STANDARD_INPUT}: compressed; unpack it before the pipe, with zcat, xzcat or bzcat")
    raise NoRunError(f"{STANDARD_INPUT}: what came through standard input is no training log that its bytes tell")


def _names(sources: Sequence[Source]) -> Iterator[tuple[Source, str]]:
    """Yield each source with a name that its files may have: first one for each, the plain one if it fits, then all."""
    found = [(one, _possible(one)) for one in sources if not one.only_settings]
    yield from ((one, PLAIN if PLAIN in names else names[0]) for one, names in found if names)
    yield from ((one, name) for one, names in found for name in names)


def _possible(source: Source) -> list[str]:
    """Return a name for each pattern of a source that leaves one open: `*.csv` does, `args.json` does not."""
    open_ones = (one for one in source.patterns if "*" in one and "[" not in one)
    return [one.replace("*", STANDARD_INPUT, 1).replace("*", "") for one in open_ones]
