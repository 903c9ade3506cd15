"""Which causes a kind of model cannot have: those of networks for boosted trees, those of pixels for tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from logdoctor.evidence.boosted_trees import is_boosted
from logdoctor.evidence.rate_fixes import FROM_FALL
from logdoctor.finding import Cause, Finding, Fix
from logdoctor.run import Run
from logdoctor.run.naming import words
from logdoctor.run.roles import Loss

OF_NETWORKS = frozenset(
    "bad-initialization dead-activations saturated-activations data-not-normalised optimizer-not-stepping "
    "batch-too-large batch-too-small batch-norm-statistics missing-warmup no-gradient-clipping "
    "train-mode-regularisation bad-batch data-not-shuffled half-precision-overflow half-precision-underflow".split()
)
"""Causes that need weights, batches, their order, or inputs of a scale; trees split at any threshold."""

FOR_TREES: Mapping[str, tuple[str, ...]] = {
    "learning-rate-too-low": ("raise the learning rate to 0.03 to 0.3, or grow as many more trees",),
    "learning-rate-too-high": ("lower the learning rate to 0.03 to 0.3",),
    "under-regularised": (
        "grow smaller trees (depth, leaves), ask for more examples in a leaf, sample rows and columns",
    ),
    "over-regularised": ("lower the penalties, and the least number of examples in a leaf",),
    "too-little-data": ("add data", "grow smaller trees"),
    "model-too-small": ("grow deeper trees, or more of them",),
    "stopped-too-early": ("grow more trees, with early stopping on the validation loss",),
    "log-of-zero": (
        "raise the penalty on leaf values (reg_lambda, l2_leaf_reg), and check that every label is one the loss allows",
    ),
    "label-noise": ("look at the examples with the highest loss, or grow smaller trees",),
}
"""What stands for the general fixes of a cause where trees are boosted (XGBoost's and LightGBM's parameter guides)."""

OF_TOKENS = frozenset("perplexity ppl tokens".split()), frozenset("vocab tokenizer".split())
"""Words of series and of settings of models whose inputs are tokens, which have no scale to normalise; Hugging Face
names a token among the settings of every model."""


def suited(run: Run, finding: Finding) -> Finding:
    """Leave out the causes that this kind of model cannot have, and give trees their own fixes; one cause stays."""
    if _is_of_trees(run):
        causes = [_for_trees(one) for one in finding.causes if one.id not in OF_NETWORKS]
    elif any(one.id == "data-not-normalised" for one in finding.causes) and _reads_tokens(run):
        causes = [one for one in finding.causes if one.id != "data-not-normalised"]
    else:
        return finding
    return replace(finding, causes=tuple(causes) or finding.causes)


def _is_of_trees(run: Run) -> bool:
    losses = run.all(Loss)
    return bool(losses) and is_boosted(run, *losses)


def _reads_tokens(run: Run) -> bool:
    logged, named = OF_TOKENS
    return any(not logged.isdisjoint(words(one.name)) for one in run.series) or any(
        not named.isdisjoint(words(name)) for name in run.hyperparameters
    )


def _for_trees(cause: Cause) -> Cause:
    """Replace the fixes that hold for networks, those among them that start from this run's rate."""
    if cause.id not in FOR_TREES:
        return cause
    own = (one for one in cause.fixes if one.tested or not (one.basis.startswith("general") or one.basis == FROM_FALL))
    return replace(cause, fixes=(*own, *map(Fix, FOR_TREES[cause.id])))
