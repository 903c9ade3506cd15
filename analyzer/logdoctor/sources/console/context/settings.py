"""Settings that a trainer printed before its first step: of a fixed list of names, for anything is written so.

A line that lists several of them, or what argparse prints, is one of settings, whatever they are called.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from logdoctor.run import Setting
from logdoctor.run.naming import words
from logdoctor.sources.tables.numbers import parse_number

MOST_LINES = 3000
"""Lines at the beginning of a log that may hold settings."""

LONGEST_LINE = 20_000

KNOWN = frozenset({
    "lr", "learning_rate", "base_lr", "max_lr", "peak_lr", "min_lr", "lr0", "matrix_lr", "batch_size",
    "bs", "train_batch_size",
    "per_device_train_batch_size", "global_batch_size", "micro_batch_size", "total_batch_size", "train_batch_tokens",
    "gradient_accumulation_steps", "grad_accum_steps", "accumulate_grad_batches", "weight_decay", "wd", "warmup_steps",
    "warmup_ratio", "warmup_iters", "warmup_epochs", "lr_warmup_iters", "lr_scheduler_type", "lr_scheduler",
    "lr_scheduler_warmup_ratio", "lr_scheduler_warmup_steps", "total_train_batch_size",
    "scheduler", "max_grad_norm", "grad_clip", "clip_grad", "grad_clip_norm", "gradient_clip_val", "optimizer", "optim",
    "momentum", "beta1", "beta2", "adam_beta1", "adam_beta2", "adam_eps", "adam_epsilon", "eps", "dropout",
    "label_smoothing", "num_classes", "precision", "mixed_precision", "dtype", "fp16", "bf16", "seed", "epochs",
    "num_epochs", "num_train_epochs", "max_epochs", "max_steps", "train_iters", "max_iters", "total_steps",
    "average_loss", "hidden", "hidden_size", "hidden_dim", "d_model", "n_embd", "num_layers", "n_layer", "temperature",
})  # fmt: skip
"""Names of settings that bear on a diagnosis, in lower case with underscores."""

LISTED = 3
"""Known names in a line from which it lists settings, so that its other pairs are settings as well."""

WHERE = frozenset(
    "rank port gpu gpus device devices id pid worker workers node nodes version time timestamp date".split()
)
"""Words of settings that say where and when a training runs."""

_NAMESPACE = re.compile(r"\bNamespace\(")
"""How argparse prints what it has read: nothing but settings."""

_PAIR = re.compile(
    r"(?<![\w.])(?:--)?([A-Za-z][A-Za-z0-9_-]{0,40})['\"]?\s?[:=]\s?"
    r"('[^']{0,80}'|\"[^\"]{0,80}\"|[-+]?[0-9][\w.+-]*|[A-Za-z][\w.-]{0,40}(?!\s?[:=]))(?![\w(])"
)
"""A name and its value; a name that another pair follows, as in nanoGPT's `Overriding: lr = 0.001`, has none."""
_CLOSING = ("", *",;|)]}")
"""What stands behind a value that is no beginning of a sentence."""
_CARD = re.compile(
    r"optimizer: (?:Use )?(?:OptimizerNames\.)?(\w+)"
    r"(?: with betas=\(([\d.]+),([\d.]+)\) and epsilon=([\d.e-]+)| and the args are:)"
)
"""The optimizer in model cards of Hugging Face (transformers/modelcard.py, extract_hyperparameters_from_trainer)."""
_TAG = re.compile(r"<[^<>]{1,40}>")
_BANNER = re.compile(r"\b(Num examples|Num Epochs|Instantaneous batch size per device|Total train batch size|"
                     r"Gradient Accumulation steps|Total optimization steps)\b[^=]{0,60}= ([0-9][0-9,]*)$")  # fmt: skip
_EVALUATION = re.compile(r"[\s{(]*['\"]?eval\w*['\"]?\s*[:=]\s*\w*[{(]")
_CODE = re.compile(r"(?:import \w|from \S+ import |def \w+\(|class \w+[(:]|#include )")
_WORDS = {"true": True, "false": False, "none": None, "null": None}


def settings_in(lines: list[str]) -> dict[str, Setting]:
    """Return the settings among the lines before the first row of a log.

    Source code in the log, where assignments are no settings, takes all of its lines out of consideration.
    """
    if any(map(_CODE.match, lines)):
        return {}
    told = (line for line in _of_training(lines[:MOST_LINES]) if len(line) < LONGEST_LINE)
    return {name: value for line in told for name, value in _settings(line)}


def _of_training(lines: list[str]) -> Iterator[str]:
    """Leave out what is set for the evaluation alone: LitGPT prints `'eval': {'max_iters': 100,` and more."""
    depth = 0
    for line in lines:
        began = None if depth else _EVALUATION.match(line)
        if not depth and not began:
            yield line
            continue
        rest = line[began.end() - 1 :] if began else line
        depth = max(0, depth + sum(map(rest.count, "{(")) - sum(map(rest.count, "})")))


def pairs_in(heading: str) -> Iterator[tuple[str, Setting, str]]:
    """Yield the settings of a line that announces a run, each as it is written too; any name will do there.

    `Baseline: a plain network` is a title, and sets nothing.
    """
    for pair in _PAIR.finditer(heading):
        if "=" in pair[0] or heading[pair.end() :].lstrip()[:1] in _CLOSING:
            yield pair[1], _value(pair[2]), pair[0]


def _settings(line: str) -> Iterator[tuple[str, Setting]]:
    if banner := _BANNER.search(line):
        yield banner[1], _value(banner[2])
        return
    if card := _CARD.search(line):
        names = ("optimizer", "adam_beta1", "adam_beta2", "adam_epsilon")
        yield from ((name, _value(text.lower())) for name, text in zip(names, card.groups(), strict=True) if text)
        return
    if line.startswith("|"):
        cells = [cell.strip() for cell in _TAG.sub("", line).strip("| ").split("|")]
        if len(cells) in (2, 3) and _is_known(cells[0]):
            yield cells[0], _value(cells[-1])
        return
    pairs = list(_PAIR.finditer(line))
    listed = bool(_NAMESPACE.search(line)) or sum(_is_known(pair[1]) for pair in pairs) >= LISTED
    for pair in pairs:
        value = _value(pair[2])
        if _is_known(pair[1]) or (listed and _is_of_training(pair[1], value)):
            yield pair[1], value


def _is_known(name: str) -> bool:
    return name.lower().replace("-", "_") in KNOWN


def _is_of_training(name: str, value: Setting) -> bool:
    """Whether any setting may be one of the training: a number or a switch that does not say where or when it runs.

    Names of files and of the run itself would tell repeats of one recipe apart.
    """
    return not isinstance(value, str) and value is not None and not WHERE & set(words(name))


def _value(text: str) -> Setting:
    text = text.strip("'\"")
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    try:
        number = parse_number(text)
    except ValueError:
        return text
    return int(number) if number is not None and number.is_integer() and "." not in text else number
