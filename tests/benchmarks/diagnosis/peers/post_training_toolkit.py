"""microsoft/post-training-toolkit: the heuristics of `ptt-diagnose` that read losses, gradients, entropy and KL.

From post_training_toolkit/models/heuristics.py of github.com/microsoft/post-training-toolkit. It asks the
heuristics of all trainers where it does not know the trainer; so the training loss is taken here for the loss of
each of them. Insights of severity "low" count, for its report lists them with the others. Left out are those on
reward models, clip fractions, answers and advantages, which the runs here do not log.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from logdoctor import GradNorm, Run, TrainLoss

from .curves import Values, values_named, values_of
from .peer import NOT_LEARNING, Alarm, Peer

CHANCE, CHANCE_WIDTH, CHANCE_WINDOW = 0.693, 0.02, 10
"""detect_dpo_loss_random: the mean of the last points is ln 2 within this width."""

FLAT_SLOPE, FLAT_WINDOWS = 1e-4, {"dpo_loss_plateau": 20, "sft_loss_plateau": 50}
"""detect_dpo_loss_plateau, detect_sft_loss_plateau: slope of the last points by least squares, per point."""

RISE, RISE_SLOPE, RISE_WINDOW = 0.5, 1e-3, 30
"""detect_grpo_loss_divergence: rise of the last points over the first, in units of those, and their slope."""

GRADIENT_WINDOW, EXPLOSION, VANISHING, UNSTABLE = 50, 10.0, 0.01, 3.0
"""detect_gradient_issues: points of the baseline; factors of the last value over its mean, and of the spread."""

PERPLEXITY_Z, PERPLEXITY_WINDOW = 2.0, 10
"""detect_sft_perplexity_spike: standard deviations above the mean of a window that ends here."""

ENTROPY_FLOOR, ENTROPY_DROP, ENTROPY_WINDOW = 0.1, 0.5, 30
"""detect_ppo_entropy_collapse: mean of the last points, and its fall from that of the first."""

KL_CAP = 0.3
"""detect_kl_instability `hard_cap`."""


def judge(run: Run) -> tuple[Alarm, ...]:
    return tuple(_alarms(run))


def _alarms(run: Run) -> Iterator[Alarm]:
    loss, gradient = values_of(run, TrainLoss), values_of(run, GradNorm)
    if at_chance(loss):
        yield Alarm("dpo_loss_random", frozenset({"stalled-at-chance", "no-learning"}))
    for name, window in FLAT_WINDOWS.items():
        if plateaus(loss, window):
            yield Alarm(name, NOT_LEARNING)
    if diverges(loss):
        yield Alarm("grpo_loss_divergence", frozenset({"divergence"}))
    if perplexity_spikes(values_named(run, "perplexity")):
        yield Alarm("perplexity_spike", frozenset({"loss-spike"}))
    if entropy_collapses(values_named(run, "entropy")):
        yield Alarm("entropy_collapse", frozenset({"entropy-collapse"}))
    if (values_named(run, "kl") > KL_CAP).any():
        yield Alarm("kl_instability", frozenset({"kl-blowup"}))
    yield from _gradient_issues(gradient)


def at_chance(loss: Values) -> bool:
    return len(loss) >= CHANCE_WINDOW and bool(abs(loss[-CHANCE_WINDOW:].mean() - CHANCE) < CHANCE_WIDTH)


def plateaus(loss: Values, window: int) -> bool:
    return len(loss) >= window and bool(abs(_slope(loss[-window:])) < FLAT_SLOPE)


def diverges(loss: Values) -> bool:
    if len(loss) < 2 * RISE_WINDOW:
        return False
    early, recent = loss[:RISE_WINDOW].mean(), loss[-RISE_WINDOW:].mean()
    return bool(recent - early > RISE * abs(early) and _slope(loss[-RISE_WINDOW:]) > RISE_SLOPE)


def perplexity_spikes(perplexity: Values) -> bool:
    if len(perplexity) < PERPLEXITY_WINDOW:
        return False
    windows = [perplexity[max(0, i - PERPLEXITY_WINDOW) : i] for i in range(3, len(perplexity) + 1)]
    return any(window[-1] - window.mean() > PERPLEXITY_Z * (window.std(ddof=1) + 1e-8) for window in windows)


def entropy_collapses(entropy: Values) -> bool:
    if len(entropy) < ENTROPY_WINDOW:
        return False
    early, recent = entropy[:ENTROPY_WINDOW].mean(), entropy[-ENTROPY_WINDOW:].mean()
    return bool(recent < ENTROPY_FLOOR or (early > 0 and early - recent > ENTROPY_DROP * early))


def _gradient_issues(gradient: Values) -> Iterator[Alarm]:
    if len(gradient) < GRADIENT_WINDOW:
        return
    baseline, recent = gradient[: min(GRADIENT_WINDOW, len(gradient) // 3)], gradient[-GRADIENT_WINDOW:]
    mean, spread = baseline.mean(), baseline.std(ddof=1)
    if mean > 0 and gradient[-1] > EXPLOSION * mean:
        yield Alarm("gradient_explosion", frozenset({"exploding-gradients"}))
    if mean > 0 and gradient[-1] < VANISHING * mean:
        yield Alarm("gradient_vanishing", frozenset({"vanishing-gradients"}))
    if spread > 0 and recent.std(ddof=1) > UNSTABLE * spread:
        yield Alarm("gradient_instability", frozenset({"exploding-gradients", "oscillation"}))


def _slope(values: Values) -> float:
    """Return the slope by least squares, per point; NaN where a value is not finite."""
    places = np.arange(len(values)) - (len(values) - 1) / 2
    return float(places @ values / (places @ places))


POST_TRAINING_TOOLKIT = Peer("PTT", judge)
