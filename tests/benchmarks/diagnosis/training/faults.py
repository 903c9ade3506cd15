"""The kinds of faults: which rules find them, which causes are right, and how it is known that they showed.

Where a fault has another face than its own, `also` names the rule of that face and the measurement that shows it.
"""

from __future__ import annotations

from . import symptoms as s
from .runs import Fault

BLOWN = (
    "divergence",
    "nan-loss",
    "non-finite-gradients",
    "exploding-gradients",
    "loss-spike",
    "oscillation",
    "stalled-at-chance",
    "no-learning",
    "plateau",
    "underfitting",
    "noisy-validation",
    "lr-out-of-range",
    "excessive-clipping",
    "constant-metric",
    "bad-initial-loss",
    "generalization-gap",
)
"""What a run whose weights were blown up may show besides."""

STUCK = (
    "stalled-at-chance",
    "no-learning",
    "plateau",
    "slow-convergence",
    "underfitting",
    "vanishing-gradients",
    "constant-metric",
    "bad-initial-loss",
    "lr-out-of-range",
    "metric-loss-disagreement",
)
"""What a run that learns little or nothing may show besides."""

UNEVEN = ("overfitting", "generalization-gap", "noisy-validation", "metric-loss-disagreement")
"""What a run may show that learns its training set and no more."""

# Numbers.

RATE_FAR_TOO_HIGH = Fault(
    "rate-far-too-high",
    ("divergence", "nan-loss", "oscillation", "bad-initial-loss", "missing-warmup", "stalled-at-chance", "plateau"),
    ("learning-rate-too-high",),
    s.exploded,
    BLOWN,
)
"""Where the first logged value comes after the first updates, a log may show no more than that the network is dead."""

BARE_LOG = Fault("bare-log", ("nan-loss",), ("log-of-zero", "unstable-operation"), s.not_finite, BLOWN)
NAN_IN_A_BATCH = Fault("nan-in-a-batch", ("nan-loss",), ("bad-batch",), s.not_finite, BLOWN, by_step=True)
HALF_PRECISION_OVERFLOW = Fault(
    "half-precision-overflow",
    ("nan-loss",),
    ("half-precision-overflow", "unstable-operation"),
    s.not_finite,
    BLOWN,
    needs=("settings",),
)
MASKED_NAN = Fault(
    "nan-logged-as-zero",
    ("masked-nan", "nan-loss"),
    ("bad-batch", "learning-rate-too-high", "unstable-operation", "no-gradient-clipping"),
    s.masked,
    (*BLOWN, "masked-nan"),
    needs=("gradient_norm",),
    by_step=True,
)
LOSS_SCALE_COLLAPSE = Fault(
    "loss-scale-collapse",
    ("loss-scale-collapse",),
    ("loss-scale-exhausted", "half-precision-overflow", "unstable-operation"),
    s.scale_collapsed,
    (*BLOWN, *STUCK, "masked-nan"),
    needs=("loss_scale",),
    by_step=True,
)
ROOT_AT_ZERO = Fault(
    "root-at-zero",
    ("non-finite-gradients",),
    ("unstable-operation",),
    s.gradients_not_finite,
    (*BLOWN, *STUCK),
    needs=("gradient_norm",),
    by_step=True,
)
NAN_IN_VALIDATION = Fault(
    "nan-in-validation",
    ("nan-loss",),
    ("bad-batch", "validation-set-differs"),
    s.validation_not_finite,
    needs=("validation_loss",),
)

# Stability.

RATE_TOO_HIGH = Fault(
    "rate-too-high",
    ("oscillation", "divergence"),
    ("learning-rate-too-high",),
    s.swings,
    (*BLOWN, "epoch-sawtooth", "missing-warmup"),
)
NO_CLIPPING = Fault(
    "recurrent-without-clipping",
    ("exploding-gradients", "divergence", "nan-loss", "loss-spike", "oscillation"),
    ("no-gradient-clipping", "learning-rate-too-high"),
    s.blew_up_after_learning,
    BLOWN,
)
CORRUPTED_BATCH = Fault(
    "corrupted-batch",
    ("loss-spike",),
    ("bad-batch",),
    s.unchecked,
    ("exploding-gradients", "divergence", "noisy-validation", "oscillation", *STUCK),
    by_step=True,
)
RATE_JUMP_ON_RESUME = Fault(
    "rate-jump-on-resume",
    ("loss-spike", "divergence", "scheduler-misstep"),
    ("learning-rate-jump", "resumed-without-state"),
    s.unchecked,
    (*BLOWN, "restart-overlap", "missing-warmup"),
    needs=("learning_rate",),
    by_step=True,
)
STALE_SECOND_MOMENT = Fault(
    "stale-second-moment",
    ("loss-spike",),
    ("stale-second-moment", "bad-batch"),
    s.lingers(500),
    ("exploding-gradients", "oscillation", "noisy-validation", *UNEVEN),
    needs=("gradient_norm", "settings"),
    by_step=True,
)
CLIPPED_TOO_TIGHT = Fault(
    "clipped-too-tight",
    ("excessive-clipping", "slow-convergence"),
    ("clipping-too-tight",),
    s.clipped_throughout,
    (*STUCK, "excessive-clipping", "still-improving"),
    needs=("gradient_norm", "settings"),
    by_step=True,
)
INPUTS_NOT_NORMALISED = Fault(
    "inputs-not-normalised",
    ("divergence", "bad-initial-loss", "nan-loss", "exploding-gradients"),
    ("data-not-normalised", "learning-rate-too-high"),
    s.either(s.exploded, s.starts_too_high),
    (*BLOWN, *STUCK),
    also=(("stalled-at-chance", s.ends_at_chance),),
)

