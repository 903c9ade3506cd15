"""Which split each number of a line is of, where the line speaks of more than one or tells it only once."""

from __future__ import annotations

import re
from collections.abc import Sequence

from logdoctor.run import Split
from logdoctor.run.naming import role_of, split_of, words
from logdoctor.run.roles import Counter
from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.words.vocabulary import SPLIT_ROLES, is_split

_SPLIT_WORD = r"(?<![\w])(train(?:ing)?|tr|trn|val(?:id(?:ation)?)?|va|vl|eval(?:uation)?|dev|test(?:ing)?|te|tst)"
_OPENED = rf"{_SPLIT_WORD}['\"]? ?(?:[:=>(\[{{\])|-] ?)+['\"]?"
_TURNS = re.compile(rf"{_OPENED}(?=[A-Za-z_])", re.I)
"""How a line begins what it says of a split: `Train: loss 0.5, acc 0.9 | Valid: loss 0.6, acc 0.8`."""
_TURN_BEGINS = re.compile(rf"{_OPENED}$", re.I)
"""The same before the first key in it."""
_HELD_OUT_TURN = re.compile(rf"[|;,] *{_SPLIT_WORD}: *(?=[A-Za-z_])", re.I)
"""What follows the numbers of a step when it is also evaluated: `[20] loss=1.5 lr=0.1 || val: loss=1.7`."""
_BARE_SPLITS = re.compile(rf"{_SPLIT_WORD} +(?=(?:\0|[-+]?(?:nan|inf))(?:\s|[,;|]|$))", re.I)
"""Words that only tell the split and have a number each: `Epoch 3: train 0.52 | val 0.61`."""
_LOSS_THEN_SPLIT = re.compile(
    rf"(?<![^\W_])loss(?: ?[:=])? +(?:\0|nan|inf) ?[,;|(]? *{_SPLIT_WORD} +(?:\0|[-+]?(?:nan|inf))(?=[\s,;|)]|$)", re.I
)
"""A loss, and right behind its number that of another split: `epoch 3 loss 0.52 val 0.61`, where `val` is no accuracy.
"""
_WHOLE_LINE = re.compile(
    rf"[\W\d_]*(?:(?:phase|mode|split|stage|on|the|in)[\W_]+)?{_SPLIT_WORD[:-1]}|evaluating|validating)"
    r"(?:[ _-](?:set|data|phase|mode|epoch|step|stage|results?)| on ['\"]?\w+['\"]? subset)?\W*",
    re.I,
)
"""What stands between the counters of a line and its first key where all of it is of one split: `Epoch 3 - val: loss`,
`Epoch 3 | Validation | loss`, `Epoch 3, phase: val, loss`, fairseq's `epoch 003 | valid on 'valid' subset | loss`."""
_BOTH_SPLITS = re.compile(rf" ?\(?{_SPLIT_WORD} ?/ ?{_SPLIT_WORD}\)?", re.I)
"""Which of two numbers is of which split: `loss 0.5/0.6 (train/val)`."""


_SAID_BEHIND = re.compile(rf" ?[(\[]{_SPLIT_WORD}[)\]](?=\s*(?:[,;|/&]|$)| +(?:and )?[-+]?(?:\0|nan|inf))", re.I)
_VALUES_OF_SPLITS = re.compile(rf"(?:\0|nan|inf)%?{_SAID_BEHIND.pattern}", re.I)
"""A number and, in brackets behind it, of which split it is: `loss: 0.5 (train), 0.6 (val)`."""


class LineSplits:
    """The splits that one line has named so far."""

    def __init__(self, text: str) -> None:
        self._has_turns = _tells_splits_apart(_TURNS, text) or _turns_to_held_out(text)
        self._has_bare_splits = _tells_splits_apart(_BARE_SPLITS, text) or _adds_held_out(text)
        self._has_splits_behind = _tells_splits_apart(_VALUES_OF_SPLITS, text)
        self._turn = ""
        """The split whose turn it is in a line that has a turn for each."""
        self._spoken = ""
        """The split that the last key with one spoke of in a word of its own: `train Loss: 0.69 Acc: 0.6`."""
        self._order = ("", "")
        """Of which split each of two numbers is, once the line has told."""

    def is_bare_split(self, key: str) -> bool:
        """Tell whether a key is a split and no more, in a line that has a number of training and one of other data."""
        return self._has_bare_splits and is_split(key)

    def hear(self, lead: str) -> None:
        """Note whose turn begins in the text before a key."""
        if self._has_turns and (begun := _TURN_BEGINS.search(lead)):
            self._turn = begun[1]

    def split_behind(self, after: str) -> str:
        """Return the split that stands in brackets behind a number, in a line that has one for training so too."""
        said = _SAID_BEHIND.match(after.removeprefix("%")) if self._has_splits_behind else None
        return said[1] if said else ""

    def of_whole_line(self, lead: str) -> str:
        """Return the split that the text between the counters of a line and its first key gives to the line."""
        told = None if self._has_turns else _WHOLE_LINE.fullmatch(lead)
        return told[1] if told else ""

    def name(self, key: str) -> str:
        """Return a key with the split that the line spoke of before it."""
        if split_of(key):
            if role_of(key, Split.NONE) is not Counter:  # `Train steps: 29 Val steps: 16 0.5s loss: 2.3 val_loss: 2.1`
                spoken = [word for word in key.split() if is_split(word)]
                self._spoken = spoken[-1] if spoken and spoken[-1] != key else ""
            return key
        split = self._turn or self._spoken
        return f"{split} {key}" if split and issubclass(role_of(key, Split.NONE), SPLIT_ROLES) else key

    def names_of_pair(self, name: str, after: str) -> tuple[str, str] | None:
        """Return the names of two numbers of one key, where the line has said which is of which split; else None."""
        if told := _BOTH_SPLITS.search(name) or _BOTH_SPLITS.match(after):
            self._order = (told[1], told[2])
        one, other = self._order
        if split_of(one) is split_of(other):
            return None
        stem = _BOTH_SPLITS.sub("", name)
        return f"{one} {stem}".rstrip(), f"{other} {stem}".rstrip()


def last_split(names: Sequence[str]) -> str:
    """Return the word of the split that some keys told last, or nothing."""
    told = (word for name in reversed(names) for word in reversed(words(name)) if split_of(word))
    return next(told, "")


def _tells_splits_apart(pattern: re.Pattern[str], text: str) -> bool:
    """Tell whether a line has a word for training and one for held-out data where the pattern has them."""
    told = {split_of(found[1]) for found in pattern.finditer(text)}
    return Split.TRAIN in told and len(told) > 1


def _turns_to_held_out(text: str) -> bool:
    """Tell whether a line that measures training goes on with what an evaluation found."""
    found = _HELD_OUT_TURN.search(text, text.find(MASK) if MASK in text else len(text))
    return found is not None and split_of(found[1]).is_held_out


def _adds_held_out(text: str) -> bool:
    """Tell whether a line has a loss and, behind its number, a word for held-out data and the next."""
    found = _LOSS_THEN_SPLIT.search(text)
    return found is not None and split_of(found[1]).is_held_out
