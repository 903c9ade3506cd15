"""One line's numbers: which is the step, which the loss.

A number's key is the text between it and the number before: `iter 100: loss 2.72, time 38.1ms`. With a colon or an
equals sign any word will do; without one only the words of training count as keys, for prose has numbers too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from logdoctor.run import Split
from logdoctor.run.naming import role_of, split_of, words
from logdoctor.run.roles import Loss
from logdoctor.sources.console.form import SAMPLES, Field, Kind
from logdoctor.sources.console.keys import counter_of, key_of, needs_its_words, subject_of
from logdoctor.sources.console.masking import MASK
from logdoctor.sources.console.vocabulary import (
    COUNTER_WORDS,
    EXTREMES,
    FINAL_STEP,
    IGNORED,
    LOOP_VARIABLES,
    MULTIPLES,
    SPLIT_HEADING,
    SPLIT_ROLES,
    TIME_UNITS,
    UNIT,
    VERBS,
    is_split,
    vocabulary_tail,
)
from logdoctor.sources.tables.counters import normal

MOST_FIELDS = 512
"""Numbers of one line that are looked at."""

LOOK_BACK = 160
"""Characters before a number in which its key is looked for."""

_LOOK_AHEAD = 40
"""Characters behind a number that may tell what it is."""

NOT_FINITE = r"(?P<word>nan|NaN|NAN|inf|Inf|INF|Infinity|infinity)"
"""A word for a number that is not finite, as the group `word`."""

_TOKEN = re.compile(
    rf"\0|[:=][ \t]{{0,16}}(?:tensor)?['\"(\[]?[-+]?{NOT_FINITE}(?:x{{2,3}})?(?=ms\b|s\b|[^\w]|$)"
    rf"|(?<=\s)[-+]?{NOT_FINITE.replace('word', 'free')}(?=\s*(?:[,|;(\t]|$|\s{{2}}))"
)
"""A number, or a word for one that is not finite where a value can stand (not: `number of nan iterations`).

PaddleOCR fills what is shorter than a number up: `loss: nanxxx`.
"""

_ATTACHED = re.compile(r"[A-Za-z_\ufffd]|\.[0-9A-Za-z]")
_SIGN = re.compile(r"(?:^|[\s:=(\[{,'\"])([-+])$")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
"""What stands behind a counter that is spoken: `current step: 57993th step`."""

BAR = re.compile(r"\[[=>.#]|━|█|%\||it/s|s/it|/step\b|^\s*\0/\0 - \0m?s - ")
"""Marks of a progress bar: Keras 2, Keras 3, tqdm."""

_EPOCH_AVERAGES = re.compile(r"\s*Averaged stats:")
"""What torchvision's references print once more at the end of an epoch."""
_SUMMARY_LINE = re.compile(r"\s*\* +(?:Acc|Prec|Recall|IoU|Top)")
"""How torchvision's references begin the results of an evaluation: ` * Acc@1 70.1 Acc@5 89.3`; PyTorch's ImageNet
example has more blanks there, one for each meter that it leaves out."""

