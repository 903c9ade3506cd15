"""The catalogue of rules as a page: a picture of what each fires on and is silent on, and its limits."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from logdoctor.engine import Bench
from logdoctor.finding import Finding
from logdoctor.reports.scale import LOGARITHMIC_FROM
from logdoctor.reports.terminal.explain import category
from logdoctor.rule import Example, GroupRule, Rule
from logdoctor.run import Series
from logdoctor.run.roles import Counter, Loss, PolicyLoss, TrainLoss, ValLoss
from logdoctor.wording import counted

if TYPE_CHECKING:
    from numpy.typing import NDArray

PANEL, HEIGHT, TITLE, GAP = 240, 80, 16, 20
"""Pixels: width and height of a panel, height of the line under it, space between the two panels."""

MARGIN = 3
FIRING, SILENT, BESIDE = "#d1495b", "#3d7ea6", "#9aa0a6"
"""Colours that can be told apart by everybody, on white and on black."""

MAX_TITLE, MAX_LETTERS = 46, 40
"""Letters that fit into the width of a panel, and beside a curve that falls at its start."""

UNTELLING = (PolicyLoss, Counter)
"""Roles of curves that say nothing in a picture, unless the finding is about them."""

CALM_LOSS = 0.2
"""Height of a panel as a share of the largest loss, at least: noise of a level shall not look like swings."""

CALM = 1.0
"""The same of any other quantity."""

HOLE = 8.0
"""Distance of two points in units of the usual one from which the line between them is not drawn."""

MAX_POINTS = 160
"""Points of a line in a picture, fewer than pixels."""

MAX_SERIES = 5


def index(rules: Sequence[type[Rule]], sources: str, pictures: str) -> str:
    """Return the page as Markdown; `sources` and `pictures` are the folders that it links to.

    A table of one row a rule comes first; the pictures are not in it, for beside text they are shrunk until nothing
    can be seen on them.
    """
    ordered = sorted(rules, key=lambda rule: (category(rule), rule.id))
    groups = [(name, list(members)) for name, members in groupby(ordered, key=category)]
    lines = [
        "# Rules",
        "",
        f"{counted(len(rules), 'rule')}, each in one file with its examples; `logdoctor rule NAME` says more of one, "
        "and `logdoctor.toml` sets any threshold. On the left of each picture a run that the rule fires on, on the "
        "right one that it is silent on. The page is made from the rules' own files "
        "(`UPDATE_GOLDEN=1 pytest tests/reports/test_rule_pages.py`).",
        "",
        "| rule | category | severity | what a finding means |",
        "|---|---|---|---|",
        *(f"| [{rule.id}](#{rule.id}) | {category(rule)} | {_kind(rule)} | {_line(rule.title)} |" for rule in ordered),
    ]
    for name, members in groups:
        lines += ["", f"## {name}"]
        for rule in members:
            lines += _entry(rule, f"{sources}/{name}", pictures)
    return "\n".join(lines) + "\n"


def _entry(rule: type[Rule], folder: str, pictures: str) -> Iterator[str]:
    firing, silent = _shown(rule)
    alt = _line(f"fires on: {firing.title}; silent on: {silent.title}").replace("[", "(").replace("]", ")")
    thresholds = ", ".join(f"`{name}` {value:g}" for name, value, _ in rule.thresholds())
    file = f"{rule.id.replace('-', '_')}.py"
    yield from ("", f"### {rule.id}", "", f"**{_line(rule.title)}** ({_kind(rule)}, [{file}]({folder}/{file}))")
    yield from ("", f"![{alt}]({pictures}/{rule.id}.svg)", "", _line(rule.limits))
    if thresholds:
        yield from ("", f"Thresholds: {thresholds}")


def _kind(rule: type[Rule]) -> str:
    return "comparison" if issubclass(rule, GroupRule) else str(rule.severity)


def _line(text: str) -> str:
    return " ".join(text.split())


def _shown(rule: type[Rule]) -> tuple[Example, Example]:
    """Return the first example of each kind; a rule has both, or its pack would not load."""
    return next(one for one in rule.examples if one.fires), next(one for one in rule.examples if not one.fires)


def picture(rule: type[Rule]) -> str:
    """Return a drawing of the two examples side by side, as an SVG document."""
    width = 2 * PANEL + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT + TITLE}" '
        f'viewBox="0 0 {width} {HEIGHT + TITLE}" role="img" font-family="sans-serif" font-size="10">',
        f"<title>{escape(inspect.cleandoc(rule.title))}</title>",
    ]
    pointed = _pointed_at(rule)
    for example, left, color in zip(_shown(rule), (0, PANEL + GAP), (FIRING, SILENT), strict=True):
        parts += _panel(example, left, color, pointed, emphasise_siblings=issubclass(rule, GroupRule))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _pointed_at(rule: type[Rule]) -> frozenset[str]:
    """Return the names of the series that findings on the firing example point at; none for comparisons."""
    firing, _ = _shown(rule)
    answer = Bench(firing.run, firing.siblings).ask(rule())
    found = answer if isinstance(answer, list) else []
    return frozenset(span.series for one in found if isinstance(one, Finding) for span in one.spans)


def _panel(
    example: Example, left: int, color: str, pointed: frozenset[str], *, emphasise_siblings: bool
) -> Iterator[str]:
    """Draw an example: in colour what the finding is about, grey what lies beside it."""
    frame = f'x="{left}" y="0" width="{PANEL}" height="{HEIGHT}"'
    yield f'<rect {frame} fill="none" stroke="{BESIDE}" stroke-opacity=".35"/>'
    yield f'<text x="{left}" y="{HEIGHT + 12}" fill="{BESIDE}">{escape(_cut(example.title, MAX_TITLE))}</text>'
    own, beside = _series(example, pointed)
    drawn = [*beside, *own]
    losses = [one for one in drawn if issubclass(one.role, Loss)]
    emphasised = [one for one in own if one.name in pointed] or [one for one in own if one in losses] or own
    emphasised += beside if emphasise_siblings else []
    for one in sorted(drawn, key=lambda one: one in emphasised):
        stroke = color if one in emphasised else BESIDE
        across = _across(one, [other for other in drawn if other.axis is one.axis], left)
        bad = np.flatnonzero(~np.isfinite(one.curve.values))
        if len(bad):
            at = min(float(across[bad[0]]), left + PANEL - 24)
            yield f'<text x="{at:.1f}" y="{HEIGHT // 2}" fill="{stroke}">NaN</text>'
        dashes = "" if one.role is not ValLoss else ' stroke-dasharray="4 2"'
        for points in _lines(one, losses if one in losses else [one], across):
            yield f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="1.4"{dashes}/>'
    texts = [*(one.text for one in example.run.events), *(one.message for one in example.run.notices)]
    if texts or not drawn:
        caption = _cut(next(iter(texts), "no curve"), MAX_LETTERS)
        yield f'<text x="{left + PANEL - 6}" y="16" text-anchor="end" fill="{color}">{escape(caption)}</text>'


def _cut(text: str, most: int) -> str:
    """Shorten a text to what there is room for."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _series(example: Example, pointed: frozenset[str]) -> tuple[list[Series], list[Series]]:
    """Return the curves to draw: those of the run, and the training losses of its siblings."""
    own = [one for one in example.run.series if one.name in pointed or not issubclass(one.role, UNTELLING)]
    beside = [one for run in example.siblings if (one := run.find(TrainLoss)) is not None]
    own = [one for one in own if len(one.curve)][:MAX_SERIES]
    return own, [one for one in beside if len(one.curve)][: MAX_SERIES - len(own)]


