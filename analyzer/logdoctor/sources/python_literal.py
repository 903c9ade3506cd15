"""Histories written with `str`: `{'loss': [0.5, 0.25]}` or `[0.5, 0.25]` in a text file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE
from logdoctor.sources.source import HEAD_BYTES, Head, Sample
from logdoctor.sources.tables.counters import counts
from logdoctor.sources.tables.json.document_source import DocumentSource
from logdoctor.sources.tables.json.json_file import Document, beginning
from logdoctor.sources.tables.json.json_text import decode
from logdoctor.sources.tables.likeness import is_of_training, tells_performance
from logdoctor.sources.tables.text import encoding_of

MOST_BYTES = 32 * 1024 * 1024
"""A longer text is no history that was printed into a file."""

_WORDS = {"nan": "NaN", "inf": "Infinity", "None": "null", "True": "true", "False": "false", "(": "[", ")": "]"}
"""What Python writes otherwise than JSON."""

_NUMBER = r"-?(?:\d[\d.]*(?:e[-+]?\d+)?|nan|inf)"
_WRAPPED = re.compile(rf"\b(?:(?:np|numpy)\.)?(?:float|int)\d*\(({_NUMBER})\)|\btensor\(({_NUMBER})[^()]*\)", re.I)
"""NumPy's and PyTorch's numbers: `np.float32(0.5)`, `tensor(0.5, device='cuda:0')`."""

_ARRAY = re.compile(r"\barray\((\[[^\[\]()]*\])(?:, *dtype=[\w.]+)?\)")
_WORD = re.compile(
    r"""("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|('(?:[^'\\]++|\\.)*+(?:'|\\?\Z))|\b(nan|inf|None|True|False)\b|([()])""",
    re.DOTALL,
)
"""A string, to the end of the text where it is not closed; a word; a parenthesis."""

_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|([\[\]{}])', re.DOTALL)
"""A string, which may hold any, or a bracket; as JSON spells both."""


class PythonLiteral(DocumentSource):
    """A dictionary of lists, or one list in a file that is called after its curve, as Python prints them.

    Nothing in it is run: what Python writes otherwise than JSON is spelled as JSON spells it.
    """

    name = "python-literal"
    patterns: ClassVar[tuple[str, ...]] = ("*.txt", "*.log", "*.dat")
    precedence = 10
    samples: ClassVar[tuple[Sample, ...]] = (
        Sample(
            "Keras' history.history",
            "history.txt",
            "{'loss': [0.5, nan], 'val_loss': [np.float32(0.75), np.float32(0.5)]}\n",
            {"loss": [(0, 0.5), (1, float("nan"))], "val_loss": [(0, 0.75), (1, 0.5)]},
        ),
        Sample(
            "one list, named after its file",
            "train_losses.txt",
            "[tensor(0.5, device='cuda:0'), tensor(0.25, device='cuda:0')]",
            {"train_losses": [(0, 0.5), (1, 0.25)]},
        ),
        Sample(
            "broken off",
            "history.txt",
            "{'loss': [0.5, 0.25], 'val_loss': [0.75, 0.5], 'lr': [0.",
            {"loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, 0.5)]},
        ),
        Sample("a log of lines", "loss.log", "[1, 1000] loss: 1.5\n[1, 2000] loss: 1.25\n", None),
        Sample(
            "a log below its settings", "train.log", "{'lr': 0.1, 'aux_loss': [0.5, 0.25]}\nEpoch 1: loss 2.5\n", None
        ),
        Sample(
            "a record in each line", "log.txt", "{'iter': 1, 'loss': [2.5, 0.5]}\n{'iter': 2, 'loss': [2, 1]}\n", None
        ),
        Sample("detections", "pred.txt", "{'boxes': [1, 2], 'accuracy': [0.5, 0.25]}", None),
        Sample("a list of something else", "sizes.txt", "[1, 2, 3]", None),
        Sample("settings", "args.txt", "{'lr': 0.1, 'epochs': 3, 'loss': 'mse'}", None),
    )

    def beginning_of(self, head: Head) -> Any:
        """Return what the first bytes hold, or None where they are not one history alone."""
        if not head.start.lstrip().startswith((b"{", b"[")):
            return None
        text = as_json(encoding_of(head.start).decode(head.start))
        end = _end_of(text)
        if end is not None and (text[end:].strip() or not head.whole):
            return None  # a log of lines
        content = _named(head.path, beginning(_bytes_of(text)))
        return content if _is_history(content) else None

    def document_of(self, path: Path) -> Document:
        """Return the whole of it; raises UnreadableLogError."""
        data = path.read_bytes()[: MOST_BYTES + 1]
        if len(data) > MOST_BYTES:
            raise UnreadableLogError(f"{path}: too long for a history that was printed")
        text = as_json(encoding_of(data[:HEAD_BYTES]).decode(data))
        try:
            return Document(_named(path, decode(text)))
        except ValueError:
            message = "The text breaks off or is damaged; what stands before was read."
            return Document(_named(path, beginning(_bytes_of(text))), (Notice(DAMAGE, str(path), message),))


def _end_of(text: str) -> int | None:
    """Return where the first bracket is closed, or None where it stays open."""
    opened = 0
    for found in _BRACKET.finditer(text):
        if bracket := found[1]:
            opened += 1 if bracket in "{[" else -1
            if not opened:
                return found.end()
    return None


def _is_history(content: Any) -> bool:
    """Tell whether no list of a dictionary is foreign to training: those of detections are."""
    lists = {name for name, value in content.items() if isinstance(value, list)} if isinstance(content, dict) else ()
    return all(counts(name) or is_of_training(name) for name in lists)


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def as_json(text: str) -> str:
    """Spell what Python writes otherwise than JSON as JSON does."""
    return _WORD.sub(_spelled, _ARRAY.sub(r"\1", _WRAPPED.sub(lambda found: found[1] or found[2], text)))


def _spelled(found: re.Match[str]) -> str:
    if found[2]:
        return '"' + found[2][1:].removesuffix("'").replace("\\'", "'").replace('"', '\\"') + '"'
    return found[1] or _WORDS[found[0]]


def _named(path: Path, content: Any) -> Any:
    """Name a list after its file, which says what it holds."""
    return {path.stem: content} if isinstance(content, list) and tells_performance(path.stem) else content
