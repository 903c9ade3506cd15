"""Numbers are found where a pattern finds them one by one, and are worth what Python says, to the last bit."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.sources.console.forms.numerals import numerals_in

PATTERN = re.compile(
    r"((?:(?<![A-Za-z0-9_.@])[0-9]++(?:\.[0-9]*+|(?:[,_][0-9]{3}(?![0-9]))++(?![,_][0-9])(?:\.[0-9]*+)?|)"
    r"|(?<=[ \t=:(\[,|+-])(?<!@.)(?<![0-9]:)\.[0-9]++)(?:[eE][-+]?[0-9]++)?)"
)
"""A number that is no part of a word or of a version, with commas or underscores between groups of three, without the
zero before its point, or with an exponent."""

PIECES = ("1", "23", "456", "0", "00000000000000000000", "999999999999999999", ",", ",", ".", "e", "E-", "e+", "-", " ",
          "x", "_", "@", ":", "\n", "é", "٣", "\0")  # fmt: skip

WRITTEN = st.one_of(
    st.floats(0, allow_infinity=False).map(repr),
    st.floats(0, allow_infinity=False).map("{:.6g}".format),
    st.floats(0, 1e18).map("{:,.3f}".format),
    st.floats(0, 1e18).map("{:.4e}".format),
    st.integers(0).map(str),
    st.integers(0).map("{:,}".format),
    st.integers(0, 2**54).map(lambda whole: f"{whole}e-22"),
)


@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_numbers_stand_where_the_pattern_finds_them(text: str) -> None:
    pieces = PATTERN.split(text)
    numbers = numerals_in(text)
    assert [numbers.text(number) for number in range(len(numbers))] == pieces[1::2]
    assert numbers.masked("?") == "?".join(pieces[::2])


@given(st.lists(WRITTEN | st.sampled_from(PIECES)).map(" ".join))
def test_numbers_are_worth_what_float_says(text: str) -> None:
    worth = [float(number.replace(",", "")) for number in PATTERN.findall(text)]
    assert numerals_in(text).values().tolist() == worth


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Loss 6.9072e+00 (6.9072e+00)", ["6.9072e+00", "6.9072e+00"]),
        ("tokens 1,234,567.5 of 12,34", ["1,234,567.5", "12", "34"]),
        ("top1 mAP@50 v1.2.3 3. 1e-5e-3", ["3.", "1e-5", "3"]),
        ("loss .5123, -.25 (.5e-3) [.75,.5] .125,250", [".5123", ".25", ".5e-3", ".75", ".5", ".125", "250"]),
        ("a.5 ..5 mAP@.5:.95 mAP@[.5:.95]: .75", [".75"]),
        ("step 10_000 of 1_000_000.5 12_34 1_234", ["10_000", "1_000_000.5", "12", "1_234"]),
        ("top 5 acc: 0.91, Top 1: 71, stop 3, on top 0.5", ["0.91", "71", "3", "0.5"]),
        ("1e-5,234,567 -5,234,567", ["1e-5", "234,567", "5,234,567"]),
        (
            "0.30000000000000004 123456789012345678901234567890",
            ["0.30000000000000004", "123456789012345678901234567890"],
        ),
        ("", []),
    ],
)
def test_numbers_of_all_kinds_are_found(text: str, found: list[str]) -> None:
    numbers = numerals_in(text)
    assert [numbers.text(number) for number in range(len(numbers))] == found
    assert numbers.values().tolist() == [float(number.replace(",", "")) for number in found]
