"""Logs through a pipe: recognised by their bytes, called `-`, and read as if they lay in a folder."""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from logdoctor.errors import LogDoctorError, NoRunError
from logdoctor.reading import look, read
from logdoctor.run import State
from logdoctor.sources.discovery.installed import installed_sources
from logdoctor.sources.source import Sample

ROOT = Path(__file__).parents[2]
FIXTURES = Path(__file__).parent / "fixtures"
SAMPLES = ROOT / "sample_logs"


def pipe(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content), closed=False))


EVENTS = next((SAMPLES / "overfitting").glob("*/*tfevents*"), None) or next(
    (SAMPLES / "overfitting").rglob("*tfevents*")
)

FORMATS = {
    "tfevents": EVENTS,
    "wandb": FIXTURES / "wandb" / "run.wandb",
    "swanlab": next(FIXTURES.rglob("*.swanlab")),
    "visualdl": next(FIXTURES.rglob("vdlrecords*")),
    "trainer-state": next(SAMPLES.rglob("trainer_state.json")),
    "episode-monitor": next(FIXTURES.rglob("*monitor.csv")),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_bytes_tell_the_format(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(FORMATS[name].read_bytes(), monkeypatch)
    reading = read(["-"])
    assert {(one.path, one.format) for run in reading.runs for one in run.sources} == {("-", name)}
    assert {run.home for run in reading.runs} == {"-"}


NAME_TELLS = ("the file is called the log of a training", "in a file that says what was measured")
"""Ends of the titles of samples that nothing but the name of the file makes a log."""

PLAIN = [
    pytest.param(sample, id=f"{source.name}: {sample.title}")
    for source in installed_sources()
    if source.name in ("csv", "text", "json-lines", "json")
    for sample in source.samples[:12]
    if sample.expected and not sample.title.endswith(NAME_TELLS)
]


@pytest.mark.parametrize("sample", PLAIN)
def test_a_plain_log_is_read_as_from_a_file(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = sample.content if isinstance(sample.content, bytes) else sample.content.encode()
    (tmp_path / sample.file_name).write_bytes(content)
    from_file = look([tmp_path]).runs
    pipe(content, monkeypatch)
    piped = look(["-"]).runs
    assert [[one.name for one in run.series] for run in piped] == [
        [one.name for one in run.series] for run in from_file
    ]
    for mine, theirs in zip(piped, from_file, strict=True):
        for one, other in zip(mine.series, theirs.series, strict=True):
            np.testing.assert_array_equal(one.values, other.values)


def test_several_runs_of_one_log_go_by_their_headings(monkeypatch: pytest.MonkeyPatch) -> None:
    folds = "".join(
        f"Fold {fold}\n" + "".join(f"epoch {i}: loss {fold / i:.4f} val_loss {fold / i + 1:.4f}\n" for i in range(1, 9))
        for fold in (1, 2, 3)
    )
    pipe(folds.encode(), monkeypatch)
    assert [run.name for run in read(["-"]).runs] == ["-:Fold 1", "-:Fold 2", "-:Fold 3"]


def test_it_goes_with_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "train.log").write_text("".join(f"step {i}: loss {1 / i:.4f}\n" for i in range(1, 20)))
    pipe(EVENTS.read_bytes(), monkeypatch)
    names = {run.name for run in read(["-", str(tmp_path)]).runs}
    assert names == {"-", tmp_path.as_posix()}


def test_a_path_is_no_pipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`./-` is a file, as for every other program."""
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes((FIXTURES / "text" / "hf_trainer.log").read_bytes())
    pipe(b"", monkeypatch)
    assert read(["./-"]).runs


def test_what_came_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was written this moment, and still nobody goes on with it."""
    pipe(b"".join(b"step %d: loss %f\n" % (i, 1 / i) for i in range(1, 20)), monkeypatch)
    (run,) = read(["-"], now=time.time()).runs
    assert run.state is not State.WRITING


def test_a_redirected_file_keeps_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "train.log"
    log.write_text("".join(f"step {i}: loss {1 / i:.4f}\n" for i in range(1, 20)))
    for modified, state in ((time.time(), State.WRITING), (1.6e9, State.UNKNOWN)):
        os.utime(log, (modified, modified))
        with log.open("rb") as file:
            monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=file, closed=False))
            (run,) = read(["-"]).runs
        assert run.state is state


def test_nothing_of_it_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    pipe(EVENTS.read_bytes(), monkeypatch)
    read(["-"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "-: nothing came"),
        (b"hello\n", "no training log that its bytes tell"),
        (gzip.compress(b"x", mtime=0), "with zcat"),
    ],
)
def test_no_log(content: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe(content, monkeypatch)
    with pytest.raises(NoRunError, match=said):
        read(["-"])


def test_no_room_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("shutil.copyfileobj", fill)
    pipe(b"step 1 loss 2", monkeypatch)
    with pytest.raises(
        LogDoctorError, match=f"^-: cannot be kept in {re.escape(str(tmp_path))} while it is read: no space"
    ):
        read(["-"])
    assert list(tmp_path.iterdir()) == []


def test_no_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(NoRunError, match="standard input is closed"):
        read(["-"])


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
def test_a_command_of_a_shell(tmp_path: Path) -> None:
    log = SAMPLES / "nan-loss" / "training.log"
    line = f"{sys.executable} -m logdoctor"
    shell = f"cat {log} | {line} check - -o sarif=r.sarif -o html=r.html --output-format concise; {line} replay -"
    done = subprocess.run(["bash", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("-: error nan-loss: loss turns NaN")
    assert '"uri": "-"' in (tmp_path / "r.sarif").read_text()
    assert "came through standard input" in (tmp_path / "r.html").read_text()
    assert "name the folder of a run" in done.stderr
    assert done.returncode == 2
