"""AUTOTRAINER (Zhang et al., ICSE 2021; TDSC 2024): what its monitor sees in the curves of an epoch.

From AutoTrainer/utils/monitor.py and the parameters of AutoTrainer/reproduce.py of
github.com/shiningrain/AUTOTRAINER. It watches a Keras training, checks every three epochs, and stops at the first
issue. Its gradient checks compare the first layer with the last; where only the norm over all layers is logged, a
norm below the bound of the first layer counts. Dying ReLU and improper activations need tensors and are left out.
"""

from __future__ import annotations

import numpy as np

from logdoctor import GradNorm, Run

from .curves import Values, epochs, values_of
from .peer import NON_FINITE, NOT_LEARNING, Alarm, Peer

CHECK_EVERY = 3
"""`check_interval` of reproduce.py, in epochs."""

JUDGMENT_POINT = 0.3
"""Share of the planned epochs before which only explosion is judged."""

LARGE_LOSS = 1e3
"""A loss this large counts as exploded."""

BETA_2 = 1e-4
"""Gradient norm of the first layer below which it has vanished."""

ZETA, ETA = 0.03, 0.2
"""Fall of the accuracy from a peak to the next trough, and its share of the epochs, that make it oscillate."""

DELTA, THETA = 0.01, 0.6
"""Largest gain of the accuracy in an epoch, and accuracy, below which convergence is slow."""


def judge(run: Run) -> tuple[Alarm, ...]:
    seen, gradient = epochs(run), values_of(run, GradNorm)
    losses = [one for one in (seen.train_loss, seen.validation_loss) if len(one)]
    accuracies = [one for one in (seen.train_accuracy, seen.validation_accuracy) if len(one)]
    planned = max((len(one) for one in (*losses, *accuracies)), default=0)
    for done in (*range(1, planned, CHECK_EVERY), planned):
        norms = gradient[: max(1, round(len(gradient) * done / planned))] if planned else gradient
        issue = issue_in([one[:done] for one in losses], [one[:done] for one in accuracies], norms, planned)
        if issue is not None:
            return (issue,)
    return ()


def issue_in(losses: list[Values], accuracies: list[Values], gradient: Values, planned: int) -> Alarm | None:
    """Return what the monitor says after some epochs of a training: training and validation curves so far."""
    if (
        any(not np.isfinite(one).all() or (one >= LARGE_LOSS).any() for one in losses)
        or not np.isfinite(gradient).all()
    ):
        return Alarm("explode", NON_FINITE | {"divergence", "exploding-gradients"})
    if not accuracies or len(accuracies[0]) < JUDGMENT_POINT * planned - CHECK_EVERY:
        return None
    poor = all(one.max() < THETA for one in accuracies)
    slow = all(np.diff(one).max(initial=0.0) < DELTA for one in accuracies)
    if (poor or slow) and len(gradient) and gradient[-1] < BETA_2:
        return Alarm("vanish", frozenset({"vanishing-gradients"}))
    if poor and slow:
        return Alarm("not_converge", NOT_LEARNING)
    if unstable(accuracies[0]):
        return Alarm("unstable", frozenset({"oscillation"}))
    return None


def unstable(accuracy: Values) -> bool:
    """Whether the n-th peak lies well above the n-th trough often enough."""
    before, here, after = accuracy[:-2], accuracy[1:-1], accuracy[2:]
    peaks, troughs = here[(here >= before) & (here >= after)], here[(here <= before) & (here <= after)]
    pairs = min(len(peaks), len(troughs))
    falls = np.count_nonzero(peaks[:pairs] - troughs[:pairs] >= ZETA)
    return bool(falls >= ETA * len(accuracy))


AUTOTRAINER = Peer("AUTOTRAINER", judge)
