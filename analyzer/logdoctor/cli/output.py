"""Where text goes: to standard output, or to a file that is whole or not there at all."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from logdoctor.reports.layout import MIN_WIDTH, WIDTH, Page


def terminal_page(color: str) -> Page:
    """Return what standard output can show; `color` is always, never or auto."""
    columns = shutil.get_terminal_size((WIDTH, 24)).columns
    has_blocks = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return Page(max(MIN_WIDTH, min(columns, WIDTH)), _wants_color(color), has_blocks)


def _wants_color(option: str) -> bool:
    """The option counts most, then NO_COLOR, FORCE_COLOR and whether this is a terminal that knows colours."""
    if option != "auto":
        return option == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def write_out(text: Iterable[str], *, utf8: bool = False) -> None:
    """Write pieces of text to standard output; `utf8` for formats that are, whatever the terminal is.

    When the reader has gone (`| head`) the rest is dropped: it has what it wanted, and the exit code stays.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8" if utf8 else None, errors="backslashreplace")
    try:
        for piece in text:
            sys.stdout.write(piece)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains when it flushes at exit


def write_file(path: Path, text: Iterable[str]) -> None:
    """Write pieces of text to a file under another name first, so that nobody ever reads half of it."""
    if path.exists() and not path.is_file():  # a device or a pipe cannot be replaced
        _write(path, text)
        return
    target = path.resolve()  # a link stays a link
    target.parent.mkdir(exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        _write(unfinished, text)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(path: Path, text: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.writelines(text)


def writable(name: str) -> Path:
    """Return the path of a file to be written; raises BadParameter, before anything is read, when that cannot be."""
    path = Path(name)
    if path.is_dir():
        raise click.BadParameter(f"{name} is a folder")
    if not path.parent.is_dir():
        raise click.BadParameter(f"{path.parent} is not a folder")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{name} cannot be written")
    return path
