"""The error stream of a job in a file of its own: whose it is, and how the run ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor.diagnosis import analyze
from logdoctor.reading import look
from logdoctor.run import Run, State
from logdoctor.run.text_event import OUT_OF_MEMORY, SCHEDULER_ORDER
from logdoctor.sources.error_stream import LAST_WORDS, stream_of

CURVE = "".join(f"Epoch {epoch}: train loss {2.3 * 0.9**epoch:.4f}\n" for epoch in range(20))
OOM = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n"
WARNING = "UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`.\n"


def of(folder: Path, files: dict[str, str]) -> dict[str, Run]:
    for name, text in files.items():
        (folder / name).write_text(text)
    return {run.name: run for run in look([folder], now=2e9).runs}


def kinds(run: Run) -> list[tuple[str, int | None]]:
    return [(event.kind, event.step) for event in run.events]


@pytest.mark.parametrize(
    ("output", "errors"),
    [
        ("job_7.out", "job_7.err"),
        ("slurm-12.out", "slurm-12.err"),
        ("train_out.txt", "train_err.txt"),
        ("train.log", "train.err"),
        ("train.o123", "train.e123"),
        ("stdout", "stderr"),
        ("stdout.log", "stderr.log"),
    ],
)
def test_both_streams_of_a_job_have_one_name(output: str, errors: str, tmp_path: Path) -> None:
    assert stream_of(output) == stream_of(errors)
    other = {"a.log": CURVE.replace("2", "3"), "b.err": "No space left on device\n"}
    runs = of(tmp_path, {output: CURVE, errors: OOM, **other})
    (failed,) = (run for run in runs.values() if run.events)
    assert [source.path for source in failed.sources] == sorted([errors, output])
    assert kinds(failed) == [(OUT_OF_MEMORY, 19)]


def test_a_failure_ends_the_run_and_is_reported(tmp_path: Path) -> None:
    (run,) = of(tmp_path, {"job.out": CURVE, "job.err": WARNING + OOM}).values()
    assert run.state is State.INTERRUPTED
    assert kinds(run) == [(SCHEDULER_ORDER, None), (OUT_OF_MEMORY, 19)]
    (diagnosed,) = analyze(tmp_path, now=2e9).runs
    assert {"out-of-memory", "scheduler-order-warning"} <= {finding.rule for finding in diagnosed.findings}


def test_a_run_that_is_done_stays_finished(tmp_path: Path) -> None:
    (run,) = of(tmp_path, {"job.out": CURVE + "Training completed.\n", "job.err": OOM}).values()
    assert run.state is State.FINISHED


def test_the_only_one_beside_the_only_run_is_its_own_whatever_its_name(tmp_path: Path) -> None:
    (run,) = of(tmp_path, {"metrics.csv": "step,loss\n0,2.5\n1,1.5\n2,1.0\n", "gpu17.err": OOM}).values()
    assert kinds(run) == [(OUT_OF_MEMORY, 2)]


def test_of_several_jobs_none_is_taken_for_that_of_the_run(tmp_path: Path) -> None:
    (run,) = of(tmp_path, {"train.log": CURVE, "job_1.err": OOM, "job_2.err": OOM}).values()
    assert not run.events
    assert look([tmp_path]).skipped.left_alone == ("job_1.err", "job_2.err")


def test_what_the_program_went_on_after_is_no_failure(tmp_path: Path) -> None:
    bar = "100%|##########| 390/390 [00:10<00:00, 39.0it/s]\n"
    (run,) = of(tmp_path, {"job.out": CURVE, "job.err": OOM + bar}).values()
    assert not run.events
    (tmp_path / "job.err").write_text(OOM + "some warning\n" * (LAST_WORDS + 1))
    (run,) = look([tmp_path]).runs
    assert not run.events


@pytest.mark.parametrize("name", ["job.err", "train.log", "slurm-7.out", "output.txt", "train.o7"])
def test_by_itself_it_is_a_run_that_failed_before_its_first_step(name: str, tmp_path: Path) -> None:
    (run,) = of(tmp_path, {name: "Loading the model\n" + OOM}).values()
    assert (run.name, run.state, run.series) == (".", State.INTERRUPTED, ())
    assert kinds(run) == [(OUT_OF_MEMORY, None)]
    (diagnosed,) = analyze(tmp_path, now=2e9).runs
    assert [one.rule for one in diagnosed.findings if not one.explained_by] == ["out-of-memory"]


def test_below_a_run_it_may_be_of_another_try(tmp_path: Path) -> None:
    (tmp_path / "a" / "logs").mkdir(parents=True)
    assert [*of(tmp_path, {"a/metrics.csv": "step,loss\n0,2.5\n1,1.5\n2,1.0\n", "a/logs/first.log": OOM})] == ["a"]


def test_several_of_one_folder_are_called_after_their_files(tmp_path: Path) -> None:
    assert [*of(tmp_path, {"job_1.err": OOM, "job_2.log": OOM})] == [".:job_1", ".:job_2"]


@pytest.mark.parametrize(
    "said", [WARNING, "Traceback (most recent call last):\n  main()\nKeyError: 3\n", "No space left on device\n"]
)
def test_what_any_program_says_by_itself_is_no_run(said: str, tmp_path: Path) -> None:
    assert not of(tmp_path, {"job.err": said})
    assert look([tmp_path]).skipped.left_alone == ("job.err",)


def test_notes_and_readmes_that_quote_a_failure_are_no_runs(tmp_path: Path) -> None:
    assert not of(tmp_path, {"README.md": OOM, "notes.txt": OOM, "requirements.txt": OOM})


def test_progress_alone_is_left_alone(tmp_path: Path) -> None:
    (run,) = of(tmp_path, {"job.out": CURVE, "job.err": "Downloading: 100%|####| 9/9 [00:01<00:00]\n"}).values()
    assert [source.path for source in run.sources] == ["job.out"]


@pytest.mark.parametrize(
    "said",
    [
        "INFO:tensorflow:loss = 1.0444846, step = 0\nERROR:tensorflow:Model diverged with loss = NaN.\n",
        'Traceback (most recent call last):\n  File "train_loop.py", line 339, in write_metrics\n'
        '    f"Loss became infinite or NaN at iteration={storage.iter}!"\n'
        "FloatingPointError: Loss became infinite or NaN at iteration=0!\n",
    ],
)
def test_a_training_that_stops_at_its_first_loss_is_a_run_with_that_finding(said: str, tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text(said)
    (diagnosed,) = analyze(tmp_path, now=2e9).runs
    (finding,) = (one for one in diagnosed.findings if not one.explained_by)
    assert finding.rule == "nan-loss"
    assert [place.line_start for place in finding.places] == [said.count("\n")]
