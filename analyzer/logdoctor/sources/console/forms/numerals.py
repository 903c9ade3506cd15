"""Numbers as they are written: where they stand in a text, and what each is worth, all of them at once.

A log is a third to a half digits. To look at them one by one would take most of the time of reading it.
"""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_Places = NDArray[np.int64]
_Mask = NDArray[np.bool_]

_MARGIN = 3
"""Bytes before and behind a text, so that a number at either end has neighbours."""

_LINE_END, _POINT, _COMMA, _UNDERSCORE, _PLUS, _MINUS, _ZERO, _E, _SPACE, _COLON, _AT = b"\n.,_+-0e :@"
_LOWER_CASE = 0x20
_IS_SIGN = np.zeros(256, np.bool_)
_IS_SIGN[[_PLUS, _MINUS]] = True
_GROUP = 3
"""Digits between the commas of `1,234,567`, or the underscores of `1_234_567`."""

_STANDS_FREE = np.ones(256, np.bool_)
_STANDS_FREE[list(f"{string.ascii_letters}{string.digits}_.@".encode())] = False
"""By the byte before it, whether digits begin a number: not in a word (`top1`, `mAP@50`) or a version (`1.2.3`)."""

_BEFORE_POINT = np.zeros(256, np.bool_)
_BEFORE_POINT[list(b" \t=:([,|+-")] = True
"""By the byte before it, whether a point and digits are a number without its zero: `loss .5123`, `acc=.98`."""

_GLUED = b"hcope"
"""The end of `epoch` from its last letter on, the one word whose number may follow at once: `[epoch12] loss=0.5`."""

_TOP, _SPACED_TOP = b"-pot", b" pot"
"""The end of `top-` from its last character on: the digit behind it is part of a name, as in `top-5 accuracy`, and so
is a whole number behind the word `top`: `top 5 acc: 0.91`."""

_PART_OF_A_NAME = np.zeros(256, np.bool_)
_PART_OF_A_NAME[list(f"{string.ascii_letters}{string.digits}_.-".encode())] = True
"""By the byte before the word or behind the number, whether they are part of a name: `model-epoch12.pt`."""

_SLASH = ord("/")

_MOST_DIGITS = 18
"""Digits whose number surely fits into 64 bits."""

_LARGEST_WHOLE = 2**53
"""Up to here every whole number is a double."""

_LARGEST_POWER = 22
"""Up to here every power of ten is a double."""

_POWERS = np.array([10**power for power in range(_MOST_DIGITS + 1)], np.int64)
_FLOAT_POWERS = np.array([10.0**power for power in range(_LARGEST_POWER + 1)])


