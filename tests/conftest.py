"""What is left out where torch is not installed, and a line that says so: nothing is skipped in silence."""

from __future__ import annotations

from importlib.util import find_spec

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