_OUT_OF = re.compile(r"\s*/\s*\0")
_OUT_OF_ALL = re.compile(r"\s*/\s*\0\]$")
_THEN_OF_BATCHES = re.compile(r"/\0\]\s*\[\s*\0/")
"""What stands behind the epoch of Swin: `Train: [0/300][10/1251]`."""
_THEN_COUNTED = re.compile(r"/\0\][ \t]*(?:step|iter(?:ation)?|batch)[ \t:=\[#]{0,4}\0", re.I)
"""What stands behind the epoch of loops that name what they count within it: `Train: [ 1/5] Step 050/335`."""
_THEN_SAID = re.compile(r" (epoch|step|iteration|iter)[,:] ", re.I)
"""What stands behind a position whose word follows it: `3 epoch, loss: 0.5`."""
_THEN_IN_BRACKETS = re.compile(r"\]? *\[")
"""What stands behind the epoch of timm: `Train: 0 [  50/1251`."""
_THEN_BATCH = re.compile(r"(?:,| :) +\0\]")
"""What stands behind the epoch of PyTorch's tutorials: `[1,  2000] loss: 2.1`, or `[1 :  2000]`."""
_IN_NATS = re.compile(r" ?nats\b")
"""The unit of a loss that needs no other name than its split: `val 0.56 nats = 0.81 bits`."""
_SPLIT_ONLY = re.compile(r"(?:train|test|val\w*|eval\w*):? *\[?", re.I)
_GOES_ON = re.compile(r" *\[| */(?! *\0%)")
"""What stands behind a position that has a split for its key: `Train: 0 [`, `Train: 0/`; not `Train: 0.82 / 72.3%`."""
_SPLIT_WORD = r"(?<![\w])(train(?:ing)?|tr|trn|val(?:id(?:ation)?)?|va|vl|eval(?:uation)?|dev|test(?:ing)?|te|tst)"
_OPENED = rf"{_SPLIT_WORD}['\"]? ?(?:[:=>(\[{{\])-] ?)+['\"]?"
_GROUPS = re.compile(rf"{_OPENED}(?=[A-Za-z_])", re.I)
"""How a line begins what it says of a split: `Train: loss 0.5, acc 0.9 | Valid: loss 0.6, acc 0.8`."""
_HELD_OUT_TURN = re.compile(rf"[|;,] *{_SPLIT_WORD}: *(?=[A-Za-z_])", re.I)
"""What follows the numbers of a step when it is also evaluated: `[20] loss=1.5 lr=0.1 || val: loss=1.7`."""
_GROUP_BEGINS = re.compile(rf"{_OPENED}$", re.I)
"""The same before the first key in it."""
_BARE_SPLITS = re.compile(rf"{_SPLIT_WORD} +(?=(?:\0|[-+]?(?:nan|inf))(?:\s|[,;|]|$))", re.I)
"""Words that only tell the split and have a number each: `Epoch 3: train 0.52 | val 0.61`."""
_BOTH_SPLITS = re.compile(rf" ?\(?{_SPLIT_WORD} ?/ ?{_SPLIT_WORD}\)?", re.I)
"""Which of two numbers is of which split: `loss 0.5/0.6 (train/val)`."""
_BOOSTED = re.compile(r"\]\t|\] (?:Train|Validation)-\w+=")
"""How XGBoost, and MXNet in R, go on behind the number of a round: `[1] Train-accuracy=0.68`."""
_ADVERSARIES = re.compile(r" \[(?:D|G|[Dd]iscriminator|[Gg]enerator)[ _]?loss: ?(?:\0|[-+]?(?:nan|inf))")
"""What follows the bare number of an update in the loops of Keras-GAN: `100 [D loss: 0.6, acc.: 62%] [G loss: 0.9]`."""
_TWO_QUANTITIES = re.compile(r"(?P<of>(?:\S+ )*)(?P<one>\w+) ?\((?P<other>[A-Za-z]+)\)")
"""A name for a number and for the one in brackets behind it."""
_KINDS_OF_LOSS = frozenset({"mse", "rmse", "mae", "mape"})
"""Errors that, in brackets behind `loss`, say which one it is: `Train Loss (MSE): 0.51 (0.53)` has its average."""
_MEASURED = re.compile(r"\][ \t]+[A-Za-z_][\w./@-]*=(?:\0|[-+]?(?:nan|inf))")
_COUNTED = re.compile(rf"(?<![\w])(?:{'|'.join(map(re.escape, COUNTER_WORDS))})['\"]?[ :=#\[]+\0", re.I)
"""What makes a number in brackets at the beginning the step: pairs follow, and none of them counts."""
_SAVING_DICT = "saving dict for"
"""TF Estimator's words before the results of an evaluation."""

_Told = Literal["", "counted", "value", "pair"]
"""What a number of a line was taken for: a position, a quantity, the first of a pair of positions, or neither."""


