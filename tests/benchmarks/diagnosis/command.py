"""The command line: score a folder of labelled runs."""

from __future__ import annotations

import argparse
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from logdoctor import Diagnosis, analyze
from logdoctor.config import Config
from logdoctor.diagnosis import selected_rules

from . import tables
from .invariance import rediagnose, report
from .labels import read_labels
from .scoring import score
from .verdicts import all_verdicts, owners

A_DAY = 86400.0
"""Seconds after which no log counts as still being written, though the benchmark may have written it just now."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print how right logdoctor is on a folder with a labels.json."""
    parser = argparse.ArgumentParser(prog="python tests/benchmarks/diagnosis", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="runs, with a labels.json at the top")
    parser.add_argument("--baselines", action="store_true", help="score the rules of the peers on the same runs")
    parser.add_argument("--markdown", action="store_true", help="print the table in Markdown, and no more")
    parser.add_argument("--verbose", action="store_true", help="list every miss, alarm and wrong first cause")
    parser.add_argument("--invariance", action="store_true", help="list verdicts that change with the way of logging")
    options = parser.parse_args(arguments)
    diagnosis = analyze(options.folder, now=time.time() + A_DAY)
    if options.invariance:
        runs = [one.run for one in diagnosis.runs]
        _print(report(list(rediagnose(runs, selected_rules(Config())))))
        return
    labels = read_labels(options.folder)
    verdicts = all_verdicts(diagnosis, labels, peers=options.baselines)
    scores = {name: score(those) for name, those in verdicts.items()}
    if options.markdown:
        _print(tables.markdown(tables.grid(scores)))
        return
    if options.verbose:
        _print((*tables.mistakes(verdicts["logdoctor"]), ""))
    _print((*tables.aligned(tables.grid(scores)), ""))
    _print(tables.summary(scores["logdoctor"], verdicts["logdoctor"]))
    _print(amiss(diagnosis, {label.path for label in labels}))


def amiss(diagnosis: Diagnosis, paths: Collection[str]) -> Iterator[str]:
    """Yield what must not be: runs that no label names, rules that crash."""
    for one in diagnosis.runs:
        if not owners(one.run, paths):
            yield f"no label  {one.run.name}"
        for crash in one.outcomes.crashed:
            yield f"crash     {one.run.name}: {crash.rule}: {crash.error.splitlines()[-1]}"


def _print(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        print(line)
