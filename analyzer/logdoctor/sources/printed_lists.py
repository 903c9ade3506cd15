"""Whole curves that a script printed at its end as lists, `train losses: [0.5, 0.25]`, among other lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Setting, Split
from logdoctor.run.naming import role_of, split_of, words
from logdoctor.run.roles import TrainComponentLoss
from logdoctor.sources.console.context.settings import settings_in
from logdoctor.sources.python_literal import MOST_BYTES, as_json
from logdoctor.sources.source import HEAD_BYTES, Head, Sample
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.json.document_source import DocumentSource
from logdoctor.sources.tables.json.json_file import Document, beginning
from logdoctor.sources.tables.likeness import is_of_training, tells_loss
from logdoctor.sources.tables.text import encoding_of

FEWEST = 6
"""Values of a list that is a curve: five are the folds of a cross-validation."""

_LISTS = re.compile(r"^[ \t]*(?:([A-Za-z][\w ./-]{0,79}?)[ \t]*[:=][ \t]*)?(\[.*|\{[^\[\n]*\[.*)$", re.MULTILINE)
"""A list, or a dictionary with a list in it, to the end of its line, and the name before it."""

_CONFIG = "config"
"""The key under which a document holds its settings."""

_OF_NO_COURSE = frozenset(
    "fold folds cv class classes per each seed seeds trial trials run runs grid sweep model models layer layers".split()
)
"""Words of lists with a value for each of something else than epochs."""


class PrintedLists(DocumentSource):
    """Lists and dictionaries of lists on lines of their own, in a text that holds no other curve.

    What else such a line could hold is told by the names: there must be the list of a training loss, for settings have
    one for each of several terms, and results one for each of several runs. Of a list that is printed again as it
    grows, the last is taken; one that is printed again with other values is no curve.
    """

    name = "printed-lists"
    patterns: ClassVar[tuple[str, ...]] = ("*.txt", "*.log", "*.out", "*log", "*.stdout", "stdout*")
    precedence = -1
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "lists by name",
            "log.txt",
            "Using cuda\ntrain losses: [6, 5, 4, 3, 2, 1.5]\nval_loss = [6.5, 5.5, 4.5, nan, 3.5, 3.25]\nDone\n",
            {
                "train losses": [(0, 6), (1, 5), (2, 4), (3, 3), (4, 2), (5, 1.5)],
                "val_loss": [(0, 6.5), (1, 5.5), (2, 4.5), (3, float("nan")), (4, 3.5), (5, 3.25)],
            },
        ),
        Sample(
            "a history, printed when training was over",
            "train.log",
            "Model saved.\n{'loss': [6, 5, 4, 3, 2, 1], 'lr': [np.float32(0.5), 0.5, 0.5, 0.5, 0.25, 0.25]}\n",
            {
                "loss": [(0, 6), (1, 5), (2, 4), (3, 3), (4, 2), (5, 1)],
                "lr": [(0, 0.5), (1, 0.5), (2, 0.5), (3, 0.5), (4, 0.25), (5, 0.25)],
            },
        ),
        Sample(
            "a history that says its epochs",
            "out.txt",
            "history: {'epoch': [2, 4, 6, 8, 10, 12], 'loss': [6, 5, 4, 3, 2, 1]}\n",
            {"loss": [(2, 6), (4, 5), (6, 4), (8, 3), (10, 2), (12, 1)]},
        ),
        Sample(
            "a list that is printed again as it grows",
            "out.txt",
            "loss: [7, 6, 5, 4, 3, 2]\nloss: [7, 6, 5, 4, 3, 2, 1]\n",
            {"loss": [(0, 7), (1, 6), (2, 5), (3, 4), (4, 3), (5, 2), (6, 1)]},
        ),
        Sample(
            "lists of several models under one name",
            "out.txt",
            "loss: [7, 6, 5, 4, 3, 2]\nloss: [8, 6, 5, 4, 3, 2]\n",
            None,
        ),
        Sample("seeds", "results.txt", "Results\ntest loss: [0.51, 0.49, 0.5, 0.52, 0.48, 0.505]\n", None),
        Sample("rates", "results.txt", "losses for lr grid: [2.3, 1.5, 0.9, 0.5, 0.7, 3.0]\n", None),
        Sample("weights of a term", "config.txt", "aux_loss: [0.4, 0.3, 0.3, 0.2, 0.1, 0.1]\n", None),
        Sample(
            "terms of a sum that is not printed",
            "out.txt",
            "recon_loss: [6, 5, 4, 3, 2, 1]\nkl_loss: [1, 2, 3, 3, 3, 3]\n",
            {
                "recon_loss": [(0, 6), (1, 5), (2, 4), (3, 3), (4, 2), (5, 1)],
                "kl_loss": [(0, 1), (1, 2), (2, 3), (3, 3), (4, 3), (5, 3)],
            },
        ),
        Sample("folds", "cv.txt", "loss per fold: [0.5, 0.25, 0.5, 0.25, 0.5, 0.25]\n", None),
        Sample("classes", "eval.txt", "accuracy: [0.5, 0.25, 0.5, 0.25, 0.5, 0.25]\n", None),
        Sample("settings", "args.txt", "milestones: [1, 2, 3, 4, 5, 6]\nloss_weights: [1, 1, 1, 1, 1, 1]\n", None),
    )

    def beginning_of(self, head: Head) -> Any:
        """Return the lists in the first bytes, the last of them as far as it goes."""
        return _curves(encoding_of(head.start).decode(head.start))

    def document_of(self, path: Path) -> Document:
        """Return all lists; raises UnreadableLogError."""
        data = path.read_bytes()[: MOST_BYTES + 1]
        if len(data) > MOST_BYTES:
            raise UnreadableLogError(f"{path}: too long for lists that were printed")
        text = encoding_of(data[:HEAD_BYTES]).decode(data)
        curves, settings = _curves(text), _settings(text)
        return Document({**curves, **({_CONFIG: settings} if settings and curves and _CONFIG not in curves else {})})


def _curves(text: str) -> dict[str, list[Any]]:
    """Return the lists that are as long as that of some training loss, or as those of some terms, by name."""
    curves: dict[str, list[Any]] = {}
    for name, values in _lists(text):
        if len(values) >= FEWEST and not _OF_NO_COURSE & set(words(name)):
            known = curves.get(name, [])
            curves[name] = values if values[: len(known)] == known else []
    losses = [name for name in curves if tells_loss(name) and split_of(name) in (Split.NONE, Split.TRAIN)]
    terms = Counter(len(curves[name]) for name in losses if role_of(name, Split.TRAIN) is TrainComponentLoss)
    lengths = {len(curves[name]) for name in losses if role_of(name, Split.TRAIN) is not TrainComponentLoss}
    lengths |= {length for length, count in terms.items() if count > 1}
    return {
        name: values
        for name, values in curves.items()
        if len(values) in lengths - {0} and (is_of_training(name) or counts(name))
    }


def _settings(text: str) -> dict[str, Setting]:
    """Return what was printed before the first list that names settings."""
    first = _LISTS.search(text)
    return settings_in(text[: first.start()].splitlines()) if first else {}


def _lists(text: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield every list of numbers on a line of its own with its name, or that of its key."""
    for line in _LISTS.finditer(text):
        content = beginning(as_json(line[2]).encode("utf-8", "surrogateescape"))
        named = content if isinstance(content, dict) else {line[1]: content} if line[1] else {}
        for name, values in named.items():
            if isinstance(values, list):
                yield str(name), values
