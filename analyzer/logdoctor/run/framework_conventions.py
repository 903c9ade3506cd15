"""Conventions of single frameworks that make the name of a curve misleading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import naming, roles, vocabulary
from logdoctor.run.running_totals import is_running_total
from logdoctor.run.series import Axis, Series, Split, with_role

_SPACY_SCORE = re.compile(r"[A-Z0-9_]+$|scores?(?:/\w+)?$")
"""Columns of scores in spaCy's table, or fields of its records."""

_SPACY_MEANS = ({"SCORE"}, {"score", "scores"})
"""The mean of the scores in either of them, by the beginning of its name."""

_VALUE_NOW = re.compile(r"(?P<stem>.*[^\W_][._ ])val", re.I)
"""The current value of an average meter (`loss_val` beside `loss_avg`), or a value of validation."""

_FIRST_SET = re.compile(r"validation_0(?=[-/])(?!.*(?<!log)loss$)")
"""What the scikit-learn interface of XGBoost calls its first set; none of its metrics is a `loss`."""

_LOST = frozenset({"loss", "losses", "lost"})

_OF_POLICY = re.compile(r"(?:policy|pol|pi|p)[_ ]?loss", re.I)
_OF_VALUE = re.compile(r"val[_ ]?loss", re.I)

_ROUNDED = 1e-3
"""Share of a loss by which rounded terms may miss it."""


def training_set_of_xgboost(series: list[Series]) -> list[Series]:
    """Take the first of several numbered sets for the training data where each of its curves ends better.

    XGBoost's documentation of `evals_result` passes them so: `eval_set=[(X_train, y_train), (X_test, y_test)]`.
    """
    firsts = [one for one in series if _FIRST_SET.match(one.name)]
    if not firsts or any(one.split is Split.TRAIN for one in series):
        return series
    named = {one.name: one for one in series}
    seconds = [named.get(_FIRST_SET.sub("validation_1", one.name)) for one in firsts]
    if not all(map(_ends_better, firsts, seconds)):
        return series
    return [_of_training(one) if one in firsts else one for one in series]


def _ends_better(first: Series, second: Series | None) -> bool:
    """Whether a curve ends better on the first set than on the second: higher for a score, else lower."""
    if second is None or not len(first.finite) or not len(second.finite):
        return False
    is_score = first.role is roles.ValMetric
    lower, upper = (second, first) if is_score else (first, second)
    return bool(lower.finite.values[-1] < upper.finite.values[-1])


def _of_training(series: Series) -> Series:
    name = _FIRST_SET.sub("train", series.name)
    return replace(series, split=Split.TRAIN, role=naming.role_of(name, Split.TRAIN))


def values_of_meters(series: list[Series]) -> list[Series]:
    """Take `loss_val` for the current value of an average meter where its mean, `loss_avg`, was logged with it.

    Otherwise `loss_val` is a validation loss: where training has a loss of its own (`train_loss`), or where it was
    logged less often than the mean, or once per epoch, when a current value means little.
    """
    means = [_mean_of_meter(one, series) for one in series]
    meters = [(one, mean) for one, mean in zip(series, means, strict=True) if mean is not None]
    if any(_is_logged_of_training(one.name, mean, series) for one, mean in meters):
        return series
    return [one if mean is None else _of_the_moment(one, mean) for one, mean in zip(series, means, strict=True)]


def _mean_of_meter(series: Series, others: Iterable[Series]) -> Series | None:
    """Return the mean beside what may be the value of an average meter: `train/Loss.avg` beside `Loss.val`."""
    place, _, name = series.name.rpartition("/")
    found = _VALUE_NOW.fullmatch(name)
    if found is None or naming.split_of(place).is_held_out or series.axis in (Axis.EPOCH, Axis.INDEX):
        return None
    wanted = f"{found['stem']}avg".lower()
    means = {one.name.rpartition("/")[0]: one for one in others if one.name.rpartition("/")[2].lower() == wanted}
    mean = means.get(place) or next(iter(means.values()), None)
    return mean if mean is not None and np.array_equal(series.steps, mean.steps) else None


def _is_logged_of_training(name: str, mean: Series, series: Iterable[Series]) -> bool:
    stem = naming.stem_of(name)
    others = (one for one in series if one is not mean and one.split is Split.TRAIN)
    return any(naming.stem_of(one.name) == stem for one in others)


def _of_the_moment(series: Series, mean: Series) -> Series:
    stem = series.name.rpartition("/")[2][: -len("val")].rstrip("._ ")
    return replace(series, split=mean.split, role=naming.role_of(stem, mean.split))


def without_lost_games(series: list[Series]) -> list[Series]:
    """Where games won, drawn and lost are counted (`eval_win`, `eval_loss`), a `loss` is a lost game."""
    named = [frozenset(naming.words(one.name)) for one in series]
    won = {found - vocabulary.WINS for found in named if vocabulary.WINS & found}
    return with_role(
        roles.Unknown,
        series,
        lambda one: issubclass(one.role, roles.Loss) and frozenset(naming.words(one.name)) - _LOST in won,
    )


