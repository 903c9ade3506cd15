"""SQLite databases, opened so that nothing in them can act: read only, no extensions, no views, a limit on work.

Nothing is written beside them either, which SQLite does in write-ahead mode even for those who only read.
"""

from __future__ import annotations

import os
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, INTERPRETATION, INTERRUPTED_WRITE
from logdoctor.sources.source import HEAD_BYTES, Head
from logdoctor.sources.sqlite import write_ahead

MAGIC = b"SQLite format 3\0"

LOCKED_SECONDS = 1.0
"""How long to wait for a writer before the file is read as it lies there."""

LARGEST_IN_MEMORY = 96 * 1024 * 1024
"""Bytes of the largest database that is put together with its write-ahead log: two copies of it are in memory."""

_STEPS_A_CHECK = 1_000_000
_FEWEST_CHECKS = 50
_BYTES_A_CHECK = 30_000
"""Steps of SQLite's machine, of which a row takes some tens, after which a query is given up: about a second, and one
for each MB. A tree that leads in circles would hold it for ever."""

_SMALLEST_ROW = 6
"""Bytes of the smallest row and its place on a page (`MX_CELL` in SQLite's btreeInt.h): more rows lead in circles."""

ERRORS = (sqlite3.Error, UnicodeDecodeError)
"""What Python raises of a damaged database: the second where SQLite's own message names what is no UTF-8."""

_MOST_GAPS = 1000
"""Damaged places of one table behind which reading goes on."""

_MOST_RANGES = 100_000
"""Ranges of rows that are kept apart; beyond that a range takes in what lies up to the next row."""

Gaps = list[tuple[int, int]]
"""Numbers of the rows between which a table is damaged: the last one before, the first one behind or 0."""


@dataclass(frozen=True)
class Database:
    """A database that was opened, and what could not be had of it."""

    connection: sqlite3.Connection
    size: int
    """Bytes of it."""
    notices: tuple[Notice, ...] = ()

    @property
    def most_rows(self) -> int:
        """How many rows it can hold."""
        return self.size // _SMALLEST_ROW


def is_sqlite(head: Head) -> bool:
    """Tell a database by its first bytes."""
    return head.start.startswith(MAGIC)


def has_tables(path: Path, **columns: str) -> bool:
    """Tell whether a database has some tables, each with some columns (`metrics="run_uuid key value"`)."""
    try:
        with opened(path) as database:
            return all(
                _is_table(database.connection, table)
                and set(names.split()) <= {row[1] for row in database.connection.execute(f"PRAGMA table_info({table})")}
                for table, names in columns.items()
            )
    except (*ERRORS, UnreadableLogError):
        return False


def _is_table(database: sqlite3.Connection, name: str) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return found is not None


@contextmanager
def opened(path: Path) -> Iterator[Database]:
    """Open a database for reading, as far as its last finished transaction; what stands against that is a notice.

    Raises UnreadableLogError when it is none, or is damaged, and OSError.
    """
    try:
        database = _open(path)
        with closing(database.connection):
            yield database
    except ERRORS as error:
        raise UnreadableLogError(f"{path}: not readable as an SQLite database: {_reason(error)}") from error


def intact_rows(database: Database, table: str, columns: str, gaps: Gaps) -> Iterator[tuple[object, ...]]:
    """Yield a table in the order of its row ids, and go on after every damaged place, which is added to `gaps`.

    After an error the reading resumes at the next row id, then two further on, then four, until rows come again. A
    damaged tree may lead to the same rows again and again; each is yielded once.
    """
    at, step = -(2**63), 1
    read = _RowIds(database.most_rows)
    query = f"SELECT rowid AS number, {columns} FROM {table} NOT INDEXED WHERE rowid > ? ORDER BY rowid"  # noqa: S608 - constants
    while len(gaps) < _MOST_GAPS and at <= 2**62:
        try:
            for row in database.connection.execute(query, (at,)):
                number = row[0]
                if not read.add(number):
                    continue
                if step > 1:
                    gaps[-1] = (gaps[-1][0], number)
                at, step = max(at, number), 1
                yield row[1:]
            return
        except _EndlessTableError:
            gaps.append((at, 0))
            return
        except ERRORS:
            if step == 1:
                gaps.append((at, 0))
            at, step = max(at, 0) + step, 2 * step