@dataclass(frozen=True, eq=False)
class Numerals:
    """The numbers of a text, in order: `12`, `1,234,567.8`, `1_000`, `3.`, `.5`, `6.02e+23`.

    A sign before one is not part of it.
    """

    starts: _Places
    """(n,) bytes of the text as UTF-8, with a margin of three before it."""
    ends: _Places
    """(n,) the byte behind each."""
    _codes: NDArray[np.uint8]
    _runs: _Runs
    _first: _Places
    """(n,) the run of digits that each begins with."""
    _whole: _Places
    """(n,) the last run before the point, which is another one where commas or underscores part groups."""
    _decimals: _Places
    """(n,) the run behind the point; the same where there is none, or none before it."""
    _last: _Places
    """(n,) the run of the exponent; the same where there is none."""

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lines(self) -> _Places:
        """(lines,) where each line of the text begins."""
        ends = np.flatnonzero(self._codes[_MARGIN:-_MARGIN] == _LINE_END)
        return _MARGIN + np.append(0, ends + 1)

    def text(self, number: int) -> str:
        """Return one of them as it stands there."""
        return self._codes[self.starts[number] : self.ends[number]].tobytes().decode("ascii")

    def masked(self, by: str) -> str:
        """Return the text with one character, of ASCII, instead of each number."""
        within = np.zeros(len(self._codes), np.int8)
        within[self.starts + 1] += 1
        within[self.ends] -= 1
        codes = self._codes.copy()
        codes[self.starts] = ord(by)
        outside = np.cumsum(within, dtype=np.int8, out=within) == 0
        masked: bytes = codes[outside][_MARGIN:-_MARGIN].tobytes()
        return masked.decode("utf-8", "surrogatepass")

    def values(self) -> NDArray[np.float64]:
        """Return what each is worth: to the last bit what `float` says of its text.

        A whole number and a power of ten that both are doubles make, multiplied or divided, the double nearest to
        their product (Clinger 1990, "How to read floating point numbers accurately"). The others are left to `float`.
        """
        whole, digits, power = self._scaled()
        exact = (digits <= _MOST_DIGITS) & (whole <= _LARGEST_WHOLE) & (np.abs(power) <= _LARGEST_POWER)
        up, down = np.where(exact & (power > 0), power, 0), np.where(exact & (power < 0), -power, 0)
        found: NDArray[np.float64] = whole * _FLOAT_POWERS[up] / _FLOAT_POWERS[down]
        others, text = np.flatnonzero(~exact), self._codes.tobytes()
        spans = zip(self.starts[others].tolist(), self.ends[others].tolist(), strict=True)
        found[others] = [float(text[start:end].replace(b",", b"")) for start, end in spans]
        return found

    def _scaled(self) -> tuple[_Places, _Places, _Places]:
        """Return whole numbers, of how many digits they are, and the powers of ten that they are to be taken times.

        With more digits than fit, a number and its power are anything.
        """
        sizes, integers = self._runs.ends - self._runs.starts, self._runs.integers(self._codes)
        found, digits = integers[self._first], sizes[self._first] + _GROUP * (self._whole - self._first)
        grouped = np.flatnonzero(self._whole > self._first)
        for group in range(1, _MOST_DIGITS // _GROUP):
            grouped = grouped[self._first[grouped] + group <= self._whole[grouped]]
            found[grouped] = found[grouped] * 10**_GROUP + integers[self._first[grouped] + group]
        power = np.zeros_like(found)
        raised = np.flatnonzero(self._last > self._decimals)
        exponent = self._last[raised]
        is_negative = self._codes[self._runs.starts[exponent] - 1] == _MINUS
        power[raised] = np.where(is_negative, -integers[exponent], integers[exponent])
        digits[raised] += np.where(sizes[exponent] > _MOST_DIGITS, _MOST_DIGITS, 0)
        pointed = np.flatnonzero(self._decimals > self._whole)
        decimals = self._decimals[pointed]
        found[pointed] = found[pointed] * _POWERS[np.minimum(sizes[decimals], _MOST_DIGITS)] + integers[decimals]
        digits[pointed] += sizes[decimals]
        power[pointed] -= sizes[decimals]
        bare = np.flatnonzero(self.starts < self._runs.starts[self._first])
        power[bare] -= sizes[self._first[bare]]
        return found, digits, power


@dataclass(frozen=True, eq=False)
class _Runs:
    """Digits that stand together, as long as it goes."""

    starts: _Places
    ends: _Places

    def integers(self, codes: NDArray[np.uint8]) -> _Places:
        """Return each as a whole number, if it has no more than 18 digits."""
        found = (codes[self.starts] - _ZERO).astype(np.int64)
        going, at = np.arange(len(self.starts)), self.starts
        for _ in range(1, _MOST_DIGITS):
            at = at + 1
            goes_on = at < self.ends[going]
            going, at = going[goes_on], at[goes_on]
            found[going] = found[going] * 10 + (codes[at] - _ZERO)
        return found


def numerals_in(text: str) -> Numerals:
    """Find the numbers of a text."""
    margin = "\n" * _MARGIN
    codes = np.frombuffer(f"{margin}{text}{margin}".encode("utf-8", "surrogatepass"), np.uint8)
    is_digit = codes - _ZERO < 10
    edges = np.flatnonzero(is_digit[1:] != is_digit[:-1]) + 1
    runs = _Runs(edges[::2], edges[1::2])
    before = codes[runs.starts - 1]
    begins = _STANDS_FREE[before]
    glued = np.flatnonzero(before | _LOWER_CASE == _GLUED[0])
    begins[_count_epochs(glued, runs, codes)] = True
    begins[_behind_word(np.flatnonzero(before == _TOP[0]), _TOP, runs, codes)] = False
    begins[_ranks(np.flatnonzero(before == _SPACE), runs, codes)] = False
    pointed = _without_zero(np.flatnonzero(before == _POINT), runs, codes)
    begins[pointed] = True
    first = np.flatnonzero(begins)
    bare = np.zeros(len(first), np.bool_)
    bare[np.searchsorted(first, pointed)] = True
    in_doubt = _may_be_exponents(runs.starts[first], codes)
    whole, inner = _behind_commas(first, in_doubt, bare, runs, codes)
    behind = np.append(runs.starts, len(codes))[1:]  # where the next run begins
    has_point = (codes[runs.ends[whole]] == _POINT) & ~bare
    decimals = whole + (has_point & (behind[whole] == runs.ends[whole] + 1))
    ends = runs.ends[decimals] + (has_point & (decimals == whole))
    last, signed = decimals.copy(), np.zeros(len(first), np.bool_)
    raised = np.flatnonzero(codes[ends] | _LOWER_CASE == _E)
    signed[raised] = _IS_SIGN[codes[ends[raised] + 1]]
    raised = raised[behind[decimals[raised]] == ends[raised] + 1 + signed[raised]]
    last[raised] += 1
    ends[raised] = runs.ends[last[raised]]
    alone = _stand_alone(first, last, np.flatnonzero((signed | (whole > first)) & ~inner), in_doubt)
    starts = runs.starts[first] - bare
    starts, first, whole, decimals, last, ends = (at[alone] for at in (starts, first, whole, decimals, last, ends))
    return Numerals(starts, ends, codes, runs, first, whole, decimals, last)


def _without_zero(candidates: _Places, runs: _Runs, codes: NDArray[np.uint8]) -> _Places:
    """Return which digits make a number with the point before them: not the thresholds of `mAP@.5:.95`."""
    mark, second = codes[runs.starts[candidates] - 2], codes[runs.starts[candidates] - 3]
    of_threshold = (second == _AT) | ((mark == _COLON) & (second - _ZERO < 10))
    found: _Places = candidates[_BEFORE_POINT[mark] & ~of_threshold]
    return found


def _count_epochs(candidates: _Places, runs: _Runs, codes: NDArray[np.uint8]) -> _Places:
    """Return which digits stand right behind the word `epoch`, of those behind an `h`."""
    found = _behind_word(candidates, _GLUED, runs, codes)
    before = codes[np.maximum(runs.starts[found] - len(_GLUED) - 1, 0)]
    counting: _Places = found[
        ~(_PART_OF_A_NAME[before] | (before == _SLASH) | _PART_OF_A_NAME[codes[runs.ends[found]]])
    ]
    return counting


def _ranks(candidates: _Places, runs: _Runs, codes: NDArray[np.uint8]) -> _Places:
    """Return which digits are a whole number behind the word `top`, of those behind a space."""
    found = _behind_word(candidates, _SPACED_TOP, runs, codes)
    before = codes[np.maximum(runs.starts[found] - len(_SPACED_TOP) - 1, 0)]
    named: _Places = found[~(_PART_OF_A_NAME[before] | _PART_OF_A_NAME[codes[runs.ends[found]]])]
    return named


def _behind_word(candidates: _Places, ending: bytes, runs: _Runs, codes: NDArray[np.uint8]) -> _Places:
    """Return which digits stand right behind an ending, given from its last character on."""
    for back, letter in enumerate(ending[1:], 2):
        candidates = candidates[codes[np.maximum(runs.starts[candidates] - back, 0)] | _LOWER_CASE == letter]
    return candidates


def _may_be_exponents(starts: _Places, codes: NDArray[np.uint8]) -> _Mask:
    """Tell which digits stand behind `e-` or `e+`."""
    found = _IS_SIGN[codes[starts - 1]]
    signed = np.flatnonzero(found)
    found[signed] = codes[starts[signed] - 2] | _LOWER_CASE == _E
    return found


def _behind_commas(
    first: _Places, in_doubt: _Mask, bare: _Mask, runs: _Runs, codes: NDArray[np.uint8]
) -> tuple[_Places, _Mask]:
    """Return the last group of numbers such as `1,234,567`, and which of them are surely groups of another one.

    The last group is the first run itself where what follows are no groups of three digits, or a point is before it.
    """
    parts = codes[runs.ends[:-1]]
    parts = (parts == _COMMA) | (parts == _UNDERSCORE)
    goes_on = np.append(parts & (runs.starts[1:] == runs.ends[:-1] + 1), False)
    whole, inner = first.copy(), np.zeros(len(first), np.bool_)
    listed = np.flatnonzero(goes_on[first] & ~bare)
    stops = np.flatnonzero(~goes_on)
    last = stops[np.searchsorted(stops, first[listed])]
    others = np.append(np.flatnonzero(runs.ends - runs.starts != _GROUP), len(runs.ends))
    are_groups = others[np.searchsorted(others, first[listed], side="right")] > last
    grouped = listed[are_groups]
    whole[grouped] = last[are_groups]
    surely = grouped[~in_doubt[grouped]]
    surely = surely[np.append(first, len(runs.ends))[surely + 1] <= whole[surely]]  # nothing begins behind `_`
    inner[surely + 1] = True
    return whole, inner


def _stand_alone(first: _Places, last: _Places, reaching: _Places, in_doubt: _Mask) -> _Mask:
    """Tell which of some candidates are no part of another one; only those that are `reaching` can have such parts.

    What is a part has none itself, as what is `in_doubt` may be: the second exponent of `1e-5e-3` is a number.
    """
    heads = reaching
    if in_doubt[reaching].any():
        held, begun = -1, []
        for number, begin, end in zip(
            reaching.tolist(), first[reaching].tolist(), last[reaching].tolist(), strict=True
        ):
            if begin > held:
                begun.append(number)
                held = end
        heads = np.array(begun, np.int64)
    change = np.zeros(len(first) + 1, np.int64)
    change[heads + 1] += 1
    change[np.searchsorted(first, last[heads], side="right")] -= 1
    alone: _Mask = np.cumsum(change[:-1]) == 0
    return alone
