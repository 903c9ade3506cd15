"""CSV tables: read back bit for bit, and never a wrong number out of a damaged one."""

from __future__ import annotations

import csv
import io
import math
from functools import partial
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources import read_back
from tests.sources.read_back import points, write

from logdoctor.run import Axis, Series
from logdoctor.run.notice import DAMAGE, INTERPRETATION, RESTART
from logdoctor.sources.csv_table import CsvTable
from logdoctor.sources.episode_monitor import EpisodeMonitor
from logdoctor.sources.tables import text
from logdoctor.sources.tensorboard_csv import TensorBoardCsv
from logdoctor.sources.wandb_export import WandbExport

HEADER = "step,loss,acc\n"
ROWS = [f"{10 * i},{1 / (i + 1)!r},{i / 7!r}\n" for i in range(40)]
TRUTH = {(name, 10 * i, value) for i in range(40) for name, value in (("loss", 1 / (i + 1)), ("acc", i / 7))}

read = partial(read_back.log_of, CsvTable())
recognized = partial(read_back.recognized, CsvTable())
found_in = partial(read_back.found_in, CsvTable())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv")


def series_of(path: Path) -> dict[str, Series]:
    return {series.name: series for series in read(path).series}


# Whole files.

names = st.lists(
    st.sampled_from(["loss", "val_loss", "acc", "lr-Adam", "grad norm", "metrics/mAP50(B)", "perte é"]),
    min_size=1,
    unique=True,
)
cells = st.one_of(st.none(), st.floats(allow_nan=False))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[Any]]]:
    """Draw a header and rows; a column may become NaN and stay so, and `score` is always a number other than zero."""
    header = ["step", *draw(names), "score"]
    steps = sorted(draw(st.sets(st.integers(0, 2**53 - 1), min_size=2, max_size=30)))
    rows = [[step, *(draw(cells) for _ in header[2:]), draw(st.floats(allow_nan=False).filter(bool))] for step in steps]
    for column in range(1, len(header) - 1):
        dies_at = draw(st.integers(1, 2 * len(rows)))
        for row in rows[dies_at:]:
            row[column] = nan
    return header, rows


@given(
    table=tables(),
    separator=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    padding=st.sampled_from(["", "  "]),
    missing=st.sampled_from(["", "NA", "None"]),
)
def test_a_table_reads_back_bit_for_bit(
    folder: Path, table: tuple[list[str], list[list[Any]]], separator: str, quoting: Any, end: str, encoding: str,
    padding: str, missing: str,
) -> None:  # fmt: skip
    header, rows = table
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerow([padding + name for name in header])
    writer.writerows([[padding + (missing if cell is None else repr(cell)) for cell in row] for row in rows])
    found = series_of(write(folder / "table.csv", out.getvalue().encode(encoding)))
    for i, name in enumerate(header[1:], 1):
        logged = [(row[0], row[i]) for row in rows if row[i] is not None]
        assert (name in found) == bool(logged)
        if logged:
            assert found[name].steps.tolist() == [step for step, _ in logged]
            assert np.array_equal(found[name].values, [value for _, value in logged], equal_nan=True)
            assert found[name].axis is Axis.STEP


@given(table=tables(), index=st.booleans())
def test_what_pandas_writes(folder: Path, table: tuple[list[str], list[list[Any]]], *, index: bool) -> None:
    header, rows = table
    frame = pd.DataFrame([[nan if cell is None else cell for cell in row] for row in rows], columns=header)
    path = folder / "pandas.csv"
    frame.to_csv(path, index=index)
    found = series_of(path)
    for name in header[1:]:
        logged = frame[~frame[name].isna()]
        assert (name in found) == bool(len(logged))
        if len(logged):
            assert found[name].steps.tolist() == logged["step"].tolist()
            assert found[name].values.tolist() == logged[name].tolist()


