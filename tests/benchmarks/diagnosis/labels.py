"""What was planted in the runs of a folder: its `labels.json`."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Label:
    """What is true of one run, written when it was trained and before anything was analyzed."""

    path: str
    """The run's folder or file, relative to the folder of the labels."""
    expect: tuple[str, ...] = ()
    """Rules that name the planted fault; any one of them is enough. The first is the symptom's name."""
    accept: tuple[str, ...] = ()
    """Rules that may speak as well."""
    fault: str = "none"
    """What was planted; "none" in a sound run."""
    causes: tuple[str, ...] = ()
    """Causes that are right."""
    format: str = ""
    shown: bool = True
    """Whether the fault shows in the log at all; a run where it does not is left out."""

    @property
    def symptom(self) -> str:
        """The name under which the run is scored; empty where nothing is to be found."""
        return self.expect[0] if self.expect else ""

    @property
    def sound(self) -> bool:
        return self.fault == "none"

    @property
    def allowed(self) -> frozenset[str]:
        """Rules that are no false alarm here."""
        return frozenset((*self.expect, *self.accept))


def read_labels(folder: Path) -> tuple[Label, ...]:
    """Read the labels of a folder; raises FileNotFoundError where there are none."""
    return tuple(
        Label(
            path=str(PurePosixPath(path)),
            expect=tuple(entry["expect"]),
            accept=tuple(entry["accept"]),
            fault=entry["fault"],
            causes=tuple(entry.get("causes", ())),
            format=entry.get("format", ""),
            shown=entry.get("shown", True),
        )
        for path, entry in json.loads((folder / "labels.json").read_text(encoding="utf-8")).items()
    )


def owner(source: str, paths: Collection[str]) -> str | None:
    """Return the innermost of some paths that a source file lies at or below."""
    file = PurePosixPath(source)
    return next((str(place) for place in (file, *file.parents) if str(place) in paths), None)
