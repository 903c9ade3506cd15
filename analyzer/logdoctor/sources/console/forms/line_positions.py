"""Numbers that no word names and that count by their place: `[ 10/5005]`, `1875/1875 [===]`, `[1,  2000]`, `[12]`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from logdoctor.sources.console.forms.form import SAMPLES, Field, Kind
from logdoctor.sources.console.words.vocabulary import COUNTER_WORDS, is_split

OUT_OF = re.compile(r"\s*/\s*\0")
"""What stands behind a number that has its total there."""
_OUT_OF_ALL = re.compile(r"\s*/\s*\0\]$")
_THEN_BAR = re.compile(r" ?/ ?\0[\])]?[:,]? {0,4}\0%\|")
"""What stands behind the epoch that the bar of its batches is called after: `3/20:  40%|####  | 200/500`."""
_THEN_OF_BATCHES = re.compile(r"/\0\]\s*\[\s*\0/")
"""What stands behind the epoch of Swin: `Train: [0/300][10/1251]`."""
_THEN_COUNTED = re.compile(r"/\0\][ \t]*(?:step|iter(?:ation)?|batch)[ \t:=\[#]{0,4}\0", re.I)
"""What stands behind the epoch of loops that name what they count within it: `Train: [ 1/5] Step 050/335`."""
_THEN_SAID = re.compile(r" (epoch|step|iteration|iter)[,:] +(?!\0)", re.I)
"""What stands behind a position whose word follows it: `3 epoch, loss: 0.5`; not behind a process: `71 epoch: 3`."""
_AFTER = re.compile(r"\W*after[ \t]*", re.I)
_THEN_COUNTED_WORD = re.compile(r" (?:training )?(epoch|step|iteration|iter|round)(?:s|\(s\))?[,:] +(?!\0)", re.I)
"""What stands around a position in a sentence: `After 100 training step(s), loss on training batch is 0.52.`"""
_THEN_IN_BRACKETS = re.compile(r"\]? *\[")
"""What stands behind the epoch of timm: `Train: 0 [  50/1251`."""
_THEN_BATCH = re.compile(r"(?:,| :) +\0\]")
"""What stands behind the epoch of PyTorch's tutorials: `[1,  2000] loss: 2.1`, or `[1 :  2000]`."""
_SPLIT_ONLY = re.compile(r"(?:train|test|val\w*|eval\w*):? *\[?", re.I)
_GOES_ON = re.compile(r" *\[| */(?! *\0%)")
"""What stands behind a position that has a split for its key: `Train: 0 [`, `Train: 0/`; not `Train: 0.82 / 72.3%`."""
_BOOSTED = re.compile(
    r"\]\t|\] (?:Train|Validation)-\w+="
    r"|\] {1,8}\w{1,20}(?:-\w[\w@.-]{0,20}:|'s \w[\w@.-]{0,40}: )-?(?:\0|nan|inf)"
)
"""How boosting, and MXNet in R, go on behind the number of a round: `[1] Train-accuracy=0.68`, `[0]  test-error:0.02`
and `[20]    valid_0's auc: 0.84`, where the tab was pasted as blanks."""
_ADVERSARIES = re.compile(r" \[(?:D|G|[Dd]iscriminator|[Gg]enerator)[ _]?loss: ?[-+]?(?:\0|nan|inf)")
"""What follows the bare number of an update in the loops of Keras-GAN: `100 [D loss: 0.6, acc.: 62%] [G loss: 0.9]`."""
_PAIR = r"[A-Za-z_][\w./@-]*(?:=|:? {1,4})[-+]?(?:\0|nan|inf)"
_MEASURED = re.compile(rf" ?[\])]:?[ \t]+{_PAIR}")
_COUNTED = re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, COUNTER_WORDS))})['\"]?[ :=#\[]+\0", re.I)
"""What makes a number in brackets at the beginning the step: pairs follow, and none of them counts."""
_IN_COLUMNS = re.compile(rf"[ \t]{{1,8}}\|[ \t]{{1,8}}{_PAIR}[ \t]{{0,8}}(?:\||$)")
"""The same of a bare number before the bars of columns: `420 | loss 4.06 | lr 9e-04 | 7367ms`."""


Told = Literal["", "counted", "value", "pair"]
"""What a number of a line was taken for: a position, a quantity, the first of a pair of positions, or neither."""


@dataclass(frozen=True, slots=True)
class Position:
    """What a number counts."""

    counter: str
    kind: Kind = Kind.COUNTER
    told: Told = ""
    ends_heading: bool = False
    """Whether the text before it says what the line is about."""


def may_be_position(key: str, after: str) -> bool:
    """Tell whether a number can count by its place, given its key.

    That is none, or a split that a position stands behind, or `After`.
    """
    if is_split(key):
        return bool(_GOES_ON.match(after))
    return not key or bool(_AFTER.fullmatch(key))


def position_of(
    line: str, before: str, after: str, *, first: bool, last: Told, fields: Sequence[Field]
) -> Position | None:
    """Return what a number without a key counts, given its line and the text on either side of it; None if nothing.

    `last` is what the number before was taken for, `fields` are all that the line has told so far.
    """
    in_brackets = first and line.lstrip().startswith("[") and not before.strip(" [")
    behind_split = bool(_SPLIT_ONLY.fullmatch(before.strip()))
    if not fields and _THEN_BAR.match(after):
        return Position("epoch", told="counted", ends_heading=True)
    leads_batches = (behind_split or in_brackets) and (_THEN_OF_BATCHES.match(after) or _THEN_COUNTED.match(after))
    if leads_batches or (first and behind_split and _THEN_IN_BRACKETS.match(after)):
        return Position("epoch", told="counted", ends_heading=True)
    if not fields and (said := _THEN_SAID.match(after)):
        return Position(COUNTER_WORDS[said[1].lower()], told="counted")
    if first and _AFTER.fullmatch(before) and (said := _THEN_COUNTED_WORD.match(after)):
        return Position(COUNTER_WORDS[said[1].lower()], told="counted")
    if OUT_OF.match(after) and not any(one.kind is Kind.WITHIN for one in fields):
        # PyTorch's examples print samples, everybody else batches
        counted = SAMPLES if line.startswith("Train Epoch:") or _OUT_OF_ALL.match(after) else "iter"
        return Position(counted, Kind.WITHIN, told="counted", ends_heading=not fields)
    if in_brackets and _THEN_BATCH.match(after):
        return Position("epoch", told="pair")
    if last == "pair" and after.startswith("]"):
        return Position("batch")
    if in_brackets and _BOOSTED.match(after):
        return Position("round")
    bare = first and not before.strip()
    # Round brackets alone number lists (`(1) loss: 0.3`), devices and processes as well.
    enclosed = first and line.lstrip().startswith("[") and not before.strip(" [(")
    leads = (enclosed and _MEASURED.match(after)) or (bare and _IN_COLUMNS.match(after))
    if (leads and not _COUNTED.search(line)) or (bare and _ADVERSARIES.match(after)):
        return Position("step")
    return None
