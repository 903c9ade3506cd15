"""What the tests do not take over from outside, and what is left out without torch: nothing is skipped in silence."""

from __future__ import annotations

import os
import signal
from importlib.util import find_spec

from hypothesis import settings

FROM_OUTSIDE = (
    "CI_PROJECT_DIR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "FORCE_COLOR",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKSPACE",
    "LINES",
    "LOGDOCTOR_OUTPUT_FORMAT",
    "LOGDOCTOR_TRACEBACK",
    "NO_COLOR",
    "RANK",
)
"""Variables that change what logdoctor prints or does: a terminal or a CI service sets them around the tests."""

for name in FROM_OUTSIDE:
    os.environ.pop(name, None)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job, whose children would ignore it too
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.load_profile("ci")  # the same examples everywhere, however busy the machine is

NEED_TORCH = [
    "bundle",
    "capture",
    "replay",
    "test_benchmark_replay.py",
    "test_cli_replay.py",
    "test_replay_example.py",
]

collect_ignore = [] if find_spec("torch") else NEED_TORCH


def pytest_report_header() -> list[str]:
    """Say what is left out."""
    return [f"torch is not installed: {', '.join(collect_ignore)} left out"] if collect_ignore else []


def pytest_terminal_summary(terminalreporter: object) -> None:
    """Say it again where it is read."""
    for line in pytest_report_header():
        terminalreporter.write_line(line)  # type: ignore[attr-defined]
