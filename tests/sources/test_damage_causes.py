"""What a notice of damage takes for its cause, and what it leaves open."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.run.notice import DAMAGE, INTERRUPTED_WRITE, STORAGE_FAULT, TWO_WRITERS

ROWS = [f"{step},{1 / (step + 1):.4f}" for step in range(60)]
RECORDS = [f'{{"step": {step}, "loss": {1 / (step + 1):.4f}}}' for step in range(60)]


def causes(folder: Path, name: str, lines: list[str], end: str = "\n") -> list[str]:
    (folder / name).write_bytes(("\n".join(lines) + end).encode())
    return [notice.cause for run in load(folder) for notice in run.notices if notice.kind == DAMAGE]


def torn(lines: list[str], at: int, line: str) -> list[str]:
    return [*lines[:at], line, *lines[at + 1 :]]


@pytest.mark.parametrize(
    ("line", "cause"),
    [("\0" * 20, STORAGE_FAULT), ("30,0.1,7,8", ""), ("30,0.0\0\0\0", STORAGE_FAULT)],
)
def test_a_line_of_a_table(tmp_path: Path, line: str, cause: str) -> None:
    assert causes(tmp_path, "log.csv", ["step,loss", *torn(ROWS, 30, line)]) == [cause]


@pytest.mark.parametrize("last", ["59,0.0", "59", '59,"0.0'])
def test_a_table_that_breaks_off(tmp_path: Path, last: str) -> None:
    assert causes(tmp_path, "log.csv", ["step,loss", *ROWS[:-1], last], end="") == [INTERRUPTED_WRITE]


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("\0" * 20, STORAGE_FAULT),
        (RECORDS[30] + RECORDS[31], TWO_WRITERS),
        (RECORDS[30][:9] + RECORDS[31], ""),
        ('{"step": 30, "lo', ""),
    ],
)
def test_a_line_of_records(tmp_path: Path, line: str, cause: str) -> None:
    assert causes(tmp_path, "log.jsonl", torn(RECORDS, 30, line)) == [cause]


def test_records_that_break_off(tmp_path: Path) -> None:
    assert causes(tmp_path, "log.jsonl", [*RECORDS, '{"step": 60, "lo'], end="") == [INTERRUPTED_WRITE]


def test_planned_steps_are_handed_on_to_the_run(tmp_path: Path) -> None:
    lines = [f'{{"step": {step}, "loss": {1 / (step + 1):.4f}, "max_steps": 300}}' for step in range(60)]
    (tmp_path / "log.jsonl").write_text("\n".join(lines) + "\n")
    (run,) = load(tmp_path)
    assert run.planned_steps == 300
