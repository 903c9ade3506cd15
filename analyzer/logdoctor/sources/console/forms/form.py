"""What a line says, whatever its numbers are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

SAMPLES = "samples within"
"""Name of a position within an epoch that counts samples."""


class Kind(Enum):
    """What a number of a line is."""

    COUNTER = "counter"
    PLAN = "plan"
    """The total that a counter runs to: `step 10/500`."""
    WITHIN = "within"
    """A position within an epoch or a pass that no word names: `[ 10/5005]`, `1875/1875 [=====]`."""
    LENGTH = "length"
    """The total of such a position."""
    VALUE = "value"
    """A quantity; with a plan of the same name, as many out of so many: `Accuracy: 9838/10000`."""
    AVERAGE = "average"
    """The running average behind a value: `Loss 6.91 (6.93)`."""


@dataclass(frozen=True)
class Field:
    """One number of a line."""

    kind: Kind
    name: str
    slot: int
    """Which number of the line; -1 for a constant such as NaN."""
    factor: float = 1.0
    """The sign, or the constant."""


@dataclass(frozen=True)
class Form:
    """What a line says, whatever its numbers are."""

    fields: tuple[Field, ...]
    split: str = ""
    """The word before the keys that tells the split, as logged: `Test` of `Test set: Average loss: 0.05`."""
    is_bar: bool = False
    """Whether the line is a state of a progress bar."""
    counter_first: bool = False
    """Whether the line begins with its counter."""
    value_first: bool = False
    """Whether the line begins with the name of what it measures, or with the split and then that."""
    in_table: bool = False
    """Whether the line is a row below a header."""
    is_dict: bool = False
    """Whether the line is a dictionary, as Hugging Face's Trainer prints it."""
    heads: bool = False
    """Whether the line counts and says what the next ones measure, and nothing else: `Epoch 3 validation`."""
    is_of_training: bool = False
    """Whether nothing but a training prints such a line, whatever its numbers are called."""
    is_unnamed: bool = False
    """Whether it is a list that ends in the step and the rate, without a name: `[200, 0.0001]`."""
    speaks_of_failure: bool = False
    """Whether a loss that is not finite is only spoken of: `Epoch 3: loss = nan fixed`."""
    rank: int | None = None
    rank_slot: int | None = None

    @property
    def signature(self) -> tuple[object, ...]:
        """What all lines of one statement have in common."""
        return (self.split, self.is_bar, self.is_dict, self.heads, *((one.kind, one.name) for one in self.fields))

    def behind(self, slots: int) -> Form:
        """Return the form of the same line when so many numbers stand before it."""
        fields = tuple(one if one.slot < 0 else replace(one, slot=one.slot + slots) for one in self.fields)
        return replace(self, fields=fields, rank_slot=None if self.rank_slot is None else self.rank_slot + slots)

    def without(self, slot: int, more: int = 0) -> Form | None:
        """Return the form of the same line without one of its numbers; None when it then counts or measures nothing.

        `more` is how many numbers stand in the place of that one besides it.
        """
        kept = [one for one in self.fields if one.slot != slot]
        if {Kind.COUNTER, Kind.VALUE} - {one.kind for one in kept} & {one.kind for one in self.fields}:
            return None
        fields = tuple(replace(one, slot=one.slot + more) if one.slot > slot else one for one in kept)
        return replace(self, fields=fields)
