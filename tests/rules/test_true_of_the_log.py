"""Rules about the log itself, on files of real writers that were really damaged, copied and cut."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tensorboardX import SummaryWriter

from logdoctor import Run, Series, Severity, analyze
from logdoctor.config import Config
from logdoctor.curves import decay
from logdoctor.diagnosis import selected_rules
from logdoctor.engine import Bench
from logdoctor.finding import Finding
from logdoctor.run.notice import DAMAGE, INTERRUPTED_WRITE, STORAGE_FAULT, Notice
from logdoctor.run.run import SourceFile
from logdoctor.run.understand import understand

LOG = "events.out.tfevents.1.host"
VALUES = decay(2.3, 0.2, 400).noisy(0.02).values
LATER = 1e9
"""Seconds that all of it lies back, so that nothing is still being written."""


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Return an event file of one loss, written by tensorboardX."""
    with SummaryWriter(str(tmp_path / "run")) as writer:
        for step, value in enumerate(VALUES):
            writer.add_scalar("train/loss", value, step, walltime=LATER + step)
    (written,) = (tmp_path / "run").iterdir()
    return written.rename(written.with_name(LOG))


def csv_log(path: Path, values: np.ndarray = VALUES) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("step,loss\n" + "".join(f"{step},{value:.6f}\n" for step, value in enumerate(values)))
    return path


def said(folder: Path) -> dict[str, Finding]:
    return {finding.rule: finding for _, finding in analyze(folder, now=2 * LATER).findings()}


def test_a_sound_log_gets_no_word(events: Path) -> None:
    assert not {"damaged-log", "missing-steps", "duplicate-run", "interrupted-run"} & said(events.parent).keys()


def test_a_page_of_nuls_costs_steps_and_is_a_fault_of_the_storage(events: Path) -> None:
    data = bytearray(events.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 1000] = bytes(1000)
    events.write_bytes(data)
    finding = said(events.parent)["damaged-log"]
    assert finding.severity is Severity.WARNING
    assert finding.causes[0].id == "storage-fault"
    (place,) = finding.places
    assert place.path == LOG
    assert place.byte_start is not None
    assert place.byte_start <= middle < middle + 1000 <= (place.byte_end or 0)
    (span,) = finding.spans
    assert span.first_step < 200 < span.last_step
    assert finding.evidence["records of the losses missing"].value == span.last_step - span.first_step - 1


@pytest.mark.parametrize(
    ("around", "cause", "severity"),
    [
        pytest.param((59, 61), STORAGE_FAULT, Severity.WARNING, id="where a step is missing"),
        pytest.param((70, 71), STORAGE_FAULT, Severity.NOTE, id="elsewhere"),
        pytest.param(None, STORAGE_FAULT, Severity.NOTE, id="nobody knows where"),
        pytest.param((119, None), INTERRUPTED_WRITE, Severity.NOTE, id="at a cut end"),
    ],
)
def test_of_several_missing_steps_damage_lost_those_where_it_lies(
    around: tuple[int, int | None] | None, cause: str, severity: Severity
) -> None:
    damage = Notice(DAMAGE, LOG, "Some bytes are no records.", 4_000, 4_560, cause=cause, around=around)
    kept = np.delete(np.arange(120), [30, 60, 90])
    (train,) = understand([Series.of("train_loss", kept, np.geomspace(2.3, 0.2, 120)[kept])])
    files = tuple(SourceFile(path, "tfevents", 9_000) for path in (LOG, f"{LOG}.2"))
    run = Run("run", (train,), notices=(damage,), sources=files)
    found = Bench(run).ask(*(one for one in selected_rules(Config()) if one.id == "damaged-log"))
    assert isinstance(found, list)
    assert [one.severity for one in found] == [severity]


def test_a_cut_end_is_a_note_and_an_interrupted_write(events: Path) -> None:
    events.write_bytes(events.read_bytes()[:-7])
    finding = said(events.parent)["damaged-log"]
    assert finding.severity is Severity.NOTE
    assert finding.causes[0].id == "interrupted-write"


def test_a_cut_line_of_a_table_is_a_note(tmp_path: Path) -> None:
    log = csv_log(tmp_path / "log.csv")
    log.write_text(log.read_text()[:-4])
    finding = said(tmp_path)["damaged-log"]
    assert finding.severity is Severity.NOTE
    assert finding.causes[0].id == "interrupted-write"
    assert str(finding.places[0]) == "log.csv:401"


def test_a_pointer_in_the_place_of_the_log_leaves_nothing(events: Path) -> None:
    events.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n")
    finding = said(events.parent)["damaged-log"]
    assert finding.severity is Severity.WARNING
    assert "nothing is left" in finding.message


def test_rows_that_were_cut_out_without_a_trace_are_missed(tmp_path: Path) -> None:
    log = csv_log(tmp_path / "log.csv")
    rows = log.read_text().splitlines(keepends=True)
    log.write_text("".join([*rows[:200], *rows[300:]]))
    finding = said(tmp_path)["missing-steps"]
    assert finding.severity is Severity.NOTE
    assert finding.evidence["records missing"].value == 100


def test_a_copy_elsewhere_is_noted_once(events: Path) -> None:
    shutil.copytree(events.parent, events.parents[1] / "seed2")
    duplicates = [
        (run.name, finding)
        for run, finding in analyze(events.parents[1], now=2 * LATER).findings()
        if finding.rule == "duplicate-run"
    ]
    ((name, finding),) = duplicates
    assert name == "seed2"
    assert finding.causes[0].id == "copied-log"


def test_a_copy_in_another_format_is_one_too(events: Path) -> None:
    values = np.float32(VALUES).astype(float)
    csv_log(events.parents[1] / "table" / "log.csv", values).write_text(
        "step,loss\n" + "".join(f"{step},{value!r}\n" for step, value in enumerate(values.tolist()))
    )
    assert "duplicate-run" in said(events.parents[1])


@pytest.mark.parametrize(
    ("again", "cause"),
    [(VALUES[:20], "one-log-for-several-runs"), (VALUES[20:40], "resumed-from-checkpoint")],
    ids=["the loss begins anew", "the loss goes on"],
)
def test_epochs_that_begin_anew_are_another_run_where_the_loss_does(
    tmp_path: Path, again: np.ndarray, cause: str
) -> None:
    rows = [f"{epoch},{value:.6f}\n" for values in (VALUES[:20], again) for epoch, value in enumerate(values, 1)]
    (tmp_path / "log.csv").write_text("epoch,loss\n" + "".join(rows))
    assert said(tmp_path)["restart-overlap"].causes[0].id == cause
