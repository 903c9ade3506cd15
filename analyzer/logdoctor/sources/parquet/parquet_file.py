"""Parquet files: the names of the columns without a library and, with pyarrow, the rows that are intact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.parquet.thrift import Struct, Thrift
from logdoctor.sources.source import Head

MAGIC = b"PAR1"

INSTALL = "which logdoctor reads with pyarrow: `pip install 'logdoctor[parquet]'`"

_LONGEST_FOOTER = 1 << 20
"""Bytes of the description at the end of a file that are looked at."""

_AT_A_TIME = 1000
"""Rows that become Python's objects together."""

_SMALLEST_ROW = 4
_FEWEST_ROWS = 100_000
"""Bytes of a row: a column that repeats one value takes next to nothing, so that a small file can claim a billion rows.
As many rows as _FEWEST_ROWS are read of any file."""

_ERRORS = (ValueError, OSError, NotImplementedError)
"""What pyarrow's own errors derive from."""

_SCHEMA, _NAME, _CHILDREN = 2, 4, 5
"""Fields of `FileMetaData` and of `SchemaElement` in parquet.thrift."""


def library() -> Any:
    """Return pyarrow's reader, or None where it is not installed."""
    try:
        return import_module("pyarrow.parquet")
    except ImportError:
        return None


def footer_of(head: Head) -> bytes:
    """Return the description at the end of a file; nothing where it is no Parquet."""
    if not head.start.startswith(MAGIC):
        return b""
    with head.path.open("rb") as file:
        file.seek(max(head.size - 8, 0))
        length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
        if magic != MAGIC or length > min(head.size - 12, _LONGEST_FOOTER):
            return b""
        file.seek(head.size - 8 - length)
        return file.read(length)


def column_names(footer: bytes) -> tuple[str, ...]:
    """Return the names of the columns, of nested ones the outermost; none where the footer is damaged before them."""
    try:
        elements = Thrift(footer).struct(up_to=_SCHEMA)[_SCHEMA]
        return tuple(_outermost(elements[1:])) if isinstance(elements, list) else ()
    except (ValueError, KeyError, IndexError):
        return ()


def _outermost(elements: Sequence[Struct]) -> Iterator[str]:
    """Yield the names of a tree that is written from its root down, branch by branch."""
    inside = 0
    for one in elements:
        name, children = one[_NAME], one.get(_CHILDREN, 0)
        if not inside and isinstance(name, bytes):
            yield name.decode("utf-8", "replace")
        inside += (children if isinstance(children, int) else 0) - (inside > 0)


def rows_of(path: Path, parquet: Any, notices: list[Notice], needed: str = "") -> Iterator[dict[str, Any]]:
    """Yield the rows, one group after the other; a group that is damaged, or claims too many rows, costs itself.

    Raises UnreadableLogError where the file is no Parquet, or has no column of the name that is needed.
    """
    try:
        file = parquet.ParquetFile(path, pre_buffer=False, page_checksum_verification=True)
    except _ERRORS as error:
        raise UnreadableLogError(f"{path}: damaged: {_reason(error)}") from None
    with file:
        if needed and needed not in file.schema_arrow.names:
            raise UnreadableLogError(f"{path}: damaged: no column is called {needed}")
        yield from _sound_rows(file, path, notices)


def _sound_rows(file: Any, path: Path, notices: list[Notice]) -> Iterator[dict[str, Any]]:
    left = max(_FEWEST_ROWS, path.stat().st_size // _SMALLEST_ROW)
    first = 0
    for group in range(file.num_row_groups):
        done, claimed = 0, file.metadata.row_group(group).num_rows
        try:
            for batch in file.iter_batches(_AT_A_TIME, row_groups=[group], use_threads=False):
                left -= len(batch)
                if left < 0:
                    raise ValueError("more rows than a file of this size can hold")
                yield from batch.to_pylist()
                done += len(batch)
        except _ERRORS as error:
            message = f"Rows {first + done} to {first + claimed - 1} could not be read: {_reason(error)}"
            notices.append(Notice(DAMAGE, str(path), message))
        first += claimed


def _reason(error: Exception) -> str:
    return "".join(one if one.isprintable() else " " for one in str(error)).strip()
