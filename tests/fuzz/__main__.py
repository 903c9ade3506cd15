"""Fuzz readers from the command line; the exit code is 1 when a trial failed."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
import warnings
from pathlib import Path

from tests.fuzz.trials import folder_in_memory, formats, rng_of, trial_of

REPORT_SECONDS = 30.0

MOST_TRACES = 3
"""Failures that are shown in full."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--mutations", type=int, default=20_000, help="how many files to damage in each format")
    parser.add_argument("--format", choices=formats(), action="append", help="a format to fuzz; all without it")
    parser.add_argument("--seed", default="0", help="of the run; a failing trial prints its own")
    parser.add_argument("--only", type=int, help="the number of one trial to repeat")
    options = parser.parse_args()
    warnings.simplefilter("error")  # as in the suite
    failed = 0
    for name in options.format or formats():
        failed += fuzz(name, options.seed, range(options.mutations) if options.only is None else [options.only])
    return 1 if failed else 0


def fuzz(name: str, seed: str, trials: range | list[int]) -> int:
    """Run trials of one format, print each that fails and how many did."""
    trial, failed = trial_of(name), 0
    begun = told = time.perf_counter()
    slowest, slowest_trial = 0.0, 0
    with folder_in_memory() as folder:
        for done, number in enumerate(trials, 1):
            started = time.perf_counter()
            try:
                trial(rng_of(seed, number), Path(folder))
            except Exception:  # noqa: BLE001 - whatever a trial raises is its result
                failed += 1
                print(f"{name}: trial {number} failed: --format {name} --seed {seed} --only {number}")
                if failed <= MOST_TRACES:
                    traceback.print_exc()
            now = time.perf_counter()
            if now - started > slowest:
                slowest, slowest_trial = now - started, number
            if now - told > REPORT_SECONDS:
                told = now
                print(f"{name}: {done:,} mutations, {failed} failed, {done / (now - begun):,.0f} a second", flush=True)
    seconds = time.perf_counter() - begun
    print(
        f"{name}: {len(trials):,} mutations, {failed} failed, in {seconds:,.0f} s; "
        f"the slowest took {slowest:.2f} s (trial {slowest_trial})"
    )
    return failed


if __name__ == "__main__":
    sys.exit(main())
