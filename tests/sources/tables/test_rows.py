"""Rows as bits are the rows that they were made of, however they are asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.sources.tables.compact import rows as module
from logdoctor.sources.tables.compact.rows import Rows

MASKS = st.lists(st.booleans(), max_size=60).map(lambda chosen: np.array(chosen, bool))


@given(mask=MASKS, more=st.integers(0, 20), data=st.data())
def test_rows_are_the_same_by_number_and_by_mask(mask: np.ndarray, more: int, data: st.DataObject) -> None:
    numbers = np.flatnonzero(mask)
    count = len(mask) + more
    values = np.arange(count) * 2.5
    for one in (Rows.at(numbers), Rows.chosen(mask)):
        assert len(one) == len(numbers)
        assert one.numbers().tolist() == numbers.tolist()
        assert np.flatnonzero(one.mask(count)).tolist() == numbers.tolist()
        assert one.of(values).tolist() == values[numbers].tolist()
        assert one.key == Rows.at(numbers).key
        points = np.array(data.draw(st.lists(st.booleans(), min_size=len(one), max_size=len(one))), bool)
        assert one.take(points).numbers().tolist() == numbers[points].tolist()


@given(numbers=st.lists(st.integers(0, 30), max_size=40).map(sorted), data=st.data())
def test_a_row_may_stand_there_twice(numbers: list[int], data: st.DataObject) -> None:
    one = Rows.at(np.array(numbers, np.int64))
    values = np.arange(31.0)
    assert one.numbers().tolist() == one.of(values).astype(int).tolist() == numbers
    assert np.flatnonzero(one.mask(31)).tolist() == sorted(set(numbers))
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=31, max_size=31)), bool)
    among = [int(kept[:number].sum()) for number in numbers if kept[number]]
    assert one.among(kept).numbers().tolist() == among


def test_other_rows_have_another_key() -> None:
    assert len({Rows.at(np.array(one)).key for one in ([], [0], [1], [0, 1], [0, 2], [0, 10], [3, 10])}) == 7


@pytest.mark.parametrize("gap", [1, 3])
def test_long_columns_are_taken_in_pieces(gap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 64)
    numbers = np.arange(0, 5000, gap)
    one = Rows.at(numbers)
    assert one.numbers().tolist() == numbers.tolist()
    values = np.arange(5001.0)
    assert one.of(values).tolist() == numbers.tolist()


def test_nothing_that_is_taken_is_a_view_of_more() -> None:
    """Steps are rounded in their own memory."""
    values = np.arange(10.0)
    assert Rows(10).of(values) is values
    assert not np.shares_memory(Rows(9).of(values), values)
