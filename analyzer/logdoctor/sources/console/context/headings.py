"""Lines that announce a run: `=== Training resnet18, lr=0.1 ===`, `Fold 2/5`, `Run 3: seed=2`, a title between rules.

So does what a script was called with, where it prints it or a shell did: `Namespace(lr=0.1)`, `$ python train.py`.
So does a line that begins with another label than the one before: `Fold 2 | Epoch 1 | Loss 0.5`.

Whatever looks like one is collected; whether runs begin under them is decided when all values are known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from logdoctor.sources.console.context.line_labels import LABEL, Label
from logdoctor.sources.console.forms.form import Kind
from logdoctor.sources.console.forms.grammar import CALLED, LONGEST_SHAPE, parse
from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.rows.streams import Taken
from logdoctor.sources.console.text.passages import Passage
from logdoctor.sources.console.text.prefixes import strip
from logdoctor.sources.console.words.run_words import NO_RUN, REPEATS
from logdoctor.sources.console.words.word_filter import WordFilter
from logdoctor.sources.tables.likeness import tells_performance

MOST_HEADINGS = 5000
"""Headings of one log that are held; a log of more has one at every step, and they announce no runs."""

LONGEST_HEADING = 160
"""Characters of a heading without its prefixes; what is longer is a sentence."""

_MARKS = " \t=-*#~_+<>|:!.\u2022\u2014" + "".join(map(chr, range(0x2500, 0x2580)))
_LINES = r"=\-*~\u2500-\u257f\u2014"
_RULE = re.compile(rf"[{_LINES}#]{{5,}}$")
_MARKED = re.compile(rf"(?:#{{2,6}}(?= ?[\w{MASK}])|[{_LINES}]{{2,}}(?=[ \[]*\w))")
"""What a heading begins with that no word tells."""

_BETWEEN_RULES = "rules"

_MOMENT = re.compile(
    r"\b(?:(?:mon|tue|wed|thu|fri|sat|sun)\w*,? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* +\d{1,2}\b|"
    r"\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?(?: ?(?:[ap]m|[a-z]{3,4} 20\d\d))?|"
    r"\d{8,}(?:[_T-]?\d{6})?",
    re.I,
)
_EMPTY = re.compile(r"[(\[][^\w()\[\]]*[)\]]")

_VERB = re.compile(
    r"(?:now )?(start(?:ing)?|begin(?:ning)?|launch(?:ing)?|running|run|train(?:ing)?|fitting|processing)\b"
    r"(?:[ :]+(?:to )?(?:train(?:ing)?|run(?:ning)?)\b)?[ :]+(?:(?:the|a|with|on|for) )?",
    re.I,
)
_COUNTED = re.compile(
    r"(?:(?:outer|inner|cv|k|cross[ -]validation)[ -])?"
    r"(fold|run|trial|experiment|exp|split|repeat|repetition|replicate|seed|config|variant|ablation|path)\b"
    r"\s*(?:(?:no\.|number|name) ?)?[:=#(\[-]*\s*(?=[\w\0'\"])",
    re.I,
)
"""What a number or a name follows: `Fold 2/5`, `Experiment: baseline`."""

_NAMED = re.compile(
    r"((?:run|experiment|model)[ _]name|model|architecture|arch|network|backbone|method|algorithm|optimi[sz]er|dataset|"
    r"configuration|setting|candidate|combination)\b(?P<colon>\s*[:=])?\s*(?=\S)",
    re.I,
)
"""What a colon or an equals sign follows, or a verb stands before: `Model: resnet18`, `Training model resnet18`."""

ARGUMENTS = "arguments"
"""The kind of a line that says what a script was called with."""

_OPTION = re.compile(r"(?<!\S)--?([A-Za-z][\w-]*)[ =](?=[^\s-])")
"""`--lr 0.1` is `lr=0.1`."""

_PREFIXED = ("[", "(", MASK, "")
"""How lines begin that a logger or a launcher put something before; and empty ones."""

_LONGEST_LEVEL = 40
_OPENERS = (
    "now start starting begin beginning launch launching running run train training fitting processing outer inner cv "
    "k cross fold trial experiment exp split repeat repetition replicate seed config variant ablation path model "
    "architecture arch network backbone method algorithm optimizer optimiser dataset configuration setting candidate "
    "combination".split()
)
"""First words of what is announced by a word."""

_OPENING = re.compile(rf"[ \t]*(?:##|[{_LINES}]{{2}})|(?i:{'|'.join(sorted(_OPENERS))})(?![A-Za-z])")

_SIEVE = WordFilter(
    (
        "fold", "run", "trial", "exp", "split", "repe", "replicate", "seed", "config", "variant", "ablation", "path",
        "model", "arch", "network", "backbone", "method", "algorithm", "optimi", "dataset", "setting", "candidate",
        "combination", "train", "start", "begin", "launch", "fitting", "processing", "##", "==", "--", "**", "~~",
        "\u2500", "\u2501", "\u2550", "\u2014",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Heading:
    """A line that may announce a run."""

    kind: str
    """How it is marked, or the word that it begins with: `rules`, `==`, `fold`."""
    word: str
    """That word, or nothing."""
    text: str
    """What it says, without prefixes, marks and times; nothing where it is the label of a stage."""
    line: int
    """Number of the cleaned line, counted through the whole log."""


class HeadingReader:
    """Collects such lines from passage after passage."""

    def __init__(self) -> None:
        self._headings: list[Heading] = []
        self._told: dict[str, tuple[str, str]] = {}
        """Kind and word by shape."""
        self._rules: set[str] = set()
        self._labelled: dict[str, Label] = {}
        """The label by shape."""
        self._labels: list[Heading] = []
        """Lines with another label than the one before."""
        self._first_labelled: dict[str, int] = {}
        """The first line of each shape that has a label."""

    @property
    def headings(self) -> list[Heading]:
        """In the order of the log; of what both a heading and the lines below it say, the heading."""
        announced = {one.word for one in self._headings if one.word}
        labels = (one for one in self._labels if one.word not in announced)
        return sorted((*self._headings, *labels), key=lambda one: one.line)

    @property
    def labelled(self) -> frozenset[int]:
        """The first lines of all statements whose lines have a word for a run before what they count."""
        return frozenset(line for shape, line in self._first_labelled.items() if self._labelled[shape].word)

    def take(self, passage: Passage, taken: Taken, labels: Mapping[str, Label]) -> None:
        """Take the lines of a passage, of which the shapes are known, and the labels of those that are new."""
        for shape in _candidates(taken.fresh):
            if _RULE.match(shape):
                self._rules.add(shape)
            elif said := _announcement(shape):
                self._told[shape] = said
        self._labelled.update(labels)
        self._take_labels(passage, taken)
        shapes, marked = taken.shapes, self._told.keys() | self._rules
        if marked.isdisjoint(shapes):
            return
        found: dict[int, tuple[str, str]] = {}
        for i in [i for i, shape in enumerate(shapes) if shape in marked]:
            if shapes[i] not in self._rules:
                found.setdefault(i, self._told[shapes[i]])
            elif (
                shapes[i + 2 : i + 3] and shapes[i + 2] in self._rules and (said := self._between_rules(shapes[i + 1]))
            ):
                found[i + 1] = said
        lines = passage.text.split("\n") if found else []
        for i, (kind, word) in list(found.items())[: MOST_HEADINGS - len(self._headings)]:
            text = _text_of(lines[i], strip(shapes[i]).text)
            text = _OPTION.sub(r"\1=", text) if kind == ARGUMENTS else text
            self._headings.append(Heading(kind, word, text, taken.first + i))

    def _take_labels(self, passage: Passage, taken: Taken) -> None:
        """Take each line whose label is another than that of the line before which has one."""
        if self._labelled.keys().isdisjoint(taken.shapes):
            return
        lines = passage.text.split("\n")
        for i, shape in enumerate(taken.shapes):
            label = self._labelled.get(shape)
            if label is None or len(self._labels) >= MOST_HEADINGS:
                continue
            self._first_labelled.setdefault(shape, taken.first + i)
            text = "" if label.is_stage else label.text_in(lines[i])
            if not self._labels or text != self._labels[-1].text:
                self._labels.append(Heading(LABEL, label.word, text, taken.first + i))

    def _between_rules(self, shape: str) -> tuple[str, str] | None:
        if shape in self._rules or not _may_announce(strip(shape).text.strip(_MARKS)):
            return None
        kind, word = self._told.get(shape, ("", ""))
        return (kind if word in REPEATS else _BETWEEN_RULES), word


def _candidates(shapes: list[str]) -> list[str]:
    """Return quickly those lines that may announce a run: most of what source code and prose hold does not."""
    found, prefixed, called = [], [], []
    for shape in shapes:
        if shape[:1] in _PREFIXED or "INFO" in shape[:_LONGEST_LEVEL]:
            prefixed.append(shape)
        elif _OPENING.match(shape):
            found.append(shape)
        elif "Namespace(" in shape or ".py" in shape:
            called.append(shape)
    return called + found + _SIEVE.pass_on(prefixed)


def _announcement(shape: str) -> tuple[str, str] | None:
    """Return kind and word of a line without its numbers, if it may announce a run."""
    text = strip(shape).text.strip()
    if len(text) <= LONGEST_SHAPE and CALLED.search(text):
        return ARGUMENTS, ""
    bare = text.strip(_MARKS)
    if word := _word_of(bare):
        kind = word
    elif marks := _MARKED.match(text):
        kind = marks[0][:2]
    else:
        return None
    return (kind, word) if _may_announce(bare) else None


def _word_of(text: str) -> str:
    """Return the word for what is announced, or that it begins; nothing where neither is said."""
    text = text.lstrip("[(<")
    verb = _VERB.match(text)
    for said in (text, text[verb.end() :] if verb else ""):
        if counted := _COUNTED.match(said):
            return counted[1].lower()
        if (named := _NAMED.match(said)) and (named["colon"] or (verb and said != text)):
            return named[1].lower()
    return verb[1].lower() if verb and verb.end() < len(text) else ""


def _may_announce(text: str) -> bool:
    if not 0 < len(text) <= LONGEST_HEADING or not any(map(str.isalpha, text)) or NO_RUN.search(text):
        return False
    form = parse(text)
    return form is None or not any(one.kind is Kind.VALUE and tells_performance(one.name) for one in form.fields)


def _text_of(line: str, text: str) -> str:
    """Return what a line says behind its prefixes, without marks and times; `text` is that without its numbers."""
    begins = text.lstrip().partition(MASK)[0]
    said = _EMPTY.sub("", _MOMENT.sub("", line[max(line.find(begins), 0) :])).strip(_MARKS)
    return said[1:-1].strip(_MARKS) if said[:1] + said[-1:] in ("[]", "()", "<>") else said
