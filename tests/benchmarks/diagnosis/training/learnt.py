"""Whether a sound recipe really learnt: checks on the numbers of a training, as `symptoms` has for faults."""

from __future__ import annotations

import numpy as np
from tests.sample_training.history import History

from .symptoms import Shows, column, first, fitted, held_out, last, losses, smooth


def learnt(
    fall: float = 0.5, *, gap: float = 1.6, slack: float = 0.08, rest: float = 1.08, accuracy: float = 0.0
) -> Shows:
    """Ask for a finite run whose training loss ends at `fall` times its first value or lower (`fall` below it in
    absolute figures where that is negative), whose validation loss ends within `gap` times plus `slack` of it and
    within `rest` times plus a quarter of `slack` of its own best.
    """

    def shows(run: History, _: History) -> bool:
        one = run.joined()
        values = losses(one)
        if not np.isfinite(values[values != 0]).all():
            return False
        start, end = first(values), last(values)
        fell = end <= fall * start if fall >= 0 else end <= start + fall
        if len(one.evaluations) < 2:
            return fell
        train, validation = fitted(one)[-1], held_out(one)
        close = validation[-1] <= train + abs(train) * (gap - 1) + slack
        rests = validation[-1] <= validation.min() + abs(validation.min()) * (rest - 1) + slack / 4
        good = accuracy == 0 or held_out(one, "accuracy")[-1] >= accuracy
        return bool(fell and close and rests and good)

    return shows


def broke_late(run: History, twin: History) -> bool:
    """The loss rests within 5 % of its first value for a quarter of the run, and then falls to below a third."""
    means = smooth(losses(run), 0.01)
    rested = np.argmax(means < 0.93 * means[0]) > 0.2 * len(means)
    return bool(rested and learnt(0.4)(run, twin))


def adversaries_balanced(run: History, _: History) -> bool:
    """Neither side has won: both losses stay between 0.2 and 3 in the later half."""
    judge, maker = (smooth(column(run.steps, name))[25:] for name in ("d_loss", "g_loss"))
    return bool(min(judge.min(), maker.min()) > 0.2 and max(judge.max(), maker.max()) < 3)


def policy_learnt(run: History, _: History) -> bool:
    """The reward ends at nine tenths of the best, and the policy still chooses."""
    reward, entropy = column(run.steps, "reward"), column(run.steps, "entropy")
    return bool(last(reward) > 0.85 and last(entropy) > 0.03 * entropy[0])


def policy_held(run: History, _: History) -> bool:
    """The reward rises and the divergence rests below 10 nats."""
    reward, divergence = column(run.steps, "reward"), column(run.steps, "kl")
    return bool(last(reward) > first(reward) + 0.05 and divergence.max() < 10)


def scale_backed_off(run: History, twin: History) -> bool:
    """The loss scale was halved at least twice, doubled as often, and the run learnt."""
    scale = column(run.steps, "loss_scale")
    moves = np.diff(scale)
    return bool((moves < 0).sum() >= 2 and (moves > 0).sum() >= 1 and scale[-1] >= 2**8 and learnt(0.5)(run, twin))
