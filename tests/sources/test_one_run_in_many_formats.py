"""The same run gives the same findings, whatever it is written in."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from tensorboardX import SummaryWriter

from logdoctor import load
from logdoctor.diagnosis import analyze
from logdoctor.run import Axis, Run

SAMPLES = Path(__file__).parents[2] / "sample_logs"

NAMES = {
    "train-loss": "train_loss",
    "validation-loss": "val_loss",
    "learning-rate": "lr",
    "gradient-norm": "grad_norm",
    "train-metric": "train_accuracy",
    "validation-metric": "val_accuracy",
}
Rows = Mapping[int, Mapping[str, float]]


def rows_of(run: Run) -> Rows:
    """Return what a run logged by step, under one name for each role."""
    rows: dict[int, dict[str, float]] = {}
    for role, name in NAMES.items():
        series = next((one for one in run.series if one.role.id == role and one.axis is Axis.STEP), None)
        if series is not None and "acc" in (series.name if "metric" in role else "acc"):
            for step, value in zip(series.steps.tolist(), series.values.tolist(), strict=True):
                rows.setdefault(step, {})[name] = value
    return dict(sorted(rows.items()))


def write_csv(folder: Path, rows: Rows) -> None:
    with (folder / "metrics.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, ["step", *NAMES.values()], restval="")
        writer.writeheader()
        writer.writerows({"step": step, **row} for step, row in rows.items())


def write_json_lines(folder: Path, rows: Rows) -> None:
    lines = (json.dumps({"step": step, **row}) for step, row in rows.items())
    (folder / "metrics.jsonl").write_text("\n".join(lines) + "\n")


def write_trainer_state(folder: Path, rows: Rows) -> None:
    theirs = {"train_loss": "loss", "val_loss": "eval_loss", "lr": "learning_rate", "val_accuracy": "eval_accuracy"}
    log = [
        {**{theirs.get(name, name): value for name, value in row.items()}, "step": step} for step, row in rows.items()
    ]
    state = {"global_step": max(rows), "max_steps": max(rows), "log_history": log}
    (folder / "trainer_state.json").write_text(json.dumps(state))


def write_event_file(folder: Path, rows: Rows) -> None:
    with SummaryWriter(str(folder)) as writer:
        for step, row in rows.items():
            for name, value in row.items():
                writer.add_scalar(name, value, step, walltime=1.75e9 + step)


def write_text(folder: Path, rows: Rows) -> None:
    lines = (
        f"step {step}: " + " ".join(f"{name}={value!r}" for name, value in row.items()) for step, row in rows.items()
    )
    (folder / "train.log").write_text("\n".join(lines) + "\n")


def write_mlflow(folder: Path, rows: Rows) -> None:
    run = folder / "mlruns" / "0" / "a1"
    (run / "metrics").mkdir(parents=True)
    (run / "meta.yaml").write_text("run_id: a1\nrun_name: one\nstatus: 3\n")
    for name in NAMES.values():
        points = [f"{1_750_000_000_000 + step} {row[name]} {step}\n" for step, row in rows.items() if name in row]
        if points:
            (run / "metrics" / name).write_text("".join(points))


WRITERS: Mapping[str, Callable[[Path, Rows], None]] = {
    "csv": write_csv,
    "json-lines": write_json_lines,
    "trainer-state": write_trainer_state,
    "tfevents": write_event_file,
    "text": write_text,
    "mlflow": write_mlflow,
}

AFTER_THE_FACT = ("damaged-log", "interrupted-run", "throughput-drop", "missing-steps", "duplicate-run")
"""Rules about the file, its clock and its end, of which formats tell more or less."""


def verdicts(folder: Path) -> Iterator[tuple[str, str]]:
    for _, finding in analyze(folder, now=2e9).findings():
        if finding.rule not in AFTER_THE_FACT:
            yield finding.rule, str(finding.severity)


def sample_runs() -> Iterator[tuple[str, Run]]:
    """Yield one run of every folder of samples whose training loss has steps."""
    for folder in sorted(SAMPLES.iterdir()):
        if folder.is_dir() and folder.name != "sound":
            rows = [(run, rows_of(run)) for run in load(folder)]
            run, found = max(rows, key=lambda pair: len(pair[1]))
            if sum("train_loss" in row for row in found.values()) >= 10:
                yield folder.name, run


RUNS = dict(sample_runs())


def test_there_are_runs_enough() -> None:
    assert len(RUNS) >= 20


@pytest.mark.parametrize("name", RUNS)
def test_the_findings_do_not_depend_on_the_format(name: str, tmp_path: Path) -> None:
    rows = rows_of(RUNS[name])
    found = {}
    for kind, write in WRITERS.items():
        (folder := tmp_path / kind).mkdir()
        write(folder, rows)
        found[kind] = sorted(verdicts(folder))
    assert all(verdict == found["csv"] for verdict in found.values()), found


def test_all_formats_in_one_folder_are_one_run(tmp_path: Path) -> None:
    rows = {step: {"train_loss": 2.0 * math.exp(-step / 30) + 0.3, "lr": 0.1} for step in range(0, 200, 2)}
    for write in (write_csv, write_json_lines, write_trainer_state, write_event_file, write_text):
        write(tmp_path, rows)
    (run,) = load(tmp_path)
    assert len(run.sources) == 5
    assert [one.name for one in run.series if one.role.id == "train-loss"] == ["train_loss"]
