"""How far a command is, told to whoever waits for it at a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from logdoctor.workers import Workers

PATIENCE_SECONDS = 1.0
"""What is done by then needs no line."""

REDRAW_SECONDS = 0.25

_WIPED = "\r\x1b[K"

Draw = Callable[[str], None]
"""Replaces the line by another."""


@contextmanager
def progress_line() -> Iterator[Draw]:
    """Yield what draws a line on standard error: on a terminal only, after a second, and it is gone at the end."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    drawn = 0.0
    due = time.monotonic() + PATIENCE_SECONDS

    def draw(text: str) -> None:
        nonlocal drawn, due
        if (now := time.monotonic()) >= due:
            room = shutil.get_terminal_size().columns - 1  # the last column would begin a new line
            click.echo(f"{_WIPED}{f'  {text}'[:room]}", err=True, nl=False)
            drawn, due = now, now + REDRAW_SECONDS

    try:
        yield draw
    finally:
        if drawn:
            click.echo(_WIPED, err=True, nl=False)


@contextmanager
def working(jobs: int | None) -> Iterator[Workers]:
    """Yield who reads and examines; None for as many processes as pay."""
    from logdoctor.workers import Workers

    with progress_line() as draw:
        yield Workers(jobs, lambda doing, done, of: draw(f"{doing}: {done:,} of {of:,}"))
