"""Two processes that write one file at the same time: real ones, through the buffers of C's `fwrite` or of Python."""

from __future__ import annotations

import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.damaged.records import VERSION, point

from logdoctor.reading import look
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE, TWO_WRITERS

ROUNDS = 60
"""How often the processes take turns."""

AT_A_TIME = 150
"""Records of a turn: more than a buffer holds, so that what is left in it lies behind the other's next turn."""

WRITER = """
import ctypes, pathlib, pickle, sys
path, records, buffered_by, rounds = sys.argv[1], pickle.load(open(sys.argv[2], "rb")), sys.argv[3], int(sys.argv[4])
if buffered_by == "C":
    c = ctypes.CDLL(None)
    c.fopen.restype = ctypes.c_void_p
    file = ctypes.c_void_p(c.fopen(path.encode(), b"a"))
    write = lambda data: c.fwrite(data, 1, len(data), file)
    close = lambda: c.fclose(file)
else:
    python = open(path, "ab")
    write, close = python.write, python.close
for turn in range(rounds):
    sys.stdin.readline()
    for record in records[turn::rounds]:
        write(record)
    print(turn, flush=True)
close()
"""
"""A process that appends records to a file, some of them each time that it is told to go on."""


def written_by_two(path: Path, records: list[list[bytes]], buffered_by: str) -> bytes:
    """Let two processes write their records to one file, turn by turn; return what the file then holds."""
    processes = []
    for number, own in enumerate(records):
        turns = [own[i : i + AT_A_TIME] for i in range(0, len(own), AT_A_TIME)]
        ordered = [
            turns[turn][i] for i in range(AT_A_TIME) for turn in range(ROUNDS)
        ]  # records[turn::rounds] is a turn
        content = path.parents[1] / f"records-{number}"
        content.write_bytes(pickle.dumps(ordered))
        command = [sys.executable, "-c", WRITER, str(path), str(content), buffered_by, str(ROUNDS)]
        processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    for _ in range(ROUNDS):
        for process in processes:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            process.stdout.readline()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "runs").mkdir()
    return tmp_path / "runs"


def only_run(folder: Path) -> Run:
    (run,) = look([folder], now=4e9).runs
    return run


def events(who: int) -> list[bytes]:
    """Return the records of one writer; every value is of one writer and one step."""
    return [VERSION, *(point(step, who * 100_000 + step) for step in range(1, ROUNDS * AT_A_TIME))]


@pytest.mark.parametrize("buffered_by", ["C", "Python"])
def test_every_whole_record_of_a_shared_event_file_is_read(folder: Path, buffered_by: str) -> None:
    records = [events(0), events(1)]
    data = written_by_two(folder / "events.out.tfevents.1700000000.host", records, buffered_by)
    run = only_run(folder)
    (series,) = run.series
    found = set(zip(series.steps.tolist(), series.values.tolist(), strict=True))
    whole = {
        (step, float(who * 100_000 + step))
        for who in (0, 1)
        for step in range(1, ROUNDS * AT_A_TIME)
        if records[who][step] in data
    }
    assert found == whole
    assert len(series.rewinds) > ROUNDS / 2
    damage = [notice for notice in run.notices if notice.kind == DAMAGE]
    torn = 2 * (ROUNDS * AT_A_TIME - 1) - len(whole)
    assert bool(torn) == (buffered_by == "C")
    assert len(damage) >= min(torn, 1)
    assert len([notice for notice in damage if notice.cause == TWO_WRITERS]) >= len(damage) / 2


LINE = re.compile(rb"step ([0-9]+): loss +([0-9.]+)(?:, lr [0-9.]+)?$")
"""A line, or the end of one, that says what a line of one writer may have said."""


def lines(who: int) -> list[bytes]:
    """Return the lines of one writer; the values of one have seven digits, those of the other nine."""
    digits = 6 + 2 * who
    return [f"step {step}: loss {1 + step / 7:.{digits}f}, lr {1e-3 * (who + 1)}\n".encode()
            for step in range(ROUNDS * AT_A_TIME)]  # fmt: skip


def test_every_whole_line_of_a_shared_text_log_is_read(folder: Path) -> None:
    records = [lines(0), lines(1)]
    data = written_by_two(folder / "train.log", records, "C").split(b"\n")
    run = only_run(folder)
    (loss,) = (series for series in run.series if series.name == "loss")
    found = set(zip(loss.steps.tolist(), loss.values.tolist(), strict=True))
    whole = {line.strip() for own in records for line in own}
    said = {n: match for n, line in enumerate(data, 1) if (match := LINE.search(line))}
    read_back = {(int(one[1]), float(one[2])) for one in said.values() if one[2].count(b".") < 2}
    assert {(int(one[1]), float(one[2])) for one in said.values() if one[0] in whole} <= found
    assert found <= read_back  # nobody can tell `loss 12` + `34` from `loss 1234`
    damage = [notice for notice in run.notices if notice.kind == DAMAGE]
    told = {n for one in damage for n in range(one.line_start or 0, (one.line_end or 0) + 1)}
    torn = [n for n, line in enumerate(data, 1) if line and line not in whole]
    assert len(torn) > ROUNDS
    assert len(told & set(torn)) > 0.8 * len(torn)  # the others say less than a line does, as a line may
    assert TWO_WRITERS in {notice.cause for notice in damage}
