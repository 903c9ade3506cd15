"""MLflow's file store: metrics, parameters and `meta.yaml` of one run, damaged in bytes, in fields and in lines."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.lines import assert_placed, damaged, points_of, read

from logdoctor.sources.mlflow_folder import MlflowFolder

SOURCES = (MlflowFolder,)

_META = b"run_id: a\nstatus: 3\nname: red-owl\n"
_NAMES = ("loss", "val/acc")


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one metric, now and then the other files too, and read the run."""
    run = folder / "run"
    lines = {}
    for name in _NAMES:
        path = run / "metrics" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        numbers = [
            rng.choice((rng.random(), rng.random() * 1e-6, rng.random() * 1e20)) for _ in range(rng.randint(1, 12))
        ]
        lines[name] = {
            f"{1_750_000_000_000 + i} {number!r} {10 * i}".encode(): (10 * i, number)
            for i, number in enumerate(numbers)
        }
        path.write_bytes(b"\n".join(lines[name]) + b"\n")
    (run / "params").mkdir(exist_ok=True)
    (run / "params" / "lr").write_bytes(damaged(b"0.001", rng) if rng.random() < 0.2 else b"0.001")
    data = damaged((run / "metrics" / "loss").read_bytes(), rng)
    (run / "metrics" / "loss").write_bytes(data)
    logs = read(MlflowFolder(), run / "meta.yaml", damaged(_META, rng) if rng.random() < 0.2 else _META)
    if logs is None:
        return
    notices = [notice for log in logs for notice in log.notices]
    assert_placed(notices, len(data))
    points = points_of(logs)
    written = [line for line in data.split(b"\n")[:-1] if line in lines["loss"]]
    intact = {lines["loss"][line] for line in written}
    if any(step for step, _ in points.get("loss", ())):
        lost = intact - points.get("loss", set())
        assert not lost, f"lost: {lost}"
    if len(lines["val/acc"]) > 1:
        assert points["val/acc"] == set(lines["val/acc"].values())
    torn = [line for line in data.split(b"\n") if line and line not in lines["loss"]]
    shown = {value for _, value in points.get("loss", ())}
    for line in torn:
        used = any(_holds(line, value) for value in shown)
        assert used or notices, f"lost and not said: {line!r}"
    for _, value in points.get("loss", ()):
        known = value != value or abs(value) == float("inf") or any(_holds(line, value) for line in data.split(b"\n"))
        assert known, f"{value} does not stand in the file"


def _holds(line: bytes, value: float) -> bool:
    for part in line.decode("utf-8", "replace").replace(",", "").split():
        try:
            number = float(part.removesuffix("%").removeprefix("tensor(").removesuffix(")"))
        except ValueError:
            continue
        if number == value or (number != number and value != value):
            return True
    return False
