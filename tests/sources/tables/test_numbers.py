"""Numbers: what is one, what is missing, and what is text."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.sources.tables.numbers import MISSING, parse_cells, parse_number, parse_time, parse_values


@pytest.mark.parametrize("text", [*sorted(MISSING), "  ", " NA "])
def test_words_for_nothing_are_no_value(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["nan", "NaN", "NAN", "-nan", "1.#QNAN", "-1.#IND", "tensor(nan)"])
def test_every_spelling_of_nan_is_nan(text: str) -> None:
    value = parse_number(text)
    assert value is not None
    assert math.isnan(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("-1e-3", -0.001), ("+2E+2", 200.0), (" 7 ", 7.0),
        ("inf", math.inf), ("Infinity", math.inf), ("-INF", -math.inf), ("1.#INF", math.inf), ("1e999", math.inf),
        ("-1e400", -math.inf), ("1e-400", 0.0), ("12345678901234567890", 12345678901234567890.0),
        ("1,234", 1234.0), ("-1,234,567.5", -1234567.5),
        ("tensor(2.5)", 2.5), ("tensor(2.5, device='cuda:0')", 2.5), ("np.float64(0.25)", 0.25),
    ],
)  # fmt: skip
def test_numbers_are_read_in_every_notation(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text",
    ["1_000", "10/300", "12,34", "1.2.3", "0x10", "\u0661\u0662", "[1.0, 2.0]", "loss", "1e", "e5", "--1", "True"],
)
def test_text_is_not_a_number(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_number(text)


def test_durations_and_dates_are_read_in_seconds() -> None:
    assert parse_time("01:30") == 90
    assert parse_time("1:02:03.5") == 3723.5
    assert parse_time("9 days, 21:39:23") == 855563
    assert parse_time("12.5") == 12.5
    assert parse_time("1970-01-02") == 86400
    assert parse_time("1970-01-01T01:00:00+01:00") == 0
    assert parse_time("") is None
    with pytest.raises(ValueError, match="Invalid isoformat"):
        parse_time("soon")


spellings = st.one_of(
    st.floats().map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(
        [*sorted(MISSING), "nan", "-inf", "1,234", "tensor(1.5)", " 2.5 ", "1_000", "text", "1/2", "\u0663"]
    ),
)


@given(st.lists(spellings))
def test_a_column_reads_as_its_cells_do(cells: list[str]) -> None:
    read = parse_cells(cells)
    numbers = dict(zip(read.rows.tolist(), read.values.tolist(), strict=True))
    for row, cell in enumerate(cells):
        try:
            value = parse_number(cell)
        except ValueError:
            assert row in read.texts
            assert row not in numbers
            continue
        assert row not in read.texts
        assert np.array_equal(numbers.get(row, math.inf), math.inf if value is None else value, equal_nan=True)


def test_values_of_json_are_numbers_texts_or_nothing() -> None:
    read = parse_values([1, 2.5, "3.5", None, True, "nan", "text", {"a": 1}, 10**400])
    assert read.rows.tolist() == [0, 1, 2, 5]
    assert read.values.tolist()[:3] == [1, 2.5, 3.5]
    assert read.texts.tolist() == [4, 6, 7, 8]
