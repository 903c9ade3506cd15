"""Tables of HTML within a text, as of notebooks that were turned into Markdown: drawn as Markdown draws them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_TAG = re.compile(r"<[^<>]{0,400}>")
_CELL = re.compile(r"<t[hd]\b[^<>]{0,400}>", re.I)
_ROW = re.compile(r"<tr\b", re.I)
_ROW_END = re.compile(r"</tr\s{0,10}>", re.I)
_TABLE_END = re.compile(r"</table", re.I)

_HEADING = re.compile(r"<(?:h[1-6]|caption)\b[^<>]{0,400}>(.{1,400}?)</(?:h[1-6]|caption)", re.I | re.S)
"""What is said above a table, as of which run it is."""

_RESULT = re.compile(
    r"(?:loss|acc|accuracy|err|error|perplexity|ppl|score|auc|f1|dice|iou|map|reward) ?[:=]? ?[-+]?\d*\.\d", re.I
)
"""A number in a heading that was measured, `Best: epoch 7, val_loss 0.31`: it is no row, though it reads like one."""

_LONGEST_ROW = 64 * 1024
"""Characters within which a row must end."""


def drawn(page: str) -> str:
    """Return the rows of HTML tables as lines between bars, below the headings before them; nothing without rows."""
    lines: list[str] = []
    at = 0
    for start, end, row in _rows(page):
        above = map(_text, _HEADING.findall(page[max(at, start - _LONGEST_ROW) : start]))
        lines += [f"## {one}" for one in above if not _RESULT.search(one)][-1:]
        lines.append(row)
        at = end
    return "".join(f"{line}\n" for line in lines)


def with_drawn_tables(text: str) -> tuple[str, NDArray[np.int32]] | None:
    """Return a text in which each row of an HTML table is one line between bars; None where it has no such row.

    Also returned are the lines of the text that its lines come from, counted from 0, shape (lines,). What stands
    between two rows is left out where it is but markup, which would part them; the end of a table leaves a blank line.
    """
    lines: list[str] = []
    numbers: list[int] = []
    at, number = 0, 0
    for start, end, row in _rows(text):
        between = text[at:start]
        # Only what follows a row stands within a table.
        if not at or _TAG.sub("", between).strip():
            kept = between.rstrip(" \t").removesuffix("\n").split("\n") if between.strip() else []
        else:
            kept = [""] if _TABLE_END.search(between) else []
        lines += [*kept, row]
        number_of_row = number + between.count("\n")
        numbers += [*range(number, number + len(kept)), number_of_row]
        number = number_of_row + text.count("\n", start, end)
        at = end
        if text.startswith("\n", at):
            at, number = at + 1, number + 1
    if not at:
        return None
    rest = text[at:].split("\n")
    return "\n".join([*lines, *rest]), np.array([*numbers, *range(number, number + len(rest))], np.int32)


def _rows(page: str) -> Iterator[tuple[int, int, str]]:
    """Yield where each row with cells begins and ends, and the row as a line between bars."""
    bounds = [*(row.start() for row in _ROW.finditer(page)), len(page)]
    for start, following in pairwise(bounds):
        within = page[start : min(following, start + _LONGEST_ROW)]
        ended = _ROW_END.search(within)
        if ended is not None:
            end = start + ended.end()
        elif following < len(page) and start + len(within) == following:
            end = following  # HTML may leave the end of a row unsaid
        else:
            continue
        cells = _CELL.split(within[: end - start])[1:]
        if cells:
            yield start, end, f"|{'|'.join(_text(cell).replace('|', ' ') for cell in cells)}|"


def _text(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
