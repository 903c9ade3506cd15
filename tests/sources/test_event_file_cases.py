"""Event files broken in every way we know: what is intact is read, nothing untrue is, and all damage is told."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
from tests.damaged.event_cases import CASES, PLACES, STEPS, WHOLE, Case, point_of, value_of
from tests.damaged.records import VERSION, point
from tests.sources.read_back import Points, points

from logdoctor import analyze
from logdoctor.cli import main
from logdoctor.reports.formats import FORMATS, render
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.run import Run
from logdoctor.run.notice import DAMAGE, INTERPRETATION, TWO_WRITERS
from logdoctor.sources.source import Log
from logdoctor.sources.tfevents import read_log


def read(data: bytes, folder: Path, block_bytes: int) -> Log:
    path = folder / "events.out.tfevents.1700000000.host"
    path.write_bytes(data)
    return read_log(path, block_bytes)


def expected(case: Case) -> Points:
    steps = case.order or [step for step in range(STEPS) if step not in case.lost]
    found: Points = {"loss": [(step, value_of(step)) for step in steps]} if steps else {}
    for (tag, step), value in case.also.items():
        found.setdefault(tag, []).append((step, value))
    return found


@pytest.mark.parametrize("block_bytes", [500, 4 * 1024 * 1024])
@pytest.mark.parametrize("case", CASES, ids=[one.name for one in CASES])
def test_every_case_of_damage_gives_the_points_and_notices_it_should(
    case: Case, block_bytes: int, tmp_path: Path
) -> None:
    log = read(case.data, tmp_path, block_bytes)
    found, wanted = points(log), expected(case)
    assert found.keys() == wanted.keys()
    for tag in wanted:
        np.testing.assert_array_equal(found[tag], wanted[tag])
    damage = [notice for notice in log.notices if notice.kind == DAMAGE]
    said = [(first, len(case.data) if last == -1 else last, words) for first, last, words in case.said]
    assert [(notice.byte_start, notice.byte_end) for notice in damage] == [(first, last) for first, last, _ in said]
    for notice, (_, _, words) in zip(damage, said, strict=True):
        assert words.lower() in notice.message.lower()
    others = [notice.message for notice in log.notices if notice.kind != DAMAGE]
    assert case.remark in "".join(others)
    assert bool(case.remark) == bool(others)


def test_there_are_all_cases() -> None:
    """No two cases are one, and each that loses a point has damage to tell, or shows none."""
    assert len({one.name for one in CASES}) == len(CASES) >= 59
    unseen = {one.name for one in CASES if one.lost and not one.said and not one.remark and one.order is None}
    assert unseen == {
        "cut between records",
        "value of another wire type",
        "tensor of a huge shape",
        "messages in messages",
    }


def test_no_case_affects_another_run(tmp_path: Path) -> None:
    """All broken files lie in one folder with a sound one: each is a run, no rule fails, the sound one is whole."""
    for i, case in enumerate(CASES):
        folder = tmp_path / f"run-{i}"
        folder.mkdir()
        (folder / "events.out.tfevents.1700000000.host").write_bytes(case.data)
    found = {run.run.name: run for run in analyze(tmp_path).runs}
    assert len(found) == len(CASES)
    assert [(name, one.outcomes.crashed) for name, one in found.items() if one.outcomes.crashed] == []
    for i, case in enumerate(CASES):
        run = found[f"run-{i}"].run
        read = {
            (one.name, step): value for one in run.series for step, value in zip(one.steps, one.values, strict=True)
        }
        if case.order == (0,) * STEPS:  # they are numbered
            assert [value for (name, _), value in read.items() if name == "loss"] == [value_of(0)] * STEPS
            continue
        assert {step for name, step in read if name == "loss"} == set(range(STEPS)) - case.lost
        assert all(read["loss", step] == value_of(step) for step in range(STEPS) if step not in case.lost)


FIRST, SECOND = "events.out.tfevents.1700000000.host", "events.out.tfevents.1700000100.host"


def run_of(folder: Path, *files: tuple[str, bytes]) -> Run:
    for name, data in files:
        (folder / name).write_bytes(data)
    (run,) = analyze(folder).runs
    assert not run.outcomes.crashed
    return run.run


def logged(steps: Iterable[int]) -> bytes:
    return VERSION + b"".join(map(point_of, steps))


def test_the_first_of_two_files_is_damaged(tmp_path: Path) -> None:
    start, end = PLACES[50]
    run = run_of(
        tmp_path, (FIRST, WHOLE[:start] + b"\xff" * 5 + WHOLE[start + 5 : end]), (SECOND, logged(range(100, 200)))
    )
    (series,) = run.series
    kept = [*range(51), *range(100, 200)]
    assert series.steps.tolist() == kept
    assert series.values.tolist() == list(map(value_of, kept))
    (notice,) = run.notices
    assert (notice.kind, notice.path, notice.byte_start) == (DAMAGE, FIRST, start)


def test_two_processes_that_write_by_turns_into_files_of_their_own(tmp_path: Path) -> None:
    run = run_of(tmp_path, (FIRST, logged(range(0, 200, 2))), (SECOND, logged(range(1, 200, 2))))
    (series,) = run.series
    assert series.steps.tolist() == list(range(200))
    assert series.values.tolist() == list(map(value_of, range(200)))
    (notice,) = run.notices
    assert (notice.kind, notice.cause) == (INTERPRETATION, TWO_WRITERS)


def test_two_processes_that_write_the_same_steps_keep_both_branches(tmp_path: Path) -> None:
    other = VERSION + b"".join(point(step, 7.0, wall_time=1.7e9 + step + 0.5) for step in range(200))
    (series,) = run_of(tmp_path, (FIRST, WHOLE), (SECOND, other)).series
    assert series.steps.tolist() == [*range(200), *range(200)]


def test_a_clock_that_was_set_back_gives_the_later_file_the_earlier_name(tmp_path: Path) -> None:
    run = run_of(tmp_path, (SECOND, logged(range(100))), (FIRST, logged(range(100, 200))))
    (series,) = run.series
    assert series.curve.steps.tolist() == series.steps.tolist() == list(range(200))


@pytest.mark.parametrize("seconds", [lambda i: -i, lambda i: -i % 7, lambda i: math.nan if i % 3 else i, lambda i: 0])
def test_wall_times_that_tell_no_time_change_no_diagnosis(tmp_path: Path, seconds: Callable[[int], float]) -> None:
    losses = [2.5 * 0.97**step + 0.3 for step in range(STEPS)]
    found = []
    for name, clock in (("sound", lambda i: i), ("odd", seconds)):
        (tmp_path / name).mkdir()
        records = (point(i, loss, b"train/loss", 1.7e9 + clock(i)) for i, loss in enumerate(losses))
        (tmp_path / name / FIRST).write_bytes(VERSION + b"".join(records))
        (run,) = analyze(tmp_path / name).runs
        assert not run.outcomes.crashed
        assert [len(one) for one in run.run.series] == [STEPS]
        found.append([(one.rule, one.message) for one in run.outcomes.findings])
    assert found[0] == found[1]


@pytest.mark.parametrize("odd", [2**63 - 1, -(2**63), -5, 2**53])
def test_no_step_sizes_anything(tmp_path: Path, odd: int) -> None:
    """Every report of a run with a step far from all others is made, at once."""
    records = [VERSION, *map(point_of, range(100)), point(odd, 7), *map(point_of, range(100, STEPS))]
    (tmp_path / FIRST).write_bytes(b"".join(records))
    begun = time.process_time()
    found = analyze(tmp_path)
    (run,) = found.runs
    (series,) = run.run.series
    assert odd in series.steps.tolist()
    assert not run.outcomes.crashed
    for name in FORMATS:
        assert render(name, Report(found), Page())
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("data", [b"", VERSION], ids=["nothing", "a version"])
@pytest.mark.parametrize(("command", "code"), [("analyze", 0), ("check", 3)])
def test_a_file_that_was_never_written_to(
    tmp_path: Path, data: bytes, command: str, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / FIRST).write_bytes(data)
    assert main([command, str(tmp_path)]) == code
    assert ("is empty" if not data else "No scalar") in capsys.readouterr().out
