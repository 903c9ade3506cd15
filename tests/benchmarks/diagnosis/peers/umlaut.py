"""UMLAUT (Schoop et al., CHI 2021): the heuristics that read a Keras training's logs at the end of each epoch.

From umlaut/heuristics.py of github.com/BerkeleyHCI/umlaut. The heuristics on inputs and on the program are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor import LearningRate, Run

from .curves import Values, epochs, values_of
from .peer import Alarm, Peer

RATES = (1e-7, 0.01)
"""Learning rates outside of which it warns."""

HIGH_ACCURACY = 0.95
"""Validation accuracy that is too good to be true."""

ACCURACY_GAP, GAP_FROM = 0.05, 3
"""Validation accuracy above that of training, from this epoch on."""


def judge(run: Run) -> tuple[Alarm, ...]:
    return tuple(_alarms(run))


def _alarms(run: Run) -> Iterator[Alarm]:
    seen, rate = epochs(run), values_of(run, LearningRate)
    if np.isnan(seen.train_loss).any():
        yield Alarm("NaNInLoss", frozenset({"nan-loss", "masked-nan"}))
    if len(seen.train_loss) and len(seen.validation_loss) and overfitting(seen.train_loss, seen.validation_loss):
        yield Alarm("Overfitting", frozenset({"overfitting"}))
    if len(seen.train_accuracy) and overconfident(seen.train_accuracy, seen.validation_accuracy):
        yield Alarm("OverconfidentValAccuracy", frozenset({"validation-below-training"}))
    if ((rate > RATES[1]) | (rate < RATES[0])).any():
        yield Alarm("LearningRateRange", frozenset({"lr-out-of-range"}))


def overfitting(train: Values, validation: Values) -> bool:
    """Whether in any epoch the validation loss rose while the training loss did not."""
    return bool(((np.diff(validation) > 0) & (np.diff(train) <= 0)).any())


def overconfident(train: Values, validation: Values) -> bool:
    if not len(validation):
        return False
    above = (validation - train)[GAP_FROM:] > ACCURACY_GAP
    return bool((validation > HIGH_ACCURACY).any() or above.any())


UMLAUT = Peer("UMLAUT", judge)
