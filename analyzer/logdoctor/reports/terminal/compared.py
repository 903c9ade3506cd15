"""How two runs differ, for a terminal: the settings that differ, then a line for each curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.compared import Change, Compared, CurveDifference
from logdoctor.reports.layout import Page, cells, hanging, table, wrapped
from logdoctor.run import Axis, Setting
from logdoctor.wording import axis_word, counted, number, percent

MAX_SETTINGS = 30
"""Settings listed before the others are counted: as many as a screen holds beside the curves."""

MAX_VALUE = 30
"""Columns of the value of a setting."""

NUMBERS = ("end", "best", "mean")
"""What is told of a curve, as far as the page is wide enough; the end always is."""


def render(compared: Compared, page: Page) -> str:
    """Return a comparison as text for a terminal."""
    sections = [
        list(_sides(compared, page)),
        list(_settings(compared, page)),
        list(_curves(compared.curves, page)),
        [line for remark in compared.remarks for line in wrapped(page.printable(remark), page.width)],
    ]
    return "\n\n".join("\n".join(line.rstrip() for line in section) for section in sections if section) + "\n"


def _sides(compared: Compared, page: Page) -> Iterator[str]:
    for label, names in (("reference  ", compared.reference), ("new        ", compared.new)):
        shown = names[0] if len(names) == 1 else f"{counted(len(names), 'run')}: {', '.join(names)}"
        yield from hanging(page.dim(label), page.printable(shown), page.width)


def _settings(compared: Compared, page: Page) -> Iterator[str]:
    if not compared.settings:
        yield "No logged setting differs."
        return
    rows = [["setting", "reference", "new"]]
    for one in compared.settings[:MAX_SETTINGS]:
        texts = (one.name, _values(one.reference), _values(one.new))
        rows.append([page.shortened(page.printable(text), MAX_VALUE) for text in texts])
    yield from _titled(rows, page)
    if len(compared.settings) > MAX_SETTINGS:
        yield f"and {len(compared.settings) - MAX_SETTINGS:,} more (--output-format json has all)"


def _values(values: Sequence[Setting]) -> str:
    return ", ".join(str(one) for one in values) if values else "-"


def _curves(curves: Sequence[CurveDifference], page: Page) -> Iterator[str]:
    if not curves:
        yield "No curve that both sides have."
        return
    rows = [["curve", *NUMBERS, "differs from", ""]]
    for one in curves:
        name = one.series if one.series == one.new_series else f"{one.series} / {one.new_series}"
        since = f"{axis_word(Axis(one.axis))} {one.first_step:,}" if one.first_step is not None else ""
        rows.append([page.shortened(page.printable(name), MAX_VALUE), *_numbers(one), since, str(one.change)])
    for last in range(len(NUMBERS), 0, -1):  # the mean goes first, then the best
        fitting = [[row[0], *row[1 : 1 + last], *row[1 + len(NUMBERS) :]] for row in rows]
        if max(map(cells, table(fitting))) <= page.width:
            break
    yield from _titled(fitting, page)
    for one in curves:
        for difference in _beside(one):
            yield from wrapped(page.printable(f"{one.series}: {difference}"), page.width)


def _numbers(one: CurveDifference) -> list[str]:
    was, now = one.reference, one.new
    if was is None or now is None:
        return [""] * len(NUMBERS)
    pairs = ((was.end, now.end), (was.best, now.best), (was.average, now.average))
    return [f"{number(before)} -> {number(after)}" for before, after in pairs]


def _beside(one: CurveDifference) -> Iterator[str]:
    """Yield remarks on a comparison, besides its numbers."""
    if one.problem:
        yield one.problem
    elif one.beyond:
        yield one.beyond
    elif one.overlap < 1 and one.change is not Change.UNKNOWN:
        yield f"compared on {percent(one.overlap)} of the steps"


def _titled(rows: Sequence[Sequence[str]], page: Page) -> Iterator[str]:
    first, *rest = table(rows)
    yield page.dim(first)
    yield from rest
