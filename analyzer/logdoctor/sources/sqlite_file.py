"""SQLite databases, opened so that nothing in them can act: read only, no extensions, no views, a limit on work."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from logdoctor.errors import UnreadableLogError
from logdoctor.sources.source import Head

MAGIC = b"SQLite format 3\0"

LOCKED_SECONDS = 1.0
"""How long to wait for a writer before the file is read as it lies there."""

_STEPS_A_CHECK = 1_000_000
_MOST_CHECKS = 20_000
"""Steps of SQLite's machine, of which a row takes some tens, after which a query is given up."""


def is_sqlite(head: Head) -> bool:
    """Tell a database by its first bytes."""
    return head.start.startswith(MAGIC)


def has_tables(path: Path, **columns: str) -> bool:
    """Tell whether a database has some tables, each with some columns (`metrics="run_uuid key value"`)."""
    try:
        with opened(path) as database:
            return all(
                _is_table(database, table)
                and set(names.split()) <= {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
                for table, names in columns.items()
            )
    except (sqlite3.Error, UnreadableLogError):
        return False


def _is_table(database: sqlite3.Connection, name: str) -> bool:
    found = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return found is not None


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for reading; one that a writer has locked, or whose log cannot be shared, as it lies there.

    Raises UnreadableLogError when it is none, or is damaged.
    """
    try:
        with closing(_connected(path)) as database:
            yield database
    except sqlite3.Error as error:
        raise UnreadableLogError(f"{path}: not readable as an SQLite database: {error}") from error


def _connected(path: Path) -> sqlite3.Connection:
    where = f"file:{quote(str(path.resolve()))}"
    try:
        return _ready(sqlite3.connect(f"{where}?mode=ro", uri=True, timeout=LOCKED_SECONDS))
    except sqlite3.OperationalError:
        return _ready(sqlite3.connect(f"{where}?mode=ro&immutable=1", uri=True))


def _ready(database: sqlite3.Connection) -> sqlite3.Connection:
    checks = iter(range(_MOST_CHECKS))
    database.set_progress_handler(lambda: int(next(checks, None) is None), _STEPS_A_CHECK)
    database.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        database.close()
        raise
    return database
