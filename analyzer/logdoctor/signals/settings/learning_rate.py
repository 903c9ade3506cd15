"""The learning rate that a run was given, from its settings or its log."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np

from logdoctor.run import Run, Setting, as_number
from logdoctor.run.naming import words
from logdoctor.run.roles import LearningRate
from logdoctor.signals.statistics.median import quantile

RATE_SETTINGS = (("learning", "rate"), ("lr",), ("base", "lr"), ("max", "lr"), ("peak", "lr"), ("lr0",), ("init", "lr"))
"""Names of the hyper-parameter, as words; the first that a run has counts."""

SEED_WORDS = frozenset({"seed"})

ABOVE_SET = 2.0
"""Factor by which a logged rate passes the one that was set, from which that one is no peak: the schedule has its own
(`max_lr` of `OneCycleLR`), or the rate was scaled with the batch or the devices."""

FOR_A_QUARTER = 0.75
"""Quantile of the logged rates that passes it by so much: one that begins high for an epoch or three (the biases of
YOLO) is no other peak."""

MISSED = 0.1
"""Share by which the highest rate that was logged may lie below the one that a run is called after."""

REPEATS = frozenset({"fold", "rep", "repeat"})
"""Settings that count repeats of one recipe, as a seed does."""


@lru_cache(maxsize=4096)  # of a sweep, every two runs are compared
def is_rate(name: str) -> bool:
    """Tell whether a hyper-parameter is the learning rate."""
    return setting_words(name) in RATE_SETTINGS


@lru_cache(maxsize=4096)
def setting_words(name: str) -> tuple[str, ...]:
    """Return the words of the last part of a nested hyper-parameter's name."""
    return words(name.rpartition(".")[2].rpartition("/")[2])


@lru_cache(maxsize=4096)
def is_seed(name: str) -> bool:
    """Tell whether a hyper-parameter is a random seed."""
    return name in REPEATS or bool(SEED_WORDS & set(words(name)))


def settings_of(run: Run) -> Mapping[str, Setting]:
    """Return the settings that were logged, and, where the rate is not among them, those that the name tells."""
    return run.once(_settings)


def _settings(run: Run) -> Mapping[str, Setting]:
    logged = run.hyperparameters
    return logged if any(map(is_rate, logged)) else {**run.name_settings, **logged}


def given_rate(run: Run) -> float | None:
    """Return the rate that a run was set to, or the highest that it logged, or that its name tells, or None.

    The highest logged counts, too, where the rate lies far above the one that was set for a quarter of the log.
    """
    return run.once(_rate)


def _rate(run: Run) -> float | None:
    series, rate = run.find(LearningRate), _set_rate(run)
    logged = np.zeros(1) if series is None or not len(series.finite) else series.finite.values
    peak, named = float(logged.max()), as_number(run.name_settings.get("lr"))
    if rate is not None:
        return peak if quantile(logged, FOR_A_QUARTER) > ABOVE_SET * rate else rate
    # A log that shows the rate once an epoch misses the peak of a schedule by a little.
    is_peak = named is not None and peak <= named <= (1 + MISSED) * peak
    return named if is_peak or peak <= 0 else peak


def _set_rate(run: Run) -> float | None:
    named = {setting_words(name): value for name, value in reversed(list(run.hyperparameters.items()))}
    rates = (as_number(named.get(words_of_name)) for words_of_name in RATE_SETTINGS)
    return next((rate for rate in rates if rate is not None and rate > 0), None)