# Optimization.

RATE_TOO_LOW = Fault(
    "rate-too-low",
    ("slow-convergence",),
    ("learning-rate-too-low",),
    s.slow_but_falling,
    (*STUCK, "still-improving"),
    # Half the rate is half the steps: where no rate is logged, a run too slow and a run too short are one curve.
    also=(("stalled-at-chance", s.ends_at_chance), ("still-improving", s.still_falling)),
)
RATE_NEXT_TO_NOTHING = Fault(
    "rate-next-to-nothing",
    ("no-learning", "stalled-at-chance"),
    ("learning-rate-too-low",),
    s.no_better_than_at_first,
    STUCK,
    needs=("learning_rate",),
)
OTHER_PARAMETERS = Fault(
    "optimizer-given-other-parameters",
    ("stalled-at-chance", "no-learning"),
    ("optimizer-not-stepping",),
    s.no_better_than_at_first,
    STUCK,
)
ALL_ZERO = Fault(
    "weights-all-zero",
    ("stalled-at-chance", "no-learning", "plateau"),
    ("bad-initialization",),
    s.at_chance,
    STUCK,
)
WEIGHTS_TOO_LARGE = Fault(
    "weights-30-times-too-large",
    ("bad-initial-loss",),
    ("bad-initialization",),
    s.starts_too_high,
    (*BLOWN, *STUCK, "overfitting"),
)
DEEP_SIGMOIDS = Fault(
    "deep-sigmoids",
    ("vanishing-gradients", "stalled-at-chance", "no-learning"),
    ("saturated-activations", "bad-initialization"),
    s.gradient_vanished,
    STUCK,
)
DEAD_UNITS = Fault(
    "dead-units",
    ("stalled-at-chance", "no-learning", "plateau", "vanishing-gradients"),
    ("dead-activations", "bad-initialization"),
    s.at_chance,
    STUCK,
)
UNPAIRED_LABELS = Fault(
    "labels-of-other-rows",
    ("stalled-at-chance", "no-learning"),
    ("labels-do-not-match",),
    s.at_chance,
    STUCK,
)
OVER_REGULARISED = Fault(
    "over-regularised",
    ("underfitting", "plateau", "stalled-at-chance", "no-learning"),
    ("over-regularised",),
    s.underfitted,
    (*STUCK, "validation-below-training"),
    needs=("settings",),
)
MODEL_TOO_SMALL = Fault(
    "model-too-small", ("underfitting", "plateau"), ("model-too-small",), s.underfitted, STUCK, needs=("settings",)
)
STOPPED_EARLY = Fault(
    "stopped-early",
    ("still-improving",),
    ("stopped-too-early",),
    s.still_falling,
    ("slow-convergence", "underfitting"),
    by_step=True,
)
BATCH_TOO_LARGE = Fault(
    "batch-too-large",
    ("slow-convergence", "still-improving"),
    ("batch-too-large", "stopped-too-early"),
    s.still_falling,
    (*STUCK, "still-improving"),
    needs=("settings",),
    by_step=True,
)

# Schedule.

NO_WARMUP = Fault(
    "no-warmup",
    ("missing-warmup", "loss-spike", "divergence", "stalled-at-chance"),
    ("missing-warmup", "learning-rate-too-high"),
    s.rose_early_and_lost_time,
    (*BLOWN, *STUCK, "missing-warmup"),
    needs=("learning_rate",),
    by_step=True,
)
"""As of a rate that is far too high, all that is left to see may be a network that its first steps killed."""

