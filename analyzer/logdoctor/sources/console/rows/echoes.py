"""Quantities that are printed again and again until they are measured anew.

LitGPT prints `iter 40: val loss 1.9206` once, and then `loss train: 1.902, val: 1.921` with each loss of training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from logdoctor.run.naming import role_of, split_of, stem_of
from logdoctor.sources.console.rows.parts import Clock, Numbers, Part

_HALF_A_DIGIT = 5e-4
"""How far a value may be off that is printed again with three decimals."""

_OF_ITSELF = 0.01
"""The same as a share of the value: of a loss of 5e-8 three decimals say nothing."""


def without_echoes(parts: Sequence[Part]) -> list[Part]:
    """Leave out what repeats the last value of the same quantity on held-out data.

    Rarer lines told it first; or any that count, where those that repeat it do not: `Saved best model with validation
    loss 0.52`.
    """
    return [
        replace(part, values={name: at for name, at in part.values.items() if not _is_echo(part, name, at, parts)})
        for part in parts
    ]


def _is_echo(part: Part, name: str, at: Numbers, parts: Sequence[Part]) -> bool:
    if not split_of(name).is_held_out:
        return False  # what each line measures anew may well stay the same: a rate, a speed
    shown = np.isfinite(at)
    return any(
        _measures(other_name) == _measures(name)
        and _repeats(at[shown], Clock(other.lines, said).before(part.lines[shown]))
        for other in parts
        if 0 < len(other) < shown.sum()
        for other_name, said in other.values.items()
    ) or (not part.counters and any(_is_said_again(part, name, at, other) for other in parts if other.counters))


def _is_said_again(part: Part, name: str, at: Numbers, other: Part) -> bool:
    """Tell whether lines that count nothing say, to the last digit, what the counting lines above them have said."""
    return any(
        _measures(other_name) == _measures(name) and bool((at == Clock(other.lines, said).before(part.lines)).all())
        for other_name, said in other.values.items()
    )


def _measures(name: str) -> object:
    return role_of(name, split_of(name)), split_of(name), stem_of(name)


def _repeats(again: Numbers, last: Numbers) -> bool:
    """Tell whether each value is the one that was said last."""
    off = np.minimum(_HALF_A_DIGIT * np.maximum(1.0, np.abs(last)), _OF_ITSELF * np.abs(last))
    return bool((np.abs(again - last) <= off).all())
