"""What all rules cost on a run, beside reading that run from its log.

    python tests/benchmarks/rule_cost.py --repeats 5

Runs of ten series are written as an event file and as CSV: one that learns soundly, and one that spikes, diverges and
turns NaN, on which more rules have something to say. Readings and rules take turns in one process, so that a slow
minute of the machine falls on all, and every turn judges a run that was just read, so that nothing is measured
already. Timed are, with the files in the page cache:

- tfevents, csv: `logdoctor.load`, from the file to series with their roles.
- rules: every installed rule asked about the run, with all that rules measure.

The ratios say how many times as long as a reading the rules took. The growth says to which power of the points the time
of the rules rises from one row to the next; a cost of n log n grows to the power in brackets.
"""

from __future__ import annotations

import argparse
import gc
import math
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.benchmarks.event_reading import record, summary, varint

from logdoctor import Rule, Run, load
from logdoctor.config import Config
from logdoctor.diagnosis import diagnose, selected_rules

POINTS = (1_000, 10_000, 100_000)


class Costs(NamedTuple):
    """Medians over all turns, in seconds."""

    tfevents: float
    csv: float
    rules: float


def sound(points: int) -> dict[str, NDArray[np.float32]]:
    """Return ten series of a run that learns: batch noise, a warm-up, a validation curve a little above."""
    rng = np.random.default_rng(0)
    done = np.linspace(0, 1, points)
    loss = 0.4 + 2 * np.exp(-8 * done)
    curves = {
        "train/loss": loss * np.exp(rng.normal(0, 0.1, points)),
        "train/accuracy": np.clip(1 - loss / 3 + rng.normal(0, 0.02, points), 0, 1),
        "val/loss": 1.05 * loss * np.exp(rng.normal(0, 0.02, points)),
        "val/accuracy": np.clip(0.98 - loss / 3 + rng.normal(0, 0.005, points), 0, 1),
        "train/learning_rate": 1e-3 * np.minimum(20 * done, 0.5 + 0.5 * np.cos(np.pi * done)),
        "train/grad_norm": (0.3 + loss) * np.exp(rng.normal(0, 0.3, points)),
        "train/loss_scale": np.full(points, 65536.0),
        "train/epoch": np.floor(10 * done),
        "perf/tokens_per_second": rng.normal(1e5, 1e3, points),
        "system/gpu_temperature": rng.normal(65, 2, points),
    }
    return {name: values.astype(np.float32) for name, values in curves.items()}


def faulty(points: int) -> dict[str, NDArray[np.float32]]:
    """Return the same run with a spike in every hundred points, a divergence from the middle on, and NaN at the end."""
    curves = sound(points)
    half, last = points // 2, points - points // 20
    rise = np.exp(np.linspace(0, 8, points - half)).astype(np.float32)
    for name in ("train/loss", "val/loss", "train/grad_norm"):
        curves[name][50::100] *= 5
        curves[name][half:] *= rise
        curves[name][last:] = np.nan
    return curves


KINDS: dict[str, Callable[[int], dict[str, NDArray[np.float32]]]] = {"sound": sound, "faulty": faulty}


def write_tfevents(path: Path, curves: dict[str, NDArray[np.float32]]) -> None:
    """Write an event file as torch's SummaryWriter does: all series in turn at every step."""
    with path.open("wb") as file:
        file.write(record(b"\x09" + np.float64(1.7e9).tobytes() + b"\x1a\x0dbrain.Event:2"))
        for step, values in enumerate(zip(*curves.values(), strict=True)):
            begun = b"\x09" + np.float64(1.7e9 + 0.05 * step).tobytes() + (b"\x10" + varint(step) if step else b"")
            file.writelines(
                record(begun + summary(tag) + one.tobytes()) for tag, one in zip(curves, values, strict=True)
            )


def write_csv(path: Path, curves: dict[str, NDArray[np.float32]]) -> None:
    pd.DataFrame({"step": np.arange(len(curves["train/loss"])), **curves}).to_csv(path, index=False, na_rep="nan")


def measure(folder: Path, curves: dict[str, NDArray[np.float32]], rules: tuple[Rule, ...], repeats: int) -> Costs:
    """Read both logs and ask the rules in turn; the first turn, which imports what is used, does not count."""
    events, table = folder / "events.out.tfevents.1700000000.host", folder / "metrics.csv"
    write_tfevents(events, curves)
    write_csv(table, curves)
    turns = []
    for _ in range(repeats + 1):
        (run,), reading_events = timed(load, events)
        _, reading_table = timed(load, table)
        _, judging = timed(judge, run, rules)
        turns.append((reading_events, reading_table, judging))
    return Costs(*(statistics.median(column) for column in zip(*turns[1:], strict=True)))


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    gc.collect()
    begun = time.perf_counter()
    result = work(*arguments)
    return result, time.perf_counter() - begun


def judge(run: Run, rules: tuple[Rule, ...]) -> None:
    (examined,) = diagnose([run], rules).runs
    assert not examined.outcomes.crashed, examined.outcomes.crashed


def growth(points: tuple[int, int], seconds: tuple[float, float]) -> float:
    """Return the power of the points to which a time rises."""
    return math.log(seconds[1] / seconds[0]) / math.log(points[1] / points[0])


def table(costs: dict[int, Costs]) -> list[str]:
    names = f"{'tfevents s':>12}{'csv s':>9}{'rules s':>10}{'/ tfevents':>12}{'/ csv':>8}{'growth':>16}"
    lines = [f"{'points a series':>15}{names}"]
    before = None
    for n, one in costs.items():
        grown = ""
        if before is not None:
            bound = growth((before, n), (before * math.log(before), n * math.log(n)))
            grown = f"{growth((before, n), (costs[before].rules, one.rules)):.2f} ({bound:.2f})"
        ratios = f"{one.rules / one.tfevents:>12.2f}{one.rules / one.csv:>8.2f}"
        seconds = f"{one.tfevents:>12.4f}{one.csv:>9.4f}{one.rules:>10.4f}"
        lines.append(f"{n:>15,}{seconds}{ratios}{grown:>16}".rstrip())
        before = n
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="turns that count")
    options = parser.parse_args()
    rules = selected_rules(Config())
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}, {len(rules)} rules")
    for kind, made in KINDS.items():
        costs = {}
        for points in POINTS:
            with tempfile.TemporaryDirectory() as folder:
                costs[points] = measure(Path(folder), made(points), rules, options.repeats)
        print(f"\n{kind} run of {len(made(2))} series")
        print("\n".join(table(costs)))


if __name__ == "__main__":
    main()
