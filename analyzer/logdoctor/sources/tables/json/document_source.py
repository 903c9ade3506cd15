"""Documents that hold whole curves under names, whether written in JSON, YAML or as Python literals."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Setting
from logdoctor.sources.source import Head, Log, Source
from logdoctor.sources.tables.json.document_curves import are_log, belong, curves_in
from logdoctor.sources.tables.json.document_runs import Part, runs_in
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.json.records import settings_of
from logdoctor.sources.tables.table_logs import joined, read_logs
from logdoctor.sources.tables.text import readable

_SETTINGS_FILES = frozenset({"config.json", "args.json", "params.json", "hparams.json", "package.json"})
"""Files that hold settings, however much a list of them looks like a curve (`loss_weights`)."""

_SETTINGS = frozenset({"config", "args", "hparams", "hyperparameters", "hyper_parameters", "settings"})
"""Keys of objects that hold the settings of the run."""


class DocumentSource(Source):
    """Lists of numbers or of records under names; numbers and texts beside them are settings.

    Lists of one length belong together, and one among them that counts is their axis.
    """

    @abstractmethod
    def beginning_of(self, head: Head) -> Any:
        """Return as much of a document as its first bytes hold, or None."""

    @abstractmethod
    def document_of(self, path: Path) -> Document:
        """Return the whole document; raises UnreadableLogError."""

    def recognizes(self, head: Head) -> bool:
        """Tell it by a curve with the name of a loss or a metric."""
        if head.path.name.lower() in _SETTINGS_FILES:
            return False
        begun = self.beginning_of(head)
        return any(map(are_log, curves_in(head.path, begun))) or bool(runs_in(head.path, begun))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every list and every record; what holds several runs beside each other is a log for each."""
        document = self.document_of(path)
        shared, notices = _settings(document.content), document.notices
        parts = runs_in(path, document.content) or [Part("", document.content)]
        logs = [(part, log) for part in parts if (log := _log_of(path, part.content))]
        if not logs:
            raise UnreadableLogError(f"{path}: no curve can be read")
        for part, log in logs:
            label = f"{path.stem}, {readable(part.label)}" if part.label else ""
            settings = {**shared, **_settings(part.content)}
            yield replace(log, hyperparameters=settings, notices=(*notices, *log.notices), label=label)
            notices = ()


def _log_of(path: Path, content: Any) -> Log | None:
    """Return the curves of one run; None where there are none."""
    curves = [one for one in curves_in(path, content) if belong(one)]
    logs = [(one.prefix, log) for one in curves for log in read_logs(one.table)]
    named = (
        replace(log, series=tuple(replace(one, name=readable(prefix) + one.name) for one in log.series))
        for prefix, log in logs
    )
    return joined(named) if curves else None


def _settings(document: Any) -> dict[str, Setting]:
    """Return the plain values beside the curves, and those of an object that is called settings."""
    if not isinstance(document, dict):
        return {}
    plain = {name: value for name, value in document.items() if not isinstance(value, dict | list)}
    below = (value for name, value in document.items() if name in _SETTINGS and isinstance(value, dict))
    return {name: value for part in (*below, plain) for name, value in settings_of(part).items()}
