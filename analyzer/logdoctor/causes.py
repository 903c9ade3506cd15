"""The causes that rules may name, with one sentence and the general fixes of each.

Fixes and figures come from practitioners' notes, Karpathy's "A Recipe for Training Neural Networks" and Google's
"Deep Learning Tuning Playbook". They are starting points: a rule puts what it computed from the run first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from logdoctor.finding import Cause, Fix, Strength


@dataclass(frozen=True)
class _Known:
    """What every finding says of a cause."""

    text: str
    fixes: tuple[str, ...]
    """Those that hold for any run."""
    gives_way: bool = False
    """Whether a fix computed from the run replaces the first: two numbers for one setting would contradict."""


_KNOWN: Mapping[str, _Known] = {
    "learning-rate-too-high": _Known(
        "the learning rate is too high",
        ("lower the learning rate tenfold and restart from the beginning",),
    ),
    "learning-rate-too-low": _Known(
        "the learning rate is too low",
        ("raise the learning rate tenfold, or find it with a range test (from 1e-7, times 1.05 per step)",),
    ),
    "learning-rate-jump": _Known(
        "the learning rate jumped",
        ("ramp the rate to its new value over some hundred steps",),
        gives_way=True,
    ),
    "missing-warmup": _Known(
        "the full learning rate meets unformed optimizer statistics",
        ("warm up over the first 1 to 5 % of the steps",),
    ),
    "schedule-decays-too-soon": _Known(
        "the schedule reached almost zero before the run was done learning",
        ("stretch the schedule to the whole run, or keep a floor of 10 % of the peak rate",),
    ),
    "scheduler-stepped-wrongly": _Known(
        "the scheduler is stepped at the wrong moment or too often",
        (
            "call scheduler.step() as often as its length counts: once an epoch where that is in epochs, else once "
            "after each optimizer.step(), not once per micro-batch",
        ),
    ),
    "no-gradient-clipping": _Known(
        "gradients are not clipped",
        ("clip the gradient norm, for example at 1.0 (recurrent networks: 5 to 15)",),
        gives_way=True,
    ),
    "clipping-too-tight": _Known(
        "the clip threshold lies below the usual gradient norm",
        ("raise the threshold to the 90th percentile of the gradient norm",),
        gives_way=True,
    ),
    "stale-second-moment": _Known(
        "the optimizer's second moment is stale while gradients grow",
        (
            "lower beta2 from 0.999 to 0.95",
            "clip the update, or try a smaller epsilon",
            "skip updates whose loss or norm lies six deviations off; give the logits of a language model a z-loss",
        ),
        gives_way=True,
    ),
    "epsilon-too-small": _Known(
        "the optimizer's epsilon is too small",
        ("raise epsilon from 1e-8 to 1e-6, and on to 1e-3 if that fails (RMSprop: up to 1e-2)",),
        gives_way=True,
    ),
    "epsilon-too-large": _Known(
        "the optimizer's epsilon is so large that it makes every step small",
        ("lower epsilon to the framework's 1e-8 (1e-7 with Keras)",),
    ),
    "half-precision-overflow": _Known(
        "half precision overflows",
        ("train in bfloat16, or scale the loss dynamically",),
    ),
    "half-precision-underflow": _Known(
        "gradients are too small for half precision and become zero",
        ("train in bfloat16, or scale the loss dynamically",),
    ),
    "loss-scale-exhausted": _Known(
        "the loss scale is halved at every step and has nowhere left to go",
        ("find the first step whose gradients overflow at any scale; train in bfloat16, which needs no scale",),
    ),
    "log-of-zero": _Known(
        "a logarithm or division meets zero",
        ("add an epsilon inside the logarithm or use the framework's fused loss on logits",),
    ),
    "unstable-operation": _Known(
        "an operation of the model is numerically unstable",
        (
            "run the step under torch.autograd.set_detect_anomaly(True) to name the operation; by hand, look for the "
            "first NaN in outputs, loss and each layer",
            "put a LayerNorm before exponentials, subtract the maximum inside a softmax, add an epsilon under roots, "
            "and a larger one to BatchNorm",
        ),
    ),
    "bad-batch": _Known(
        "one batch is bad: NaN, outliers or wrong labels in the data",
        (
            "check the inputs of the batches there for NaN and outliers",
            "fill or drop what is bad in them, or go back to the last good checkpoint and skip those batches (large "
            "models: 100 steps back, and 200 to 500 batches skipped)",
            "repeat the step on the CPU, which names a label or token id that is out of range",
        ),
        gives_way=True,
    ),
    "bad-initialization": _Known(
        "the initial weights give outputs that are all alike or far too large",
        (
            "use He initialisation, with ReLU in the place of sigmoid units; start the last layer near zero",
            "put BatchNorm or LayerNorm between the layers of a deep network",
            "where outputs are all alike, draw larger weights: Xavier with a gain of 1.4, normal instead of uniform; a "
            "weight decay of 1e-3 on dense layers has helped too",
        ),
    ),
    "dead-activations": _Known(
        "activations are dead: their gradient is zero",
        ("restart from new weights at a tenth of the rate", "replace ReLU by LeakyReLU, whose gradient is never zero"),
    ),
    "saturated-activations": _Known(
        "sigmoid or tanh units are saturated",
        (
            "normalise the inputs, and put BatchNorm before the activation",
            "use Xavier initialisation, ReLU-like units or residual connections",
        ),
    ),
    "optimizer-not-stepping": _Known(
        "the optimizer does not change the weights that matter",
        ("check that the optimizer was given the model's parameters and that none is frozen by mistake",),
    ),
    "labels-do-not-match": _Known(
        "labels do not belong to their inputs",
        ("check by eye that inputs and labels belong together after shuffling; try to overfit one batch",),
        gives_way=True,
    ),
    "wrong-loss-or-output": _Known(
        "the loss or the last activation does not fit the task",
        (
            "check that the loss gets logits where it expects logits, and that its sign and reduction are right",
            "with accumulated gradients, divide the loss by the number of micro-batches",
        ),
    ),
    "reference-equals-policy": _Known(
        "the policy and its reference give the same probabilities",
        ("set beta above 0; check that the reference model is loaded, frozen, and not the policy itself",),
    ),
    "label-noise": _Known(
        "labels are noisy",
        ("clean the labels with the highest loss, or use label smoothing",),
    ),
    "class-imbalance": _Known(
        "one class outweighs the others",
        (
            "weight the loss by inverse class frequency, or resample",
            "use a larger batch, in which no class is missing",
        ),
    ),
    "data-not-shuffled": _Known(
        "the data are not shuffled",
        ("reshuffle the data in every epoch",),
    ),
    "data-not-normalised": _Known(
        "inputs or targets are not normalised",
        ("scale inputs and targets to zero mean and unit variance",),
    ),
    "data-changed": _Known(
        "what the loss is computed from changed during the run: the data or their mixture, a stage, or one term",
        (
            "compare the batches before and after that step, and log each term of the loss by itself; judge each "
            "stage on its own",
        ),
    ),
    "too-little-data": _Known(
        "there is too little training data for this model",
        ("add data or augmentation", "use a smaller model"),
    ),
    "too-many-epochs": _Known(
        "the data were seen so often that the model memorises individual examples",
        ("stop after the epoch with the best validation value; recommenders often need one to three",),
    ),
    "model-too-small": _Known(
        "the model is too small for the task",
        ("make the model wider or deeper until it can overfit the training set",),
    ),
    "over-regularised": _Known(
        "regularisation is too strong",
        ("lower dropout and weight decay until the training loss falls; use no dropout before BatchNorm",),
    ),
    "under-regularised": _Known(
        "there is too little regularisation",
        (
            "add dropout (0.3 to 0.5), weight decay (0.1 to 0.3 with AdamW) or augmentation",
            "use a smaller model, or a smaller batch with BatchNorm",
        ),
    ),
    "train-mode-regularisation": _Known(
        "dropout, augmentation or averages over an epoch make training look worse than validation",
        ("nothing to do; to compare them, evaluate the training set in evaluation mode",),
    ),
    "validation-set-differs": _Known(
        "validation data differ from training data",
        ("check that both sets come from the same distribution and the same preprocessing",),
    ),
    "validation-set-too-small": _Known(
        "the validation set is small: its loss is mostly chance",
        ("validate on more examples, or average over the last evaluations",),
        gives_way=True,
    ),
    "batch-norm-statistics": _Known(
        "the running statistics of BatchNorm lag behind the weights",
        ("lower the momentum of the statistics, use a larger batch, or GroupNorm",),
    ),
    "leakage": _Known(
        "validation examples, or clues to their labels, are in the training set",
        ("look for duplicates across the split; split by group or time before any preprocessing",),
    ),
    "overconfidence": _Known(
        "wrong answers become more certain: calibration gets worse, not the decisions",
        (
            "choose the checkpoint by the metric that you need; label smoothing or temperature scaling improves "
            "calibration",
        ),
    ),
    "batch-too-small": _Known(
        "the batch is too small: gradients are mostly noise",
        ("double the batch, or accumulate gradients",),
    ),
    "batch-too-large": _Known(
        "the batch is too large: there are too few updates",
        (
            "use a quarter of the batch, and again while that helps, or raise the rate with the batch (times k, or the "
            "root of k)",
        ),
    ),
    "stopped-too-early": _Known(
        "the run stopped while it was still learning",
        (
            "train twice as long, with the schedule stretched to the new end",
            "give early stopping more patience: a loss may fall late",
        ),
    ),
    "discriminator-too-strong": _Known(
        "the discriminator wins: its loss is near zero and the generator gets no gradient",
        (
            "train the discriminator more slowly, or use a Wasserstein loss with gradient penalty",
            "give the generator a reconstruction term, or unroll some steps of the discriminator",
        ),
    ),
    "discriminator-too-weak": _Known(
        "the discriminator does not learn to tell real from generated, so it teaches the generator nothing",
        ("check that its optimizer holds its parameters and is stepped; train it faster or more often",),
    ),
    "values-feed-on-themselves": _Known(
        "values are learnt from estimates that change just as fast, so errors feed on themselves",
        (
            "copy weights into the target network less often (every 1,000 to 10,000 updates, or tau 0.005), use double "
            "Q-learning, and keep the discount below 1",
        ),
    ),
    "no-entropy-bonus": _Known(
        "nothing keeps the policy from becoming deterministic",
        ("raise the entropy bonus threefold at a time (0.01 to 0.1), and train the policy at a tenth of the rate",),
    ),
    "reward-without-signal": _Known(
        "the reward is the same whatever the policy does: it is computed wrongly, or nothing ever succeeds",
        (
            "look at some answers or episodes beside their rewards; give credit for part of the way, or begin with "
            "easier tasks",
        ),
    ),
    "kl-weight-too-high": _Known(
        "the KL term weighs more than the information in the code is worth",
        ("raise the weight from 0 to at most 1 over the first epochs, or leave some nats free (free bits)",),
    ),
    "decoder-too-strong": _Known(
        "the decoder can do without the code",
        ("use a weaker decoder, or hide a part of its own past from it (word dropout)",),
    ),
    "kl-penalty-too-weak": _Known(
        "nothing holds the policy near its reference",
        ("raise the KL coefficient (0.02 to 0.1 is usual), lower the rate, or stop each update at a target KL",),
    ),
    "representation-collapse": _Known(
        "all inputs are mapped to nearly the same point",
        (
            "check what keeps them apart: negatives, branches that differ (a predictor and a stopped gradient on one "
            "alone), or a term against redundant dimensions",
        ),
    ),
    "metric-miscomputed": _Known(
        "the metric does not compare these answers with these labels",
        (
            "work out the accuracy of one batch by hand: the largest output over the dimension of the classes, and the "
            "labels of the same rows in the same order",
        ),
    ),
    "temperature-too-high": _Known(
        "the temperature makes all similarities alike",
        ("lower the temperature to 0.05 to 0.5, or learn its inverse",),
    ),
    "critic-without-bound": _Known(
        "nothing bounds the slope of the critic",
        ("add a gradient penalty or spectral normalisation to the critic, or clip its weights",),
    ),
    "knowledge-overwritten": _Known(
        "what is learnt now overwrites what was known",
        (
            "mix in some of the earlier data, train adapters or fewer layers, lower the rate, or stop earlier",
            "of data that a model has generated, keep real ones among them in every generation",
        ),
    ),
    "reward-misses-goal": _Known(
        "the reward pays for something other than what is meant",
        ("read the highest-paid answers; fix the reward, or stop where the held-out metric is best",),
    ),
    "resumed-from-checkpoint": _Known(
        "the run was resumed from a checkpoint older than its last logged step",
        ("nothing to do: the later branch is the run's curve",),
    ),
    "resumed-without-state": _Known(
        "the run was resumed without the state of optimizer or scheduler",
        ("save and load optimizer, scheduler and scaler with the model",),
    ),
    "corrupted-state": _Known(
        "the saved state is damaged",
        ("resume from an earlier checkpoint, and check that checkpoints are written whole and read back whole",),
    ),
    "gradients-not-zeroed": _Known(
        "gradients add up from step to step",
        ("call optimizer.zero_grad() before every backward pass, or after every optimizer step",),
    ),
    "two-writers": _Known(
        "two processes wrote to the same log",
        ("give every process a folder of its own, or log from rank 0 alone",),
    ),
    "one-log-for-several-runs": _Known(
        "a script trained several runs and logged them one after another into one file",
        ("give every run a log of its own, so that each keeps its settings and can be compared",),
    ),
    "copied-log": _Known(
        "the log was copied, or two runs are one",
        ("analyze one of the copies; check that two seeds really differ",),
    ),
    "interrupted-write": _Known(
        "the writer was stopped in the middle of a record",
        ("nothing to do if the run was killed; flush and close the writer at the end",),
    ),
    "storage-fault": _Known(
        "the storage lost or changed bytes",
        ("write logs to a local disk and copy them afterwards; check the file system",),
    ),
    "out-of-memory": _Known(
        "the memory is too small for this batch and model",
        (
            "halve the batch and double the accumulation; then shorter sequences, lower precision, checkpointing",
            "keep numbers, not tensors, across steps (loss.item())",
        ),
    ),
    "host-memory-exhausted": _Known(
        "the machine has too little memory for the data and its workers",
        (
            "use fewer data-loading workers and smaller prefetch queues; stream the data instead of holding it",
            "raise the memory limit of the job; in a container, its shared memory (--shm-size)",
        ),
    ),
    "storage-full": _Known(
        "there is no space left where the run writes",
        ("delete old checkpoints and keep only the last few; check quotas as well as free space",),
    ),
    "process-left": _Known(
        "one process failed or hung while the others waited for it",
        (
            "look for the first error among the logs of all processes",
            "check that every process takes the same number of steps and enters the same collectives",
        ),
    ),
    "faulty-kernel": _Known(
        "a kernel reads or writes outside its memory",
        (
            "repeat the step with CUDA_LAUNCH_BLOCKING=1, which names the kernel",
            "switch custom, fused and compiled kernels off, one at a time",
        ),
    ),
    "program-error": _Known(
        "the program raised an exception",
        ("read the traceback above that line; resume from the last checkpoint once it is fixed",),
    ),
    "log-incomplete": _Known(
        "records are missing from the log",
        ("look for further files of the run; close the writer at the end, and log from one process",),
    ),
    "logging-changed": _Known(
        "the program stopped logging this curve",
        ("nothing to do if that was meant, such as a phase of the training that ended",),
    ),
    "setting-without-effect": _Known(
        "both runs did exactly the same: whatever was meant to differ had no effect",
        ("check that the seed and the settings that differ reach the program",),
    ),
    "label-out-of-range": _Known(
        "a label or token id is out of range for the model",
        (
            "compare the number of classes of the last layer, or of rows of the embedding, with the data",
            "repeat the step on the CPU, which names the index",
        ),
    ),
    "range-test": _Known(
        "the rate is raised on purpose, to find the one to train with",
        ("train at the rate of the steepest fall, and at most a tenth of that where the loss blows up",),
    ),
    "preempted": _Known(
        "the job was stopped from outside",
        ("resume from the last checkpoint; raise the time limit",),
    ),
    "slow-input": _Known(
        "the input pipeline or the machine became slower",
        ("compare data time and step time; look for another job on the machine",),
    ),
    "hardware-fault": _Known(
        "a fault of the hardware",
        ("repeat the step on another device",),
    ),
    "unknown": _Known("the log does not tell", ()),
}


def is_known(cause: str) -> bool:
    """Tell whether a cause is in the vocabulary."""
    return cause in _KNOWN


def because(
    cause: str,
    strength: Strength = Strength.POSSIBLE,
    *,
    pro: Sequence[str] = (),
    contra: Sequence[str] = (),
    fixes: Sequence[Fix] = (),
    weight: float | None = None,
) -> Cause:
    """Return a known cause with the evidence for and against it in this run; raises KeyError for an unknown id.

    Empty clauses are left out. The given fixes, computed from this run or its siblings, go before the general ones, or
    replace those that say the same.
    """
    known = _KNOWN[cause]
    evidence, against = tuple(filter(None, pro)), tuple(filter(None, contra))
    general = tuple(map(Fix, known.fixes))
    return with_fixes(Cause(cause, known.text, strength, evidence, against, general, weight), fixes)


def likely_because(cause: str, clause: str) -> Cause:
    """Return a cause that is likely because of a clause, or unlikely where that is empty."""
    return because(cause, Strength.LIKELY if clause else Strength.UNLIKELY, pro=[clause])


def with_fixes(cause: Cause, fixes: Sequence[Fix]) -> Cause:
    """Put fixes before those of a cause; they replace its first where that gives way."""
    known = _KNOWN.get(cause.id)
    replaced = 1 if fixes and known is not None and known.gives_way else 0
    return replace(cause, fixes=(*fixes, *cause.fixes[replaced:]))


def ranked(*causes: Cause) -> tuple[Cause, ...]:
    """Sort causes: the likely ones first, then the better supported, then in the order given."""
    order = list(Strength)
    return tuple(sorted(causes, key=lambda cause: (order.index(cause.strength), -cause.balance)))
