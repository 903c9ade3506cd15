"""W&B's local file of a run, written by its own logger; the records are framed anew here to damage them."""

from __future__ import annotations

import math
import time
from pathlib import Path

import numpy as np
import pytest
from tests.damaged.chunks import BLOCK, chunk, framed, history
from tests.sources.read_back import curve

from logdoctor import load
from logdoctor.reading import look
from logdoctor.run import Axis, Notice, Run, State
from logdoctor.run.notice import DAMAGE
from logdoctor.run.roles import TrainLoss
from logdoctor.sources.trackers.leveldb_log import SEARCH_EFFORT, read_records

REAL = Path(__file__).parent / "fixtures" / "wandb" / "run.wandb"
HEADER = REAL.read_bytes()[:7]


def the_run(path: Path) -> Run:
    (run,) = load(path)
    return run


def test_the_history_of_a_real_run() -> None:
    run = the_run(REAL)
    loss = curve(run, "train/loss")
    assert list(loss) == [10 * step for step in range(12)]
    assert math.isnan(loss.pop(70))
    assert loss == {10 * step: 2.5 * 0.5**step for step in range(12) if step != 7}
    assert curve(run, "train/grad_norm")[70] == math.inf


def test_validation_lies_on_the_axis_that_was_declared_for_it() -> None:
    run = the_run(REAL)
    (validation,) = (one for one in run.series if one.name == "val/loss")
    assert validation.axis is Axis.EPOCH
    assert curve(run, "val/loss") == {0: 0.25, 1: 0.015625, 2: 2.0 * 0.5**11}


def test_settings_state_and_wall_times() -> None:
    run = the_run(REAL)
    assert run.hyperparameters["learning_rate"] == 0.003
    assert run.hyperparameters["optimizer.name"] == "AdamW"
    assert run.state is State.FINISHED
    times = next(one for one in run.series if one.name == "train/loss").wall_times
    assert times is not None
    assert (times > 1.7e9).all()


def read(path: Path, content: bytes) -> tuple[list[bytes], list[tuple[int | None, int | None]]]:
    path.write_bytes(content)
    found = list(read_records(path, len(HEADER)))
    damaged = [(one.byte_start, one.byte_end) for one in found if isinstance(one, Notice)]
    return [one.data for one in found if not isinstance(one, Notice)], damaged


RECORDS = [bytes([65 + i % 26]) * size for i, size in enumerate([10, 0, 40_000, 7, 32_740, 5, 100_000, 3] * 3)]


def test_records_of_every_size(tmp_path: Path) -> None:
    assert read(tmp_path / "run.wandb", framed(RECORDS)[0]) == (RECORDS, [])


@pytest.mark.parametrize("seed", range(20))
def test_damage_costs_no_other_record(tmp_path: Path, seed: int) -> None:
    records = [bytes([i % 251]) * 2000 for i in range(200)]
    content = bytearray(framed(records)[0])
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
    content = framed(records)[0]
    found, damaged = read(tmp_path / "run.wandb", content[:-lost])
    assert found == records[:-1]
    assert damaged
    assert damaged[-1][1] == len(content) - lost


def test_what_is_left_of_a_damaged_file_is_a_run(tmp_path: Path) -> None:
    (tmp_path / "run.wandb").write_bytes(REAL.read_bytes()[:-200])
    run = the_run(tmp_path)
    assert len(curve(run, "train/loss")) >= 10
    assert [notice.kind for notice in run.notices] == [DAMAGE]


def test_a_run_that_logged_nothing_is_none(tmp_path: Path) -> None:
    (tmp_path / "run.wandb").write_bytes(HEADER)
    assert look([tmp_path]).skipped.left_alone == ("run.wandb",)


def test_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "run.wandb").write_bytes(HEADER[:6] + b"\x07" + REAL.read_bytes()[7:])
    (notice,) = the_run(tmp_path).notices
    assert "export the run as CSV" in notice.message


ROWS = [history({"_step": step, "train/loss": step + 0.5}) for step in range(40)]
SOUND, PLACES = framed(ROWS)
START, END = PLACES[20]


@pytest.mark.parametrize("at", range(START, END))
def test_a_flipped_bit_costs_one_row_at_most(tmp_path: Path, at: int) -> None:
    """What lost its length or kind alone is proved by its checksum."""
    content = bytearray(SOUND)
    content[at] ^= 1 << at % 8
    found, damaged = read(tmp_path / "run.wandb", bytes(content))
    if START + 4 <= at < START + 7:
        assert (found, damaged) == (ROWS, [(START, START + 7)])
    else:
        assert (found, damaged) == ([*ROWS[:20], *ROWS[21:]], [(START, END)])


@pytest.mark.parametrize("new", [b"", b"x", b"\0" * 4096, bytes(range(256)) * 20])
@pytest.mark.parametrize("lost", [0, 5, 100, 512])
def test_bytes_lost_or_inserted_do_not_put_the_reader_out_of_step(tmp_path: Path, lost: int, new: bytes) -> None:
    records = [bytes([i]) * 2000 for i in range(100)]
    content, places = framed(records)
    at = places[30][0] + 900
    found, damaged = read(tmp_path / "run.wandb", content[:at] + new + content[at + lost :])
    changed = bool(lost or new)
    assert found == [record for i, record in enumerate(records) if i != 30 or not changed]
    assert damaged == ([(places[30][0], places[30][1] + len(new) - lost)] if changed else [])


