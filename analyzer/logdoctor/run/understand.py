"""Roles for all curves of a run: what a name means, given the other curves of the same run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import naming, roles, vocabulary
from logdoctor.run.bare_splits import (
    falls,
    loss_of_validation,
    losses_of_splits,
    scores_of_splits,
    shares_of_splits,
)
from logdoctor.run.framework_conventions import (
    sets_of_validation,
    training_set_of_xgboost,
    values_beside_policies,
    values_of_meters,
    weights_of_sklearn,
    without_lost_games,
    without_numbered_terms,
    without_points_set_aside,
    without_running_totals,
    without_sums_of_spacy,
)
from logdoctor.run.patterns import fits
from logdoctor.run.roles import Role
from logdoctor.run.series import Series, Split, with_role

Overrides = Mapping[type[Role], tuple[str, ...]]
"""Shell patterns of series names by role, as the user configured them."""

_SPLIT_OF_ROLE: dict[type[Role], Split] = {
    **dict.fromkeys((roles.TrainLoss, roles.TrainMetric, roles.TrainError), Split.TRAIN),
    **dict.fromkeys((roles.ValLoss, roles.ValMetric, roles.ValError), Split.VALIDATION),
    roles.TestLoss: Split.TEST,
}

_HELD_OUT_METRICS = frozenset(
    "map map50 map95 ap ap50 miou bleu rouge rouge1 rougel wer cer fid ndcg meteor cider".split()
)
"""Metrics that are computed on held-out data unless their name says otherwise."""

_FAR_MORE_OFTEN = 3
"""Values of a training loss to one of validation from which a metric at every validation is none of training's."""

_ACCURACY = frozenset({"acc", "accuracy"})
_TOTALS = frozenset({"total", "tot"})
_MEANS = (("avg",), ("average",), ("mean",))


def understand(series: Iterable[Series], overrides: Overrides | None = None) -> tuple[Series, ...]:
    """Give every series its split and role, and put the best candidate of each role first.

    A split that a series already carries (from its folder or file) counts only where its name mentions none.
    """
    chosen, others = _overridden(series, overrides or {})
    guessed = [_by_name(one) for one in others]
    for look in (
        training_set_of_xgboost, values_of_meters, values_beside_policies, without_lost_games,
        weights_of_sklearn, without_numbered_terms, _bounds_as_losses, without_sums_of_spacy, without_running_totals,
        losses_of_splits, loss_of_validation, shares_of_splits, scores_of_splits,
        _shares_of_success, _reinforcement, _main_losses, sets_of_validation,
        without_points_set_aside, _test_as_validation,
        _held_out_metrics, _beside_validation,
    ):  # fmt: skip
        guessed = look(guessed)  # each relies on what those before it found
    return (*chosen, *_means_first(sorted(guessed, key=_preference)))


def split_by_place(series: Iterable[Series]) -> tuple[Series, ...]:
    """Give the series of one log the splits that follow from each other, before another log of the run joins them."""
    logged = tuple(series)
    placed = _beside_validation([_by_name(one) for one in logged])
    return tuple(replace(one, split=other.split) for one, other in zip(logged, placed, strict=True))


def _by_name(series: Series) -> Series:
    split = naming.split_of(series.name) or series.split
    return replace(series, split=split, role=naming.role_of(series.name, split))


def _bounds_as_losses(series: list[Series]) -> list[Series]:
    """Where nothing is called a loss, an evidence lower bound that is above zero and falls is one: it is negated."""
    bounds = [
        one for one in series if one.role is roles.Unknown and frozenset(naming.stem_of(one.name)) == {vocabulary.ELBO}
    ]
    if any(issubclass(one.role, roles.Loss) for one in series) or not bounds or not all(map(falls, bounds)):
        return series
    of = {Split.VALIDATION: roles.ValLoss, Split.TEST: roles.TestLoss}
    return [replace(one, role=of.get(one.split, roles.TrainLoss)) if one in bounds else one for one in series]


