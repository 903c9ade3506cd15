"""The walk below a path: which files may be logs by their names, and why some of them are not read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from logdoctor.sources.discovery.compressed import unpacked_head, unpacked_name
from logdoctor.sources.discovery.installed import is_known, recognizes, sources_for
from logdoctor.sources.rotated_log import log_of

SKIPPED_FOLDERS = frozenset(
    {"__pycache__", "node_modules", "site-packages", "plugins", ".git", ".venv", ".ipynb_checkpoints"}
)
"""Folders that hold no logs of the user's training: packages, caches, profiler traces (`plugins/profile`)."""

OUR_FILES = "logdoctor-replay*.json"
"""What `logdoctor replay` leaves beside a log; its figures are no curves."""

OUR_FOLDER = "logdoctor-capture"
"""What a capture leaves."""

OUR_LOG = "steps.jsonl"
"""All that is a log in it."""


@dataclass(frozen=True)
class NotRead:
    """Why something is not read."""

    reason: str
    may_hold_logs: bool = True
    refused: bool = False
    """Whether the system refused access."""


_NO_FILES = {
    stat.S_IFLNK: NotRead("a symbolic link, which is not followed", may_hold_logs=False),
    stat.S_IFIFO: NotRead("a named pipe, not a file"),
    stat.S_IFSOCK: NotRead("a socket, not a file"),
    stat.S_IFCHR: NotRead("a device, not a file"),
    stat.S_IFBLK: NotRead("a device, not a file"),
}


def files_at(path: Path) -> Iterator[tuple[Path, os.stat_result | NotRead]]:
    """Yield a file itself, or the files below a folder whose names some source knows, in the order of their names.

    Each comes with its status, or with why it is not read, and so do folders that cannot be listed. Any depth will do.
    """
    if not path.is_dir():
        yield path, _regular(path.stat())
        return
    pending = [path]
    while pending:
        folder = pending.pop()
        subfolders: list[Path] = []
        try:
            entries = _listed(folder)
        except OSError as error:
            yield folder, refusal(error)
            continue
        for entry in entries:
            try:
                is_folder = entry.is_dir(follow_symlinks=False)
                status = None if is_folder else _status(entry)
            except OSError as error:  # gone since the folder was listed
                is_folder, status = False, refusal(error)
            if is_folder and entry.name not in SKIPPED_FOLDERS:
                subfolders.append(Path(entry.path))
            if status is not None:
                yield Path(entry.path), status
        pending += reversed(subfolders)


def refusal(error: OSError) -> NotRead:
    """Return the reason that the system gave for refusing access."""
    return NotRead(error.strerror or type(error).__name__, refused=True)


def _listed(folder: Path) -> list[os.DirEntry[str]]:
    """Return what a folder holds, by name, without files of logdoctor itself and parts of rotated logs.

    The parts are read with the log that they belong to.
    """
    ours = folder.name.startswith(OUR_FOLDER)
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    logs = [one for one in entries if not fnmatch(one.name, OUR_FILES) and (not ours or one.name == OUR_LOG)]
    names = {one.name for one in logs}
    return [one for one in logs if log_of(unpacked_name(one.name)) not in names]


def _status(entry: os.DirEntry[str]) -> os.stat_result | NotRead | None:
    """Return the status of what may be a log by its name, or why it is not read; None for anything else."""
    may_be_log = is_known(entry.name) or _packs_log(entry)
    return _regular(entry.stat(follow_symlinks=False)) if may_be_log else None


def _regular(status: os.stat_result) -> os.stat_result | NotRead:
    """Return the status of a regular file, or why it is not read: a read from a named pipe might never end."""
    if stat.S_ISREG(status.st_mode):
        return status
    return _NO_FILES.get(stat.S_IFMT(status.st_mode), NotRead("not a file", refused=True))


def _packs_log(entry: os.DirEntry[str]) -> bool:
    """Tell from its beginning whether a compressed file holds a log, or may do so: only then is the rest unpacked."""
    name = unpacked_name(entry.name)
    if name == entry.name or not is_known(name) or not entry.is_file(follow_symlinks=False):
        return False
    head = unpacked_head(Path(entry.path))
    if head is None:
        return entry.stat(follow_symlinks=False).st_size > 0
    # A source that looks at more than the head finds no file under this name, and may fail.
    sources = (one for one in sources_for(name) if not one.only_settings)
    return any(recognizes(one, head, if_it_fails=False) for one in sources)
