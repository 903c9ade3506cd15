"""What the names of runs contain: settings (`lr0.1_bs32_seed0`, `lr=1e-3,wd=0.1`), and which names are alike."""

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
"""Spellings of settings in names, without separators, and the names of these settings."""

_SEED = "s"
"""A seed, in a name with another setting: `mlp_lr0.1_s2`. Alone it may be a stage or a size."""

_COUNTERS = frozenset(
    "run runs trial exp experiment version v job task id gpu node host rank worker try attempt no nr num idx index "
    "step steps iter ckpt checkpoint part log test date time jan feb mar apr may jun jul aug sep oct nov dec".split()
)
"""Words before numbers that count runs, machines or days and are no settings."""

_FRACTIONS = frozenset({"lr", "weight_decay", "dropout", "momentum"})
"""Settings that are seldom whole numbers: `wd_1` may be the second of three, `drop95` a name."""

_REPEATED = frozenset({"seed", "fold", "repeat"})

LEAST = 2
"""Smallest whole number taken for a batch size, number of warm-up steps and the like: `clip_1` may be a counter."""

_WORDS = "|".join(
    sorted(
        (r"learning[_\-]?rate|batch[_\-]?size|weight[_\-]?decay|grad[_\-]?clip", *_SPELLINGS, _SEED, *_COUNTERS),
        reverse=True,
    )
)
_SETTING = re.compile(
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
"""Ids given by trackers: that of W&B after the time, the 32 digits of MLflow, and UUIDs."""

_STAGE = re.compile(r"(?<![a-z])(?:(?:stage|phase)[\W_]*\d+|pre[-_]?train|fine[-_]?tun)")
"""Stages of one training in names, small letters."""

_TIME_IN_NAME = re.compile(r"\d{4}-\d\d-\d\d[\d\-_T.:]*|\d{6,}(?:[-_T]\d{4,6}(?!\d))?|[A-Z][a-z]{2}\d\d_\d\d-\d\d-\d\d")
"""Times as written by trackers, people and TensorBoard's writer (`May04_11-00-12`); counters with leading zeros."""


def with_name_settings(runs: Sequence[Run]) -> list[Run]:
    """Return the runs with the settings given by their names.

    A whole number after `lr` is a rate if the same name of another run has a fraction there: `lr1` beside `lr0.1`.
    """
    named = [(run, settings_in_name(run.name)) for run in runs]
    shapes = {
        (without_numbers(run.name), key)
        for run, settings in named
        for key in settings
        if isinstance(settings[key], float)
    }
    for run, settings in named:
        for key in [key for key in settings if key in _FRACTIONS and (without_numbers(run.name), key) not in shapes]:
            del settings[key]
    return [replace(run, name_settings=settings) if settings else run for run, settings in named]


def settings_in_name(name: str) -> dict[str, Setting]:
    """Return the settings given by a single name."""
    settings: dict[str, Setting] = {}
    for match in _SETTING.finditer(name):
        key, text = _key(match), match["number"]
        value = int(text) if text.isdigit() else float(text)
        counts = key not in _FRACTIONS | _REPEATED | {_SEED} and value < LEAST
        if key not in _COUNTERS and not counts and (key != "lr" or value):
            settings[key] = value
    if _SEED in settings:
        seed = settings.pop(_SEED)
        if settings:
            settings.setdefault("seed", seed)
    return settings


def without_counters(name: str) -> str:
    """Return a name without times, ids and numbers that count runs: `trial_001_lr0.1` equals `trial_002_lr0.1` then."""

    def masked(match: re.Match[str]) -> str:
        return f"{_key(match)}#" if _key(match) in _COUNTERS else match[0]

    return _SETTING.sub(masked, without_times(name))


def without_seed(name: str) -> str:
    """Return a run's name with its seed masked."""
    return _SEED_IN_NAME.sub("seed #", name)


def without_times(name: str) -> str:
    """Return a run's name with times and tracker ids masked."""
    return _TIME_IN_NAME.sub("#", _without_ids(name))


def _without_ids(name: str) -> str:
    """Return a run's name with tracker ids masked."""
    return _ID_IN_NAME.sub("#", name)


def same_but_for_numbers(name: str, other: str) -> bool:
    """Tell whether two names differ only in numbers: `lr0.1/seed1` and `lr0.01/seed3`."""
    return without_numbers(name) == without_numbers(other)


@lru_cache(maxsize=4096)
def without_numbers(name: str) -> str:
    """Return a run's name with its numbers and ids masked."""
    return NUMBER.sub("#", _without_ids(name))


def without_settings(name: str) -> str:
    """Return a name with the numbers of known settings masked, the same for all runs of a sweep."""
    known = {*settings_in_name(name), _SEED}
    return _SETTING.sub(lambda match: f"{_key(match)}#" if _key(match) in known else match[0], name)


def differ_in_settings(name: str, other: str) -> bool:
    """Tell whether two names differ only in the values of settings.

    Numbers of known settings, seeds and fractions count as values; the number of `run_1`, times and ids do not.
    """
    return without_times(name) != without_times(other) and _task_of(name) == _task_of(other)


@lru_cache(maxsize=4096)
def _task_of(name: str) -> str:
    return _FRACTION.sub("#", without_settings(without_times(name)))


def are_stages(name: str, other: str) -> bool:
    """Tell whether two names are those of different stages of one training, each of which goes on from another."""
    mine, theirs = (_STAGE.findall(one.lower()) for one in (name, other))
    return mine != theirs and bool(mine and theirs)


def _key(match: re.Match[str]) -> str:
    written = re.sub(r"[_\-]", "", match["word"]).lower()
    return _SPELLINGS.get(written, written)