def test_blocks_end_where_they_will(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(folder / "blocks.csv", HEADER + "".join(ROWS))
    whole = points(read(path))
    for size in (16, 64, 1000):
        monkeypatch.setattr(text, "BLOCK_BYTES", size)
        assert points(read(path)) == whole


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(
            "step,loss,loss\n1,2,3\n2,4,5\n", {"loss": [2, 4], "loss.1": [3, 5]}, id="two columns of one name"
        ),
        pytest.param("step,loss,\n1,2,\n2,4,\n", {"loss": [2, 4]}, id="separators at the end"),
        pytest.param("step,loss\n1,2,,\n2,4\n", {"loss": [2, 4]}, id="rows padded for columns to come"),
        pytest.param(
            "EPOCH\tTRAIN_LOSS\tTRAIN_F1\tDEV_LOSS\n0\t2.5\t\t_\t3.5\n1\t1.5\t\t_\t2.5\n",
            {"TRAIN_LOSS": [2.5, 1.5], "DEV_LOSS": [3.5, 2.5]},
            id="a separator written twice in each row",
        ),
        pytest.param("# epoch,loss\n1.0,2.5\n2.0,1.5\n", {"loss": [2.5, 1.5]}, id="numpy.savetxt with a header"),
        pytest.param('step,loss,cm\n1,2,"[1.0, 2.0]"\n2,4,"[3.0, 4.0]"\n', {"loss": [2, 4]}, id="cells of lists"),
        pytest.param('step,loss\n1,"1,024.5"\n2,"2,048"\n', {"loss": [1024.5, 2048]}, id="thousands"),
        pytest.param("step;loss\n1;1,5\n2;0,25\n", {"loss": [1.5, 0.25]}, id="decimal commas"),
        pytest.param("step\ttok/sec\n1\t1,024\n2\t2,048\n", {"tok/sec": [1024, 2048]}, id="thousands between tabs"),
        pytest.param("\n# by hand\n\nstep,loss\n1,2\n\n2,4\n\n", {"loss": [2, 4]}, id="blank lines and comments"),
        pytest.param("run,step,loss\na,1,2\na,2,4\n", {"loss": [2, 4]}, id="one run in a column"),
    ],
)
def test_odd_tables_are_read_without_a_notice(folder: Path, content: str, expected: dict[str, list[float]]) -> None:
    path = write(folder / "odd.csv", content)
    assert recognized(path)
    log = read(path)
    assert {series.name: series.values.tolist() for series in log.series} == expected
    assert log.notices == ()


def test_a_header_may_be_in_latin_1(folder: Path) -> None:
    assert list(series_of(write(folder / "latin.csv", "step,perte é\n1,0.5\n2,0.25\n".encode("latin-1")))) == [
        "perte é"
    ]


def test_a_date_is_the_moment_of_logging(folder: Path) -> None:
    path = write(folder / "dates.csv", "date,step,loss\n2025-01-01 00:00:00,1,2\n2025-01-01 00:00:05,2,4\n")
    (loss,) = read(path).series
    assert loss.wall_times is not None
    assert np.diff(loss.wall_times).tolist() == [5.0]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("iris.csv", "sepal_length,sepal_width,species\n5.1,3.5,setosa\n4.9,3.0,setosa\n"),
        ("prices.csv", "date,open,close\n2025-01-01,1.5,2.5\n2025-01-02,2.5,3.5\n"),
        ("submission.csv", "id,prediction\n1,0.5\n2,0.25\n"),
        ("runs.csv", "Name,State,epoch,val_loss\na,finished,3,0.5\nb,finished,4,0.25\n"),
        ("runs.csv", "run_id,epoch,val_loss\na,3,0.5\nb,4,0.25\nc,2,0.75\n"),
        ("words.tsv", "word\tcount\nloss\t3\nstep\t4\n"),
        ("train.log", "epoch, loss and hope\nINFO, starting, now\nepoch 1 loss 0.5\nepoch 2 loss 0.25\n"),
        ("notes.txt", "step,loss\n1,2\nand then it went on and on,\nas it does, on and on\n,and,on\n"),
        ("empty.csv", ""),
        ("scalars/three.csv", "0,1.5,2.5\n1,2.5,3.5\n"),
        ("image.csv", "\x89PNG\r\n\x1a\n\0\0\0,\0,"),
    ],
)
def test_tables_of_something_else(folder: Path, name: str, content: str) -> None:
    assert not recognized(write(folder / name, content))


# The header on the way.


def test_a_repeated_header_is_a_restart(folder: Path) -> None:
    log = read(write(folder / "restart.csv", "step,loss\n1,1.5\n2,1.25\nstep,loss\n2,1.125\n3,1.0\n"))
    assert points(log) == {"loss": [(1, 1.5), (2, 1.25), (2, 1.125), (3, 1.0)]}
    assert [(one.kind, one.line_start, one.byte_start, one.byte_end) for one in log.notices] == [(RESTART, 4, 23, 33)]


def test_a_padded_header_that_repeats(folder: Path) -> None:
    log = read(write(folder / "padded.csv", "  epoch,  loss\n  0,  1.5\n  1,  1.25\n  epoch,  loss\n  2,  1.0\n"))
    assert points(log) == {"loss": [(0, 1.5), (1, 1.25), (2, 1.0)]}
    assert [one.kind for one in log.notices] == [RESTART]


