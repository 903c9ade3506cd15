"""SwanLab's local file of a run: what is lost is said as for W&B's, whose framing it has."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.damaged.chunks import SWANLAB_HEADER, framed, swanlab_scalar
from tests.sources.read_back import curve

from logdoctor import load
from logdoctor.run import Run
from logdoctor.sources.trackers.leveldb_run import MOST_NOTICES

ROWS = [swanlab_scalar("train/loss", step, step + 0.5) for step in range(200)]
SOUND, PLACES = framed(ROWS, SWANLAB_HEADER)


def the_run(folder: Path, content: bytes) -> Run:
    (folder / "run-a.swanlab").write_bytes(content)
    (run,) = load(folder)
    return run


@pytest.mark.parametrize("at", range(6))
def test_a_damaged_header_costs_nothing(tmp_path: Path, at: int) -> None:
    content = bytearray(SOUND)
    content[at] ^= 0x10
    run = the_run(tmp_path, bytes(content))
    assert curve(run) == {step: step + 0.5 for step in range(200)}
    assert [(notice.byte_start, notice.byte_end) for notice in run.notices] == [(0, 7)]


def test_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (notice,) = the_run(tmp_path, SOUND[:6] + b"\x07" + SOUND[7:]).notices
    assert "export the run as CSV" in notice.message


def test_damage_is_told_with_the_steps_around_it(tmp_path: Path) -> None:
    content = bytearray(SOUND)
    content[PLACES[20][0] + 9] ^= 1
    run = the_run(tmp_path, bytes(content))
    assert curve(run).keys() == set(range(200)) - {20}
    (notice,) = run.notices
    assert notice.message.endswith(", between steps 19 and 21")


def test_many_damaged_places_share_a_notice(tmp_path: Path) -> None:
    content = bytearray(SOUND)
    for start, _ in PLACES[::2]:
        content[start + 9] ^= 1
    run = the_run(tmp_path, bytes(content))
    assert curve(run).keys() == set(range(1, 200, 2))
    assert len(run.notices) == MOST_NOTICES + 1
    assert run.notices[-1].message.startswith("Many more places are damaged from here on")
    assert run.notices[-1].byte_end == PLACES[-2][1]
