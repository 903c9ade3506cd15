"""Write text to standard output, or atomically to a file."""

from __future__ import annotations

import io
import os
import secrets
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from logdoctor.errors import OutputError
from logdoctor.reports.layout import MIN_WIDTH, WIDTH, Page

MAX_NAME = 50
"""Characters of a file's name that its temporary name keeps: names are limited to 255 bytes, UTF-8 takes up to 4."""


def terminal_page(color: str) -> Page:
    """Describe what standard output can show; `color` is always, never or auto."""
    columns = shutil.get_terminal_size((WIDTH, 24)).columns
    has_blocks = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return Page(max(MIN_WIDTH, min(columns, WIDTH)), _wants_color(color), has_blocks)


def _wants_color(option: str) -> bool:
    """The option decides first, then NO_COLOR, FORCE_COLOR, and whether this is a terminal that supports colours."""
    if option != "auto":
        return option == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write_out(text: Iterable[str], *, utf8: bool = False) -> None:
    """Write pieces of text to standard output; `utf8` is for formats that are UTF-8 whatever the terminal's encoding.

    When the reader has gone (`| head`) the rest is dropped and the exit code stays the same. Raises OutputError when
    writing fails for another reason, such as a full disk.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if utf8 else None, errors="backslashreplace")
    try:
        for piece in text:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_the_rest()
    except OSError as problem:
        _drop_the_rest()
        raise OutputError("standard output", problem) from problem


def _drop_the_rest() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at exit


def write_file(path: Path, text: Iterable[str]) -> None:
    """Write pieces of text to a temporary file and rename it, so that nobody ever reads half a report.

    The text is synced to disk before the rename: after a power cut there is the old report or the new one, never an
    empty one. A killed process leaves at most a hidden `.NAME.*.tmp` behind. `GITHUB_STEP_SUMMARY`, to which several
    commands write, is appended to. Raises OutputError, with the old file intact, when the new one cannot be written.
    """
    write_bytes(path, (piece.encode("utf-8", "backslashreplace") for piece in text))


def write_bytes(path: Path, pieces: Iterable[bytes]) -> None:
    """Write pieces of bytes to a file in the same way."""
    try:
        if _collects(path):
            _append(path, pieces)
        elif path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
            with path.open("wb") as file:
                file.writelines(pieces)
        else:
            _replace(path.resolve(), pieces)  # a link stays a link
    except OSError as problem:
        raise OutputError(str(path), problem) from problem


def _replace(target: Path, pieces: Iterable[bytes]) -> None:
    target.parent.mkdir(exist_ok=True)  # the folder of a report that has pages
    unfinished = target.with_name(f".{target.name[:MAX_NAME]}.{secrets.token_hex(4)}.tmp")
    try:
        with unfinished.open("xb") as file:  # follows no link that somebody laid there
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _collects(path: Path) -> bool:
    named = os.environ.get("GITHUB_STEP_SUMMARY")
    return bool(named) and path.resolve() == Path(named or "").resolve()


def _append(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("ab") as file:
        file.write(b"\n" * bool(file.tell()) + b"".join(pieces))


def spare_logs(files: Iterable[Path], paths: Sequence[str]) -> None:
    """Raise UsageError where an output file is one of the logs at or below the paths, and would be overwritten."""
    from logdoctor.sources.discovery.discover import is_log

    roots = [Path(one).resolve() for one in paths]
    for file in files:
        above = {file.resolve(), *file.resolve().parents}
        if file.is_file() and (file.resolve() in roots or (not above.isdisjoint(roots) and is_log(file))):
            raise click.UsageError(f"{file} is one of the logs and would be overwritten; name another file")


def writable(name: str) -> Path:
    """Return the path of an output file; raises BadParameter, before anything is read, when it cannot be written."""
    path = Path(name)
    if path.is_dir():
        raise click.BadParameter(f"{name} is a folder")
    if not path.parent.is_dir():
        raise click.BadParameter(f"{path.parent} is not a folder")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{name} cannot be written")
    return path
