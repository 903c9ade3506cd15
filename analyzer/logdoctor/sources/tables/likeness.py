"""Whether a table was logged by a training: what distinguishes such tables from any others."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet

import numpy as np

from logdoctor.run import Axis, Split, roles
from logdoctor.run.naming import is_bare_split, role_of, split_of, stem_of, words
from logdoctor.run.vocabulary import ELBO
from logdoctor.sources.tables.counters import canonical, counts, normal
from logdoctor.sources.tables.table import Column, Table
from logdoctor.sources.tables.table_axes import table_axes_of
from logdoctor.sources.tables.table_logs import RUN_LABELS, SUBJECT_LABELS, label_name

PLAIN_COUNTERS = frozenset({
    "step", "steps", "global_step", "trainer/global_step", "train/global_step", "_step", "iter", "iteration",
    "iterations", "num_updates", "current_steps", "training_iteration", "epoch", "epochs",
})  # fmt: skip
"""Counters that nothing but a training log has; beside one of them any quantity will do."""

_PERFORMANCE = (roles.Loss, roles.TrainMetric, roles.ValMetric, roles.ValError, roles.Reward)
_BESIDE = (*_PERFORMANCE, roles.TrainError, roles.GradNorm, roles.LearningRate, roles.Throughput)

_SETTINGS = frozenset({"weight", "weights", "coefficients", "names", "types"})
"""Last words of settings that are called after a loss: `loss_weights`."""

_OF_ANYTHING = frozenset({"step", "batch", "round", "episode", "frame"})
"""What recipes, games and videos number as well: `Step #`, `frame_id`; only a loss tells theirs from a training's."""

_OF_TRAINING = frozenset({"train", "training", "trainer"})
_OF_LOGS = frozenset({"log", "logs", "history", "curve", "curves"})
"""Words in the name of a training's log, one of either: `train.csv` and `train_results.csv` hold data."""

_FEW_RESTARTS = 0.25
"""Share of the rows that may go back behind the one before; of unrelated numbers half do."""

_ONE_ROW_EACH = frozenset({"name", "state"})
"""Columns of a tracker's list of runs, which has one row for each run and no curves."""


def tells_performance(name: str) -> bool:
    """Tell whether a name promises a loss, a metric, an error on held-out data, or a reward."""
    role, said = role_of(name, split_of(name)), words(name)
    return (issubclass(role, _PERFORMANCE) and said[-1] not in _SETTINGS) or ELBO in said


def tells_loss(name: str) -> bool:
    """Tell whether a name promises a loss, and nothing else that tells performance."""
    return tells_performance(name) and (issubclass(role_of(name, split_of(name)), roles.Loss) or ELBO in words(name))


def _may_number_anything(counter: str) -> bool:
    """Tell whether a counter is one of training by no more than a spelling: `frame_id`, but not `frame`."""
    told = canonical(counter)
    return told in _OF_ANYTHING and told != normal(counter)


def names_splits(names: Collection[str]) -> bool:
    """Tell whether training and held-out data are told apart by names that say nothing else: `train=0.18 val=0.19`."""
    splits = {split_of(name) for name in names if is_bare_split(name)}
    return Split.TRAIN in splits and len(splits) > 1


def is_of_training(name: str) -> bool:
    """Tell whether a name belongs to training: performance, an error measure, a rate, a gradient, a duration."""
    return tells_performance(name) or issubclass(role_of(name, split_of(name)), _BESIDE)


def is_training(table: Table) -> bool:
    """Tell whether a table, or its beginning, was logged by a training."""
    quantities = [column.name for column in table.columns if len(column) and not counts(column.name)]
    texts = {normal(column.name) for column in table.columns if column.is_prose}
    if not quantities or _has_a_row_for_each_run(table, texts):
        return False
    counters = [one.name for one in table_axes_of(table).counters if one.axis is not Axis.INDEX]
    if any(normal(name) in PLAIN_COUNTERS for name in counters):
        return True
    if counters:
        return any(map(tells_loss if all(map(_may_number_anything, counters)) else tells_performance, quantities))
    told = is_set_of_curves(quantities) or _is_training_log(table, quantities)
    return not texts and table.rows > 1 and told


def is_set_of_curves(names: Collection[str]) -> bool:
    """Tell whether quantities without a counter are curves: nothing among them is foreign to training.

    Beside a loss, what is measured on held-out data and on others is not, whatever it is called: `tversky` beside
    `val_tversky`. Tables of results have accuracies beside sizes of both: `train_subjects`, `test_subjects`.
    """
    unknown = [name for name in names if stem_of(name) and role_of(name, split_of(name)) is roles.Unknown]
    measured = {held: {stem_of(one) for one in unknown if split_of(one).is_held_out is held} for held in (True, False)}
    have_loss = any(map(tells_loss, names))
    on_both = {name for name in unknown if have_loss and stem_of(name) in measured[True] & measured[False]}
    return any(map(shows_progress, names)) and all(name in on_both or is_of_training(name) for name in names)


def shows_progress(name: str) -> bool:
    """Tell whether a name promises what shows how a training goes: performance, or the error of training."""
    return tells_performance(name) or is_training_error(name)


def is_training_error(name: str) -> bool:
    """Tell an error that says of itself to be that of training, as Torch's loggers have it."""
    return split_of(name) is Split.TRAIN and issubclass(role_of(name, Split.TRAIN), roles.TrainError)


def _is_training_log(table: Table, names: Collection[str]) -> bool:
    """Tell a loss beside quantities of its own in a file that is called the log of a training."""
    said = words(table.path.stem)
    called = not _OF_TRAINING.isdisjoint(said) and not _OF_LOGS.isdisjoint(said)
    tried = (one for one in table.columns if one.name in names and _is_setting(one.name) and not _is_scheduled(one))
    return called and any(map(tells_loss, names)) and not any(tried)


def _is_setting(name: str) -> bool:
    return issubclass(role_of(name, split_of(name)), roles.Setup)


def _is_scheduled(column: Column) -> bool:
    """Tell a setting that goes one way and rests, as a weight that is warmed up, from those that a search tries."""
    moves = np.diff(column.values)
    return bool((moves == 0).any() and ((moves >= 0).all() or (moves <= 0).all()))


def _has_a_row_for_each_run(table: Table, texts: AbstractSet[str]) -> bool:
    """Tell a list of runs. What was trained may differ in each row of a log, too: `epoch,loss,model` of checkpoints."""
    names = {label_name(one.name) for one in table.labels if table.rows > 2 and len(one.words) > table.rows / 2}
    prose = {label_name(text) for text in texts}
    subjects = names & SUBJECT_LABELS & prose
    return texts >= _ONE_ROW_EACH or bool(names & RUN_LABELS) or (bool(subjects) and not _counts_on(table))


def _counts_on(table: Table) -> bool:
    """Whether a counter that only a training has goes on from row to row, now and then anew, as after a restart."""
    counters = [one.values for one in table.columns if canonical(one.name) in PLAIN_COUNTERS and len(one) > 1]
    return any(at[-1] > at[0] and np.mean(np.diff(at) < 0) <= _FEW_RESTARTS for at in counters)