DECAYED_TOO_SOON = Fault(
    "decayed-too-soon",
    ("lr-decayed-too-early", "plateau", "no-learning", "stalled-at-chance"),
    ("schedule-decays-too-soon",),
    s.decayed_too_early,
    (*STUCK, "scheduler-misstep", "lr-decayed-too-early"),
    needs=("learning_rate",),
)
SCHEDULE_PER_MICRO_BATCH = Fault(
    "schedule-per-micro-batch",
    ("scheduler-misstep", "lr-decayed-too-early"),
    ("scheduler-stepped-wrongly", "schedule-decays-too-soon"),
    s.rate_fell_too_fast,
    (*STUCK, "scheduler-misstep", "lr-decayed-too-early"),
    needs=("learning_rate", "settings"),
)
RANGE_TEST = Fault(
    "range-test",
    ("lr-range-test",),
    (),
    s.tested_rates,
    ("interrupted-run",),
    needs=("learning_rate",),
    by_step=True,
)

# Generalization.

TOO_LITTLE_DATA = Fault(
    "too-little-data",
    ("overfitting",),
    ("too-little-data", "under-regularised", "too-many-epochs"),
    s.overfitted,
    UNEVEN,
    needs=("validation_loss",),
    also=(("generalization-gap", s.gap),),
)
LABEL_NOISE = Fault(
    "label-noise",
    ("overfitting",),
    ("label-noise", "too-little-data", "under-regularised", "too-many-epochs"),
    s.overfitted,
    UNEVEN,
    needs=("validation_loss",),
)
VALIDATION_DIFFERS = Fault(
    "validation-preprocessed-otherwise",
    ("generalization-gap", "overfitting"),
    ("validation-set-differs",),
    s.gap,
    (*UNEVEN, "constant-metric"),
    needs=("validation_loss",),
)
EASIER_VALIDATION = Fault(
    "easier-validation",
    ("validation-below-training",),
    ("validation-set-differs", "leakage", "label-noise"),
    s.validation_leads,
    needs=("validation_loss",),
)
TINY_VALIDATION = Fault(
    "tiny-validation",
    ("noisy-validation",),
    ("validation-set-too-small",),
    s.validation_jumps,
    UNEVEN,
    needs=("validation_loss",),
)
CLASS_IMBALANCE = Fault(
    "loss-falls-f1-falls",
    ("metric-loss-disagreement",),
    ("class-imbalance",),
    s.loss_fell_metric_fell,
    (*UNEVEN, *STUCK),
    needs=("validation_loss", "validation_f1"),
)

# Data.

SORTED_BY_CLASS = Fault(
    "sorted-by-class",
    ("epoch-sawtooth",),
    ("data-not-shuffled",),
    s.saws,
    ("oscillation", "loss-spike", "noisy-validation", "generalization-gap", "overfitting", *STUCK),
    by_step=True,
)
MEMORISED_IDS = Fault(
    "memorised-ids",
    ("memorization-steps",),
    ("too-many-epochs", "under-regularised", "too-little-data"),
    s.steps_down_at_epochs,
    (*UNEVEN, "epoch-sawtooth"),
    by_step=True,
    also=(("overfitting", s.overfitted),),
)

# Collapse.

GAN_COLLAPSE = Fault(
    "discriminator-wins",
    ("gan-collapse",),
    ("discriminator-too-strong",),
    s.generator_lost,
    ("divergence", "oscillation", "loss-spike"),
    needs=("d_loss", "g_loss"),
)
ENTROPY_COLLAPSE = Fault(
    "no-entropy-bonus",
    ("entropy-collapse",),
    ("no-entropy-bonus", "learning-rate-too-high"),
    s.entropy_gone,
    ("plateau", "vanishing-gradients"),
    needs=("entropy", "reward"),
)
RUNAWAY_POLICY = Fault(
    "no-penalty-on-divergence",
    ("kl-blowup",),
    ("kl-penalty-too-weak", "learning-rate-too-high"),
    s.ran_away,
    ("entropy-collapse", "exploding-gradients"),
    needs=("kl",),
)
ONE_CLASS = Fault(
    "one-class-predicted",
    ("constant-metric", "stalled-at-chance"),
    ("class-imbalance", "bad-initialization"),
    s.metric_never_moves,
    (*STUCK, "metric-loss-disagreement"),
    needs=("validation_loss", "validation_accuracy"),
)

# The log.

OVERLAP = Fault(
    "resumed-into-the-same-log",
    ("restart-overlap",),
    ("resumed-from-checkpoint",),
    s.overlapped,
    ("interrupted-run",),
    by_step=True,
)
CUT_SHORT = Fault(
    "cut-in-the-last-record",
    ("damaged-log", "interrupted-run"),
    ("interrupted-write",),
    s.always,
    ("damaged-log", "interrupted-run", "still-improving", "slow-convergence", "missing-steps"),
    by_step=True,
)
OVERWRITTEN = Fault(
    "overwritten-block",
    ("damaged-log",),
    ("storage-fault", "interrupted-write"),
    s.always,
    ("missing-steps",),
    by_step=True,
)
