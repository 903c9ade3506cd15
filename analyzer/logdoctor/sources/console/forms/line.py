"""What the numbers of one line are: which is the step, which the loss.

A number's key is the text between it and the number before: `iter 100: loss 2.72, time 38.1ms`. With a colon or an
equals sign any word will do; without one only the words of training count as keys, for prose has numbers too.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace

from logdoctor.run import Split
from logdoctor.run.naming import role_of, split_of, words
from logdoctor.run.roles import Loss
from logdoctor.sources.console.forms.form import Field, Kind
from logdoctor.sources.console.forms.keys import Key, counter_of, key_of, needs_its_words, subject_of
from logdoctor.sources.console.forms.line_numbers import Number, numbers_in
from logdoctor.sources.console.forms.line_positions import OUT_OF, Told, may_be_position, position_of
from logdoctor.sources.console.forms.line_splits import LineSplits, last_split
from logdoctor.sources.console.words.vocabulary import (
    COUNTER_WORDS,
    EXTREMES,
    FINAL_STEP,
    IGNORED,
    LAST,
    LOOP_VARIABLES,
    MULTIPLES,
    NO_NAMES,
    SPLIT_HEADING,
    SPLIT_ROLES,
    TIME_UNITS,
    VERBS,
    is_split,
    vocabulary_tail,
)
from logdoctor.sources.tables.counters import normal

_IN_BRACKETS = re.compile(r"\s*\(\0\)")
"""The running average behind a value, as of AverageMeter; no position has one."""
_SO_FAR = frozenset({"best", "highest", "lowest"})
"""Words before a quantity that make it the best value so far."""
_BEST = re.compile(r"\W*(?:(?:a |the )?new )?best\b", re.I)
"""How a line begins that repeats what an evaluation has said, where that was the best so far."""
BAR = re.compile(r"\[[=>.#]|━|[█▏▎▍▌▋▊▉]|%\||it/s|s/it|/step\b|^\s*\0/\0 - \0m?s - ")
"""Marks of a progress bar: Keras 2, Keras 3, tqdm, Poutyne."""

_SHARE_OF_BAR = re.compile(r"%(?:\|| [━╸─])")
"""What stands behind the share of a bar that is done, as tqdm and Ultralytics draw it."""

_EPOCH_AVERAGES = re.compile(r"\s*Averaged stats:")
"""What torchvision's references print once more at the end of an epoch."""
_SUMMARY_LINE = re.compile(r"\s*\* +(?:Acc|Prec|Recall|IoU|Top)")
"""How torchvision's references begin the results of an evaluation: ` * Acc@1 70.1 Acc@5 89.3`; PyTorch's ImageNet
example has more blanks there, one for each meter that it leaves out."""

_TAG = re.compile(r"\s*\[([TV])\][ :]")
_TAGS = {"T": "train", "V": "val"}
"""The split as a letter at the beginning of a line: `[V] epoch 3 loss 0.52`."""

_IN_NATS = re.compile(r" ?nats\b")
"""The unit of a loss that needs no other name than its split: `val 0.56 nats = 0.81 bits`."""
_TWO_QUANTITIES = re.compile(r"(?P<of>(?:\S+ )*)(?P<one>\w+) ?\((?P<other>[A-Za-z]+)\)")
"""A name for a number and for the one in brackets behind it."""
_KINDS_OF_LOSS = frozenset({"mse", "rmse", "mae", "mape"})
"""Errors that, in brackets behind `loss`, say which one it is: `Train Loss (MSE): 0.51 (0.53)` has its average."""
_SAVING_DICT = "saving dict for"
"""TF Estimator's words before the results of an evaluation."""