class LineReader:
    """Walks over the numbers of one line."""

    def __init__(self, text: str, first_slot: int) -> None:
        self.text = text
        self.slot = first_slot
        self.fields: list[Field] = []
        self.split = ""
        self.heading = ""
        """The text before the first key."""
        self._names: set[str] = set()
        self._parted: set[str] = set()
        """Keys of one name that were given the splits in whose turn they stand."""
        self._sticky = ""
        """The split that the last key with one spoke of."""
        self._last: _Told = ""
        """What the number before was, for what is attached to it."""
        self._this: _Told = ""
        """What the present one is."""
        self._group = ""
        """The split whose turn it is in a line that has a turn for each."""
        self._has_groups = _tells_splits_apart(_GROUPS, text) or _turns_to_held_out(text)
        self._has_bare_splits = _tells_splits_apart(_BARE_SPLITS, text)
        self._order = ("", "")
        """Of which split each of two numbers is, once the line has told."""
        self._subject = ""
        """What a counter was told of, if its value is to come: `Accuracy at step`."""

    def read(self) -> None:
        """Take the numbers of the line one by one; their fields, and the split, are there afterwards."""
        tokens = list(_TOKEN.finditer(self.text))[:MOST_FIELDS]
        end = 0
        for i, token in enumerate(tokens):
            word = next((name for name in ("word", "free") if token[name]), 0)
            after = self.text[token.end() : token.end() + _LOOK_AHEAD]
            before = self.text[max(end, token.start(word) - LOOK_BACK) : token.start(word)]
            self._last, self._this = self._this, ""
            self._number(before, token[word], after, first=i == 0)
            end = token.end()
            self.slot += not word
        told = any(one.kind not in {Kind.WITHIN, Kind.LENGTH} for one in self.fields)
        if not told and not BAR.search(self.text):
            self.fields = []
        if _EPOCH_AVERAGES.match(self.text):
            self.fields = []
        if _SUMMARY_LINE.match(self.text):
            self.split = self.split or "val"

    def _number(self, before: str, token: str, after: str, *, first: bool) -> None:
        sign = -1.0 if (signed := _SIGN.search(before)) and signed[1] == "-" else 1.0
        if signed:
            before = before[: signed.start(1)]
        previous = self.fields[-1] if self.fields else None
        bare = before.strip()
        if previous is not None and (
            (bare in {"/", "of", "out of"} and self._last == "counted")
            or (bare == "/" and self._last == "value" and not after.startswith("%"))  # `Train: 0.82 / 72.3%`
        ):
            if self._last == "value" and self._of_both_splits(previous, after, token, sign):
                return
            self._add(Kind.LENGTH if previous.kind is Kind.WITHIN else Kind.PLAN, previous.name, token, sign)
        elif before in {":", "/"} or (not first and before == "-"):
            if previous is not None and self._last in {"value", "counted"} and before == ":":
                self._forget(previous)  # a clock: `eta: 1:02:03`
        elif bare == "(" and self._last == "value" and previous is not None and not after.startswith("%"):
            other = _of_another(previous.name)
            if other is None or not self._names.isdisjoint(other):
                self._add(Kind.AVERAGE, previous.name, token, sign)
            else:
                self._part(previous.name, other[0])
                self._add(Kind.VALUE, other[1], token, sign)
        else:
            self._keyed(before, token, sign, after, first=first)

    def _of_both_splits(self, first: Field, after: str, token: str, sign: float) -> bool:
        """Take a number for that of the second split, where a line says of two numbers which is of which."""
        if told := _BOTH_SPLITS.search(first.name) or _BOTH_SPLITS.match(after):
            self._order = (told[1], told[2])
        if split_of(self._order[0]) is split_of(self._order[1]):
            return False
        name = _BOTH_SPLITS.sub("", first.name)
        names = [f"{split} {name}".rstrip() for split in self._order]
        if not self._names.isdisjoint(names):
            return False
        self._forget(first)
        self.fields.append(replace(first, name=names[0]))
        self._names.add(names[0])
        self._add(Kind.VALUE, names[1], token, sign)
        self._this = "value"
        return True

    def _keyed(self, before: str, token: str, sign: float, after: str, *, first: bool) -> None:
        text, key, explicit, last = key_of(before, behind_a_number=bool(self.fields) or not first)
        attached = bool(_ATTACHED.match(after)) and not _ORDINAL.match(after)
        unit = UNIT.match(after)
        named_unit = unit["attached"] if unit and unit["attached"] and attached else ""
        lead = text[: len(text) - len(key)] if key else text
        if first:
            self._take_heading(lead)
        if attached and not unit:
            return
        is_number = token == MASK
        counter, words_before = counter_of(key, explicit=explicit) if is_number else ("", "")
        if explicit and normal(key) in LOOP_VARIABLES and _OUT_OF.match(after):
            counter = "iter"
        if counter and named_unit in TIME_UNITS:
            counter = ""
        subject, self._subject = self._subject, ""
        if counter and counter not in self._names:
            self._subject = subject_of(lead + key[: len(words_before)]) if first else ""
            self._take_heading(words_before if not first else f"{lead} {words_before}")
            self._add(Kind.COUNTER, counter, token, sign * MULTIPLES.get(named_unit, 1.0))
            self._this = "counted"
            return
        if subject and (key in VERBS or (explicit and not key)):
            self.heading = ""
            self._value(subject, token, sign, named_unit)
            return
        is_ratio = bool(self.fields) and before.rstrip().endswith("(")  # `accuracy: 84.13%, (2074785/2466027)`
        places = is_number and not is_ratio and (not key or (is_split(key) and bool(_GOES_ON.match(after))))
        if places and self._positional(text, after, first=first):
            return
        if not key or not last or normal(key) in IGNORED or key == "nats" or after.startswith("%|"):
            return
        in_nats = is_split(key) and bool(_IN_NATS.match(after))
        if not explicit and not in_nats:
            tail = vocabulary_tail(key) or (key if self._is_bare_split(key) else "")
            if first:
                self._take_heading(key[: len(key) - len(tail)])
            key = tail
        elif not before.rstrip("'\"").endswith((" ", "\t")) and " " in key and not needs_its_words(key):
            # `stage two val_loss:2.8`: spaces are between the pairs; NeMo's `train_step_timing in s` has its unit there
            key = vocabulary_tail(key) or key.removesuffix(" in s").split(" ")[-1]
        if not key or (token != MASK and not explicit and not vocabulary_tail(key) and not self._is_bare_split(key)):
            return
        if token != MASK and named_unit:
            return  # `step_avg:nanms`: a duration that cannot be told yet
        if self._has_groups and (begun := _GROUP_BEGINS.search(lead)):
            self._group = begun[1]
        percent = is_split(key) and after.startswith("%")  # an accuracy: `Train: 0.82 / 72.3% | Test: 86.1%`
        self._value(f"{key} (nats)" if in_nats else key, token, sign, "%" if percent else named_unit)

    def _is_bare_split(self, key: str) -> bool:
        return self._has_bare_splits and is_split(key)

    def _positional(self, text: str, after: str, *, first: bool) -> bool:
        """A number without a key that counts by its place: `[ 10/5005]`, `1875/1875 [===]`, `[1,  2000]`, `[12]`."""
        in_brackets = first and self.text.lstrip().startswith("[") and not text.strip(" [")
        behind_split = bool(_SPLIT_ONLY.fullmatch(text.strip()))
        leads_batches = (behind_split or in_brackets) and (_THEN_OF_BATCHES.match(after) or _THEN_COUNTED.match(after))
        if leads_batches or (first and behind_split and _THEN_IN_BRACKETS.match(after)):
            self._take_heading(text)
            return self._counts("epoch", "counted")
        if not self.fields and (said := _THEN_SAID.match(after)):
            return self._counts(COUNTER_WORDS[said[1].lower()], "counted")
        if _OUT_OF.match(after):
            if not self.fields:
                self._take_heading(text)
            if not any(one.kind is Kind.WITHIN for one in self.fields):
                self._add(Kind.WITHIN, self._within(after), MASK, 1.0)
                self._this = "counted"
                return True
        if in_brackets and _THEN_BATCH.match(after):
            return self._counts("epoch", "pair")
        if self._last == "pair" and after.startswith("]"):
            return self._counts("batch")
        if in_brackets and _BOOSTED.match(after):
            return self._counts("round")
        leads_pairs = in_brackets and _MEASURED.match(after) and not _COUNTED.search(self.text)
        if leads_pairs or (first and not text.strip() and _ADVERSARIES.match(after)):
            return self._counts("step")
        return False

    def _counts(self, counter: str, this: _Told = "") -> bool:
        """Take the present number for the position of a counter that no word names."""
        self._add(Kind.COUNTER, counter, MASK, 1.0)
        self._this = this
        return True

    def _within(self, after: str) -> str:
        """What is counted within an epoch: PyTorch's examples print samples, everybody else batches."""
        return SAMPLES if self.text.startswith("Train Epoch:") or _OUT_OF_ALL.match(after) else "iter"

    def _value(self, key: str, token: str, sign: float, unit: str) -> None:
        extreme = EXTREMES.intersection(words(key)[:1]) or words(key)[-2:] == FINAL_STEP
        if extreme and issubclass(role_of(key, Split.NONE), SPLIT_ROLES):
            return
        only_split = is_split(key)
        self._spoken_split(key)
        if self._group and not split_of(key) and issubclass(role_of(key, Split.NONE), SPLIT_ROLES):
            key = f"{self._group} {key}"
        elif self._sticky and not split_of(key) and issubclass(role_of(key, Split.NONE), SPLIT_ROLES):
            key = f"{self._sticky} {key}"  # `train Loss: 0.69 Acc: 0.6`
        previous = next((one.name for one in reversed(self.fields) if one.kind is Kind.VALUE), "")
        if only_split and previous not in self._parted and split_of(previous):
            stem = " ".join(word for word in previous.split() if not (split_of(word) or word == "(%)"))
            key = f"{stem} {key}".lstrip()  # `loss train: 2.3, val: 2.1`
        if normal(key) in COUNTER_WORDS or normal(key) in {"t", "time"} or (only_split and unit == "%"):
            key = f"{key} ({unit})" if unit else key
        key = self._told_apart(key)
        if key in self._names:
            return
        self._add(Kind.VALUE, key, token, sign)
        self._this = "value"

    def _told_apart(self, key: str) -> str:
        """Name what each split has behind the loss of its own: `train=0.5 (acc 0.9), val=0.6 (acc 0.8)`."""
        known = [one.name for one in self.fields if one.kind is Kind.VALUE]
        if split_of(key) or not (key in known or any(name.endswith(f" {key}") for name in self._parted)):
            return key
        at = known.index(key) if key in known else 0
        one, other = _turn(known[:at]), _turn(known[at:])
        if key in known:
            if not one or not other or split_of(one) is split_of(other):
                return key
            self._part(key, f"{one} {key}")
        self._parted.add(f"{other} {key}")
        return f"{other} {key}"

    def _spoken_split(self, key: str) -> None:
        """Remember the split of `train Loss`, a word of its own, which holds for the keys behind it."""
        spoken = [word for word in key.split() if is_split(word)]
        if split_of(key):
            self._sticky = spoken[-1] if spoken and spoken[-1] != key else ""

    def _add(self, kind: Kind, name: str, token: str, sign: float) -> None:
        if token == MASK:
            self.fields.append(Field(kind, name, self.slot, sign))
        else:
            self.fields.append(Field(kind, name, -1, math.nan if token.lower() == "nan" else sign * math.inf))
        if kind in (Kind.COUNTER, Kind.VALUE):
            self._names.add(name)

    def _forget(self, field: Field) -> None:
        self.fields.remove(field)
        self._names.discard(field.name)

    def _part(self, key: str, name: str) -> None:
        """Give the split to a key that stood without one."""
        at = next(i for i, one in enumerate(self.fields) if one.kind is Kind.VALUE and one.name == key)
        self.fields[at] = replace(self.fields[at], name=name)
        self._names = self._names - {key} | {name}
        self._parted.add(name)

    def _take_heading(self, text: str) -> None:
        self.heading += text.strip(" \t[]():|-=*#'\"{")
        if self.split:
            return
        if _SAVING_DICT in text.lower():
            self.split = "eval"
        elif found := SPLIT_HEADING.search(text):
            self.split = found[1]


def _of_another(name: str) -> tuple[str, str] | None:
    """Return the two quantities of `Critic Accuracy (Loss): 0.51 (1.37)`; None where brackets hold an average."""
    found = _TWO_QUANTITIES.fullmatch(name)
    if found is None:
        return None
    one, other = f"{found['of']}{found['one']}", f"{found['of']}{found['other']}"
    roles = [role_of(each, Split.NONE) for each in (found["one"], found["other"])]
    if issubclass(roles[0], Loss) and (issubclass(roles[1], Loss) or found["other"].lower() in _KINDS_OF_LOSS):
        return None
    return None if roles[0] is roles[1] or not all(issubclass(each, SPLIT_ROLES) for each in roles) else (one, other)


def _turn(names: Sequence[str]) -> str:
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
    return found is not None and split_of(found[1]) in (Split.VALIDATION, Split.TEST)