def _shares_of_success(series: list[Series]) -> list[Series]:
    """Where held-out data are classified, what succeeded is a share of them, not what an agent is rewarded for."""
    classified = any(one.role is roles.ValMetric and _ACCURACY & set(naming.words(one.name)) for one in series)
    if not classified:
        return series
    return [
        replace(one, role=roles.TrainMetric if one.split is Split.TRAIN or not one.split else roles.ValMetric)
        if one.role is roles.Reward and vocabulary.REWARDS & set(naming.words(one.name)) == {vocabulary.SUCCESS}
        else one
        for one in series
    ]


def _reinforcement(series: list[Series]) -> list[Series]:
    """Beside a return, an advantage or a surrogate the loss is a policy loss.

    But in preference tuning, which logs rewards too.
    """
    if any(naming.words_of_preference(one.name) for one in series) or not any(map(_is_of_agents, series)):
        return series
    return with_role(roles.PolicyLoss, series, lambda one: issubclass(one.role, roles.Loss))


def _is_of_agents(one: Series) -> bool:
    """Whether only what acts logs it; a policy's loss that goes below zero is weighted by what was earned."""
    found = set(naming.words(one.name))
    is_surrogate = one.role is roles.PolicyLoss and bool(vocabulary.SURROGATES & found)
    earns = one.role is roles.Reward or bool(vocabulary.ADVANTAGES & found)
    return earns or (is_surrogate and bool((one.finite.values < 0).any()))


def _main_losses(series: list[Series]) -> list[Series]:
    """Where no total is logged, take one of its terms for the loss: the same one in training and validation.

    A penalty, or what a discriminator says of its data, stands for no loss; nor does, beside one, the distance of its
    features, which rises as it learns.
    """
    have_train = any(one.role is roles.TrainLoss for one in series)
    have_val = any(one.role in (roles.ValLoss, roles.TestLoss) for one in series)
    adversaries = any(one.role is roles.AdversarialLoss for one in series)
    excluded = vocabulary.NO_TOTALS | (vocabulary.MATCHED_FEATURES if adversaries else frozenset())
    terms = [one for one in series if excluded.isdisjoint(naming.words(one.name))]
    train_terms = [one for one in terms if one.role is roles.TrainComponentLoss]
    train_terms = [one for one in train_terms if one.finite.values.any()] or train_terms  # nothing to learn of 0
    train_terms.sort(key=lambda one: bool(naming.stem_of(one.name.rpartition("/")[2])))  # `bc/loss` sums `bc/l2_loss`
    val_terms = [one for one in terms if one.role is roles.ValComponentLoss]
    stem: tuple[str, ...] | None = None
    if not have_train and not have_val:
        shared = [naming.stem_of(one.name) for one in val_terms]
        candidates = [naming.stem_of(one.name) for one in train_terms]
        stem = next((s for s in candidates if s in shared), next(iter(candidates or shared), None))
    elif not have_train and train_terms:
        stem = naming.stem_of(train_terms[0].name)
    if stem is not None:
        promoted = {roles.TrainComponentLoss: roles.TrainLoss, roles.ValComponentLoss: roles.ValLoss}
        series = [
            replace(one, role=promoted[one.role]) if one.role in promoted and naming.stem_of(one.name) == stem else one
            for one in series
        ]
    return series if any(issubclass(one.role, roles.Loss) for one in series) else _errors_as_losses(series)


def _errors_as_losses(series: list[Series]) -> list[Series]:
    """Where no loss is logged at all, an error measure (mse, perplexity) is what training made small."""
    promoted: dict[type[Role], type[Role]] = {roles.TrainError: roles.TrainLoss, roles.ValError: roles.ValLoss}
    return [replace(one, role=promoted.get(one.role, one.role)) for one in series]


def _test_as_validation(series: list[Series]) -> list[Series]:
    """Take a test loss for the validation loss where there is no other (DeiT, PyTorch's examples)."""
    if any(one.role is roles.ValLoss for one in series):
        return series
    return with_role(roles.ValLoss, series, lambda one: one.role is roles.TestLoss)


def _held_out_metrics(series: list[Series]) -> list[Series]:
    """Take metrics that nobody computes on training data for those of validation, where their names give no split."""

    def is_held_out(one: Series) -> bool:
        return one.role is roles.TrainMetric and bool(_HELD_OUT_METRICS & set(naming.words(one.name)))

    return _as_validation(series, is_held_out)


