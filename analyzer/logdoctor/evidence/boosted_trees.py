"""Whether a run boosts decision trees (XGBoost, LightGBM, CatBoost) instead of training a network."""

from __future__ import annotations

import re

from logdoctor.run import Run, Series
from logdoctor.run.naming import words

THEIR_NAMES = ("logloss", "mlogloss", "merror", "nloglik")
"""What XGBoost, LightGBM and CatBoost call cross-entropy, a share of errors and a likelihood, and nobody else:
`train-logloss`, `binary_logloss`, `eval-merror`, `train-poisson-nloglik`."""

_THEIR_SETS = re.compile(r"^[\w.-]+'s |^validation_\d+[-/](?!(?:.*[_ ])?loss$)|^learn(?:$|/[A-Z])")
"""What LightGBM (whatever one's own name for a set), the scikit-learn interface of XGBoost and CatBoost call the data
that they evaluate on; XGBoost calls no metric `loss`, as networks do on several sets (`validation_0/loss`)."""

_BEST_ROUND = re.compile(r"^bestIteration = |[Bb]est iteration is:|^Stopped by overfitting detector")
"""Last words of CatBoost and LightGBM, which count in iterations and go back to the best."""


def is_boosted(run: Run, *losses: Series) -> bool:
    """Tell whether losses go by a name that libraries for boosted trees alone give them, or the log ends as theirs."""
    if any(_BEST_ROUND.search(event.text) for event in run.events):
        return True
    if any(_THEIR_SETS.match(one.name) for one in losses):
        return True
    return all(words(one.name)[-1:] and words(one.name)[-1] in THEIR_NAMES for one in losses)