def test_another_header_begins_other_columns(folder: Path) -> None:
    log = read(write(folder / "changed.csv", "step,loss\n1,1.5\n2,1.25\nstep,acc,loss\n3,0.5,1.0\n4,0.75,\n"))
    assert points(log) == {"loss": [(1, 1.5), (2, 1.25), (3, 1.0)], "acc": [(3, 0.5), (4, 0.75)]}
    assert [(one.kind, one.line_start) for one in log.notices] == [(INTERPRETATION, 4)]


# Damage. The oracle: every point shown is true, every whole row is shown, whatever is missing is reported.


@given(cut=st.integers(0, sum(map(len, ROWS)) - 1))
def test_a_file_cut_off_anywhere(folder: Path, cut: int) -> None:
    content = "".join(ROWS)[:cut]
    found, notices = found_in(write(folder / "cut.csv", HEADER + content))
    assert found <= TRUTH
    whole = content.count("\n")
    assert found >= {point for point in TRUTH if point[1] < 10 * whole}
    if not content.endswith("\n") and content:
        (notice,) = notices
        assert (notice.kind, notice.line_start) == (DAMAGE, whole + 2)


def test_a_last_cell_that_cannot_be_longer_is_used(folder: Path) -> None:
    rows = [f"{i},{i / 8:.6f}" for i in range(1, 9)]
    log = read(write(folder / "fixed.csv", "step,loss\n" + "\n".join(rows)))
    assert len(log.series[0]) == 8
    assert log.notices == ()
    log = read(write(folder / "quoted.csv", '"step","loss"\n"1","1.5"\n"2","1.25"'))
    assert points(log) == {"loss": [(1, 1.5), (2, 1.25)]}
    assert log.notices == ()


def test_a_last_cell_of_a_writer_that_drops_zeros(folder: Path) -> None:
    rounded = ["0.7667", "0.7312", "0.731", "0.7205", "0.65", "0.6412"]
    rows = [f"{i},{cell}" for i, cell in enumerate(rounded, 1)]
    log = read(write(folder / "rounded.csv", "step,loss\n" + "\n".join(rows)))
    assert points(log)["loss"][-1] == (6, 0.6412)
    assert log.notices == ()
    cut = read(write(folder / "shorter.csv", "step,loss\n" + "\n".join(rows)[:-1]))
    assert len(points(cut)["loss"]) == 5
    assert [one.kind for one in cut.notices] == [DAMAGE]