def test_a_page_of_nuls_is_named_with_its_steps(tmp_path: Path) -> None:
    content, places = framed(ROWS * 10)
    hole = slice(places[100][0], places[110][0])
    damaged = content[: hole.start] + bytes(hole.stop - hole.start) + content[hole.stop :]
    (tmp_path / "run.wandb").write_bytes(damaged)
    (notice,) = (one for one in the_run(tmp_path).notices if one.kind == DAMAGE)
    assert notice.message.startswith(f"{hole.stop - hole.start} NUL bytes stand there")
    assert notice.message.endswith(", between steps 19 and 30")
    assert (notice.byte_start, notice.byte_end) == (hole.start, hole.stop)


def test_a_block_of_nuls_is_damage(tmp_path: Path) -> None:
    """It lies where LevelDB lets zeros fill a block up."""
    records = [bytes([1 + i]) * 2000 for i in range(100)]
    content, _ = framed(records)
    found, damaged = read(tmp_path / "run.wandb", content[:BLOCK] + bytes(BLOCK) + content[2 * BLOCK :])
    assert len(found) >= 100 - BLOCK // 2000 - 2
    ((start, end),) = damaged
    assert start is not None
    assert end is not None
    assert start <= BLOCK
    assert end >= 2 * BLOCK


@pytest.mark.parametrize("at", range(6))
def test_a_damaged_beginning_is_no_reason_to_leave_a_run_alone(tmp_path: Path, at: int) -> None:
    content = bytearray(SOUND)
    content[at] ^= 0x10
    (tmp_path / "run.wandb").write_bytes(bytes(content))
    run = the_run(tmp_path)
    assert curve(run, "train/loss") == {step: step + 0.5 for step in range(40)}
    assert [(notice.byte_start, notice.byte_end) for notice in run.notices] == [(0, 7)]


def test_what_lies_in_a_damaged_record_is_not_harvested(tmp_path: Path) -> None:
    inner = b"".join(chunk(1, row) for row in ROWS[:5])
    outer = bytearray(chunk(1, b"before" + inner + b"behind"))
    outer[8] ^= 1
    content = framed(ROWS[:3])[0] + bytes(outer) + framed(ROWS[3:6])[0][7:]
    assert read(tmp_path / "run.wandb", content)[0] == ROWS[:6]


def test_a_length_that_leads_to_another_record_is_proved_wrong(tmp_path: Path) -> None:
    """A flipped bit of a length that happens to end where a later record begins (found by fuzzing)."""
    content = bytearray(SOUND)
    content[START + 4 : START + 6] = (PLACES[30][0] - START - 7).to_bytes(2, "little")
    assert read(tmp_path / "run.wandb", bytes(content)) == (ROWS, [(START, START + 7)])


@pytest.mark.parametrize("period", [b"\x04\x40", b"\x01\x40\x01", b"\x01"])
def test_forged_headers_cost_linear_time(tmp_path: Path, period: bytes) -> None:
    """Half of all places or more claim a chunk of 16 KiB."""
    forged = (period * 2_000_000)[:1_000_000]
    begun = time.process_time()
    found, damaged = read(tmp_path / "run.wandb", SOUND + forged)
    assert time.process_time() - begun < 3
    assert found == ROWS
    assert damaged == [(len(SOUND), len(SOUND) + len(forged))]


def test_random_bytes_are_searched_whole(tmp_path: Path) -> None:
    """The effort that a search may take is enough for what chance brings."""
    assert SEARCH_EFFORT >= 4 * 128
    garbage = np.random.default_rng(1).bytes(1_000_000)
    found, _ = read(tmp_path / "run.wandb", SOUND + garbage + SOUND[7:])
    assert found == ROWS * 2


def test_a_row_that_its_checksum_proves_keeps_its_step(tmp_path: Path) -> None:
    """It looks grown together with another, and is not: a table without checksums loses it."""
    steps = [290, 300310, 320, 330]
    rows = [history({"_step": i, "global_step": step, "train/loss": i + 0.5}) for i, step in enumerate(steps)]
    (tmp_path / "run.wandb").write_bytes(framed(rows)[0])
    run = the_run(tmp_path)
    assert curve(run, "train/loss") == {step: i + 0.5 for i, step in enumerate(steps)}
    assert not run.notices


@pytest.mark.parametrize("odd", [0.5, 1e300])
def test_a_row_whose_step_is_none_keeps_its_values(tmp_path: Path, odd: float) -> None:
    rows = [history({"_step": i, "global_step": odd if i == 20 else 10 * i, "train/loss": i + 0.5}) for i in range(40)]
    (tmp_path / "run.wandb").write_bytes(framed(rows)[0])
    run = the_run(tmp_path)
    (series,) = (one for one in run.series if one.name == "train/loss")
    assert series.values.tolist() == [i + 0.5 for i in range(40)]
    assert series.steps.tolist() == [190 if i == 20 else 10 * i for i in range(40)]
    (notice,) = run.notices
    assert "no step of their own" in notice.message


def test_what_was_printed_beside_the_folder_of_a_run_is_the_same_run(tmp_path: Path) -> None:
    printed = "".join(f"step {step}: train loss {step + 0.5:.4f}\n" for step in range(40))
    kept = tmp_path / "wandb" / "offline-run-20260102_030405-a1b2c3d4"
    (kept / "files").mkdir(parents=True)
    (kept / "run-a1b2c3d4.wandb").write_bytes(framed(ROWS)[0])
    (kept / "files" / "output.log").write_text(printed)
    (tmp_path / "console.log").write_text(printed)
    (run,) = load(tmp_path)
    assert [(one.name, len(one)) for one in run.series if one.role is TrainLoss] == [("train/loss", 40)]
