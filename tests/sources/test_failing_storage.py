"""Storage that fails: each opening, read and seek of each reader fails in turn, once or from then on."""

from __future__ import annotations

import errno
import io
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from logdoctor.run.notice import DAMAGE
from logdoctor.sources import look

FIXTURES = Path(__file__).parent / "fixtures"
SAMPLES = Path(__file__).parents[2] / "sample_logs"

ROWS = "".join(f"{i},{1 / i}\n" for i in range(1, 30))
FILES = {
    "metrics.csv": f"step,loss\n{ROWS}",
    "metrics.jsonl": "".join(f'{{"step": {i}, "loss": {1 / i}}}\n' for i in range(1, 30)),
    "history.json": '{"loss": [2.0, 1.5, 1.0, 0.5]}',
    "train.log": "".join(f"step {i}: loss {1 / i:.4f}\n" for i in range(1, 30)),
    "trainer_state.json": '{"global_step": 2, "log_history": [{"step": 1, "loss": 2.0}, {"step": 2, "loss": 1.0}]}',
    "hparams.yaml": "lr: 0.1\n",
}


@dataclass
class Storage:
    """Counts what is asked of it, and fails at one of its turns."""

    turn: int | None = None
    lasting: bool = False
    code: int = errno.EIO
    asked: int = 0

    def ask(self) -> None:
        self.asked += 1
        if self.turn is not None and (self.asked == self.turn or (self.lasting and self.asked > self.turn)):
            raise OSError(self.code, "the storage failed")

    def open(self, path: Any, mode: str = "r", *arguments: Any, **options: Any) -> Any:
        if isinstance(path, int) or Path(path).parent.name == "sound" or set(mode) & set("wax+"):
            return REAL_OPEN(path, mode, *arguments, **options)
        self.ask()
        raw = io.BufferedReader(_File(self, path))
        return raw if "b" in mode else io.TextIOWrapper(raw, options.get("encoding"), options.get("errors"))


class _File(io.FileIO):
    def __init__(self, storage: Storage, path: Any) -> None:
        super().__init__(path)
        self._storage = storage

    def readinto(self, buffer: Any) -> int:
        self._storage.ask()
        return super().readinto(buffer) or 0

    def readall(self) -> bytes:
        self._storage.ask()
        return super().readall()

    def seek(self, offset: int, whence: int = 0) -> int:
        self._storage.ask()
        return super().seek(offset, whence)


REAL_OPEN = io.open


@pytest.fixture(params=[*FILES, "mlruns", "mlflow.db", "run.wandb", "events.out.tfevents.1"])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Lay one file, or one folder of a tracker, beside a sound run."""
    name: str = request.param
    folder = tmp_path / "runs" / "failing"
    folder.mkdir(parents=True)
    (tmp_path / "runs" / "sound").mkdir()
    if name == "hparams.yaml":
        (folder / "metrics.csv").write_text(FILES["metrics.csv"])
    if name in FILES:
        (folder / name).write_text(FILES[name])
    elif name == "mlruns":
        shutil.copytree(FIXTURES / "mlflow" / "mlruns", folder / name)
    elif name == "mlflow.db":
        with closing(sqlite3.connect(folder / name)) as database:
            database.executescript(f"PRAGMA foreign_keys = OFF; {(FIXTURES / 'mlflow' / 'mlflow.sql').read_text()}")
    elif name == "run.wandb":
        shutil.copy(FIXTURES / "wandb" / name, folder / "run-x.wandb")
    else:
        shutil.copy(next(SAMPLES.rglob("*tfevents*")), folder / name)
    return tmp_path / "runs"


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.ENOENT, errno.EACCES])
def test_a_failure_is_said_and_costs_no_other_run(
    run: Path, monkeypatch: pytest.MonkeyPatch, lasting: bool, code: int
) -> None:
    storage = Storage(code=code)
    monkeypatch.setattr("io.open", storage.open)
    monkeypatch.setattr("builtins.open", storage.open)
    whole = {one.name: {s.name: s.values.tobytes() for s in one.series} for one in look([run]).runs}
    turns = storage.asked
    assert turns > 1
    (run / "sound" / "metrics.csv").write_text(FILES["metrics.csv"])
    silent = []
    for turn in range(1, turns + 1):
        storage.asked, storage.turn, storage.lasting = 0, turn, lasting
        reading = look([run])
        found = {one.name: {s.name: s.values.tobytes() for s in one.series} for one in reading.runs}
        said = [notice for one in reading.runs for notice in one.notices if notice.kind == DAMAGE]
        assert len(found["sound"]) == 1, turn
        lost = any(found.get(name) != series for name, series in whole.items() if name != "sound")
        if lost and not said and not reading.left_alone and not reading.not_read:
            silent.append(turn)
    assert silent == []
