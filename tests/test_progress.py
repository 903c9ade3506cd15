"""The line that tells how far a command is: at a terminal, after a second, and gone at the end."""

from __future__ import annotations

import io
import sys

import pytest

from logdoctor.cli import progress
from logdoctor.cli.progress import progress_line, working


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    there = Terminal()
    monkeypatch.setattr(sys, "stderr", there)
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setenv("COLUMNS", "20")
    return there


def test_it_is_drawn_and_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    with working(1) as workers:
        workers.each("reading", str, [1, 2], [1.0, 1.0])
    assert terminal.getvalue() == "\r\x1b[K  reading: 0 of 2\r\x1b[K"


def test_it_is_never_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    with progress_line() as draw:
        draw("x" * 100)
    assert len(terminal.getvalue().split("\r\x1b[K")[1]) == 19  # the last column would begin a new line


def test_what_is_done_at_once_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 60.0)
    with progress_line() as draw:
        draw("soon done")
    assert terminal.getvalue() == ""


def test_a_file_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", file := io.StringIO())
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    with progress_line() as draw:
        draw("nobody looks")
    assert file.getvalue() == ""