_OF_A_SPLIT = re.compile(r"(?<!\S)(?:train|val|valid|dev|test|eval)_[a-z][a-z0-9_]*$")
"""An identifier that begins with its split: `dev_uas 0.91`."""
_ON_DATA = re.compile(r" (?:on|in|for|over) (?:the )?(?:train|val|test|dev|eval)[a-z]*(?: [a-z]+){0,2}$", re.I)
"""The end of a key that says on which data: `loss on training batch is 0.52`."""
_THEN_ITS_VALUE = re.compile(r" ?[:=] ?[-+]?(?:\0|nan|inf)(?![:\d]|%\|)", re.I)
"""What stands behind a number that is the end of a key, and is not the share of a bar: `val_loss 0.52: 100%|###`."""
_INDEXED = re.compile(r" {0,4}\] ?[:=] {0,4}[-+]?(?:\0|nan|inf)", re.I)
"""What stands behind the position that a name has in brackets, and before the value: `batch_loss[ 20 ]: 0.52`."""
_THEN_ITS_SUCCESSOR = re.compile(r"\s*-{1,2}>\s*[-+]?(?:\0|inf)")
_ARROWS = frozenset({"->", "-->"})
_IMPROVES = re.compile(r"\b(?:improv|increas|decreas)(?:ing|e[sd])\b", re.I)
"""What stands around the best value so far where another takes its place: `Model is improving ppl: inf --> 5.5`."""
_TOTALS = frozenset({"total", "all", "sum", "overall", "mean", "avg", "average"})
_GROUP_OF_LOSSES = re.compile(r"(?<![^\W_])loss(?:es)?[\s:=(\[>-]{1,4}$", re.I)
"""What stands before the first of several losses that have their word together: `loss: total: 4.2, xy: 0.6`."""


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
        self._splits = LineSplits(text)
        self._last: Told = ""
        """What the number before was, for what is attached to it."""
        self._this: Told = ""
        """What the present one is."""
        self._subject = ""
        """What a counter was told of, if its value is to come: `Accuracy at step`."""
        self._bar_of = ""
        """What the steps of a bar count, if it says so: `Epoch:  40%|####  | 16/40`."""
        self._stem = ""
        """What was told last of a split behind its value."""
        self._succeeded = ""
        """The quantity of a split whose best value so far the line has told, if that of now is to come."""

    def read(self) -> None:
        """Take the numbers of the line one by one; their fields, and the split, are there afterwards."""
        for number in numbers_in(self.text):
            self._last, self._this = self._this, ""
            self._take(number)
            self.slot += number.is_finite
        told = any(one.kind not in {Kind.WITHIN, Kind.LENGTH} for one in self.fields)
        if not told and not BAR.search(self.text):
            self.fields = []
        if _EPOCH_AVERAGES.match(self.text):
            self.fields = []
        if _SUMMARY_LINE.match(self.text):
            self.split = self.split or "val"
        if tag := _TAG.match(self.text):
            self.split = self.split or _TAGS[tag[1]]

    def _take(self, number: Number) -> None:
        """Take a number for what belongs to the one before it: its total, its average, the rest of a clock; or anew."""
        if number.is_of_key:
            return
        previous = self.fields[-1] if self.fields else None
        bare, in_percent = number.before.strip(), number.after.startswith("%")  # `Train: 0.82 / 72.3%`
        if previous is not None and (
            (bare in {"/", "of", "out of"} and self._last == "counted")
            or (bare == "/" and self._last == "value" and not in_percent)
        ):
            if not (self._last == "value" and self._of_both_splits(previous, number)):
                self._add(Kind.LENGTH if previous.kind is Kind.WITHIN else Kind.PLAN, previous.name, number)
        elif number.before in {":", "/"} or (not number.is_first and number.before == "-"):
            if previous is not None and self._last in {"value", "counted"} and number.before == ":":
                self._forget(previous)  # a clock: `eta: 1:02:03`
        elif bare == "(" and self._last == "value" and previous is not None and not in_percent:
            self._in_brackets(previous, number)
        else:
            self._keyed(number)

    def _of_both_splits(self, first: Field, number: Number) -> bool:
        """Take a number for that of the second split, where a line says of two numbers which is of which."""
        names = self._splits.names_of_pair(first.name, number.after)
        if names is None or not self._names.isdisjoint(names):
            return False
        self._forget(first)
        self.fields.append(replace(first, name=names[0]))
        self._names.add(names[0])
        self._add(Kind.VALUE, names[1], number)
        self._this = "value"
        return True

    def _in_brackets(self, previous: Field, number: Number) -> None:
        """Take a number in brackets for the average of the one before them, or for a quantity that its name tells."""
        other = _of_another(previous.name)
        if other is None or not self._names.isdisjoint(other):
            self._add(Kind.AVERAGE, previous.name, number)
        else:
            self._part(previous.name, other[0])
            self._add(Kind.VALUE, other[1], number)

    def _keyed(self, number: Number) -> None:
        """Take a number for what its key or its place says."""
        key = key_of(number.before, behind_a_number=bool(self.fields) or not number.is_first)
        if number.is_first:
            self._take_heading(key.lead)
        if number.is_part_of_word:
            return
        if self._succeeded and number.before.strip() in _ARROWS:
            self._value(self._succeeded, number, number.unit)
            self._succeeded = ""
            return
        subject, self._subject = self._subject, ""
        if self._indexed(key, number) or self._counted(key, number, subject):
            return
        if subject and (key.name in VERBS or (key.is_marked and not key.name)):
            self.heading = ""
            self._value(subject, number, number.unit)
        elif not self._positional(key, number):
            self._named(key, number)

    def _indexed(self, key: Key, number: Number) -> bool:
        """Take a number in brackets right behind a name for no value of it: that follows. The first one counts."""
        attached = number.before.rstrip().endswith(f"{key.last_piece}[") and bool(key.last_piece)
        measured = vocabulary_tail(key.name) if attached and _INDEXED.match(number.after) else ""
        if not measured or not number.is_finite:
            return False
        if number.is_first:
            self._add(Kind.COUNTER, "step", number)
        self._this, self._subject = "counted", measured
        return True

    def _counted(self, key: Key, number: Number, subject: str) -> bool:
        """Take a number for the position of the counter that its key names, if it does.

        What a counter before it was told of stays the subject: `Loss at epoch 3 and iteration 500 is 0.52`.
        """
        counter, words_before = counter_of(key.name, explicit=key.is_marked) if number.is_finite else ("", "")
        if key.is_marked and normal(key.name) in LOOP_VARIABLES and OUT_OF.match(number.after):
            counter = "iter"
        # a bar that its word describes: `Steps:  14%|#4     | 100/700`
        is_share = bool(_SHARE_OF_BAR.match(number.after))
        if not counter or is_share or number.unit in TIME_UNITS or counter in self._names:
            return False
        if counter == "batch" and self._is_within_epoch and _IN_BRACKETS.match(number.after):
            self._value(f"{key.name} time", number, "")  # `[1/50][10/744] Data 0.01 (0.05) Batch 0.5 (0.6)`
            return True
        self._subject = subject_of(key.lead + key.name[: len(words_before)]) if number.is_first else subject
        self._take_heading(f"{key.lead} {words_before}" if number.is_first else words_before)
        self._add(Kind.COUNTER, counter, number, MULTIPLES.get(number.unit, 1.0))
        self._this = "counted"
        return True

    @property
    def _is_of_best(self) -> bool:
        """Whether the line counts nothing and says of what was best: `New best model saved (Acc: 0.44)`."""
        return not self._counts and bool(_BEST.match(self.heading))

    @property
    def _counts(self) -> bool:
        """Whether the line has said already where it stands."""
        return any(one.kind in {Kind.COUNTER, Kind.WITHIN} for one in self.fields)

    @property
    def _is_within_epoch(self) -> bool:
        """Whether the line has said already how far within an epoch or a pass it stands."""
        return any(one.kind is Kind.WITHIN for one in self.fields)

    def _positional(self, key: Key, number: Number) -> bool:
        """Take a number for what it counts by its place, if it does."""
        is_ratio = bool(self.fields) and number.before.rstrip().endswith("(")  # `accuracy: 84.13%, (2074785/2466027)`
        is_ratio = is_ratio and self._last != "counted"  # `===> Epoch[3](100/500): Loss 0.52`
        if not number.is_finite or is_ratio or not may_be_position(key.name, number.after):
            return False
        position = position_of(
            self.text, key.text, number.after, first=number.is_first, last=self._last, fields=self.fields
        )
        if position is None:
            return False
        if position.ends_heading:
            self._take_heading(key.text)
        counter = self._bar_of or position.counter if position.kind is Kind.WITHIN else position.counter
        self._add(position.kind, counter, replace(number, sign=1.0))
        self._this = position.told
        return True

    def _named(self, key: Key, number: Number) -> None:
        """Take a number for the value of the quantity that its key names; prose has numbers too, and names none."""
        if _SHARE_OF_BAR.match(number.after):  # a bar's share, behind what the bar is of
            self._hear_split(key.text)
            self._bar_of = counter_of(key.name, explicit=True)[0]
            return
        if _THEN_ITS_SUCCESSOR.match(number.after) and (improves := _IMPROVES.search(key.name)):
            told = (
                vocabulary_tail(key.name[: improves.start()].rstrip()),
                vocabulary_tail(key.name[improves.end() :].lstrip()),
            )
            self._succeeded = next(filter(split_of, told), "")
            return
        unnamed = not key.name or not key.last_piece
        if _THEN_ITS_VALUE.match(number.after) and not key.is_marked:  # `Loss 1: 0.52, Loss 2: 0.31`
            return
        if (unnamed and not self._splits.split_behind(number.after)) or normal(key.name) in IGNORED:
            return
        name = self._quantity(key, number)
        if said := self._splits.split_behind(number.after):
            name = self._of_split_behind(name, said)
        if not name or (number.unit and not number.is_finite):  # `step_avg:nanms`: a duration that cannot be told yet
            return
        self._splits.hear(key.lead)
        if self.fields and all(one.kind is not Kind.VALUE for one in self.fields):
            self._hear_split(key.lead)
        percent = is_split(name) and number.after.startswith("%")  # an accuracy: `Train: 0.82 / 72.3% | Test: 86.1%`
        self._value(name, number, "%" if percent else number.unit)

    def _quantity(self, key: Key, number: Number) -> str:
        """Return the words of a key that name a quantity, or nothing."""
        name = key.name
        if is_split(name) and _IN_NATS.match(number.after):
            return f"{name} (nats)"
        if not key.is_marked:
            return self._bare_quantity(key, number)
        if not number.before.rstrip("'\"").endswith((" ", "\t")) and " " in name and not needs_its_words(name):
            # `stage two val_loss:2.8`: spaces are between the pairs; NeMo's `train_step_timing in s` has its unit there
            return vocabulary_tail(name) or _last_with_split(name.removesuffix(" in s"))
        if normal(name) in _TOTALS and _GROUP_OF_LOSSES.search(key.lead):
            return f"{name} loss"
        return name

    def _bare_quantity(self, key: Key, number: Number) -> str:
        """Return the words of a key without a mark behind it that name a quantity, or nothing."""
        name = key.name
        stem = name[: name.rindex("(")].rstrip() if name.endswith(")") else name  # `Train acc (token) 0.25`
        if on := _ON_DATA.search(stem):
            return stem if vocabulary_tail(stem[: on.start()]) == stem[: on.start()] else ""
        tail = _with_so_far(stem, vocabulary_tail(stem)) or (name if self._splits.is_bare_split(name) else "")
        if not tail and (last := _OF_A_SPLIT.search(name)):
            tail = last[0]
        tail = tail and name[stem.rindex(tail) :] if tail in stem else tail
        if number.is_first:
            self._take_heading(name[: len(name) - len(tail)])
        elif needs_its_words(tail) and needs_its_words(name) and name == key.last_piece:
            return tail if name.partition(" ")[0].lower() in NO_NAMES else name  # `Loss 1.88, VGG Loss 0.43`
        return tail

    def _of_split_behind(self, name: str, split: str) -> str:
        """Return the name of what is told of a split behind it: `loss: 0.5 (train), 0.6 (val)`."""
        self._stem = name or self._stem
        return f"{split} {self._stem}" if self._stem and not split_of(self._stem) else self._stem

    def _value(self, key: str, number: Number, unit: str) -> None:
        """Take a number for the value of a quantity, by the name that the line as a whole gives it."""
        extreme = EXTREMES.intersection(words(key)[:1]) or words(key)[-2:] == FINAL_STEP or self._is_of_best
        extreme = extreme or (LAST.intersection(words(key)[:1]) and not self._counts)
        if extreme and issubclass(role_of(key, Split.NONE), SPLIT_ROLES):
            return
        only_split = is_split(key)
        key = self._splits.name(key) if not self._is_loss_of_both(key) else key
        previous = next((one.name for one in reversed(self.fields) if one.kind is Kind.VALUE), "")
        if only_split and previous not in self._parted and split_of(previous):
            stem = " ".join(word for word in previous.split() if not (split_of(word) or word == "(%)"))
            key = f"{stem} {key}".lstrip()  # `loss train: 2.3, val: 2.1`
        if normal(key) in COUNTER_WORDS or normal(key) in {"t", "time"} or (only_split and unit == "%"):
            key = f"{key} ({unit})" if unit else key
        key = self._with_split(key)
        if key in self._names:
            return
        self._add(Kind.VALUE, key, number)
        self._this = "value"

    def _is_loss_of_both(self, key: str) -> bool:
        """Tell a loss without a split behind other quantities of both: `Train WER 9.1 | Dev WER 9.8 | loss 0.52`."""
        if not issubclass(role_of(key, Split.NONE), Loss) or split_of(key):
            return False
        told = [(split_of(one.name), role_of(one.name, Split.NONE)) for one in self.fields if one.kind is Kind.VALUE]
        splits = {split for split, _ in told}
        losses = any(issubclass(role, Loss) for _, role in told)
        return not losses and Split.TRAIN in splits and len(splits - {Split.NONE}) > 1

    def _with_split(self, key: str) -> str:
        """Name what each split has behind the loss of its own: `train=0.5 (acc 0.9), val=0.6 (acc 0.8)`."""
        known = [one.name for one in self.fields if one.kind is Kind.VALUE]
        if split_of(key) or not (key in known or any(name.endswith(f" {key}") for name in self._parted)):
            return key
        at = known.index(key) if key in known else 0
        one, other = last_split(known[:at]), last_split(known[at:])
        if key in known:
            if not one or not other or split_of(one) is split_of(other):
                return key
            self._part(key, f"{one} {key}")
        self._parted.add(f"{other} {key}")
        return f"{other} {key}"

    def _add(self, kind: Kind, name: str, number: Number, multiple: float = 1.0) -> None:
        if number.is_finite:
            self.fields.append(Field(kind, name, self.slot, number.sign * multiple))
        else:
            constant = math.nan if number.token.lower() == "nan" else number.sign * math.inf
            self.fields.append(Field(kind, name, -1, constant))
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

    def _hear_split(self, text: str) -> None:
        """Note which split the line is of, if the text behind its counters says so and no heading has."""
        self.split = self.split or self._splits.of_whole_line(text)

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


def _last_with_split(name: str) -> str:
    """Return the last word of a name, with a split right before it: `val prof-L1` of `epoch done val prof-L1`."""
    *before, last = name.split(" ")
    return f"{before[-1]} {last}" if before and is_split(before[-1]) and not split_of(last) else last


def _with_so_far(name: str, tail: str) -> str:
    """Return the last words of a key with one before them that makes them no point of a curve: `best val loss`."""
    before = name[: len(name) - len(tail)].rstrip().rpartition(" ")[2].lower()
    return f"{before} {tail}" if tail and before in _SO_FAR else tail
