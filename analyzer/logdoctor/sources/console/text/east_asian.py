"""What Chinese and Japanese loops print otherwise: full-width punctuation, positions that are ordinals."""

from __future__ import annotations

import re
from dataclasses import replace

from logdoctor.sources.console.text.passages import Passage

_FULL_WIDTH = "\uff0c\uff1a\uff1b\uff1d\uff05\uff08\uff09\uff0f\uff5c"
"""Comma, colon, semicolon, equals sign, percent, parentheses, slash and bar."""

_TO_ASCII = 0xFEE0
"""How far they lie from those of ASCII."""

_ORDINAL = re.compile(r"第[ \t]*([0-9]+)(?:[ \t]*/[ \t]*([0-9]+))?[ \t]*(轮|个?周期|次迭代|步)")
_COUNTERS = {"轮": "epoch", "个周期": "epoch", "周期": "epoch", "次迭代": "iteration", "步": "step"}


def with_plain_marks(passage: Passage) -> Passage:
    """Return a passage, line for line, with the punctuation of ASCII and its ordinals as counters: `epoch 3/50`."""
    text = passage.text
    if text.isascii():
        return passage
    for mark in _FULL_WIDTH:
        text = text.replace(mark, chr(ord(mark) - _TO_ASCII))
    return replace(passage, text=_ORDINAL.sub(_counter, text))


def _counter(found: re.Match[str]) -> str:
    total = f"/{found[2]}" if found[2] else ""
    return f"{_COUNTERS[found[3]]} {found[1]}{total} "
