"""The line of the user's source that an operation belongs to."""

from __future__ import annotations

import linecache
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from logdoctor.replayed import CodeLine

_TORCH = str(Path(torch.__file__).parent)
_HERE = str(Path(__file__).parent)
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>.+)$', re.MULTILINE)


def _foreign(file: str) -> bool:
    """Whether a file is torch's, ours, or none."""
    return file.startswith((_TORCH, _HERE, "<"))


def running_line() -> CodeLine | None:
    """Return the innermost line outside torch of the code that runs; None where a backward pass was started above it.

    Inside a backward pass only frames within it count (recomputed activations, the user's own autograd functions): the
    line that called `backward()` says nothing.
    """
    frame = sys._getframe(1)
    walker: Any = frame
    while walker is not None:
        code = walker.f_code
        if code.co_name == "_engine_run_backward":
            return None
        if not _foreign(code.co_filename):
            return CodeLine(code.co_filename, walker.f_lineno, code.co_name)
        walker = walker.f_back
    return None


def quoted(line: CodeLine | None) -> CodeLine | None:
    """Return a line with what stands there, where its file can still be read."""
    return None if line is None else replace(line, text=linecache.getline(line.file, line.line).strip())


def forward_line(node: Any) -> CodeLine | None:
    """Return the line of the forward operation that an autograd node belongs to, where anomaly mode noted it."""
    return _line_of_traceback(node.metadata.get("traceback_", ()))


def _line_of_traceback(traceback: Sequence[str]) -> CodeLine | None:
    """Return the innermost line outside torch of a formatted traceback."""
    found = None
    for entry in traceback:
        for match in _FRAME.finditer(entry):
            if not _foreign(match["file"]):
                found = CodeLine(match["file"], int(match["line"]), match["function"].strip())
    return found
