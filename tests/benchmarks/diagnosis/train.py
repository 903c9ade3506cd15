"""Train the runs of the benchmark and write their logs, with what is right to say about each in `labels.json`.

python -m tests.benchmarks.diagnosis.train --part development --out FOLDER [--jobs 2]
"""

from __future__ import annotations

import argparse
import importlib
import json
import multiprocessing
import shutil
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).parents[3]))

PARTS = {"development": "development", "wider": "wider", "test": "held_out"}
"""Parts and the modules that plan them."""

Label = dict[str, object]


@dataclass(frozen=True)
class Job:
    """One run to train: a plan of a part, by its place there, and a seed."""

    part: str
    plan: int
    seed: int
    formats: tuple[str, ...]
    out: Path


def run_folder(family: str, name: str, seed: int, twin: int = 0) -> str:
    """Name the folder of a run; a fault planted twice in one family has two."""
    return f"{family}/{name}{f'-{twin + 1}' if twin else ''}/seed-{seed}"


def do(job: Job) -> tuple[str, Label, float]:
    """Train one run and write its log; return its folder, its label and the seconds that it took."""
    import torch
    from tests.benchmarks.diagnosis.training.formats import log

    torch.set_num_threads(1)
    start = time.perf_counter()
    plans = importlib.import_module(f"tests.benchmarks.diagnosis.training.{PARTS[job.part]}").PLANS
    plan = plans[job.plan]
    before = sum((one.family.name, one.name) == (plan.family.name, plan.name) for one in plans[: job.plan])
    name = run_folder(plan.family.name, plan.name, job.seed, before)
    history = plan.train(job.seed)
    shown = plan.showed(history)
    form = log(job.out / name, plan, history, job.formats, job.plan + job.seed)
    if plan.damage:
        plan.damage(job.out / name, job.seed)
    fault, expected = plan.fault, plan.expected(history) if shown else plan.fault.expect
    label: Label = {
        "expect": [*expected],
        "accept": sorted({*fault.accept} - {*expected}),
        "fault": fault.name,
        "causes": [*fault.causes],
        "format": form,
        "shown": shown,
        "family": plan.family.name,
        "recipe": plan.name,
        "seed": job.seed,
    }
    return name, label, time.perf_counter() - start


def plan_jobs(part: str, out: Path, seeds: Sequence[int], formats: tuple[str, ...], only: Iterable[str]) -> list[Job]:
    """List the runs of a part whose `family/recipe` one of the patterns matches."""
    plans = importlib.import_module(f"tests.benchmarks.diagnosis.training.{PARTS[part]}").PLANS
    wanted = [
        number
        for number, plan in enumerate(plans)
        if any(fnmatch(f"{plan.family.name}/{plan.name}", pattern) for pattern in only)
    ]
    return [Job(part, number, seed, formats, out) for number in wanted for seed in seeds]


def train_all(jobs: Sequence[Job], processes: int) -> dict[str, Label]:
    """Train in several processes and say which recipes did not show what they were made for."""
    labels: dict[str, Label] = {}
    seconds: dict[str, float] = defaultdict(float)
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for name, label, took in pool.imap(do, jobs, chunksize=5):
            labels[name] = label
            seconds[name.rpartition("/")[0]] += took
            if sys.stderr.isatty():
                print(f"\r{len(labels)}/{len(jobs)} {name:<70}", end="", file=sys.stderr)
    missed = Counter(name.rpartition("/")[0] for name, label in labels.items() if not label["shown"])
    for recipe, count in sorted(missed.items()):
        print(f"{recipe}: {count} did not show")
    sound = [label for label in labels.values() if label["fault"] == "none"]
    print(f"{sum(seconds.values()):.0f} s in all")
    print(
        f"{len(labels)} runs, {len(sound)} of them sound, {len({one['fault'] for one in labels.values()} - {'none'})} "
        f"kinds of faults, {sum(missed.values())} did not show"
    )
    return labels


def main(arguments: Sequence[str] | None = None) -> None:
    """Train a part of the benchmark."""
    from tests.benchmarks.diagnosis.training.formats import FORMATS, read_by_logdoctor

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=PARTS, required=True, help="development, wider, or the held-out test")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FOLDER", help="where the logs go; an earlier part there is replaced"
    )
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes of one thread each (default: 2)")
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="runs of each recipe (default: 5)")
    parser.add_argument("--first-seed", type=int, default=0, metavar="N", help="seed of the first of them (default: 0)")
    parser.add_argument("--only", action="append", metavar="PATTERN", help="FAMILY/RECIPE, with wildcards; repeatable")
    parser.add_argument(
        "--formats",
        type=lambda names: tuple(names.split(",")),
        help=f"of {','.join(FORMATS)} (default: all that logdoctor reads)",
    )
    given = parser.parse_args(arguments)
    formats = given.formats or read_by_logdoctor()
    if unknown := {*formats} - {*FORMATS}:
        parser.error(f"unknown formats: {', '.join(sorted(unknown))}; there are {', '.join(FORMATS)}")
    labelled = given.out / "labels.json"
    if given.out.exists() and any(given.out.iterdir()) and not labelled.exists():
        parser.error(f"{given.out} holds something else than a part of the benchmark: name another folder")
    shutil.rmtree(given.out, ignore_errors=True)
    given.out.mkdir(parents=True)
    labelled.write_text("{}\n")
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    labels = train_all(plan_jobs(given.part, given.out, seeds, formats, given.only or ["*"]), given.jobs)
    labelled.write_text(json.dumps(dict(sorted(labels.items())), indent=1) + "\n")


if __name__ == "__main__":
    main()
