"""What the names of runs tell: settings (`lr0.1_bs32_seed0`, `lr=1e-3,wd=0.1`), and which runs are named alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from logdoctor.run.run import Run, Setting

_SPELLINGS: Mapping[str, str] = {
    "lr": "lr", "lrate": "lr", "learningrate": "lr",
    "bs": "batch_size", "batch": "batch_size", "batchsize": "batch_size",
    "wd": "weight_decay", "weightdecay": "weight_decay",
    "mom": "momentum", "momentum": "momentum",
    "drop": "dropout", "dropout": "dropout",
    "warmup": "warmup", "wu": "warmup",
    "clip": "grad_clip", "gradclip": "grad_clip",
    **dict.fromkeys(("depth", "layers"), "layers"), **dict.fromkeys(("width", "hidden"), "hidden"),
    "seed": "seed", "fold": "fold", "rep": "repeat", "repeat": "repeat",
}  # fmt: skip
"""How settings are written in names, without separators, and what they are called."""

_SEED = "s"
"""A seed in a name that tells another setting as well: `mlp_lr0.1_s2`. Alone it may be a stage, or a size."""

_COUNTERS = frozenset(
    "run runs trial exp experiment version v job task id gpu node host rank worker try attempt no nr num idx index "
    "step steps iter ckpt checkpoint part log test date time jan feb mar apr may jun jul aug sep oct nov dec".split()
)
"""Words before numbers that count runs, machines and days and set nothing."""

_FRACTIONS = frozenset({"lr", "weight_decay", "dropout", "momentum"})
"""Settings that are seldom whole: `wd_1` may be the second of three, `drop95` a name."""

_REPEATED = frozenset({"seed", "fold", "repeat"})

LEAST = 2
"""Batch size, steps of warm-up and the like from which a whole number is one: `clip_0` and `clip_1` may count."""

_WORDS = "|".join(
    sorted(
        (r"learning[_\-]?rate|batch[_\-]?size|weight[_\-]?decay|grad[_\-]?clip", *_SPELLINGS, _SEED, *_COUNTERS),
        reverse=True,
    )
)
_TOLD = re.compile(
    rf"(?<![a-z0-9])(?P<word>{_WORDS})[_=:\- ]?"
    r"(?P<number>\d{1,12}(?:\.\d{1,12})?(?:e[-+]?\d{1,3})?)(?![a-z0-9]|\.\d)",
    re.I,
)

_FRACTION = re.compile(r"\d+\.\d+(?:e[-+]?\d+)?|\d+e[-+]?\d+", re.I)
"""Numbers that count nothing: rates and shares."""

NUMBER = re.compile(r"[-+]?\d[\d.]*(?:e[-+]?\d+)?")

_SEED_IN_NAME = re.compile(r"(?:seed|rep|repeat|fold)[\W_]*\d+", re.I)

_ID_IN_NAME = re.compile(
    r"(?<=\d{8}_\d{6}-)[0-9a-z]{8}\b|(?<![0-9a-z])(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
    r"(?![0-9a-z])"
)
"""Names that a tracker gives: of W&B after the time, 32 digits of MLflow, and UUIDs."""

_TIME_IN_NAME = re.compile(r"\d{4}-\d\d-\d\d[\d\-_T.:]*|\d{6,}(?:[-_T]\d{4,6}(?!\d))?|[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d")
"""Times as trackers and people write them, and as TensorBoard's writer does (`May04_11-00-12`); counts with zeros
before them."""


def with_told(runs: Sequence[Run]) -> list[Run]:
    """Return runs with the settings that their names tell.

    A whole number after `lr` is a rate where the same name of another run tells one that is not: `lr1` beside `lr0.1`.
    """
    named = [(run, told_by(run.name)) for run in runs]
    shapes = {(without_numbers(run.name), key) for run, told in named for key in told if isinstance(told[key], float)}
    for run, told in named:
        for key in [key for key in told if key in _FRACTIONS and (without_numbers(run.name), key) not in shapes]:
            del told[key]
    return [replace(run, told=told) if told else run for run, told in named]


def told_by(name: str) -> dict[str, Setting]:
    """Return the settings that a run's name tells by itself."""
    told: dict[str, Setting] = {}
    for match in _TOLD.finditer(name):
        key, text = _key(match), match["number"]
        given = int(text) if text.isdigit() else float(text)
        counts = key not in _FRACTIONS | _REPEATED | {_SEED} and given < LEAST
        if key not in _COUNTERS and not counts and (key != "lr" or given):
            told[key] = given
    if _SEED in told:
        seed = told.pop(_SEED)
        if told:
            told.setdefault("seed", seed)
    return told


def without_counters(name: str) -> str:
    """Return a name without the numbers that count runs, times and ids: `trial_001_lr0.1` and `trial_002_lr0.1`."""

    def masked(match: re.Match[str]) -> str:
        return f"{_key(match)}#" if _key(match) in _COUNTERS else match[0]

    return _TOLD.sub(masked, without_times(name))


def without_seed(name: str) -> str:
    """Return a run's name with its seed masked."""
    return _SEED_IN_NAME.sub("seed #", name)


def without_times(name: str) -> str:
    """Return a run's name with times and the ids that trackers give masked."""
    return _TIME_IN_NAME.sub("#", _without_ids(name))


def _without_ids(name: str) -> str:
    """Return a run's name with the ids that trackers give masked."""
    return _ID_IN_NAME.sub("#", name)


def same_but_for_numbers(name: str, other: str) -> bool:
    """Tell whether two names differ in numbers alone: `lr0.1/seed1` and `lr0.01/seed3`."""
    return without_numbers(name) == without_numbers(other)


@lru_cache(maxsize=4096)
def without_numbers(name: str) -> str:
    """Return a run's name with its numbers and ids masked."""
    return NUMBER.sub("#", _without_ids(name))


def without_told(name: str) -> str:
    """Return a name in which the numbers of known settings are masked: one for all runs of a sweep."""
    known = {*told_by(name), _SEED}
    return _TOLD.sub(lambda match: f"{_key(match)}#" if _key(match) in known else match[0], name)


def differ_in_settings(name: str, other: str) -> bool:
    """Tell whether two names differ in numbers that set something, and in nothing else.

    Numbers of known settings, seeds, and fractions do; `run_1` and `run_2` are two runs of anything, as ids are.
    """
    return _without_ids(name) != _without_ids(other) and _without_settings(name) == _without_settings(other)


@lru_cache(maxsize=4096)
def _without_settings(name: str) -> str:
    return _FRACTION.sub("#", without_told(_without_ids(name)))


def _key(match: re.Match[str]) -> str:
    written = re.sub(r"[_\-]", "", match["word"]).lower()
    return _SPELLINGS.get(written, written)
