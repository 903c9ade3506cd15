"""Lines that say themselves of which run they are: `Fold 2 | Epoch 1 | Loss 0.5`, `[resnet18] Epoch 1: loss=0.5`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from logdoctor.run.naming import split_of
from logdoctor.sources.console.forms.form import Kind
from logdoctor.sources.console.forms.grammar import parse
from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.text.prefixes import strip
from logdoctor.sources.console.words.run_words import NO_RUN, REPEATS
from logdoctor.sources.tables.likeness import names_splits, tells_performance

LABEL = "label"
"""Kind of the headings that are such labels."""

_COUNTS = rf"(?:epochs?|ep|steps?|iter(?:ation)?s?)\b[ \t:=\[(#]{{0,8}}{MASK}"
_LABEL = re.compile(
    rf"[\s|>*-]{{0,16}}[\[(<]?"
    rf"(?P<text>(?P<word>{'|'.join(REPEATS)})\b[ :=#_-]{{0,4}}{MASK}(?:\s?/\s?{MASK})?|"
    rf"(?P<titled>run|experiment|trial|model)\s?[:=]\s?[^\s|,;][^|,;]{{0,79}}?(?=\s?[|,;])|"
    rf"(?P<name>[A-Za-z][\w.+-]{{0,60}}))"
    rf"[\])>]?[\s,:|>-]{{1,8}}[\[(]?(?={_COUNTS})",
    re.I,
)
"""What stands before the counter: a word for a repeat with its number, a run by its title, or one name."""

_OF_AN_EPOCH = re.compile(
    r"\b(?:start|begin|end|finish|complete?|done|current|total|overall|average|avg|mean|after|each|every)(?:e?d|n?ing)?\b",
    re.I,
)
"""What is said of an epoch, whichever run it is of."""

_STAGE = re.compile(
    r"\b(?:pre-?train\w*|warm\w*|burn-?in|cool-?down|anneal\w*|tun(?:e|ing)|un-?freez\w*|frozen|distil\w*|align\w*|"
    r"adapt\w*|prun\w*|quanti\w*|prob(?:e|ing)|adversarial|(?:un|self-?)?supervised|joint|sft|first|second|third|last|"
    r"initial|all)\b|"
    r"\b(?:net ?)?[gd]$|"
    r"\b(?:generators?|discriminators?|gen|disc|teachers?|students?|actors?|critics?|policy|value|encoders?|decoders?|"
    r"heads?|backbone)\b",
    re.I,
)
"""Stages of one training, and the roles of the networks that it trains."""

_NO_LETTERS = re.compile(r"[\W\d_]+")

_MOST_REMEMBERED = 4096


@dataclass(frozen=True)
class Label:
    """What stands before the counter of a line that measures."""

    word: str = ""
    """The word for a repeat or before a title, in small letters; nothing where it is a name."""
    name: str = ""
    """The name, the same on each line; nothing where a word stands before a number or a title."""
    is_stage: bool = False
    """Whether it names or numbers a stage of one training."""
    place: re.Pattern[str] | None = None
    """How a line with such a word begins, with what it says as the only group: each line has its own number."""

    def text_in(self, line: str) -> str:
        """Return what it says in one of its lines: `Fold 2`."""
        found = self.place.match(line) if self.place else None
        return found[1] if found else self.name


def labels_of(shapes: Iterable[str]) -> dict[str, Label]:
    """Return the labels of those shapes that have one."""
    return {shape: label for shape in shapes if (label := label_of(shape)) is not None}


@lru_cache(_MOST_REMEMBERED)
def label_of(shape: str) -> Label | None:
    """Return the label of the lines of a shape, if they have one and measure something."""
    text = strip(shape).text if MASK in shape else ""
    found = _LABEL.match(text)
    if found is None or not _measures(shape):
        return None
    if found["name"]:
        return _of_name(found["name"])
    prefixes = shape[: len(shape) - len(text)]
    place = (prefixes + text[: found.start("text")], found["text"], text[found.end("text") : found.end()])
    before, said, behind = (re.escape(one).replace(MASK, r"\S+?") for one in place)
    return Label((found["word"] or found["titled"]).lower(), place=re.compile(f"{before}({said}){behind}"))


def _of_name(name: str) -> Label | None:
    """Return the label that a name makes: none if it says a split or something of the epoch."""
    spelt = _NO_LETTERS.sub(" ", name).strip()
    if split_of(name) or _OF_AN_EPOCH.search(spelt):
        return None
    is_stage = any(stage.search(said) for stage in (NO_RUN, _STAGE) for said in (name, spelt))
    return Label(name=name, is_stage=is_stage)


def _measures(shape: str) -> bool:
    form = parse(shape)
    measured = [] if form is None else [one.name for one in form.fields if one.kind is Kind.VALUE]
    return any(map(tells_performance, measured)) or names_splits(measured)
