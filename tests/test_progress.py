"""The line that tells how far a command is: at a terminal, after a second, and gone at the end."""

from __future__ import annotations

import io
import re
import sys

import pytest

from logdoctor.cli import progress
from logdoctor.cli.progress import progress_line, working

WIPED = re.compile(r"\x1b\[2K")
"""What erases a line of a terminal."""


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    there = Terminal()
    monkeypatch.setattr(sys, "stderr", there)
    monkeypatch.setattr(progress, "PATIENCE_SECONDS", 0.0)
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "xterm")
    return there


def test_it_is_drawn_and_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    with working(1) as workers:
        workers.each("files read", str, [1, 2], [1.0, 1.0])
    drawn, _, after = terminal.getvalue().partition("  files read: 0 of 2")
    assert drawn
    assert WIPED.search(after)


def test_it_is_never_wider_than_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = at_a_terminal(monkeypatch)
    with progress_line() as draw:
        draw("word " * 20)
    lines = re.sub(r"\x1b\[[0-9?;]*[a-zA-Z]", "", terminal.getvalue()).replace("\r", "\n").splitlines()
    assert max(map(len, lines)) == 20


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
