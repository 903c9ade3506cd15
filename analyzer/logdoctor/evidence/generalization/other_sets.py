"""Losses on other held-out sets beside the validation loss, told from the terms of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor.run import Run, Series
from logdoctor.run.naming import stem_of, words
from logdoctor.run.roles import TrainComponentLoss, ValComponentLoss, ValLoss

TERMS = frozenset(
    "kl kld nll ce bce mse mae l1 l2 entropy likelihood reg regularization regularizer penalty prior commit commitment "
    "vq codebook recon reconstruction rec aux auxiliary balance router z gp tv sparsity orth consistency perceptual "
    "style content contrastive triplet distill kd cls box obj dfl mask".split()
)
"""Words of terms and of other measures of one set, which are logged without their weights, and of which some ought to
rise: the divergence of an autoencoder that uses its code, what a codebook commits to, the norm of weights."""

ALIKE = 5.0
"""First loss in units of that of validation up to which, and down to the inverse, both may be the same measure."""


def other_sets(run: Run, val: Series) -> Iterator[Series]:
    """Yield the losses of other sets than that of a validation loss.

    What has no counterpart in training, and comes to lie above the validation loss, is no term of it, unless its name
    is that of one or it begins far from validation.
    """
    yield from (one.finite for one in run.all(ValLoss) if one.name != val.name and _may_be_set(one, val))
    trained = {stem_of(one.name) for one in run.all(TrainComponentLoss)}
    for one in run.all(ValComponentLoss):
        series = one.finite
        if not _may_be_set(one, val):
            continue
        shared = np.isin(series.steps, val.steps)
        if stem_of(one.name) in trained or not shared.any() or series.axis is not val.axis:
            continue
        above = series.values[shared] > np.interp(series.steps[shared], val.steps, val.values)
        if bool(above[len(above) // 2 :].all()):
            yield series


def _may_be_set(series: Series, val: Series) -> bool:
    """Whether a loss has no name of a term, and begins where one of another set may."""
    if TERMS & set(words(series.name)) or not len(series.finite):
        return False
    ours, theirs = float(val.values[0]), float(series.finite.values[0])
    return ours / ALIKE <= theirs <= ALIKE * ours
