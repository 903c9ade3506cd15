"""Whether a run grows trees, one after another, instead of training a network."""

from __future__ import annotations

from logdoctor.run import Series
from logdoctor.run.naming import words

CROSS_ENTROPY = ("logloss", "mlogloss")
"""What XGBoost, LightGBM and CatBoost call cross-entropy, and nobody else: `train-logloss`, `binary_logloss`."""


def is_boosted(*losses: Series) -> bool:
    """Tell whether every one of some losses goes by a name that libraries for boosted trees alone give it."""
    return all(words(one.name)[-1:] and words(one.name)[-1] in CROSS_ENTROPY for one in losses)
