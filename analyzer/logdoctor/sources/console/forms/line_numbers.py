"""Where numbers stand in a line, and the text around each: what is a value there, and what a word of prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from logdoctor.sources.console.forms.keys import WRAPPER
from logdoctor.sources.console.forms.masking import MASK
from logdoctor.sources.console.words.vocabulary import UNIT, is_split, vocabulary_tail

MOST_FIELDS = 512
"""Numbers of one line that are looked at."""

LOOK_BACK = 160
"""Characters before a number in which its key is looked for."""

_LOOK_AHEAD = 40
"""Characters behind a number that may tell what it is."""

NOT_FINITE = r"(?P<word>nan|NaN|NAN|inf|Inf|INF|Infinity|infinity)"
"""A word for a number that is not finite, as the group `word`."""

_KEY_WORD = r"[A-Za-z_][\w./@()%-]{0,30}"

_NO_KEYS = (
    "at|in|on|for|after|steps|iterations|times|batches|counts?|rows?|columns?|values?|gradients|checks?|found|detected|"
    r"skip\w*"
)
"""What follows no value but a word of a sentence, or of what was counted: `grad nan count 0`, `inf skipping step 3`."""

_NORM_OF_INFINITY = r"(?:(?<=grad )|(?<=gradient ))inf norm\b"

_NEXT_PAIR = (
    rf"[ \t](?!(?:{_NO_KEYS})\b)(?:{_KEY_WORD} ){{0,2}}?{_KEY_WORD}"
    r"(?:[ :=]{0,4}| - )[-+]?(?:\0|nan|NaN|NAN|inf|Inf|INF)"
)
"""The key and the value that follow a value behind a space alone: `nan lr 0.001`."""

_TOKEN = re.compile(
    rf"\0|(?:[:=]|[-=]>|\u2192)[ \t]{{0,16}}(?:{WRAPPER}|['\"(\[])?[-+]?{NOT_FINITE}(?:x{{2,3}})?(?=ms\b|s\b|[^\w]|$)"
    rf"|(?<=\s)[-+]?{NOT_FINITE.replace('word', 'free')}(?=\s*(?:[,|;()/*%>\t]|$|\s{{2}})|\s-\s|\.\s)"
    rf"|(?<=\s)(?:{WRAPPER}|\[)[-+]?{NOT_FINITE.replace('word', 'wrapped')}(?=[,)\]])"
    rf"|(?:(?<=\w[ \t])|(?<=\w - ))(?!{_NORM_OF_INFINITY})[-+]?{NOT_FINITE.replace('word', 'spaced')}(?={_NEXT_PAIR})"
    rf"|(?<=\sis )[-+]?{NOT_FINITE.replace('word', 'said')}(?=\.\s)"
)
"""A number, or a word for one that is not finite where a value can stand (not: `number of nan iterations`).

Between spaces alone only what measures can have such a value: `loss nan lr 0.001`. A library may put its type around
it: `loss tensor(nan, grad_fn=<MulBackward0>)`, `{'loss': np.float64(nan)}`.

PaddleOCR fills what is shorter than a number up: `loss: nanxxx`; BigDL writes sentences: `Loss is Infinity. `
"""

_WORDS = ("word", "free", "wrapped", "spaced", "said")
"""The groups of a word for a number that is not finite, by where it stands."""

_SPAN = (
    r"(?:(?:over|the|avg|average|mean|running|moving|last|past|previous|recent|window|of)[ =]{1,2}){0,4}"
    r"\0 ?(?:eps?|episodes?|games?|trials?|steps?|iters?|iterations?|batches|epochs?|runs?|samples)?"
)
_WINDOW = re.compile(
    rf" ?\((?!\0 ?\)){_SPAN}\)(?=[ \t]?[:=])| over {_SPAN}(?=[ \t]?[:=])"
    r"|(?:(?<=eward)|(?<=eturn)|(?<=core)) ?\(\0\)(?=[ \t]?[:=])"
)
"""What a key says of how much it is the mean of: `Avg Reward (last 100): 51.5`, `Average Score (100): 12.3`."""

_ATTACHED = re.compile(r"[A-Za-z_\ufffd]|\.[0-9A-Za-z]")
_SIGN = re.compile(r"(?:^|[\s:=(\[{,'\"])([-+])$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
"""What stands behind a counter that is spoken: `current step: 57993th step`."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number of a line and the text around it."""

    token: str
    """The mask of a finite number, else the word for what it is."""
    sign: float
    before: str
    """The text since the number before, without the sign."""
    after: str
    is_first: bool
    unit: str
    """The unit that is written to it without a space."""
    is_part_of_word: bool
    """Whether letters that are no unit follow at once: `3d_conv`."""
    is_of_key: bool = False
    """Whether it belongs to the key of the next one: `Reward (last 100): 51.5`."""

    @classmethod
    def of(cls, token: str, before: str, after: str, *, is_first: bool) -> Number:
        """Tell sign and unit from the text around a number."""
        signed, unit = _SIGN.search(before), UNIT.match(after)
        runs_on = bool(_ATTACHED.match(after)) and not _ORDINAL.match(after)
        return cls(
            token,
            -1.0 if signed and signed[1] == "-" else 1.0,
            before[: signed.start(1)] if signed else before,
            after,
            is_first,
            unit=(unit["attached"] or "") if unit and runs_on else "",
            is_part_of_word=runs_on and not unit,
        )

    @property
    def is_finite(self) -> bool:
        """Whether it is no word such as `nan`."""
        return self.token == MASK


def numbers_in(text: str) -> Iterator[Number]:
    """Yield the numbers of a line in their order."""
    tokens = (token for token in _TOKEN.finditer(text) if _is_number(token, text))
    windows = {found.start() + found[0].index(MASK) for found in _WINDOW.finditer(text)}
    end, is_first = 0, True
    for token in islice(tokens, MOST_FIELDS):
        word = next((name for name in _WORDS if token[name]), 0)
        before = text[max(end, token.start(word) - LOOK_BACK) : token.start(word)]
        after = text[token.end() : token.end() + _LOOK_AHEAD]
        if token.start() in windows:
            yield replace(Number.of(token[word], before, after, is_first=is_first), is_of_key=True)
            continue
        before = _WINDOW.sub("", before) if MASK in before else before
        yield Number.of(token[word], before, after, is_first=is_first)
        end, is_first = token.end(), False


def _is_number(token: re.Match[str], text: str) -> bool:
    """Tell a number from a word of prose; between spaces alone it stands behind the word for what it measures."""
    if not token["spaced"]:
        return True
    key = text[max(0, token.start() - LOOK_BACK) : token.start()].removesuffix(" - ").rstrip().rpartition(" ")[2]
    return bool(vocabulary_tail(key)) or is_split(key)
