"""How two runs differ, for a terminal: the settings that differ, then a line for each curve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from logdoctor.compared import Change, Compared, CurveDifference, CurveSummary
from logdoctor.reports.layout import Page, hanging, table, wrapped
from logdoctor.run import Axis, Setting
from logdoctor.wording import axis_word, counted, number, percent

MAX_SETTINGS = 30
"""Settings listed before the others are counted: as many as a screen holds beside the curves."""

MAX_VALUE = 30
"""Columns of the value of a setting."""


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
        yield "No setting differs."
        return
    rows = [["setting", "reference", "new"]]
    for one in compared.settings[:MAX_SETTINGS]:
        cells = (one.name, _values(one.reference), _values(one.new))
        rows.append([page.shortened(page.printable(cell), MAX_VALUE) for cell in cells])
    yield from _titled(rows, page)
    if len(compared.settings) > MAX_SETTINGS:
        yield f"and {len(compared.settings) - MAX_SETTINGS:,} more (--output-format json has all)"


def _values(values: Sequence[Setting]) -> str:
    return ", ".join(str(one) for one in values) if values else "-"


def _curves(curves: Sequence[CurveDifference], page: Page) -> Iterator[str]:
    if not curves:
        yield "No curve that both sides have."
        return
    rows = [["curve", "end", "best", "mean", "differs from", ""]]
    for one in curves:
        name = one.series if one.series == one.new_series else f"{one.series} / {one.new_series}"
        since = f"{axis_word(Axis(one.axis))} {one.first_step:,}" if one.first_step is not None else ""
        rows.append([page.shortened(page.printable(name), MAX_VALUE), *_numbers(one), since, _said(one, page)])
    yield from _titled(rows, page)


def _numbers(one: CurveDifference) -> Iterator[str]:
    for pick in (_end, _best, _average):
        if one.reference is None or one.new is None:
            yield ""
            continue
        yield f"{number(pick(one.reference))} -> {number(pick(one.new))}"


def _end(side: CurveSummary) -> float:
    return side.end


def _best(side: CurveSummary) -> float:
    return side.best


def _average(side: CurveSummary) -> float:
    return side.average


def _said(one: CurveDifference, page: Page) -> str:
    if one.problem:
        return page.printable(f"{one.change}: {one.problem}")
    part = f", on {percent(one.overlap)} of the steps" if one.overlap < 1 and one.change is not Change.UNKNOWN else ""
    return f"{one.change}{part}"


def _titled(rows: Sequence[Sequence[str]], page: Page) -> Iterator[str]:
    first, *rest = table(rows)
    yield page.dim(first)
    yield from rest