class _EndlessTableError(Exception):
    """A damaged tree leads to more rows than the file can hold."""


class _RowIds:
    """The row ids that were read, as ranges: an intact table has few of these."""

    def __init__(self, most_repeated: int) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        self._repeats_left = most_repeated

    def add(self, number: int) -> bool:
        """Add a row id, and return False where it was there; raises _EndlessTableError where too many are."""
        at = bisect_right(self._firsts, number) - 1
        if at >= 0 and number <= self._lasts[at]:
            self._repeats_left -= 1
            if self._repeats_left < 0:
                raise _EndlessTableError
            return False
        if at >= 0 and (number == self._lasts[at] + 1 or len(self._firsts) >= _MOST_RANGES):
            self._lasts[at] = number
        else:
            self._firsts.insert(at + 1, number)
            self._lasts.insert(at + 1, number)
        return True


def damage_of(path: Path, database: Database) -> tuple[Notice, ...]:
    """Return a notice where SQLite finds a page of a database damaged, whether or not it costs a row that is read."""
    try:
        (found,) = database.connection.execute("PRAGMA quick_check(1)").fetchone()
    except ERRORS as error:
        found = _reason(error)
    if found == "ok":
        return ()
    what = " ".join(str(found).split())
    return (Notice(DAMAGE, str(path), f"The database is damaged ({what}); what can be read of it was read."),)


def damage_in(path: Path, table: str, gaps: Gaps) -> tuple[Notice, ...]:
    """Return notices of the places where a table is damaged."""
    return tuple(
        Notice(DAMAGE, str(path), f"The table {table} is damaged behind row {before}; {_rest(behind)}.")
        for before, behind in gaps
    )


def _rest(behind: int) -> str:
    return f"it was read on from row {behind}" if behind else "nothing behind it can be read"


def _open(path: Path) -> Database:
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
        size = os.fstat(file.fileno()).st_size
    if write_ahead.is_written_ahead(start):
        return _open_with_log(path, size)
    where = f"file:{quote(str(path.resolve()))}"
    try:
        return Database(_ready(sqlite3.connect(f"{where}?mode=ro", uri=True, timeout=LOCKED_SECONDS), size), size)
    except sqlite3.OperationalError as error:
        message = f"The database is locked or was left in the middle of a change ({error}); it was read as it lies."
        return Database(_immutable(path, size), size, (Notice(INTERPRETATION, str(path), message),))


def _open_with_log(path: Path, size: int) -> Database:
    log = write_ahead.log_of(path)
    logged = log.stat().st_size if log.is_file() else 0
    if logged <= write_ahead.HEADER_BYTES:
        return Database(_immutable(path, size), size)
    if size + logged <= LARGEST_IN_MEMORY and hasattr(sqlite3.Connection, "deserialize"):
        content = bytes(write_ahead.merged(path))
        connection = sqlite3.connect(":memory:")
        connection.deserialize(content)
        return Database(_ready(connection, len(content)), len(content))
    message = f"The {logged} bytes of {log.name} were not read: the newest rows are missing until the writer ends."
    notice = Notice(DAMAGE, str(path), message, cause=INTERRUPTED_WRITE)
    return Database(_immutable(path, size), size, (notice,))


def _immutable(path: Path, size: int) -> sqlite3.Connection:
    """Open a database without locks: SQLite takes its word for it that nobody writes, and makes no files."""
    where = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    return _ready(sqlite3.connect(where, uri=True), size)


def _ready(database: sqlite3.Connection, size: int) -> sqlite3.Connection:
    """Take a database of `size` bytes in hand: what is in it cannot act, and no query goes on for ever."""
    checks = iter(range(_FEWEST_CHECKS + size // _BYTES_A_CHECK))
    database.set_progress_handler(lambda: int(next(checks, None) is None), _STEPS_A_CHECK)
    database.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA query_only = ON")
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    except UnicodeDecodeError as error:
        database.close()
        raise sqlite3.DatabaseError(_reason(error)) from error
    return database


def _reason(error: Exception) -> str:
    return "malformed database schema" if isinstance(error, UnicodeDecodeError) else str(error)
