"""The causes that rules may name: one sentence and the general fixes of each, said the same way everywhere.

Fixes and figures come from practitioners' notes, Karpathy's "A Recipe for Training Neural Networks" and Google's
"Deep Learning Tuning Playbook". They are where to start, not truths: a rule puts what it computed from the run first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from logdoctor.finding import Cause, Fix, Strength

_KNOWN: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "learning-rate-too-high": (
        "the learning rate is too high",
        ("lower the learning rate tenfold and restart from the beginning",),
    ),
    "learning-rate-too-low": (
        "the learning rate is too low",
        ("raise the learning rate tenfold, or find it with a range test",),
    ),
    "learning-rate-jump": (
        "the learning rate jumped",
        ("ramp the rate to its new value over some hundred steps",),
    ),
    "missing-warmup": (
        "the full learning rate meets unformed optimizer statistics",
        ("warm up over the first 1 to 5 % of the steps",),
    ),
    "schedule-decays-too-soon": (
        "the schedule reached almost zero before the run was done learning",
        ("stretch the schedule to the whole run, or keep a floor of 10 % of the peak rate",),
    ),
    "no-gradient-clipping": (
        "gradients are not clipped",
        ("clip the gradient norm, for example at 1.0",),
    ),
    "stale-second-moment": (
        "the optimizer's second moment is stale while gradients grow",
        ("lower beta2 from 0.999 to 0.95, or clip the update",),
    ),
    "half-precision-overflow": (
        "half precision overflows",
        ("train in bfloat16, or scale the loss dynamically",),
    ),
    "log-of-zero": (
        "a logarithm or division meets zero",
        ("add an epsilon inside the logarithm or use the framework's fused loss on logits",),
    ),
    "unstable-operation": (
        "an operation of the model is numerically unstable",
        ("run the step under torch.autograd.set_detect_anomaly(True) to name the operation",),
    ),
    "bad-batch": (
        "one batch is bad: NaN, outliers or wrong labels in the data",
        ("check the inputs of the batches at that step for NaN and outliers",),
    ),
    "bad-initialization": (
        "the initial weights give outputs that are all alike or far too large",
        ("use He or Xavier initialisation; start the last layer near zero",),
    ),
    "dead-activations": (
        "activations are dead: their gradient is zero",
        ("replace ReLU by LeakyReLU or GELU, and lower the rate",),
    ),
    "saturated-activations": (
        "sigmoid or tanh units are saturated",
        ("normalise the inputs, and put BatchNorm before the activation",),
    ),
    "optimizer-not-stepping": (
        "the optimizer does not change the weights that matter",
        ("check that the optimizer was given the model's parameters and that none is frozen by mistake",),
    ),
    "labels-do-not-match": (
        "labels do not belong to their inputs",
        ("check by eye that inputs and labels belong together after shuffling; try to overfit one batch",),
    ),
    "label-noise": (
        "labels are noisy",
        ("clean the labels with the highest loss, or use label smoothing",),
    ),
    "class-imbalance": (
        "one class outweighs the others",
        ("weight the loss by inverse class frequency, or resample",),
    ),
    "data-not-shuffled": (
        "the data come in order",
        ("shuffle the data anew in every epoch",),
    ),
    "data-not-normalised": (
        "inputs or targets are not normalised",
        ("scale inputs and targets to zero mean and unit variance",),
    ),
    "too-little-data": (
        "there is too little training data for this model",
        ("add data or augmentation",),
    ),
    "model-too-small": (
        "the model is too small for the task",
        ("make the model wider or deeper until it can overfit the training set",),
    ),
    "over-regularised": (
        "regularisation is too strong",
        ("lower dropout and weight decay until the training loss falls",),
    ),
    "under-regularised": (
        "there is too little regularisation",
        ("add weight decay (1e-4 to 1e-1 with AdamW), dropout (0.1 to 0.5) or augmentation",),
    ),
    "validation-set-differs": (
        "validation data differ from training data",
        ("check that both sets come from the same distribution and the same preprocessing",),
    ),
    "batch-too-small": (
        "the batch is too small: gradients are mostly noise",
        ("double the batch, or accumulate gradients",),
    ),
    "stopped-too-early": (
        "the run stopped while it was still learning",
        ("train longer",),
    ),
    "resumed-from-checkpoint": (
        "the run was resumed from a checkpoint that lies before its last logged step",
        ("nothing to do: the later branch is the run's curve",),
    ),
    "resumed-without-state": (
        "the run was resumed without the state of optimizer or scheduler",
        ("save and load optimizer, scheduler and scaler with the model",),
    ),
    "two-writers": (
        "two processes wrote to the same log",
        ("give every process a folder of its own, or log from rank 0 alone",),
    ),
    "hardware-fault": (
        "a fault of the hardware",
        ("repeat the step on another device",),
    ),
    "unknown": ("the log does not tell", ()),
}


def because(
    cause: str,
    strength: Strength = Strength.POSSIBLE,
    *,
    pro: Sequence[str] = (),
    contra: Sequence[str] = (),
    fixes: Sequence[Fix] = (),
) -> Cause:
    """Return a known cause with the evidence for and against it in this run; raises KeyError for an unknown id.

    The fixes given, computed from this run or its siblings, go before the general ones.
    """
    text, general = _KNOWN[cause]
    return Cause(cause, text, strength, tuple(pro), tuple(contra), (*fixes, *map(Fix, general)))


def ranked(*causes: Cause) -> tuple[Cause, ...]:
    """Return causes with the likely first; among equals the better supported, then the order given."""
    order = list(Strength)
    return tuple(sorted(causes, key=lambda c: (order.index(c.strength), len(c.contra) - len(c.pro))))
