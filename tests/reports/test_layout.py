"""Lines of a terminal: width, breaks, what stands beside them, and what is escaped."""

from __future__ import annotations

import pytest

from logdoctor.reports.escaping import printable
from logdoctor.reports.layout import Page, cells, hanging, listed, table, wrapped


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("train/loss, été, 損失", "train/loss, été, 損失"),
        ("a\nb\tc\x00\x7f", r"a\x0ab\x09c\x00\x7f"),
        ("\x1b[31mred\x9b0m", r"\x1b[31mred\x9b0m"),
        ("abc\u202efdp.exe", r"abc\u202efdp.exe"),
        ("zero\u200bwidth\u2028line", r"zero\u200bwidth\u2028line"),
        ("file\udce9", r"file\udce9"),
        ("\U000e0041", r"\U000e0041"),
        ("::error::x", r"\x3a:error::x"),
        ("see ::error::x", r"see \x3a:error::x"),
        ("a::b", "a::b"),
        ("x##[error]y", r"x\x23#[error]y"),
        ("##vso[task.complete]", r"\x23#vso[task.complete]"),
        ("## heading", "## heading"),
    ],
)
def test_text_is_shown_without_control_characters(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_text_is_escaped_where_only_ascii_can_be_shown() -> None:
    assert printable("été", ascii_only=True) == r"\xe9t\xe9"


def test_cells_counts_columns() -> None:
    assert cells("abc") == 3
    assert cells("損失") == 4
    assert cells("e\u0301") == 1
    assert cells("\x1b[1mabc\x1b[0m") == 3


def test_long_words_break_after_a_slash() -> None:
    assert wrapped("runs/cifar10/sgd/learning_rate", 20) == ["runs/cifar10/sgd/", "learning_rate"]
    assert wrapped("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]


def test_no_line_begins_with_two_colons_of_a_long_word() -> None:
    assert wrapped("aaaa::error::x", 4)[1] == "a::e"


def test_hanging_indents_what_follows() -> None:
    assert hanging("  + ", "one two three", 11) == ["  + one two", "    three"]


def test_beside_keeps_the_right_edge_or_goes_below() -> None:
    assert Page(20).beside("1 ", "cause", "id") == ["1 cause           id"]
    below = ["1 a long cause of many", "  words", " " * 19 + "an-id"]
    assert Page(24).beside("1 ", "a long cause of many words", "an-id") == below
    assert Page(24).beside("1 ", "a cause", "an aside of very many words") == [
        "1 a cause",
        "  an aside of very many",
        "  words",
    ]


def test_shortened_keeps_both_ends() -> None:
    assert Page().shortened("cifar10/sgd/lr=0.063", 11) == "cifar…0.063"
    assert Page(unicode=False).shortened("cifar10/sgd/lr=0.063", 11) == "cifar...063"
    assert cells(Page().shortened("損失損失損失損失", 9)) <= 9
    assert Page().shortened("short", 11) == "short"


def test_table_lines_up() -> None:
    assert table([("a", "1"), ("bb", "20")], right=(1,)) == ["a    1", "bb  20"]


def test_listed_says_how_many_are_left_out() -> None:
    names = ["aa", "bb", "cc"]
    assert listed(names, 100) == "aa, bb, cc"
    assert listed(names, 9) == "3 runs"
    assert listed(["a" * 20, "b" * 20, "c" * 20], 40) == "a" * 20 + " and 2 more"