def _across(series: Series, along: Sequence[Series], left: int) -> NDArray[np.float64]:
    """Return where the steps of a series lie in a panel, on one scale with the others of its axis."""
    first = min(int(one.curve.steps.min()) for one in along)
    last = max(int(one.curve.steps.max()) for one in along)
    return np.asarray(left + MARGIN + (PANEL - 2 * MARGIN) * (series.curve.steps - first) / max(last - first, 1))


def _lines(series: Series, scaled_with: Sequence[Series], across: NDArray[np.float64]) -> Iterator[str]:
    """Yield stretches of finite values as points; a gap stays where a value is not finite, or none was logged."""
    everything = np.concatenate([one.curve.values for one in scaled_with])
    finite = everything[np.isfinite(everything)]
    if not len(finite):
        return
    low, high = float(finite.min()), float(finite.max())
    logarithmic = low > 0 and high > LOGARITHMIC_FROM * low
    curve = series.curve
    every = max(1, len(curve) // MAX_POINTS)
    values, across = curve.values[::every], across[::every]
    if logarithmic:
        values, low, high = np.log(values), float(np.log(low)), float(np.log(high))
    least = CALM_LOSS if issubclass(series.role, Loss) else CALM
    span = max(high - low, 0.0 if logarithmic else least * max(abs(high), abs(low)), 1e-300)
    up = HEIGHT / 2 - (HEIGHT - 2 * MARGIN) * (values - (high + low) / 2) / span
    wide = np.diff(across, prepend=across[0]) > HOLE * np.median(np.diff(across, append=across[-1]))
    for stretch in np.split(np.arange(len(values)), np.flatnonzero(~np.isfinite(values) | wide)):
        sound = [i for i in stretch if np.isfinite(up[i])]
        if len(sound) > 1:
            yield " ".join(f"{across[i]:.1f},{up[i]:.1f}" for i in sound)
