"""Event files broken in every way we know: what is intact is read, nothing untrue is, and all damage is told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.damaged.event_cases import CASES, STEPS, Case, value_of

from logdoctor import analyze
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import Log
from logdoctor.sources.tfevents import read_log

Points = dict[str, list[tuple[int, float]]]


def read(data: bytes, folder: Path, block_bytes: int) -> Log:
    path = folder / "events.out.tfevents.1700000000.host"
    path.write_bytes(data)
    return read_log(path, block_bytes)


def points(log: Log) -> Points:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in log.series}


def expected(case: Case) -> Points:
    steps = case.order or [step for step in range(STEPS) if step not in case.lost]
    found: Points = {"loss": [(step, value_of(step)) for step in steps]} if steps else {}
    for (tag, step), value in case.also.items():
        found.setdefault(tag, []).append((step, value))
    return found


@pytest.mark.parametrize("block_bytes", [500, 4 * 1024 * 1024])
@pytest.mark.parametrize("case", CASES, ids=[one.name for one in CASES])
def test_case(case: Case, block_bytes: int, tmp_path: Path) -> None:
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
        assert {step for name, step in read if name == "loss"} == set(range(STEPS)) - case.lost
        assert all(read["loss", step] == value_of(step) for step in range(STEPS) if step not in case.lost)
