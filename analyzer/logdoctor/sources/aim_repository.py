"""`.aim/`, the repository of Aim: recognised but not read, because its values lie in RocksDB, a heavy library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from logdoctor.run import Notice
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.source import Head, Log, Source


class AimRepository(Source):
    """Says where the values are and how to get them out; a repository has no curve that can be read."""

    name = "aim"
    patterns = ("run_metadata.sqlite",)
    precedence = 40

    def recognizes(self, head: Head) -> bool:
        """Tell it by its folder (aim/sdk/repo.py)."""
        return head.path.parent.name == ".aim"

    def read(self, path: Path) -> Iterator[Log]:
        """Yield a log without curves that says what to do."""
        how = "where Aim is installed, write each `aim.Run(...).get_metric(...).dataframe()` as a CSV file"
        message = f"Aim keeps its values in RocksDB, which logdoctor does not read; {how} and analyze these."
        yield Log(notices=(Notice(INTERPRETATION, str(path), message),))
