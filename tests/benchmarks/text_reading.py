"""How fast text logs are read, and that no line can hold the reader up.

    python -m tests.benchmarks.text_reading --megabytes 100 --repeats 3

Written are logs as trainings print them, what else is in logs, and hostile lines, made to provoke a search that goes
back over what it has read: see `text_logs`. Timed is, with the file in the page cache, the whole reading: from opening
the file to series and events. In the same process, after it, the plainest reading is timed that finds
anything: to split the text into lines, and to look for one pattern. `times plain` is the ratio of the two; it says more
than seconds do where others use the same machine. All times are of the processor.
The last column is the peak of the memory beyond what Python and numpy take.
"""

from __future__ import annotations

import argparse
import multiprocessing
import platform
import random
import re
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tests.benchmarks.text_logs import BESIDES, HOSTILE, REGULAR

PLAIN = re.compile(r"loss[:= ]+([0-9.]+)")
"""What the plainest reading looks for."""


class Reading(NamedTuple):
    """One reading of a file."""

    seconds: float
    plain: float
    """Seconds that the plainest reading took."""
    points: int
    megabytes: float
    """Peak memory beyond that before the reading."""


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
    begun = time.process_time()
    logs = list(TextLog().read(path))
    ended = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    points = sum(len(series) for log in logs for series in log.series)
    plain_begun = time.process_time()
    text = path.read_text(encoding="utf-8", errors="replace")
    len(text.splitlines()), len(PLAIN.findall(text))
    return Reading(ended - begun, time.process_time() - plain_begun, points, (peak - before) / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=50, help="size of each log")
    parser.add_argument("--repeats", type=int, default=3, help="readings of each")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    print(
        f"{'log':22}{'MB':>7}{'points':>12}{'median s':>10}{'slowest':>9}{'MB/s':>7}{'times plain':>13}{'peak MB':>9}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in (REGULAR | BESIDES | HOSTILE).items():
            path = Path(folder, "train.log")
            write(path, lines(random.Random(0)), options.megabytes * 1_000_000)
            done = [read(path) for _ in range(options.repeats)]
            size = path.stat().st_size / 1e6
            middle = statistics.median(one.seconds for one in done)
            ratio = statistics.median(one.seconds / one.plain for one in done)
            print(
                f"{name:22}{size:>7.1f}{done[0].points:>12,}{middle:>10.2f}{max(one.seconds for one in done):>9.2f}"
                f"{size / middle:>7.0f}{ratio:>13.1f}{max(one.megabytes for one in done):>9.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
