"""Find the logs below some paths: one walk, and each file offered once to each source."""

from __future__ import annotations

import inspect
import os
import pkgutil
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path, PurePosixPath

from logdoctor.errors import LogDoctorError, NoRunError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Source

GROUP = "logdoctor.sources"
"""The entry-point group through which every source comes in, the built-in ones too."""

SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "node_modules", "site-packages", "plugins", ".git", ".venv", ".ipynb_checkpoints"}
)
"""Folders that hold no logs of the user's training: packages, caches, profiler traces (`plugins/profile`)."""


OUR_FILES = "logdoctor-replay*.json"
"""What `logdoctor replay` leaves beside a log; its figures are no curves."""

OUR_FOLDER = "logdoctor-capture"
"""What a capture leaves; of all that lies there `steps.jsonl` alone is a log."""


@dataclass(frozen=True)
class Found:
    """One file that a source has claimed and read."""

    path: Path
    relative: PurePosixPath
    """Relative to the argument under which it was found."""
    source: Source
    size: int
    modified: float
    """Seconds since 1970."""
    logs: tuple[Log, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What kept the file from being read at all."""

    @property
    def folder(self) -> PurePosixPath:
        """The folder of the file, relative to the argument."""
        return self.relative.parent


@dataclass(frozen=True)
class Candidates:
    """The outcome of a walk."""

    found: tuple[Found, ...] = ()
    left_alone: tuple[str, ...] = field(default=())
    """Files that match the pattern of a source but are no training logs, relative to their argument."""


@cache
def installed_sources() -> tuple[Source, ...]:
    """Return one instance of every source of every installed package, the most specific first."""
    found = [source() for point in entry_points(group=GROUP) for source in _sources_in(point.value)]
    return tuple(sorted(found, key=lambda source: (-source.precedence, source.name)))


def _sources_in(package: str) -> Iterator[type[Source]]:
    root = import_module(package)
    for info in pkgutil.iter_modules(root.__path__, prefix=f"{package}."):
        module = import_module(info.name)
        for _, member in inspect.getmembers(module, inspect.isclass):
            if issubclass(member, Source) and not inspect.isabstract(member) and member.__module__ == module.__name__:
                yield member


def discover(paths: Sequence[Path]) -> Candidates:
    """Walk the paths and read every file that a source claims.

    Raises NoRunError for a path that does not exist. Symbolic links below a path are not followed, for trackers link
    their latest run and it would count twice. A file that cannot be read keeps its place, with a notice.
    """
    found: list[Found] = []
    left_alone: list[str] = []
    seen: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise NoRunError(f"{path}: no such file or folder")
        root = path if path.is_dir() else path.parent
        prefix = PurePosixPath(root.as_posix()) if len(paths) > 1 else PurePosixPath()
        for file, status in _walk(path):
            if (real := file.resolve()) in seen:
                continue  # the paths overlap
            seen.add(real)
            relative = prefix / PurePosixPath(file.relative_to(root).as_posix())
            head = _head(file, status.st_size)
            source = _claimed(head) if head is not None else None
            if source is not None:
                found.append(_read(file, relative, source, status))
            elif head is not None:
                left_alone.append(str(relative))
    return Candidates(tuple(found), tuple(left_alone))


def _walk(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the regular files at or below a path in the order of their names."""
    if not path.is_dir():
        status = path.stat()
        if stat.S_ISREG(status.st_mode):
            yield path, status
        return
    for folder, subfolders, names in os.walk(path):
        subfolders[:] = sorted(name for name in subfolders if name not in SKIPPED_FOLDERS)
        if os.path.basename(folder).startswith(OUR_FOLDER):
            subfolders.clear()
            names[:] = [name for name in names if name == "steps.jsonl"]
        for name in sorted(names):
            if fnmatch(name, OUR_FILES):
                continue
            file = Path(folder, name)
            try:
                status = file.lstat()
            except OSError:
                continue  # gone since the folder was listed
            if stat.S_ISREG(status.st_mode):
                yield file, status


def _head(path: Path, size: int) -> Head | None:
    """Return the beginning of a file whose name fits some source, or None."""
    if not any(fnmatch(path.name.lower(), pattern.lower()) for one in installed_sources() for pattern in one.patterns):
        return None
    try:
        with path.open("rb") as file:
            return Head(path, size, file.read(HEAD_BYTES))
    except OSError:
        return Head(path, size, b"")


def _claimed(head: Head) -> Source | None:
    name = head.path.name.lower()
    fitting = (one for one in installed_sources() if any(fnmatch(name, pattern.lower()) for pattern in one.patterns))
    return next((one for one in fitting if _recognizes(one, head)), None)


def _recognizes(source: Source, head: Head) -> bool:
    """Ask a source; one that fails to answer claims the file, so that reading it tells what is wrong with either."""
    try:
        return source.recognizes(head)
    except Exception:  # noqa: BLE001 - a source is a plug-in: whatever it raises must not stop the others
        return True


def _read(path: Path, relative: PurePosixPath, source: Source, status: os.stat_result) -> Found:
    logs: tuple[Log, ...] = ()
    notices: tuple[Notice, ...] = ()
    try:
        logs = tuple(source.read(path))
    except (LogDoctorError, OSError) as error:
        notices = (Notice(DAMAGE, str(relative), f"{relative}: cannot be read: {error}", 0, status.st_size),)
    except Exception as error:  # noqa: BLE001 - one file, however strange, must not cost the others
        text = f"{relative}: cannot be read ({type(error).__name__}: {error}); please report this file"
        notices = (Notice(DAMAGE, str(relative), text, 0, status.st_size),)
    return Found(path, relative, source, status.st_size, status.st_mtime, logs, notices)