def _beside_validation(series: list[Series]) -> list[Series]:
    """Take a metric without a split for validation's where losses have one and it is logged at every validation.

    fastai logs so (`train_loss, valid_loss, accuracy`), the model cards of Hugging Face, and nnU-Net (`Pseudo dice`).
    The training loss may lack a split where it is logged far more often: then the metric goes with validation alone.
    """
    losses = [one for one in series if one.role in (roles.TrainLoss, roles.ValLoss)]
    splits = {one.split for one in losses}
    validated = [one.steps for one in losses if one.split is Split.VALIDATION]
    most = max(map(len, validated), default=0)
    are_apart = all(one.split is not Split.NONE or len(one) >= _FAR_MORE_OFTEN * most for one in losses)
    if not (validated and are_apart and splits & {Split.TRAIN, Split.NONE}):
        return series
    return _as_validation(series, lambda one: any(_once_for_each(one.steps, steps) for steps in validated))


def _as_validation(series: list[Series], is_held_out: Callable[[Series], bool]) -> list[Series]:
    """Take those metrics and errors without a split that are held out for validation's.

    Where the log names the same quantity for validation as well, the one without a split is that of training.
    """
    of_validation: dict[type[Role], type[Role]] = {roles.TrainMetric: roles.ValMetric, roles.TrainError: roles.ValError}
    named = {naming.stem_of(one.name) for one in series if one.split.is_held_out}
    meant = [
        one.role in of_validation
        and one.split is Split.NONE
        and naming.stem_of(one.name) not in named
        and is_held_out(one)
        for one in series
    ]
    return [
        replace(one, role=of_validation[one.role], split=Split.VALIDATION) if is_meant else one
        for one, is_meant in zip(series, meant, strict=True)
    ]


def _once_for_each(steps: NDArray[np.int64], validated: NDArray[np.int64]) -> bool:
    """Whether something was logged at every validation, and perhaps once more at the end, for the best checkpoint."""
    return 0 <= len(steps) - len(validated) <= 1 and np.array_equal(steps[: len(validated)], validated)


def _overridden(series: Iterable[Series], overrides: Overrides) -> tuple[list[Series], list[Series]]:
    """Divide series into those whose role the user gave, with that role, and the others."""
    chosen, others = [], []
    for one in series:
        role = next((role for role, names in overrides.items() if any(fits(one.name, n) for n in names)), None)
        if role is None:
            others.append(one)
        else:
            chosen.append(replace(_by_name(one), role=role, split=_SPLIT_OF_ROLE.get(role, _by_name(one).split)))
    return chosen, others


def _means_first(ordered: list[Series]) -> list[Series]:
    """Put the mean of an evaluation right before the value that is of one of its batches.

    PaddleVideo prints `val loss` of a batch and `val loss_avg`. What has no such twin is another quantity, however it
    is averaged: `val_average_precision` beside `val_accuracy`, `val_mean_acc` of the classes beside `val_acc`.
    """
    held_out = [one for one in ordered if one.split.is_held_out]
    means = {(one.split, naming.words(one.name)[:-1]): one for one in held_out if naming.words(one.name)[-1:] in _MEANS}
    found: dict[int, Series] = {}
    for one in ordered:
        mean = means.get((one.split, naming.words(one.name)), one)
        same = mean if mean.role is one.role and len(mean.finite) > 1 else one
        found.update({id(same): same, id(one): one})
    return list(found.values())


def _preference(series: Series) -> tuple[bool, int, int, int, bool]:
    """Order the candidates for one role: curves before single values, plain names, values of steps, epochs, batches.

    Among equally plain names the total comes first: Mask2Former's `total_loss`, not its `loss_ce`.
    """
    found = naming.words(series.name)
    grain = 3 if {"minibatch", "mini", "batch"} & set(found) else 2 if "epoch" in found else 1 if "step" in found else 0
    grain = -1 if "inner" in found else grain  # fairseq's `train_inner` holds the updates, its `train` the epochs
    twin = int(not {"samples", "vs"}.isdisjoint(found))  # Megatron's `vs samples`, Keras' `loss_vs_iterations`
    single = len(series.finite) < 2  # a final summary is no curve
    return (single, twin, grain, len(found), _TOTALS.isdisjoint(found))
