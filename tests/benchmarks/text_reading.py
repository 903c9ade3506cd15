"""How fast text logs are read, and that no line can hold the reader up.

    python tests/benchmarks/text_reading.py --megabytes 100 --repeats 3

Regular logs are written, as nanoGPT, Megatron-LM and progress bars print them, others of prose and of words in which
no line comes twice, and hostile ones: lines made to provoke a search that goes back over what it has read. Timed is,
with the file in the page cache, the whole reading: from opening the file to series and events, or, for a file that is
no log, to the verdict.
The last column is the peak of the memory beyond what Python and numpy take.
"""

from __future__ import annotations

import argparse
import multiprocessing
import platform
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Reading(NamedTuple):
    """One reading of a file."""

    seconds: float
    points: int
    megabytes: float
    """Peak memory beyond that before the reading."""


def nanogpt(rng: random.Random) -> Iterator[str]:
    for i in count():
        if i % 250 == 0:
            yield f"step {i}: train loss {3 * rng.random():.4f}, val loss {3 * rng.random():.4f}\n"
        yield f"iter {i}: loss {3 * rng.random():.4f}, time {100 * rng.random():.2f}ms, mfu {50 * rng.random():.2f}%\n"


def megatron(rng: random.Random) -> Iterator[str]:
    for i in count(1):
        yield (
            f" [2024-01-01 00:00:{i % 60:02d}.000000] iteration {i:8d}/  500000 | consumed samples: {256 * i:12d} | "
            f"elapsed time per iteration (ms): {500 + rng.random():.1f} | learning rate: {rng.random():.6E} | "
            f"global batch size:   256 | lm loss: {6 * rng.random():.6E} | loss scale: 4096.0 | "
            f"grad norm: {rng.random():.3f} | number of skipped iterations:   0 | number of nan iterations:   0 |\n"
        )


def prose(rng: random.Random) -> Iterator[str]:
    """Yield a few steps, then lines that never come again, with numbers and words of training in them."""
    for i in range(5):
        yield f"step {i}: loss {rng.random():.4f}\n"
    while True:
        word = "".join(rng.choices("abcdefghij", k=12))
        yield f"the loss of {word} after {rng.randrange(100)} steps, epoch {word}-{rng.randrange(9)}: see {word}.txt\n"


def words(rng: random.Random) -> Iterator[str]:
    """Yield a few steps, then lines of words without any number."""
    known = ["".join(rng.choices("etaoinshrdlu", k=rng.randrange(2, 9))) for _ in range(3000)]
    yield from (f"step {i}: loss {rng.random():.4f}\n" for i in range(5))
    while True:
        yield " ".join(rng.choices(known, k=rng.randrange(5, 18))) + ".\n"


def bars(rng: random.Random) -> Iterator[str]:
    """Yield the states of a bar for each epoch, in one line, and what the epoch came to."""
    for epoch in count(1):
        for i in range(1, 101):
            yield (
                f"\rEpoch {epoch}:  {i}%|{'#' * (i // 10):10}| {i}/100 [00:{i % 60:02d}<00:{(100 - i) % 60:02d}, "
                f"{9 * rng.random():.2f}it/s, loss={rng.random():.3f}]"
            )
        yield f"\nEpoch {epoch}: train_loss={rng.random():.4f} val_loss={rng.random():.4f}\n"


def one_line(text: str) -> Callable[[random.Random], Iterator[str]]:
    """Return a writer of one endless line behind a few steps."""

    def lines(rng: random.Random) -> Iterator[str]:
        yield from (f"step {i}: loss {rng.random():.4f}\n" for i in range(5))
        while True:
            yield text * 1000

    return lines


def long_lines(text: str, length: int = 8000) -> Callable[[random.Random], Iterator[str]]:
    """Return a writer of long lines, each of its own shape."""

    def lines(rng: random.Random) -> Iterator[str]:
        yield from (f"step {i}: loss {rng.random():.4f}\n" for i in range(5))
        while True:
            yield f"loss {rng.choice('abcdefgh') * rng.randrange(9)}" + (text * length)[:length] + "!\n"

    return lines


LOGS: dict[str, Callable[[random.Random], Iterator[str]]] = {
    "nanoGPT": nanogpt,
    "Megatron-LM": megatron,
    "prose": prose,
    "words": words,
    "bars": bars,
    "one line of digits": one_line("1234567890"),
    "one line of pairs": one_line("loss=1 "),
    "a bar in one line": one_line("\r 50%|##### | 50/100 [00:10<00:10, 5.00it/s, loss=0.5]"),
    "long words": long_lines("a"),
    "spaces": long_lines(" "),
    "pairs in long lines": long_lines("loss: 1.5, "),
    "brackets": long_lines("[(["),
    "colons": long_lines("a: "),
    "escapes": long_lines("\x1b]"),
}


def write(path: Path, lines: Iterator[str], size: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        while file.tell() < size:
            file.write(next(lines))


def read(path: Path) -> Reading:
    """Read a file in a process of its own, so that the memory is that of this reading."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_read, (path,))


def _read(path: Path) -> Reading:
    from logdoctor.sources.text_log import TextLog

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.perf_counter()
    logs = list(TextLog().read(path))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Reading(seconds, sum(len(series) for log in logs for series in log.series), (peak - before) / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=100, help="size of each regular log")
    parser.add_argument("--hostile-megabytes", type=int, default=50, help="size of each of the others")
    parser.add_argument("--repeats", type=int, default=3, help="readings of each")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    print(f"{'log':22}{'MB':>8}{'points':>12}{'median s':>10}{'slowest':>9}{'MB/s':>7}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in LOGS.items():
            path = Path(folder, "train.log")
            megabytes = options.megabytes if name in ("nanoGPT", "Megatron-LM") else options.hostile_megabytes
            write(path, lines(random.Random(0)), megabytes * 1_000_000)
            done = [read(path) for _ in range(options.repeats)]
            size = path.stat().st_size / 1e6
            middle = statistics.median(one.seconds for one in done)
            print(
                f"{name:22}{size:>8.1f}{done[0].points:>12,}{middle:>10.2f}{max(one.seconds for one in done):>9.2f}"
                f"{size / middle:>7.0f}{max(one.megabytes for one in done):>9.0f}"
            )


if __name__ == "__main__":
    main()
