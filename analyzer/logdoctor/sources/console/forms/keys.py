"""The text before a number: its key, and what that counts or tells of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from logdoctor.run.naming import is_loss_word
from logdoctor.run.vocabulary import AVERAGES
from logdoctor.sources.console.words.vocabulary import (
    COUNTER_WORDS,
    LONGEST_PLAIN,
    LOOSE,
    NO_COUNTER,
    NO_NAMES,
    PLAIN_NAMES,
    PREPOSITIONS,
    UNIT,
    VERBS,
    is_split,
    vocabulary_tail,
)
from logdoctor.sources.tables.counters import normal

_REST = r"[\w@./%+'&#-]*+"
_KEY = re.compile(rf"(?<![^\W\d])([^\W\d]{_REST}(?: [\w@%&#]{_REST}){{0,6}}+(?: ?\([^()]{{1,24}}\))?)$")
_CUT = re.compile(
    r"[,;|\t\[\]{}<>•·»━█]|\s[-\u2013\u2014*=>]+\s|\s{2,}|:\s|[)\"]\s|^\s*[-\u2013\u2014*=>#]+\s|=(?=.)"
    r"|\b(?:finished|completed?|done|ended|완료)[.!]{1,3}\s"
)
WRAPPER = r"(?:(?:tf\.)?[tT]ensor|(?:Device)?[aA]rray|(?:np|numpy|jnp|ml_dtypes)\.b?float[0-9]*)\(\[?"
"""What a number is wrapped in by the library that it comes from, if it is printed as in its programs."""

_WRAPPER = re.compile(rf"{WRAPPER}$")

_OF_MODEL = re.compile(
    r"(?P<said>\w[\w ]{0,40}) of the (?:\w+ )?(?:network|model|net|classifier) on (?:the )?(?P<data>\w+)(?: \w+){0,2}$",
    re.I,
)
"""A quantity in a sentence, as in tutorials: `Accuracy of the model on the validation images: 98 %`."""
_ONLY_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_QUOTES = "'\"`"
_SPOKEN = frozenset({"epoch", "step", "iteration", "iter", "update", "episode", "num_timesteps", "round"})
"""Counters that lines speak of in a few words: `Cost after iteration 100`."""
_SOURCE_FILE = (".py", ".cc", ".cpp", ".cu")
"""Ends of names before the number of a line: `trainer.py:120`."""
_DASHED = re.compile(
    r"^\W*((?:epoch|step|iteration|iter|episode|round)s?)[ \t]{0,4}(?:[-\u2013\u2014]|->)[ \t]{1,4}$", re.I
)
"""A counter and a dash that stands for its colon, at the beginning of a line: `Epoch - 3`."""
_ARROW = re.compile(r"(?<=\w) ?(?:[-=]{1,2}>|\u2192) ?$")
"""An arrow for an equals sign: `train_loss -> 0.52`."""
_SHORT = frozenset({"ep.", "it.", "iter."})
"""Counters that are written as abbreviations."""
_NUMBERED = frozenset({"i", "idx"})
"""Loop variables behind the word for what they count."""
_DONE_WITH = frozenset({"finished", "finish", "completed", "complete", "done", "processed", "processing", "training"})
"""Words before a counter of batches that say no more than that it is there: `Finished batch 100/500`."""


@dataclass(frozen=True, slots=True)
class Key:
    """What stands before a number."""

    text: str
    """All of it, without the marks between it and the number."""
    name: str
    """The words at its end that may name the number; empty where there are none."""
    is_marked: bool
    """Whether a colon or an equals sign leads from the name to the number."""
    last_piece: str
    """The text since the last mark that parts one thing from another."""

    @property
    def lead(self) -> str:
        """The text before the name."""
        return self.text[: len(self.text) - len(self.name)]


def key_of(before: str, *, behind_a_number: bool) -> Key:
    """Return the key of a number, given the text between it and the number before it, or the start of the line."""
    text = before
    if behind_a_number:
        unit = UNIT.match(text)
        text = text[unit.end() :] if unit else text
    text = _WRAPPER.sub("", text).rstrip("[({< '\"`")
    if not behind_a_number and (dashed := _DASHED.match(before)):
        return Key(before.rstrip(), dashed[1], is_marked=True, last_piece=dashed[1])
    if (untabbed := text.rstrip(" \t")).endswith((":", "=")):
        text = untabbed  # `Iteration: \t 12`
    text = _ARROW.sub("=", text)
    is_marked = text.endswith((":", "="))
    text = text.rstrip(":= ") if is_marked else text.rstrip("#@ ")
    text = text.rstrip(_QUOTES + " ").removesuffix(" -").rstrip()  # `Train: loss - 0.52`
    text = text.removesuffix(" to") if text.lower().endswith("learning rate to") else text
    if text.rpartition(" ")[2] in VERBS and " " in text.strip():
        text = text.rpartition(" ")[0].rstrip().removesuffix(" so far")
    pieces = _CUT.split(text)
    found = _KEY.search(pieces[-1].rstrip(_QUOTES + " ")) if pieces[-1].strip() else None
    if is_marked and (said := _OF_MODEL.search(pieces[-1])) and is_split(said["data"]):
        return Key(text, f"{said['data']} {said['said'].strip()}", is_marked, pieces[-1].strip())
    name = found[1].strip() if found and not found[1].endswith(("-", *_SOURCE_FILE)) else ""
    return Key(text, name, is_marked, pieces[-1].strip(_QUOTES + " .-*+>)]}"))


def counter_of(key: str, *, explicit: bool) -> tuple[str, str]:
    """Return the counter that a key names, in the spelling of tables, and the words before it."""
    whole = normal(key)
    whole = whole.removesuffix(".") if whole in _SHORT else whole
    if whole in COUNTER_WORDS:
        name = COUNTER_WORDS[whole]
        return ("", "") if name in LOOSE and not explicit else (name, "")
    if whole == "s" and explicit:
        return "step", ""  # llm.c: `s:10 trl:9.9`
    *context, last = re.split(r"[\s(]+", whole.rstrip(")"))
    if last in {"train", "val", "valid", "test", "eval"} and context:  # Epoch(train)
        inner, _ = counter_of(" ".join(context), explicit=explicit)
        return (inner, last) if inner else ("", "")
    if explicit and last in _NUMBERED and context:  # `batch i:3`
        return counter_of(" ".join(context), explicit=True)
    split, _, counted = last.partition("_")
    if split in {"train", "valid"} and counted in {"num_updates", "epoch"}:  # fairseq
        return COUNTER_WORDS[counted], split
    if last in _SPOKEN and len(context) <= 5:
        return _spoken_counter(last, context)
    if last == "batch" and all(word in _DONE_WITH or is_split(word) for word in context):
        return last, " ".join(context)
    return "", ""


def _spoken_counter(counter: str, context: list[str]) -> tuple[str, str]:
    """Return a counter that other words precede, with them, unless they make it something else than a position."""
    bare = [word.strip(".,:;-*=()[]") for word in context]
    if bare[-1:] == ["global"] and counter == "step":
        return "global_step", " ".join(context[:-1])
    if bare == ["current"]:
        return COUNTER_WORDS[counter], ""
    if bare[-2:] == ["end", "of"]:
        del bare[-2:]  # `| end of epoch   1 | valid loss  5.61`
    elif bare[-1:] == ["after"]:
        del bare[-1]  # `Cost after iteration 100`
    elif any(map(is_loss_word, bare)) and bare[-1] != "at":
        return "", ""
    said = set(bare) - AVERAGES if any(map(is_loss_word, bare)) else bare  # `Average loss at step 2000`
    return ("", "") if NO_COUNTER.intersection(said) else (COUNTER_WORDS[counter], " ".join(context))


def subject_of(text: str) -> str:
    """Return what is told of a counter: `Training loss` of `Training loss (for one batch) at step 200: 0.9`."""
    said, _, preposition = text.strip().rpartition(" ")
    name = said.partition("(")[0].strip()
    tail = vocabulary_tail(name) if preposition in PREPOSITIONS else ""
    whole = needs_its_words(tail) and needs_its_words(name) and _ONLY_WORDS.fullmatch(name)  # `NCE Loss at step 200`
    return name if whole and name.partition(" ")[0].lower() not in NO_NAMES else tail


def needs_its_words(key: str) -> bool:
    """Tell a name that says little without the words before it: `G loss`."""
    return key.rpartition(" ")[2].lower() in PLAIN_NAMES and key.count(" ") < LONGEST_PLAIN
