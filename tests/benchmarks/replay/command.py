"""The command line: run the cases on several processes, print the table."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from .faults import FAULTS, LEFT_OUT
from .models import TASKS
from .scoring import Case, cases
from .sound import Sound, judged
from .table import misses, table

PARTS = {"dev": 0, "test": 1000}
"""The first seed of each part. Thresholds and the order of verdicts were set on dev, without the types left out."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how right replays are on planted faults."""
    parser = argparse.ArgumentParser(prog="python tests/benchmarks/replay", description=main.__doc__)
    parser.add_argument("--part", choices=PARTS, default="test")
    parser.add_argument("--seeds", type=int, default=5, help="seeds of every fault in every model")
    parser.add_argument("--sound", type=int, default=60, help="sound runs")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="+", choices=FAULTS, metavar="FAULT")
    parser.add_argument("--models", nargs="+", choices=TASKS, default=list(TASKS))
    parser.add_argument("--no-policies", action="store_true", help="leave out the naive policies, to be faster")
    parser.add_argument("--verbose", action="store_true", help="list every miss")
    options = parser.parse_args(arguments)
    first = PARTS[options.part]
    names = options.only or [name for name in FAULTS if options.part == "test" or name not in LEFT_OUT]
    began = time.monotonic()
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        seeds = range(first, first + options.seeds)
        faulty = [
            pool.submit(cases, name, task, seeds, policies=not options.no_policies)
            for name in names
            for task in options.models
        ]
        sound = [
            pool.submit(judged, list(TASKS)[number % len(TASKS)], first + number // len(TASKS))
            for number in range(options.sound)
        ]
        done = 0
        for _ in as_completed([*faulty, *sound]):
            done += 1
            if sys.stderr.isatty():
                print(f"\r{done} of {len(faulty) + len(sound)}", end="", file=sys.stderr)
    found: list[Case] = [case for one in faulty for case in one.result()]
    quiet: list[Sound] = [one.result() for one in sound]
    if options.verbose:
        _print(misses(found, quiet))
    _print(table(found, quiet))
    print(f"{len(found)} planted faults, {len(quiet)} sound runs, {time.monotonic() - began:.0f} s")


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        print(line)
