"""What ties two runs to one task: settings that name it, and names that differ in numbers alone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from logdoctor.run import Run, Setting
from logdoctor.run.naming import stem_of
from logdoctor.run.roles import TrainLoss, ValError, ValMetric
from logdoctor.run.run_names import (
    are_stages,
    differ_in_settings,
    same_but_for_numbers,
    without_counters,
    without_settings,
)
from logdoctor.signals.optimization.accuracy import ACCURACY, is_error_rate, is_of_classes
from logdoctor.signals.settings.incidental import is_chosen
from logdoctor.signals.settings.learning_rate import is_rate, is_seed, setting_words, settings_of

SET_UP = (
    "testproblem",
    "problem",
    "task",
    "task_name",
    "dataset",
    "dataset_name",
    "model",
    "model_name",
    "arch",
    "env_id",
)
"""Hyper-parameters that say what is trained; runs that differ in one of them are no siblings."""

OF_THE_TRAINING = frozenset(
    "batch bs momentum beta1 beta2 betas decay wd dropout drop clip warmup optimizer optim opt nesterov eps epsilon "
    "accumulation scheduler workers depth width hidden layer layers units channels heads".split()
)
"""Words of settings that change how a loss is brought down, or by how large a model, and not which loss it is."""

_PLAIN = frozenset("no with without full base baseline default control on off only seed s".split())
"""Words by which an ablation calls a run besides the setting that it changes."""

_WORD = re.compile(r"[a-z]+")

MOST_WORDS = 12
"""Words in which two names may differ at most; more say more than what was changed."""


def same_task(one: Run, other: Run) -> bool:
    """Tell whether something says that two runs train the same thing: settings that name it, or how they are called.

    Names that only count runs say so where both log settings of the same names, and the same curves as far.
    """
    if are_stages(one.name, other.name):
        return False
    if one.name == other.name or names_task(one, other) or differ_in_settings(one.name, other.name):
        return True
    return bool(one.hyperparameters) and named_alike(one, other)


def measure_apart(one: Run, other: Run) -> bool:
    """Tell whether two runs measure held-out data, and nothing in common but the loss: an accuracy, an overlap.

    Those are two tasks, however alike their losses are called and begin. `val_acc` and `val_error_rate` are one
    measure.
    """
    mine, theirs = one.once(_measures), other.once(_measures)
    return bool(mine and theirs) and mine.isdisjoint(theirs)


def _measures(run: Run) -> frozenset[frozenset[str]]:
    """Return what a run measures of held-out data, by the words of its names."""
    names = [one.name for role in (ValMetric, ValError) for one in run.all(role)]
    return frozenset(ACCURACY if is_of_classes(one) or is_error_rate(one) else frozenset(stem_of(one)) for one in names)


def named_alike(one: Run, other: Run) -> bool:
    """Tell whether two runs may train the same thing, by their names: they differ in what these set, or count alone.

    Runs that are merely counted must log settings of the same names and the same curves, and the loss to one step.
    Runs that are called after what was changed (`baseline`, `no_dropout`) must log that change and no other.
    """
    if not same_but_for_numbers(one.name, other.name):
        return _called_after_change(one, other)
    return one.name == other.name or differ_in_settings(one.name, other.name) or _log_the_same(one, other)


def _called_after_change(one: Run, other: Run) -> bool:
    """Tell whether names differ in the words of those settings of the training that differ, and in no other word."""
    if not one.hyperparameters or one.hyperparameters.keys() != other.hyperparameters.keys():
        return False
    mine, theirs = one.once(_words_of_name), other.once(_words_of_name)
    if len(mine ^ theirs) > MOST_WORDS:
        return False
    differ = differing(one.hyperparameters, other.hyperparameters)
    told = set(_WORD.findall(f"{[*differ.items()]}".lower()))
    said = (mine ^ theirs) - _PLAIN
    return bool(differ) and said <= told and all(map(_is_of_training, differ))


def _words_of_name(run: Run) -> frozenset[str]:
    return frozenset(_WORD.findall(run.name.lower()))


def _log_the_same(one: Run, other: Run) -> bool:
    curves = [{series.name for series in run.series} for run in (one, other)]
    losses = [None if (loss := run.find(TrainLoss)) is None else loss.last_step for run in (one, other)]
    settings = one.hyperparameters.keys() == other.hyperparameters.keys()
    return settings and curves[0] == curves[1] and losses[0] == losses[1]


def names_task(one: Run, other: Run) -> bool:
    """Tell whether the settings of both runs name what is trained; runs of one group then name the same."""
    return any(name in one.hyperparameters and name in other.hyperparameters for name in SET_UP)


def differing(mine: Mapping[str, Setting], theirs: Mapping[str, Setting]) -> dict[str, tuple[Setting, Setting]]:
    """Return the settings in which two runs differ; one that only one of them names differs too."""
    differ = [name for name in {*mine, *theirs} if mine.get(name) != theirs.get(name)]
    return {name: (mine.get(name), theirs.get(name)) for name in sorted(differ) if is_chosen(name)}


def differences(one: Run, other: Run) -> dict[str, tuple[Setting, Setting]]:
    """Return in which settings two runs differ; where their names tell settings, the rest of the names is one more."""
    differ = differing(settings_of(one), settings_of(other))
    mine, theirs = rest_of_name(one), rest_of_name(other)
    return {**differ, "name": (mine, theirs)} if mine and theirs and mine != theirs else differ


def rest_of_name(run: Run) -> str:
    """Return what a name that tells the rate says besides, nothing where the rate is logged."""
    return run.once(_rest_of_name)


def _rest_of_name(run: Run) -> str:
    has_rate = "lr" in run.name_settings and not any(map(is_rate, run.hyperparameters))
    return without_settings(without_counters(run.name)) if has_rate else ""


def differ_in_training_alone(one: Run, other: Run) -> bool:
    """Tell whether two runs of a task differ in the rate and in other settings of how it is trained, and no others.

    Then the mean of a first epoch shows already what they have made of it.
    """
    differ = differences(one, other)
    same = settings_of(one).keys() == settings_of(other).keys()
    designed = same and any(not is_seed(name) for name in differ)
    return designed and same_task(one, other) and all(map(_is_of_training, differ))


def _is_of_training(name: str) -> bool:
    return is_rate(name) or is_seed(name) or not OF_THE_TRAINING.isdisjoint(setting_words(name))
