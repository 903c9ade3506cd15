"""The settings of a run that bear on a diagnosis, whatever the framework calls them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from logdoctor.run import Run, Setting, as_number
from logdoctor.run.averages import SINCE_LAST
from logdoctor.run.naming import words
from logdoctor.run.roles import LearningRate, TrainLoss
from logdoctor.signals.settings.learning_rate import is_rate, setting_words

Spellings = tuple[tuple[str, ...], ...]
"""Names of one setting, each as words; an earlier one goes before a later one."""


def _spelled(*names: str) -> Spellings:
    return tuple(tuple(name.split()) for name in names)


CLIP_NORM = _spelled(
    "max grad norm", "gradient clip val", "grad clip", "clip grad", "gradient clipping", "clip grad norm", "clip norm",
    "clipnorm", "global clipnorm", "clip gradients", "grad norm clip", "max norm", "clip",
)  # fmt: skip
PRECISION = _spelled("precision", "mixed precision", "dtype", "torch dtype", "params dtype", "amp dtype", "amp level")
HALF_FLAGS = _spelled("fp16", "amp", "half", "use amp")
BRAIN_FLAGS = _spelled("bf16", "bfloat16", "use bf16")
BATCH_SIZE = _spelled(
    "total train batch size", "global batch size", "train batch size", "batch size", "per device train batch size",
    "micro batch size", "batch", "bs",
)  # fmt: skip
MICRO_BATCH = _spelled(
    "per device train batch size", "micro batch size", "train micro batch size per gpu", "device batch size",
    "batch size per gpu", "batch size", "bs",
)  # fmt: skip
ACCUMULATION = _spelled("gradient accumulation steps", "accumulate grad batches", "grad accum steps", "accumulate")
NORMALISE = _spelled(
    "normalize", "normalise", "normalize inputs", "normalise inputs", "normalize data", "standardize", "standardise",
    "standardize inputs", "scale inputs",
)  # fmt: skip
WEIGHT_DECAY = _spelled("weight decay", "wd", "l2", "l2 reg")
DROPOUT = _spelled("dropout", "dropout rate", "p dropout", "hidden dropout prob", "hidden dropout", "dropout p", "drop")
DIVERGENCE_WEIGHT = _spelled("kl weight", "kld weight", "kl coef", "kl coeff", "kl beta", "beta kl", "beta")
EPSILON = _spelled("adam epsilon", "adam eps", "optimizer epsilon", "epsilon", "eps")
BETA2 = _spelled("adam beta2", "beta2", "beta 2", "adam beta 2")
MOMENTUM = _spelled("momentum", "sgd momentum")
AVERAGES = frozenset("ema bn norm batchnorm batch normalization teacher target".split())
"""Words of settings about averages of weights or of statistics, whose share kept is called momentum as well."""
WARMUP = _spelled(
    "warmup steps", "warmup ratio", "lr warmup iters", "warmup iters", "warmup epochs", "num warmup steps",
    "lr warmup steps", "warmup", "lr warmup fraction", "warmup fraction", "lr scheduler warmup ratio",
    "lr scheduler warmup steps",
)  # fmt: skip
OPTIMIZER = _spelled("optimizer", "optim", "opt", "optimizer name", "optimizer type")
SCHEDULER = _spelled("lr scheduler type", "lr scheduler", "scheduler", "lr decay style", "lr schedule", "sched")
PLANNED_STEPS = _spelled("max steps", "train iters", "max iters", "total steps", "num training steps", "num steps")
PLANNED_EPOCHS = _spelled("num train epochs", "max epochs", "epochs", "num epochs", "n epochs")

ADAPTIVE = frozenset("adam adamw nadam radam adamax adagrad adadelta rmsprop lamb lion adafactor".split())
"""Optimizers that divide by a running second moment (Lion by its sign)."""

CYCLE_WORDS = frozenset("cycle cycles cyclic cyclical restart restarts sgdr onecycle".split())
"""Words in the name or value of a setting that say that the rate is meant to come back."""

HALF_A_CYCLE = 0.5
"""The default of `num_cycles` in transformers: half a cosine, which does not come back."""


@dataclass(frozen=True)
class Hyperparameters:
    """What the settings of a run say; None where they do not."""

    run: Run

    @classmethod
    def measure(cls, run: Run) -> Hyperparameters:
        """Read them from a run; a run without any gives None everywhere."""
        return cls(run)

    def __bool__(self) -> bool:
        """Whether they name the optimizer or its rate: what such a list leaves out was left at its default.

        What a trainer counts by (`max_steps`, `logging_steps`) is no such list.
        """
        return self.get(OPTIMIZER) is not None or any(map(is_rate, self.run.hyperparameters))

    @cached_property
    def _by_words(self) -> dict[tuple[str, ...], Setting]:
        """Settings by the words of the last part of a nested name; the first of two that are alike counts."""
        pairs = reversed(list(self.run.hyperparameters.items()))
        return {setting_words(name): value for name, value in pairs}

    def get(self, spellings: Spellings) -> Setting:
        """Return the setting of the first name that the run has, or None."""
        return next((self._by_words[name] for name in spellings if self._by_words.get(name) is not None), None)

    def number(self, spellings: Spellings) -> float | None:
        """Return a setting that is a number, or None."""
        return as_number(self.get(spellings))

    @cached_property
    def clip_norm(self) -> float | None:
        """Norm at which gradients are clipped; 0 where clipping is switched off, None where nothing is said."""
        named = self.get(CLIP_NORM)
        if isinstance(named, bool):
            return None if named else 0.0
        return self.number(CLIP_NORM)

    @cached_property
    def half_precision(self) -> str:
        """The setting that says that training computes in float16 ("precision 16-mixed"), or nothing."""
        for name, value in self.run.hyperparameters.items():
            last = setting_words(name)
            text = str(value).lower()
            named = last in PRECISION and "bf" not in text and ("16" in text or text == "half")
            if named or (last in HALF_FLAGS and value is True):
                return f"{name} {value}"
        return ""

    @cached_property
    def names_precision(self) -> bool:
        """Whether any setting says in which precision training computes."""
        return any(setting_words(name) in (*PRECISION, *HALF_FLAGS, *BRAIN_FLAGS) for name in self.run.hyperparameters)

    @cached_property
    def batch_size(self) -> float | None:
        """Examples in one update, as far as one setting tells."""
        return self.number(BATCH_SIZE)

    @cached_property
    def micro_batch(self) -> float | None:
        """Examples that go through the model at once on one device, as far as one setting tells."""
        return self.number(MICRO_BATCH)

    @cached_property
    def accumulation(self) -> float:
        """Micro-batches in one update; 1 where nothing is said."""
        return max(self.number(ACCUMULATION) or 1.0, 1.0)

    @cached_property
    def weight_decay(self) -> float | None:
        """The weight decay."""
        return self.number(WEIGHT_DECAY)

    @cached_property
    def dropout(self) -> float | None:
        """Share of units dropped."""
        return self.number(DROPOUT)

    @cached_property
    def epsilon(self) -> float | None:
        """The optimizer's epsilon."""
        return self.number(EPSILON)

    @cached_property
    def beta2(self) -> float | None:
        """Decay of the second moment; the second of a pair `betas`."""
        return self.number(BETA2)

    @cached_property
    def momentum(self) -> float | None:
        """Momentum of SGD, not of averages that are nested elsewhere (`ema.momentum`, `norm_cfg.momentum`)."""
        for name in MOMENTUM:
            for full, value in self.run.hyperparameters.items():
                number = as_number(value)
                if setting_words(full) == name and number is not None and not AVERAGES & set(words(full)):
                    return number
        return None

    @cached_property
    def patience(self) -> float | None:
        """How long the run may go on without improvement before it stops early; None where it may not stop so.

        The patience of a scheduler that lowers the rate is another one.
        """
        for name, value in self.run.hyperparameters.items():
            found = set(words(name))
            stops = "patience" in found or {"early", "stopping"} <= found or {"early", "stop"} <= found
            if stops and not found & {"lr", "scheduler", "plateau"} and value and isinstance(value, int | float):
                return float(value) if "patience" in found else 0.0
        return None

    @cached_property
    def warmup(self) -> float | None:
        """Steps, epochs or share of warm-up: only zero and not zero can be told apart without the framework."""
        return self.number(WARMUP)

    @cached_property
    def warmup_steps(self) -> float | None:
        """Steps of warm-up; None where the settings give a share, epochs or nothing."""
        named = self.number(tuple(name for name in WARMUP if {"steps", "iters"} & set(name)))
        return named if named is not None and named > 1 else None

    @cached_property
    def means_cycles(self) -> bool:
        """Whether a setting says that the rate is meant to come back."""
        items = self.run.hyperparameters.items()
        named = [value for name, value in items if CYCLE_WORDS & set(words(name))]
        scheduler = self.get(SCHEDULER)
        return any(v and v != HALF_A_CYCLE for v in named) or bool(CYCLE_WORDS & set(words(str(scheduler))))

    @cached_property
    def optimizer(self) -> str:
        """Name of the optimizer in lower case, or nothing."""
        return self.optimizer_name.lower()

    @cached_property
    def optimizer_name(self) -> str:
        """Name of the optimizer as the log has it, or nothing; Lightning logs it in the name of the rate (`lr-AdamW`).

        What sentences say: nobody knows `AdamOptimizer` as `adamoptimizer`.
        """
        named = self.get(OPTIMIZER)
        if isinstance(named, str):
            return named
        spoken = [word for one in self.run.all(LearningRate) for word in re.split(r"\W+", one.name)]
        return next((word for word in spoken if word.lower() == "sgd" or word.lower() in ADAPTIVE), "")

    @cached_property
    def default_optimizer(self) -> str:
        """The optimizer of a log without its name, by the framework that wrote it, or nothing.

        transformers' Trainer and Megatron take AdamW unless told otherwise (training_args.py; arguments.py).
        """
        averaged = any(one.average == SINCE_LAST for one in self.run.all(TrainLoss))
        return "AdamW" if averaged and not self.optimizer else ""

    @cached_property
    def is_adaptive(self) -> bool | None:
        """Whether the optimizer keeps a second moment; None where its name is not known."""
        found = set(words(self.optimizer)) | {self.optimizer}
        if not self.optimizer:
            return None
        return bool(found & ADAPTIVE) or any(self.optimizer.startswith(name) for name in ("adam", "adagrad"))
