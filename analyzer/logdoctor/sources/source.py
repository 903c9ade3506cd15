"""What a source of logs is: it recognises a file cheaply, then reads it.

A source does not interpret. It yields series under the names the log gives them, and a notice for whatever is odd;
what a name means is decided later, in one place, from the name, the split and the file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from logdoctor.run import Notice, Series, Setting, TextEvent

HEAD_BYTES = 64 * 1024
"""How much of a file a source may look at before it decides."""


@dataclass(frozen=True)
class Head:
    """The beginning of a file: all that a source sees before it claims the file."""

    path: Path
    size: int
    """Size of the whole file in bytes."""
    start: bytes = field(repr=False)
    """The first bytes, at most HEAD_BYTES."""
    named: bool = True
    """Whether the name tells anything: what comes through standard input is recognised by its bytes alone."""

    @property
    def whole(self) -> bool:
        """Whether `start` is the whole file."""
        return len(self.start) >= self.size


@dataclass(frozen=True)
class Log:
    """What one file says about one run."""

    series: tuple[Series, ...] = ()
    hyperparameters: Mapping[str, Setting] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    events: tuple[TextEvent, ...] = ()
    label: str = ""
    """Name of the run inside the file, where one file holds several."""
    planned_steps: int | None = None
    """How many steps the trainer meant to take, where the log says so."""
    finished: bool | None = None
    """Whether the trainer said that it came to its end; None when the log does not tell."""
    starts_at: int | None = None
    """The writer says that it starts again at this step: points of earlier files of the run from it on are void."""


@dataclass(frozen=True)
class Sample:
    """A small file that a source carries as its own test and documentation."""

    title: str
    file_name: str
    content: str | bytes
    expected: Mapping[str, list[tuple[int, float]]] | None
    """Points (step, value) by series name; None when the source must leave the file alone."""


class Source(ABC):
    """One format of logs."""

    name: ClassVar[str]
    """Kebab-case name, shown as the format of a file."""
    patterns: ClassVar[tuple[str, ...]]
    """Shell patterns of file names that may hold this format; only those are opened."""
    precedence: ClassVar[int] = 0
    """When several files hold the same data, the one of the highest precedence is used."""
    one_run_per_folder: ClassVar[bool] = False
    """Whether all files of this format in one folder continue each other, as event files do."""
    only_settings: ClassVar[bool] = False
    """Whether files of this format hold settings alone: they describe the runs of their folder and make none."""
    only_events: ClassVar[bool] = False
    """Whether files of this format hold errors and warnings alone: they tell of a run of their folder and make none."""
    samples: ClassVar[tuple[Sample, ...]] = ()

    @abstractmethod
    def recognizes(self, head: Head) -> bool:
        """Tell from the beginning of a file whether it is a training log of this format."""

    @abstractmethod
    def read(self, path: Path) -> Iterable[Log]:
        """Read everything that is intact; oddities become notices.

        Raises UnreadableLogError when nothing can be read, and OSError when the file cannot be opened.
        """