@given(start=st.integers(0, sum(map(len, ROWS)) - 1), length=st.integers(1, 300), fill=st.sampled_from([0, 0x91]))
def test_a_hole_of_nul_or_foreign_bytes(folder: Path, start: int, length: int, fill: int) -> None:
    content = "".join(ROWS).encode()
    end = min(start + length, len(content))
    damaged = content[:start] + bytes([fill]) * (end - start) + content[end:]
    found, notices = found_in(write(folder / "hole.csv", HEADER.encode() + damaged))
    assert found <= TRUTH
    first, last = content.count(b"\n", 0, start), content.count(b"\n", 0, end)
    assert found >= {point for point in TRUTH if not first <= point[1] // 10 <= last}
    assert {one.kind for one in notices} == {DAMAGE}


@given(at=st.integers(0, 38), keep=st.integers(1, 1000))
def test_a_row_torn_by_another_writer(folder: Path, at: int, keep: int) -> None:
    torn = ROWS[at][: keep % ROWS[at].rindex(",") + 1]  # within the cells before the last, else it is no shorter row
    rows = [*ROWS[:at], torn.rstrip(",") + "\n", *ROWS[at + 1 :]]
    found, notices = found_in(write(folder / "torn.csv", HEADER + "".join(rows)))
    assert found == {point for point in TRUTH if point[1] != 10 * at}
    (notice,) = notices
    begin = len(HEADER) + sum(map(len, ROWS[:at]))
    assert (notice.line_start, notice.byte_start, notice.byte_end) == (at + 2, begin, begin + len(rows[at]))


@given(at=st.integers(0, 38))
def test_two_rows_glued_together_cost_those_two(folder: Path, at: int) -> None:
    rows = [*ROWS[:at], ROWS[at][:-1], *ROWS[at + 1 :]]
    found, notices = found_in(write(folder / "glued.csv", HEADER + "".join(rows)))
    assert found == {point for point in TRUTH if point[1] not in (10 * at, 10 * at + 10)}
    assert [one.line_start for one in notices] == [at + 2]


@pytest.mark.parametrize("damage", ["1,2", '"1","0.5', "1,0.5,0.5,0.5", "1,0.5x,0.5", "\0\0\0\0"])
def test_one_bad_line_costs_that_line(folder: Path, damage: str) -> None:
    log = read(write(folder / "bad.csv", HEADER + "".join(ROWS[:20]) + damage + "\n" + "".join(ROWS[20:])))
    assert {(name, *point) for name, found in points(log).items() for point in found} == TRUTH
    (notice,) = log.notices
    assert (notice.kind, notice.line_start, notice.line_end) == (DAMAGE, 22, 22)
    begin = len(HEADER) + sum(map(len, ROWS[:20]))
    assert (notice.byte_start, notice.byte_end) == (begin, begin + len(damage) + 1)


@given(at=st.integers(1, 39), length=st.integers(1, 5000))
def test_a_row_that_was_appended_behind_nuls_is_whole(folder: Path, at: int, length: int) -> None:
    content = "".join([HEADER, *ROWS[:at], "\0" * length, *ROWS[at:]])
    found, notices = found_in(write(folder / "appended.csv", content))
    assert found == TRUTH
    assert [(one.kind, one.line_start) for one in notices] == [(DAMAGE, at + 2)]


def test_nul_bytes_at_the_end_cost_no_row(folder: Path) -> None:
    log = read(write(folder / "tail.csv", HEADER + "".join(ROWS) + "\0" * 4096))
    assert len(log.series[0]) == 40
    assert [one.kind for one in log.notices] == [DAMAGE]


# Formats with a file of their own.


def test_deepspeed_counts_samples(folder: Path) -> None:
    path = write(
        folder / "Train_Samples_train_loss.csv", "step,train_loss\n256,1.5\nstep,train_loss\n256,1.25\n512,1.0\n"
    )
    (loss,) = read(path).series
    assert loss.axis is Axis.SAMPLES


def test_wandb_panel_of_several_runs(folder: Path) -> None:
    columns = [f"{run} - loss{end}" for run in ("a - b", "c") for end in ("", "__MIN", "__MAX")]
    path = write(
        folder / "w.csv", ",".join(f'"{name}"' for name in ("Step", *columns)) + "\n0,1,1,1,,,\n1,2,2,2,3,3,3\n"
    )
    logs = list(WandbExport().read(path))
    assert [(log.label, points(log)) for log in logs] == [
        ("a - b", {"loss": [(0, 1), (1, 2)]}),
        ("c", {"loss": [(1, 3)]}),
    ]
    assert [len(log.notices) for log in logs] == [1, 0]


@pytest.mark.parametrize(
    ("name", "label", "series"),
    [
        ("run-a-tag-train_loss.csv", "a", "train_loss"),
        ("run-.-tag-loss.csv", "", "loss"),
        ("run-exp_validation-tag-epoch_loss.csv", "exp", "validation/epoch_loss"),
        ("val_loss.csv", "", "val_loss"),
    ],
)
def test_tensorboard_download(folder: Path, name: str, label: str, series: str) -> None:
    path = write(folder / name, "Wall time,Step,Value\n1654943296.25,0,1.5\n1654943297.25,1,inf\n")
    (log,) = TensorBoardCsv().read(path)
    assert (log.label, points(log)) == (label, {series: [(0, 1.5), (1, math.inf)]})
    assert log.series[0].wall_times is not None


@pytest.mark.parametrize("header", ["step\tloss", "timestamp\tstep\tloss"])
def test_dvclive_names_lie_in_folders(folder: Path, header: str) -> None:
    row = "\t".join({"timestamp": "1750000000000", "step": "1", "loss": "0.5"}[name] for name in header.split("\t"))
    path = write(folder / "dvclive/plots/metrics/train/loss.tsv", f"{header}\n{row}\n")
    assert points(read(path)) == {"train/loss": [(1, 0.5)]}


def test_monitor_settings_and_moments(folder: Path) -> None:
    content = '# {"t_start": 1595000000.5, "env_id": "CartPole-v1"} \nr,l,t\n21.0,21,0.5\n13.0,13,0.75\n'
    (log,) = EpisodeMonitor().read(write(folder / "0.monitor.csv", content))
    assert log.hyperparameters == {"t_start": 1595000000.5, "env_id": "CartPole-v1"}
    assert log.series[0].wall_times is not None
    assert log.series[0].wall_times.tolist() == [1595000001.0, 1595000001.25]


def test_rows_are_no_epochs_where_a_column_counts_these_otherwise(folder: Path) -> None:
    """Two processes that write one table of Keras in turn leave two rows of each epoch."""
    rows = "".join(f"{k // 2},{0.5 + k % 2},{1.5 + k % 2}\n" for k in range(24))
    path = write(folder / "training.csv", f"epoch,loss,val_loss\n{rows}")
    (log,) = CsvTable().read(path)
    assert {one.name: one.axis for one in log.series} == dict.fromkeys(("epoch", "loss", "val_loss"), Axis.INDEX)
