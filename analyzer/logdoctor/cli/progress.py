"""Progress of a command, shown on a terminal."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.live import Live

    from logdoctor.workers import Workers

PATIENCE_SECONDS = 1.0
"""Work that ends sooner shows no progress line."""

REDRAW_SECONDS = 0.25

Draw = Callable[[str], None]
"""Replaces the text of the progress line."""


@contextmanager
def progress_line() -> Iterator[Draw]:
    """Yield a function that draws a line on standard error: on a terminal only, after a second, removed at the end."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _text: None
        return
    line: Live | None = None
    due = time.monotonic() + PATIENCE_SECONDS
    with ExitStack() as drawn:

        def draw(text: str) -> None:
            nonlocal line, due
            if time.monotonic() < due:
                return
            from rich.text import Text

            if line is None:
                line = drawn.enter_context(_line())
            line.update(Text(f"  {text}", no_wrap=True, overflow="ellipsis"), refresh=True)
            due = time.monotonic() + REDRAW_SECONDS

        yield draw


def _line() -> Live:
    """Return a line that no thread redraws: a process with threads must not be forked."""
    from rich.console import Console
    from rich.live import Live

    return Live(
        console=Console(stderr=True), auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
    )


@contextmanager
def working(jobs: int | None) -> Iterator[Workers]:
    """Yield the workers that read and examine; `jobs` None means as many processes as are worthwhile."""
    from logdoctor.workers import Workers

    with progress_line() as draw:
        yield Workers(jobs, lambda doing, done, of: draw(f"{doing}: {done:,} of {of:,}"))
