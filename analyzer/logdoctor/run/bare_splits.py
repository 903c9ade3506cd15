"""Curves named after their split alone, `train=0.18 val=0.19`: what they measure follows from the other curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from logdoctor.run import naming, roles
from logdoctor.run.series import Series, Split

_IN_PERCENT = " (%)"
"""The end of a name that was printed in percent and would otherwise be a split alone."""

_NEAR_LOSS = 2.0
"""Largest factor between the first values of a training loss and of a validation loss that is called just `val`."""

_FALLEN = 0.9
"""The lowest value of such a loss, as a share of its first."""

_LEARNT = 0.1
"""Least rise of a share of right answers in training from which there is no doubt that it is one."""


def losses_of_splits(series: list[Series]) -> list[Series]:
    """Where no loss has a name, falling curves of both splits that are named after them are losses: `train=0.18`.

    So are sums of terms, `train_total` beside `val_total`, curves that become NaN, as no share of right answers does,
    and a single falling curve of training.
    """
    bare = _called_after_splits(series) or _sums_of_splits(series)
    train = [one for one in bare if one.split is Split.TRAIN]
    if (
        any(issubclass(one.role, roles.Loss) for one in series)
        or (len(bare) == len(train) and len(series) > 1)
        or not any(falls(one) or bool(np.isnan(one.values).any()) for one in train)
    ):
        return series
    of = {Split.TRAIN: roles.TrainLoss, Split.VALIDATION: roles.ValLoss, Split.TEST: roles.TestLoss}
    return [replace(one, role=of[one.split]) if one in bare else one for one in series]


def loss_of_validation(series: list[Series]) -> list[Series]:
    """Where the only loss is that of training, a bare `val` is the validation loss: `loss=2.31 | val=2.29`.

    It must begin near the loss and fall, as no accuracy does.
    """
    bare = _called_after_splits(series)
    losses = [one for one in series if issubclass(one.role, roles.Loss)]
    if len(bare) != 1 or len(losses) != 1 or bare[0].split is Split.TRAIN or losses[0].role is not roles.TrainLoss:
        return series
    val, train = bare[0].finite.values, losses[0].finite.values
    if not len(val) or not len(train) or not val[0] / _NEAR_LOSS <= train[0] <= _NEAR_LOSS * val[0]:
        return series
    if not 0 < val.min() < _FALLEN * val[0]:
        return series
    role = roles.ValLoss if bare[0].split is Split.VALIDATION else roles.TestLoss
    return [replace(one, role=role) if one is bare[0] else one for one in series]


def shares_of_splits(series: list[Series]) -> list[Series]:
    """Take percentages named after splits for errors if they fall, else for accuracies: `Train: 95.3%`."""
    return [replace(one, role=_role_of_share(one)) if _is_share_of_split(one) else one for one in series]


def _is_share_of_split(series: Series) -> bool:
    stem = series.name.removesuffix(_IN_PERCENT)
    return series.role is roles.Unknown and stem != series.name and naming.is_bare_split(stem)


def _role_of_share(series: Series) -> type[roles.Role]:
    if series.split is Split.TRAIN:
        return roles.TrainError if falls(series) else roles.TrainMetric
    return roles.ValError if falls(series) else roles.ValMetric


def scores_of_splits(series: list[Series]) -> list[Series]:
    """Take shares named after splits and logged with a loss for scores: `Loss: 0.52, Train: 0.91, Val: 0.78`.

    The examples of PyTorch Geometric log so. No score exceeds 1 or falls, and while the loss falls, that of training
    rises as only a score does; a curve that hardly moves may be anything.
    """
    bare = _called_after_splits(series)
    shares = all(len(one.finite) and 0 <= one.values.min() <= one.values.max() <= 1 for one in bare)
    losses = [one for one in series if issubclass(one.role, roles.Loss)]
    train = [one for one in bare if one.split is Split.TRAIN]
    if len(bare) < 2 or not shares or not train or not any(map(falls, losses)):
        return series
    if min(map(_climb, bare)) < 0 or min(map(_climb, train)) < _LEARNT:
        return series
    scores = {Split.TRAIN: roles.TrainMetric}
    return [replace(one, role=scores.get(one.split, roles.ValMetric)) if one in bare else one for one in series]


def _called_after_splits(series: list[Series]) -> list[Series]:
    return [one for one in series if one.role is roles.Unknown and naming.is_bare_split(one.name)]


def _sums_of_splits(series: list[Series]) -> list[Series]:
    return [one for one in series if one.role is roles.Unknown and naming.is_sum_of_split(one.name)]


def falls(series: Series) -> bool:
    """Whether a curve of positive values ends lower than it began."""
    values = series.finite.values
    return len(values) > 1 and bool(0 < values[-1] < values[0])


def _climb(series: Series) -> float:
    """Return by how much the median of the last third of a curve lies above its first value."""
    values = series.finite.values
    return float(np.median(values[-max(1, len(values) // 3) :]) - values[0])
