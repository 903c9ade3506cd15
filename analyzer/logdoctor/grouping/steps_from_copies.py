"""Curves without steps take those of a copy: the lists of `history.json` those of the console of the same training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np

from logdoctor.grouping.agreement import Quantity, is_copy, quantity
from logdoctor.grouping.clusters import Piece
from logdoctor.run import Axis, Series

_Candidate = tuple[Piece, Series]


def with_steps_of_copies(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Give curves that only number their points the steps of a copy of equal length in another file of the run.

    Curves of the same length in the same file get the same steps: they may have no copy of their own.
    """
    counted: dict[Quantity, list[_Candidate]] = {}
    for piece, series in candidates:
        if series.axis is not Axis.INDEX and bool((np.diff(series.steps) > 0).all()):
            counted.setdefault(quantity(series), []).append((piece, series))
    found: dict[tuple[PurePosixPath, int], Series] = {}
    for piece, series in candidates:
        place = piece.file.relative, len(series)
        if series.axis is Axis.INDEX and len(series) and place not in found:
            others = (other for owner, other in counted.get(quantity(series), ()) if owner.file is not piece.file)
            copy = next((one for one in others if len(one) == len(series) and is_copy(one, series)), None)
            if copy is not None:
                found[place] = copy
    return [(piece, _placed(series, found.get((piece.file.relative, len(series))))) for piece, series in candidates]


def _placed(series: Series, copy: Series | None) -> Series:
    return (
        replace(series, steps=copy.steps, axis=copy.axis) if copy is not None and series.axis is Axis.INDEX else series
    )
