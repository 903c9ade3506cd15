"""W&B's local file of a run, written by its own logger; the records are framed anew here to damage them."""

from __future__ import annotations

import math
import struct
import zlib
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.run import Axis, Notice, Run, State
from logdoctor.run.notice import DAMAGE
from logdoctor.sources import look
from logdoctor.sources.leveldb_log import BLOCK, read_records

REAL = Path(__file__).parent / "fixtures" / "wandb" / "run.wandb"
HEADER = REAL.read_bytes()[:7]


def the_run(path: Path) -> Run:
    (run,) = load(path)
    return run


def points(run: Run, name: str) -> dict[int, float]:
    (series,) = (one for one in run.series if one.name == name)
    return dict(zip(series.steps.tolist(), series.values.tolist(), strict=True))


def test_the_history_of_a_real_run() -> None:
    run = the_run(REAL)
    loss = points(run, "train/loss")
    assert list(loss) == [10 * step for step in range(12)]
    assert math.isnan(loss.pop(70))
    assert loss == {10 * step: 2.5 * 0.5**step for step in range(12) if step != 7}
    assert points(run, "train/grad_norm")[70] == math.inf


def test_validation_lies_on_the_axis_that_was_declared_for_it() -> None:
    run = the_run(REAL)
    (validation,) = (one for one in run.series if one.name == "val/loss")
    assert validation.axis is Axis.EPOCH
    assert points(run, "val/loss") == {0: 0.25, 1: 0.015625, 2: 2.0 * 0.5**11}


def test_settings_state_and_wall_times() -> None:
    run = the_run(REAL)
    assert run.hyperparameters["learning_rate"] == 0.003
    assert run.hyperparameters["optimizer.name"] == "AdamW"
    assert run.state is State.FINISHED
    times = next(one for one in run.series if one.name == "train/loss").wall_times
    assert times is not None
    assert (times > 1.7e9).all()


def framed(records: list[bytes]) -> bytes:
    """Frame records as LevelDB does, those that do not fit into a block in several parts."""
    content = bytearray(HEADER)
    for data in records:
        first, rest = True, data
        while first or rest:
            room = BLOCK - len(content) % BLOCK - 7
            if room < 0:
                content += bytes(room + 7)
                continue
            part, rest = rest[:room], rest[room:]
            kind = bytes([(1 if not rest else 2) if first else (4 if not rest else 3)])
            content += struct.pack("<IH", zlib.crc32(kind + part), len(part)) + kind + part
            first = False
    return bytes(content)


def read(path: Path, content: bytes) -> tuple[list[bytes], list[tuple[int | None, int | None]]]:
    path.write_bytes(content)
    found = list(read_records(path, len(HEADER)))
    damaged = [(one.byte_start, one.byte_end) for one in found if isinstance(one, Notice)]
    return [one.data for one in found if not isinstance(one, Notice)], damaged


RECORDS = [bytes([65 + i % 26]) * size for i, size in enumerate([10, 0, 40_000, 7, 32_740, 5, 100_000, 3] * 3)]


def test_records_of_every_size(tmp_path: Path) -> None:
    assert read(tmp_path / "run.wandb", framed(RECORDS)) == (RECORDS, [])


@pytest.mark.parametrize("seed", range(20))
def test_damage_costs_no_other_record(tmp_path: Path, seed: int) -> None:
    records = [bytes([i % 251]) * 2000 for i in range(200)]
    content = bytearray(framed(records))
    at = 7 + (seed * 104_729) % (len(content) - 7)
    content[at] ^= 0x55
    found, damaged = read(tmp_path / "run.wandb", bytes(content))
    lost = [record for record in records if record not in found]
    assert [record for record in found if record not in records] == []
    assert len(lost) <= 1
    assert any(start is not None and end is not None and start <= at < end for start, end in damaged)


@pytest.mark.parametrize("lost", [1, 6, 7, 8, 500, 2000])
def test_a_cut_tail_is_said(tmp_path: Path, lost: int) -> None:
    records = [bytes([i]) * 2000 for i in range(30)]
    content = framed(records)
    found, damaged = read(tmp_path / "run.wandb", content[:-lost])
    assert found == records[:-1]
    assert damaged
    assert damaged[-1][1] == len(content) - lost


def test_what_is_left_of_a_damaged_file_is_a_run(tmp_path: Path) -> None:
    (tmp_path / "run.wandb").write_bytes(REAL.read_bytes()[:-200])
    run = the_run(tmp_path)
    assert len(points(run, "train/loss")) >= 10
    assert [notice.kind for notice in run.notices] == [DAMAGE]


def test_a_run_that_logged_nothing_is_none(tmp_path: Path) -> None:
    (tmp_path / "run.wandb").write_bytes(HEADER)
    assert look([tmp_path]).left_alone == ("run.wandb",)


def test_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "run.wandb").write_bytes(HEADER[:6] + b"\x07" + REAL.read_bytes()[7:])
    (notice,) = the_run(tmp_path).notices
    assert "export the run as CSV" in notice.message
