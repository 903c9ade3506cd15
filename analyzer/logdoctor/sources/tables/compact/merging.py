"""Merge sorted arrays without the additional copies that a sort needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from logdoctor.sources.tables.compact.growing import Rising, places_of
from logdoctor.sources.tables.compact.pieces import PIECE
from logdoctor.sources.tables.compact.rows import Rows

_Numbers = TypeVar("_Numbers", bound=NDArray[Any])


def ranks(arrays: Sequence[Rising]) -> list[Rising]:
    """Return at which place each element stands when all are put in order; equal ones in the order of their arrays.

    No array holds an element twice.
    """
    count = sum(map(len, arrays))
    if len(arrays) == 1:
        return [Rows(count).numbers()]
    kind: type[np.int32 | np.int64] = np.int32 if count <= np.iinfo(np.int32).max else np.int64
    found: list[Any] = [np.empty(len(one), kind) for one in arrays]
    if not count:
        return found
    begin, end = min(int(one[0]) for one in arrays if len(one)), max(int(one[-1]) for one in arrays if len(one)) + 1
    begins = np.arange(begin, end, PIECE)
    cuts = [np.append(places_of(one, begins), len(one)).tolist() for one in arrays]
    before = 0
    for i, first in enumerate(begins.tolist()):
        here = [slice(cut[i], cut[i + 1]) for cut in cuts]
        shifted = [one[span].astype(np.int64) - first for one, span in zip(arrays, here, strict=True)]
        counts = sum(np.bincount(at, minlength=min(PIECE, end - first)) for at in shifted if len(at))
        places = before + np.cumsum(counts) - counts
        for at, span, places_found in zip(shifted, here, found, strict=True):
            places_found[span] = places[at]
            places[at] += 1
        before += sum(map(len, shifted))
    return found


def scattered(parts: Sequence[tuple[Rising, _Numbers]]) -> _Numbers:
    """Return one array of numbers that come in parts, each with the places of its numbers, as `ranks` gives them."""
    if len(parts) == 1:
        return parts[0][1]
    kind = np.result_type(*(numbers for _, numbers in parts))
    whole: Any = np.empty(sum(len(numbers) for _, numbers in parts), kind)
    for places, numbers in parts:
        whole[places] = numbers
    return whole  # type: ignore[no-any-return]
