"""What distinguishes one place of training from another: versions, devices and precision, as far as a run logs them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b

from logdoctor.run import Run, Setting
from logdoctor.run.naming import words
from logdoctor.signals import differing, is_seed
from logdoctor.signals.settings.hyperparameters import PRECISION
from logdoctor.signals.settings.incidental import NAMES, PLACES
from logdoctor.signals.settings.learning_rate import setting_words

KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "torch": (("torch", "version"), ("pytorch", "version")),
    "cuda": (("cuda", "version"), ("rocm", "version")),
    "gpu": (("gpu", "name"), ("gpu", "type"), ("device", "name"), ("gpu", "model")),
    "world size": (
        ("world", "size"),
        ("num", "gpus"),
        ("n", "gpu"),
        ("n", "gpus"),
        ("gpu", "count"),
        ("num", "devices"),
    ),
    "precision": PRECISION,
}
"""Names of settings, as words, by what they tell; the first that a run has counts."""

_OF_ENVIRONMENT = frozenset(words for names in KEYS.values() for words in names)


def environment(run: Run) -> dict[str, Setting]:
    """Return what a run logged of the place where it trained, by the keys of KEYS."""
    named = {setting_words(name): value for name, value in reversed(list(run.hyperparameters.items()))}
    found = {
        key: next((named[words] for words in names if named.get(words) not in (None, "")), None)
        for key, names in KEYS.items()
    }
    return {key: value for key, value in found.items() if value is not None}


def differences(reference: Mapping[str, Setting], here: Mapping[str, Setting]) -> list[str]:
    """Return how two environments differ, in words; what only one of them names is no difference."""
    shared = [key for key in reference if key in here]
    return [f"{key} {here[key]} for {reference[key]}" for key in shared if str(reference[key]) != str(here[key])]


def comparable_settings(run: Run) -> dict[str, Setting]:
    """Return the settings that can matter: without seeds, results, names and places."""
    return {
        name: value
        for name, value in sorted(run.hyperparameters.items())
        if not name.startswith("summary.")
        and not is_seed(name)
        and (setting_words(name) in _OF_ENVIRONMENT or not _is_incidental(words(name)))
    }


def _is_incidental(found: tuple[str, ...]) -> bool:
    return found in (*NAMES, ("version",)) or found[-2:] in NAMES or bool(PLACES & set(found[-1:]))


def trained_by(run: Run) -> dict[str, Setting]:
    """Return the settings that decide a training: those that can matter, without the environment."""
    return {
        name: value for name, value in comparable_settings(run).items() if setting_words(name) not in _OF_ENVIRONMENT
    }


def unlike(one: Run, other: Run) -> list[str]:
    """Return the settings in which two trainings differ: where none are logged, those in their names."""
    mine, theirs = trained_by(one), trained_by(other)
    differ = differing(mine, theirs) if mine or theirs else differing(one.name_settings, other.name_settings)
    return [name for name in differ if not is_seed(name)]


def config_hash(run: Run) -> str:
    """Return a short hash of the settings that decide a training, empty where a run logs none."""
    settings = trained_by(run)
    text = json.dumps(settings, sort_keys=True, default=str)
    return blake2b(text.encode(), digest_size=6).hexdigest() if settings else ""
