"""The words of training: what counts, what measures, what tells the split, and in which units."""

from __future__ import annotations

import re

from logdoctor.run import Split
from logdoctor.run.naming import role_of, split_of, words
from logdoctor.run.roles import Counter, Loss, TrainError, TrainMetric, Unknown, ValError, ValMetric
from logdoctor.run.translations import COUNTERS
from logdoctor.run.vocabulary import ELBO

_TERMS = frozenset((ELBO, "recon", "reconstruction"))
"""Words for terms of an autoencoder's loss, which are often printed without the word loss: `recon 44.6 | kl 0.1`."""

SPLIT_ROLES = (Loss, TrainMetric, ValMetric, TrainError, ValError)
"""Quantities whose name takes the split from the words before it."""

IGNORED = frozenset({"eta", "remaining", "eta_seconds", "cuda", "v_num", "cur_iter", "date", "nats"})
"""Keys of what says nothing of the training, or nothing without the split before it."""

EXTREMES = frozenset({"best", "max", "maximum", "highest", "min", "minimum", "lowest"})
"""First words of what is no point of a curve: `Max accuracy: 70.1%`."""

LAST = frozenset({"final"})
"""First words of what is the last point of a curve, unless every epoch has one: `Epoch 3 | Final Loss: 0.52`."""

FINAL_STEP = ("final", "step")
"""Last words of what TF Estimator says at the end of each training: `Loss for final step: 0.0108`."""

COUNTER_WORDS = {
    **dict.fromkeys(("epoch", "epochs", "ep", "epch", "epoch_num", "epoch_idx", "current_epoch"), "epoch"),
    "epoch number": "epoch",
    **dict.fromkeys(("step", "steps", "train_step", "training_step", "g_step"), "step"),
    **dict.fromkeys(("global_step", "trainer/global_step", "train/global_step"), "global_step"),
    "global_step/max_steps": "global_step",  # ms-swift: '10/300'
    **dict.fromkeys(("iteration", "iterations"), "iteration"),
    **dict.fromkeys(("iter", "iters", "it", "itr"), "iter"),
    **dict.fromkeys(("iter_num", "iter_idx", "global_iter", "acc_iter"), "iter_num"),
    **dict.fromkeys(("update", "updates"), "update"),
    **dict.fromkeys(("batch", "minibatch", "mb"), "batch"),
    **dict.fromkeys(("batch_idx", "batch_id", "batch_num", "batch_no", "batch no", "batch number"), "batch_idx"),
    **dict.fromkeys(("episode", "episodes", "episode num", "episode_num"), "episode"),
    **dict.fromkeys(("timesteps", "timestep"), "timesteps"),
    **dict.fromkeys(("total_timesteps", "num_timesteps", "total t"), "total_timesteps"),
    **dict.fromkeys(("consumed_samples", "consumed samples", "samples_so_far", "smpl"), "consumed_samples"),
    **dict.fromkeys(("frame_number", "frame number"), "frame"),
    "total_step": "total_step",  # `epoch 0, total_step 22050`; of as many in every row, it is a length
    **{name: name for name in (
        "num_updates", "round", "samples", "tokens", "training_iteration", "env_steps", "frame", "frames",
        "current_steps",
    )},
    **COUNTERS,
}  # fmt: skip
"""Keys that count, in the spelling that tables know."""

NO_COUNTER = frozenset(
    "per of total num max min every warmup best last save saved since elapsed time each avg average after remaining "
    "batch patience n number micro over".split()
)
"""Words before `step` or `epoch` that make it something else than the position."""

LOOSE = frozenset({"samples", "tokens", "frames", "frame", "consumed_samples"})
"""Counters that count only with a colon or an equals sign before the number, for prose counts them too."""

LOOP_VARIABLES = frozenset({"i", "n", "k", "it", "idx"})
"""Names of loop variables, which count where they say out of how many: `i=347/530`."""

PREPOSITIONS = frozenset({"at", "in", "after", "for", "("})

NO_NAMES = frozenset("the a an this our its current cur now new with and but got has had of is at".split())
"""Words of a sentence before what is measured, which are no part of its name: `step 100, the loss is 0.75`."""

_BETWEEN_TWO = frozenset({"de", "di", "do", "da", "des", "del", "du"})
"""Words of Romance languages between a quantity and its split: `perda de treino 0.52`."""

VERBS = frozenset({"is", "was", "are"})
"""Words between a quantity and its value: `validation loss is: 0.24`."""

PLAIN_NAMES = frozenset({"loss", "acc", "accuracy", "error"})
"""Names that say little without the word before them: `G loss:0.7, D loss:0.6`."""

LONGEST_PLAIN = 3
"""Words of such a name with those before it."""

_UNIT_WORDS = (
    "%|percent|ms|milliseconds|msec|us|µs|seconds|secs|sec|s|minutes|mins|min|hours|hrs|days|it/s|s/it|ms/it|ms/step|s/step|"
    "us/step|ms/batch|samples/s|samples/sec|img/s|images/s|imgs/s|tokens/s|tok/s|tokens/sec|tok/sec|iter/s|GiB|MiB|KiB|GB|MB|"
    "KB|Gb|Mb|TB|TFLOPs|TFLOPS|TFLOP/s|tflops|dB|[a-z]{3,10}/second"
)
UNIT = re.compile(
    rf"(?P<attached>{_UNIT_WORDS}|/s/gpu|/s|/sec|[mhdGMKkBTx])(?![\w/])|\s(?:{_UNIT_WORDS})(?![\w/(]|\s*[:=])"
)
"""A unit behind a number; behind a space only where it is not the key of the next."""

TIME_UNITS = frozenset(
    "ms milliseconds msec us µs seconds secs sec s minutes mins min m hours hrs hr h days day d".split()
)

MULTIPLES = {"k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9}
"""Units of a counter: LeRobot writes `step:48K`, others `step 12.5k`."""

SPLIT_HEADING = re.compile(
    r"\b(train(?:ing)?|val(?:id(?:ation|ate|ating)?)?|eval(?:uat(?:ion|e|ing))?|dev|test(?:ing)?|held-?out)(?![a-z])",
    re.I,
)
"""A word in the text before the first key that tells the split."""


def is_split(key: str) -> bool:
    """Tell whether a key is one word that tells the split: `train`."""
    return len(words(key)) == 1 and split_of(key) is not Split.NONE


def vocabulary_tail(key: str) -> str:
    """Return the last words of a key that all belong to training, or nothing."""
    tail: list[str] = []
    for word in reversed(key.split(" ")):
        if not _is_of_training(word) and word.lower() not in _BETWEEN_TWO:
            break
        tail.insert(0, word)
    while tail and tail[0].lower() in _BETWEEN_TWO:
        del tail[0]
    name = " ".join(tail)
    return name if tail and (_measures(name) or any(map(_measures, tail))) else ""


def _measures(word: str) -> bool:
    return role_of(word, split_of(word)) not in (Unknown, Counter) or not _TERMS.isdisjoint(words(word))


def _is_of_training(word: str) -> bool:
    return _measures(word) or bool(split_of(word)) or word.lower() in {
        "avg", "average", "mean", "total", "running", "gradient", "grad", "norm", "learning", "rate", "top", "smoothed",
        "exact", "match", "epoch", "batch", "generator", "discriminator", "actor", "critic",
    }  # fmt: skip
