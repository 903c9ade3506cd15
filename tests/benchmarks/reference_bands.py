"""How often a further seed leaves the band of a reference, and how often a run that ends badly does.

    python tests/benchmarks/reference_bands.py PART

PART is a part of the diagnosis benchmark (several seeds of each recipe, `labels.json` beside them). For each sound
recipe a reference is made of one, two or three of its seeds, at the default tolerance; its other seeds should hold to
it, and runs of faulted recipes of the same family that end half as bad again should not.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

import logdoctor
from logdoctor.gate.bands import Common, Tolerance, common_windows, deviation
from logdoctor.gate.golden import Golden, golden_curve
from logdoctor.run import Role, Run, Series
from logdoctor.run.roles import TrainLoss, ValLoss, ValMetric

ROLES: tuple[type[Role], ...] = (TrainLoss, ValLoss, ValMetric)
SHUFFLES = 2
MIN_OVERLAP = 0.8
WORSE, BY_AT_LEAST = 1.5, 0.03
"""A bad end: so many times the loss, or what lacks to a metric of 1, and at least so far away."""

Recipes = Mapping[str, Sequence[Run]]


def compared(golden: Golden, series: Series | None) -> Common | None:
    """Return the windows that can be compared; what cannot is not counted."""
    if series is None or str(series.axis) != golden.axis:
        return None
    common = common_windows(golden, series)
    whole = common is not None and common.broken_step is None and not common.holes and common.overlap >= MIN_OVERLAP
    return common if whole else None


def ends_badly(common: Common) -> bool:
    """Tell whether a run ends half as bad again, or worse."""
    tail = slice(-max(1, len(common.medians) // 10), None)
    here, golden = float(np.median(common.medians[tail])), float(np.median(common.golden.centre[tail]))
    off = (1 - here, 1 - golden) if common.golden.kind.direction == "up" else (here, golden)
    return off[1] > 0 and off[0] > WORSE * off[1] and abs(here - golden) > BY_AT_LEAST


def cases(recipes: Recipes, sound: Recipes, seeds: int) -> Iterator[tuple[bool, Common]]:
    """Yield whether a run is bad, and how it lies to a reference of so many seeds."""
    order = random.Random(0)
    for name, runs in sorted(sound.items()):
        family = [other for other in recipes if other.split("/")[0] == name.split("/")[0] and other not in sound]
        for _ in range(SHUFFLES):
            shuffled = order.sample(list(runs), len(runs))
            for role in ROLES:
                by_axis: dict[str, list[Series]] = defaultdict(list)
                for run in shuffled:
                    if (series := run.find(role)) is not None and len(series) > 3:
                        by_axis[str(series.axis)].append(series)
                for found in by_axis.values():
                    if len(found) <= seeds:
                        continue
                    try:
                        golden = golden_curve(found[:seeds])
                    except ValueError:
                        continue
                    yield from ((False, common) for one in found[seeds:] if (common := compared(golden, one)))
                    others = (run.find(role) for other in family for run in recipes[other][:2])
                    bad = (common for one in others if (common := compared(golden, one)))
                    yield from ((True, common) for common in bad if ends_badly(common))


def main(part: Path) -> None:
    """Print a line for references of one, two and three seeds."""
    labels = json.loads((part / "labels.json").read_text(encoding="utf-8"))
    recipes: dict[str, list[Run]] = defaultdict(list)
    for run in logdoctor.load(part):
        recipes[run.home.rpartition("/")[0]].append(run)
    sound = {
        name: runs
        for name, runs in recipes.items()
        if all(labels.get(run.home, {}).get("expect") == [] for run in runs)
    }
    print(f"{len(sound)} sound recipes of {len(recipes)}")
    for seeds in (1, 2, 3):
        said = [(bad, deviation(common, Tolerance()).regressed) for bad, common in cases(recipes, sound, seeds)]
        for kind, wanted in (("further seeds outside", False), ("bad ends outside", True)):
            these = [outside for bad, outside in said if bad is wanted]
            print(f"{seeds} seeds: {sum(these):,} of {len(these):,} {kind} ({sum(these) / max(len(these), 1):.1%})")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
