"""The command line: train, write, and describe what was written."""

from __future__ import annotations

import argparse
import json
import shutil
import time
from pathlib import Path

import torch

from .faulty import FAULTY
from .recipe import Recipe
from .sound import SOUND

RECIPES = FAULTY + SOUND
TARGET = Path(__file__).parents[2] / "sample_logs"

README = """\
# Sample logs

Small networks, really trained by `python tests/make_sample_logs.py` on the data sets that come with
scikit-learn and on generated text and tables; every loss, rate and gradient norm is what the optimizer saw. Only the
times are not: a step takes 0.05 seconds on a fixed clock; and the error of `out-of-memory` is torch's text,
not an accelerator's. Each folder holds one diagnosis and an `expected.json`, written from the planted fault
before anything was analyzed: for each run the rules that must fire, others that may, and the causes that are
right; for runs that belong together, the comparisons that must be made.

| folder | trained | format | planted fault | expected |
|---|---|---|---|---|
"""


def make(recipe: Recipe, target: Path) -> None:
    """Say what is expected, then train every run of a recipe and write its log."""
    folder = target / recipe.folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "expected.json").write_text(json.dumps(recipe.expected, indent=2) + "\n")
    for name, sample in recipe.samples.items():
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        sample.write(place, sample.train())


def table_row(recipe: Recipe) -> str:
    """Describe a recipe in one row of the table."""
    rules = {f"`{rule}`" for sample in recipe.samples.values() for rule in (*sample.expect, *recipe.comparisons)}
    planted = recipe.planted or "none"
    cells = (f"`{recipe.folder}`", recipe.run, recipe.framework, planted, ", ".join(sorted(rules)))
    return f"| {' | '.join(cells)} |\n"


def main() -> None:
    """Make all samples, or those that are asked for."""
    parser = argparse.ArgumentParser(description="Train the small runs of sample_logs/ and write their logs.")
    names = [recipe.folder for recipe in RECIPES]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help="a folder; repeatable")
    parser.add_argument("--output", type=Path, default=TARGET, help="where to write (default: sample_logs/)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(mode=True)
    for recipe in RECIPES:
        if recipe.folder in (arguments.only or names):
            start = time.perf_counter()
            make(recipe, arguments.output)
            print(f"{recipe.folder:<32}{time.perf_counter() - start:6.1f} s")
    (arguments.output / "README.md").write_text(README + "".join(map(table_row, RECIPES)))


if __name__ == "__main__":
    main()