def values_beside_policies(series: list[Series]) -> list[Series]:
    """Where a loss is that of a policy and `val_loss` together, as of AlphaZero, this is the loss of the value."""
    policies = [one for one in series if _OF_POLICY.fullmatch(one.name)]
    sums = [one for one in series if one.role is roles.TrainLoss] if policies else []

    def policy_of(value: Series) -> Series | None:
        of_value = bool(_OF_VALUE.fullmatch(value.name)) and len(value) > 1
        return next((one for one in policies if of_value and any(_are_terms(one, value, of) for of in sums)), None)

    return [
        replace(one, split=policy.split, role=roles.PolicyLoss) if (policy := policy_of(one)) else one for one in series
    ]


def _are_terms(one: Series, other: Series, total: Series) -> bool:
    """Whether two losses add up to a third, which neither of them is alone."""
    if not (np.array_equal(one.steps, total.steps) and np.array_equal(other.steps, total.steps)):
        return False
    one_values, other_values, sums = (series.values for series in (one, other, total))
    finite = np.isfinite(sums)
    return _are_close(one_values + other_values, sums) and not any(
        _are_close(values[finite], sums[finite]) for values in (one_values, other_values)
    )


def _are_close(values: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    return np.allclose(values, others, rtol=_ROUNDED, atol=0.0, equal_nan=True)


def without_numbered_terms(series: list[Series]) -> list[Series]:
    """Where `r2` is the second of several (`r1`, `r2`, `r3`), it is not R², the explained share of variance."""
    names = {one.name for one in series}

    def is_numbered(one: Series) -> bool:
        is_metric = one.role in (roles.TrainMetric, roles.ValMetric)
        return is_metric and bool(vocabulary.R2.search(one.name)) and vocabulary.R2.sub("r1", one.name) in names

    return with_role(roles.Unknown, series, is_numbered)


def without_sums_of_spacy(series: list[Series]) -> list[Series]:
    """Leave out the losses of spaCy: each is a sum over all batches since the last evaluation, not a curve.

    The first sum has one batch, later ones more and larger batches; that of `tok2vec` is the gradient which other
    components send back, not a loss. The scores logged with them are on held-out data.
    """
    beginnings = {one.name.partition("/")[0] for one in series}
    sums = [one for one in series if vocabulary.SPACY_LOSS.match(one.name)]
    if not sums or not any(map(beginnings.issuperset, _SPACY_MEANS)):
        return series

    def understood(one: Series) -> Series:
        if one in sums:
            return replace(one, role=roles.Unknown)
        if _SPACY_SCORE.match(one.name) and one.role in (roles.TrainMetric, roles.Unknown):
            return replace(one, role=roles.ValMetric, split=Split.VALIDATION)
        return one

    return list(map(understood, series))


def without_running_totals(series: list[Series]) -> list[Series]:
    """Leave out a loss that is summed since the run began: it rises for as long as the loss is above zero."""
    return with_role(roles.Unknown, series, lambda one: one.role is roles.TrainLoss and is_running_total(one))


def weights_of_sklearn(series: list[Series]) -> list[Series]:
    """Recognise the `Norm` that scikit-learn's SGD prints with `NNZs`: that of the weights, not of the gradient."""
    is_sklearn = any(one.name == "NNZs" for one in series)
    return with_role(roles.Unknown, series, lambda one: is_sklearn and one.name == "Norm")


def sets_of_validation(series: list[Series]) -> list[Series]:
    """Tell losses on several validation sets (`eval_wiki_loss`) from the terms of one: each set is timed separately.

    Hugging Face's Trainer logs `eval_wiki_runtime` with such a loss.
    """
    if any(one.role in (roles.ValLoss, roles.TestLoss) for one in series):
        return series
    timed = [frozenset(naming.words(one.name)) for one in series if one.role is roles.Throughput]

    def is_timed(one: Series) -> bool:
        return frozenset(naming.words(one.name)) - {"loss"} | {"runtime"} in timed

    return with_role(roles.ValLoss, series, lambda one: one.role is roles.ValComponentLoss and is_timed(one))


def without_points_set_aside(series: list[Series]) -> list[Series]:
    """Ignore DeepXDE's `Test loss` where it repeats the `Train loss`, as it does when there are no test points.

    An equation is solved at the given points; nothing was held out by mistake.
    """
    named = {one.name: one.finite for one in series}
    if not named.keys() >= vocabulary.DEEPXDE:
        return series
    train, test = (named[name] for name in ("Train loss", "Test loss"))
    repeated = np.array_equal(train.steps, test.steps) and np.array_equal(train.values, test.values, equal_nan=True)
    return with_role(roles.Unknown, series, lambda one: repeated and one.name == "Test loss")
