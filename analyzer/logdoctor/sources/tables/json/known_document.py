"""JSON documents of a form that one program writes: the same test recognises a file and finds its curves."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from logdoctor.errors import UnreadableLogError
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.json.json_file import Document, beginning, load


class KnownDocument(Source):
    """A JSON document whose form is known."""

    lacks: ClassVar[str]
    """What is wrong with a file that turns out not to have the form, as the end of an error."""

    @abstractmethod
    def curves_of(self, content: Any) -> Any:
        """Return what holds the curves in a document, or in its beginning; empty or None where it has another form."""

    @abstractmethod
    def logs_of(self, path: Path, curves: Any, document: Document) -> Iterator[Log]:
        """Yield the logs of a document, given what `curves_of` found in it."""

    def recognizes(self, head: Head) -> bool:
        """Tell it by its curves."""
        return bool(self.curves_of(beginning(head.start)))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every curve."""
        document = load(path)
        curves = self.curves_of(document.content)
        if not curves:
            raise UnreadableLogError(f"{path}: {self.lacks}")
        yield from self.logs_of(path, curves, document)
