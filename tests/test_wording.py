"""How numbers and places are said."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logdoctor.run import Axis, Run, Series, SourceFile
from logdoctor.wording import apart, axis_word, counted, course, number, percent, place, shown_name, stretch


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.693147, "0.693"),
        (12.44, "12.4"),
        (26729, "26,729"),
        (26729.4, "26,700"),
        (1234.5, "1,230"),
        (999.6, "1,000"),
        (-999.6, "-1,000"),
        (2.5e-4, "2.5e-4"),
        (1e-7, "1e-7"),
        (0.001, "0.001"),
        (1.7e20, "1.7e20"),
        (3.0, "3"),
        (-0.25, "-0.25"),
        (0.0, "0"),
        (-0.0, "0"),
        (1_000_000, "1,000,000"),
        (12_345_678, "1.23e7"),
        (1_234_567.8, "1.23e6"),
        (math.nan, "NaN"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (None, "none"),
    ],
)
def test_a_number_is_said_with_three_digits(value: float | None, said: str) -> None:
    assert number(value) == said


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ((2.58123, 2.58061), ("2.5812", "2.5806")),
        ((0.9, 0.3), ("0.9", "0.3")),
        ((1234.56, 1234.61), ("1,234.56", "1,234.61")),
        ((123456.7, 123457.9), ("123,457", "123,458")),
        ((0.69312, 0.69312), ("0.693", "0.693")),
        ((5.5e-7, 5.501e-7), ("5.5e-7", "5.501e-7")),
    ],
)
def test_two_numbers_are_said_with_the_digits_that_tell_them_apart(
    pair: tuple[float, float], said: tuple[str, str]
) -> None:
    assert apart(*pair) == said


@given(st.floats(-1e300, 1e300))
def test_a_number_that_was_said_is_right_to_half_a_percent(value: float) -> None:
    assert float(number(value).replace(",", "")) == pytest.approx(value, rel=5.01e-3)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_short_and_of_one_word(value: float) -> None:
    assert len(number(value)) <= 10
    assert " " not in number(value)


@pytest.mark.parametrize(
    ("share", "said"), [(0.03, "3 %"), (0.004, "0.4 %"), (0.97, "97 %"), (0.333, "33 %"), (1.0, "100 %"), (0.0, "0 %")]
)
def test_a_share_is_said_in_percent_without_false_precision(share: float, said: str) -> None:
    assert percent(share) == said


def test_a_course_of_one_number_stays() -> None:
    assert course(0.123, 0.45) == "goes from 0.123 to 0.45"
    assert course(0.1424, 0.1421) == "stays at 0.142"


@pytest.mark.parametrize(
    ("axis", "word"),
    [
        (Axis.EPOCH, "epoch"),
        (Axis.STEP, "step"),
        (Axis.SAMPLES, "sample"),
        (Axis.TOKENS, "token"),
        (Axis.TIME, "second"),
        (Axis.INDEX, "point"),
    ],
)
def test_every_axis_has_a_word_for_its_unit(axis: Axis, word: str) -> None:
    assert axis_word(axis) == word


def test_a_place_and_a_stretch_name_the_axis() -> None:
    series = Series.of("loss", [0], [1.0], axis=Axis.EPOCH)
    assert place(series, 69) == "epoch 69"
    assert place(Series.of("loss", [0], [1.0]), 26729) == "step 26,729"
    assert stretch(series, 69, 1100) == "epochs 69 to 1,100"
    assert stretch(series, 69, 69) == "epoch 69"


@pytest.mark.parametrize(
    ("n", "noun", "said"),
    [(1, "run", "1 run"), (0, "run", "0 runs"), (1200, "run", "1,200 runs"), (2, "loss", "2 losses")],
)
def test_a_count_bends_its_noun(n: int, noun: str, said: str) -> None:
    assert counted(n, noun) == said


@pytest.mark.parametrize(
    ("name", "folder", "shown"),
    [
        ("lr0.1", "runs/lr0.1", "lr0.1"),
        (".", "runs/lr0.1", "lr0.1"),
        (".:a", "runs/", "runs:a"),
        (".", ".", "train.log"),
        (".", "", "train.log"),
        (".:a", ".", ".:a"),
    ],
)
def test_a_run_is_called_by_something_that_a_reader_knows(name: str, folder: str, shown: str) -> None:
    files = (SourceFile("config.json", "settings", 9), SourceFile("train.log", "text", 9))
    assert shown_name(Run(name=name, folder=folder, sources=files)) == shown
