"""Lines that say themselves of which run they are: `Fold 2 | Epoch 1 | Loss 0.5`, `[resnet18] Epoch 1: loss=0.5`."""

from __future__ import annotations

import re
from functools import lru_cache

from logdoctor.run.naming import split_of
from logdoctor.sources.console.form import Kind
from logdoctor.sources.console.grammar import parse
from logdoctor.sources.console.masking import MASK
from logdoctor.sources.console.prefixes import strip
from logdoctor.sources.tables.likeness import names_splits, tells_performance

LABEL = "label"
"""Kind of the headings that are such labels, and what `label_of` says of a label that is a name."""

_REPEAT = r"fold|run|trial|split|repeat|repetition|replicate|seed"
_COUNTS = rf"(?:epochs?|ep|steps?|iter(?:ation)?s?)\b[ \t:=\[(#]{{0,8}}{MASK}"
_LABEL = re.compile(
    rf"[\s|>*-]{{0,16}}[\[(<]?"
    rf"(?:(?P<word>{_REPEAT})\b[ :=#_-]{{0,4}}{MASK}(?:\s?/\s?{MASK})?|(?P<name>[A-Za-z][\w.+-]{{0,60}}))"
    rf"[\])>]?[\s,:|>-]{{1,8}}[\[(]?(?={_COUNTS})",
    re.I,
)
"""What stands before the counter: a word for a repeat with its number, or one name."""

_SAID = re.compile(rf"(?:{_REPEAT})\b[ :=#_-]{{0,4}}\d+(?:\s?/\s?\d+)?", re.I)
_NO_NAME = re.compile(
    r"stage|phase|warm|tun|freez|resum|start|begin|end|finish|done|current|total|after|each|g|d", re.I
)
"""What no run is called by: phases of one training, and what is said of its epochs."""

_MOST_REMEMBERED = 4096


@lru_cache(_MOST_REMEMBERED)
def label_of(shape: str) -> str:
    """Return the kind of the label before the counter of a line that measures: its word, `LABEL`, or nothing."""
    found = _LABEL.match(strip(shape).text) if MASK in shape else None
    if found is None:
        return ""
    name = found["name"]
    if name and (split_of(name) or _NO_NAME.fullmatch(re.sub(r"(?:ing|ed)?[\d_]*$", "", name))):
        return ""
    form = parse(shape)
    measured = [] if form is None else [one.name for one in form.fields if one.kind is Kind.VALUE]
    return "" if not any(map(tells_performance, measured)) and not names_splits(measured) else found["word"] or LABEL


def label_in(line: str, shape: str) -> str:
    """Return what the label of a line says, given the shape of the line, which has one."""
    found = _LABEL.match(strip(shape).text)
    if found is None:
        return ""
    if found["name"]:
        return str(found["name"])
    said = _SAID.search(line)
    return said[0] if said else ""
