"""Cells under their headings: which columns a row leaves out, told from where its cells stand."""

from __future__ import annotations

import re

_CELL = re.compile(r"\S+(?: \S+)*")
"""Words that stand together: two spaces part columns."""


def aligned(header: str, row: str) -> tuple[str, ...] | None:
    """Return a cell for each heading, empty where none stands under it; None where a cell stands under none or two.

    skorch marks the epochs that it keeps with a plus, and leaves the others blank.
    """
    headings = [found.span() for found in _CELL.finditer(header)]
    cells = [""] * len(headings)
    for found in _CELL.finditer(row):
        above = [i for i, (begin, end) in enumerate(headings) if found.start() < end and begin < found.end()]
        if len(above) != 1 or cells[above[0]]:
            return None
        cells[above[0]] = found[0]
    return tuple(cells)
