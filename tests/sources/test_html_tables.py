"""Rows of HTML tables within a text, as lines between bars, and the lines of the text that they come from."""

from __future__ import annotations

import pytest

from logdoctor.sources.console.text.html_tables import drawn, with_drawn_tables
from logdoctor.sources.console.text.passages import passages_of

ROWS = "<tr>\n<th>epoch</th>\n<th>loss</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>0</td>\n<td>0.5</td>\n</tr>\n"
TABLE = f"<table>\n<thead>\n{ROWS}</tbody>\n</table>\n"


def lines_of(text: str) -> list[tuple[str, int]]:
    """Return the lines of a passage, with those of the text from which they come, counted from 1."""
    (passage,) = passages_of(text, 1)
    return [(line, passage.places.at(i)) for i, line in enumerate(passage.text.split("\n"))]


def test_a_row_is_one_line_whose_place_is_where_it_begins() -> None:
    assert lines_of(f"before\n{TABLE}after\n") == [
        ("before", 1), ("<table>", 2), ("<thead>", 3), ("|epoch|loss|", 4), ("|0|0.5|", 10), ("</tbody>", 14),
        ("</table>", 15), ("after", 16),
    ]  # fmt: skip


def test_the_end_of_a_table_parts_its_rows_from_those_of_the_next() -> None:
    rows = [line for line, _ in lines_of(TABLE + TABLE)]
    assert rows[2:7] == ["|epoch|loss|", "|0|0.5|", "", "|epoch|loss|", "|0|0.5|"]


def test_words_between_two_rows_are_kept_in_their_place() -> None:
    assert lines_of("<tr><td>1</td></tr>\nepoch 3\n\nloss 2\n<tr><td>2</td></tr>\nend\n") == [
        ("|1|", 1), ("epoch 3", 2), ("", 3), ("loss 2", 4), ("|2|", 5), ("end", 6),
    ]  # fmt: skip


def test_a_table_in_one_line_has_as_many_rows() -> None:
    text = "a <table><tr><td>1</td><td>&lt;2</td></tr><tr><td>3</td><td>4|5</td></tr></table> b\nend\n"
    assert lines_of(text) == [("a <table>", 1), ("|1|<2|", 1), ("|3|4 5|", 1), ("</table> b", 1), ("end", 2)]


def test_lines_that_a_carriage_return_parts_keep_their_places() -> None:
    assert lines_of("1%\r2%\n<tr>\n<td>1</td>\n</tr>\nend\n") == [("1%", 1), ("2%", 1), ("|1|", 2), ("end", 5)]


@pytest.mark.parametrize("text", ["", "<tr></tr>", "epoch 1 loss 2 <t", "<tr> <td>1</td>", "if a <tr and b</th>"])
def test_text_without_a_whole_row_is_left_alone(text: str) -> None:
    assert with_drawn_tables(text) is None
    assert not drawn(text)


def test_what_is_said_above_a_table_stands_above_its_rows() -> None:
    page = "<h1>All</h1><h2>Run <b>1</b></h2><table><tr><td>1</td></tr></table>"
    assert drawn(page + "<table><caption>Run 2</caption><tr><td>2</td></tr>") == "## Run 1\n|1|\n## Run 2\n|2|\n"


def test_a_result_above_a_table_is_no_row() -> None:
    page = "<h1>Run 1</h1><h2>Best: epoch 7, val_loss 0.31</h2><table><tr><td>1</td></tr></table>"
    assert drawn(page) == "## Run 1\n|1|\n"


def test_a_row_may_end_where_the_next_begins() -> None:
    assert drawn("<table><tr><td>1<td>2<tr><td>3<td>4</tr>") == "|1|2|\n|3|4|\n"
