"""The catalogue of rules as a page: one row a rule, with a picture of what it fires on and what it is silent on."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

import numpy as np

from logdoctor.reports.explain import category
from logdoctor.rule import Example, GroupRule, Rule
from logdoctor.run import Series
from logdoctor.run.roles import Loss, TrainLoss, ValLoss
from logdoctor.wording import counted

PANEL, HEIGHT, TITLE, GAP = 180, 64, 14, 16
"""Pixels: width and height of a panel, height of the line under it, space between the two panels."""

MARGIN = 3
FIRING, SILENT, BESIDE = "#d1495b", "#3d7ea6", "#9aa0a6"
"""Colours that can be told apart by everybody, on white and on black."""

MAX_POINTS = 160
"""Points of a line in a picture: nearly one a pixel."""

LOGARITHMIC_FROM = 60.0
"""Ratio of the highest to the lowest value from which the scale is logarithmic, as in the terminal."""

MAX_SERIES = 5


def index(rules: Sequence[type[Rule]], sources: str, pictures: str) -> str:
    """Return the page as Markdown; `sources` and `pictures` are the folders that it links to."""
    lines = [
        "# Rules",
        "",
        f"{counted(len(rules), 'rule')}, each in one file with its examples; `logdoctor rule NAME` says more of one, "
        "and `logdoctor.toml` sets any threshold. On the left of each picture a run that the rule fires on, on the "
        "right one that it is silent on. The page is made from the rules' own files "
        "(`UPDATE_GOLDEN=1 pytest tests/reports/test_rule_pages.py`).",
    ]
    for name, members in groupby(sorted(rules, key=lambda rule: (category(rule), rule.id)), key=category):
        lines += ["", f"## {name}", "", "| rule | fires on, silent on | thresholds | limits |", "|---|---|---|---|"]
        lines += [_row(rule, f"{sources}/{name}", pictures) for rule in members]
    return "\n".join(lines) + "\n"


def _row(rule: type[Rule], folder: str, pictures: str) -> str:
    firing, silent = _shown(rule)
    link = f"**[{rule.id}]({folder}/{rule.id.replace('-', '_')}.py)**<br>{_kind(rule)}<br>{_cell(rule.title)}"
    alt = _cell(f"fires on: {firing.title}; silent on: {silent.title}").replace("[", "(").replace("]", ")")
    thresholds = "<br>".join(f"`{name}` {value:g}" for name, value, _ in rule.thresholds())
    return f"| {link} | ![{alt}]({pictures}/{rule.id}.svg) | {thresholds} | {_cell(rule.limits)} |"


def _kind(rule: type[Rule]) -> str:
    return "comparison" if issubclass(rule, GroupRule) else str(rule.severity)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _shown(rule: type[Rule]) -> tuple[Example, Example]:
    """Return the first example of each kind; a rule has both, or its pack would not load."""
    return next(one for one in rule.examples if one.fires), next(one for one in rule.examples if not one.fires)


def picture(rule: type[Rule]) -> str:
    """Return a drawing of the two examples side by side, as an SVG document."""
    width = 2 * PANEL + GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT + TITLE}" '
        f'viewBox="0 0 {width} {HEIGHT + TITLE}" role="img" font-family="sans-serif" font-size="9">',
        f"<title>{escape(inspect.cleandoc(rule.title))}</title>",
    ]
    for example, left, color in zip(_shown(rule), (0, PANEL + GAP), (FIRING, SILENT), strict=True):
        parts += _panel(example, left, color)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(example: Example, left: int, color: str) -> Iterator[str]:
    frame = f'x="{left}" y="0" width="{PANEL}" height="{HEIGHT}"'
    yield f'<rect {frame} fill="none" stroke="{BESIDE}" stroke-opacity=".35"/>'
    title = example.title if len(example.title) <= PANEL // 4 else f"{example.title[: PANEL // 4 - 1]}…"
    yield f'<text x="{left}" y="{HEIGHT + 11}" fill="{BESIDE}">{escape(title)}</text>'
    drawn = _series(example)
    losses = [one for one in drawn if issubclass(one.role, Loss)]
    if not drawn:
        texts = [*(one.text for one in example.run.events), *(one.message for one in example.run.notices)]
        said = next(iter(texts), "no curve")
        yield f'<text x="{left + 6}" y="{HEIGHT // 2}" fill="{color}">{escape(said[: PANEL // 5])}</text>'
    for one in drawn:
        bad = np.flatnonzero(~np.isfinite(one.curve.values))
        if len(bad):
            at = left + MARGIN + (PANEL - 2 * MARGIN) * bad[0] / max(len(one.curve) - 1, 1)
            yield f'<text x="{at:.1f}" y="{HEIGHT // 2}" fill="{color}">NaN</text>'
        strong = issubclass(one.role, TrainLoss | ValLoss) or not losses
        dashes = "" if one.role is not ValLoss else ' stroke-dasharray="4 2"'
        stroke = color if strong else BESIDE
        for points in _lines(one, losses if one in losses else [one], left):
            yield f'<polyline points="{points}" fill="none" stroke="{stroke}" stroke-width="1.4"{dashes}/>'


def _series(example: Example) -> list[Series]:
    """Return the curves to draw: those of the run, then the training losses of its siblings."""
    beside = [one for run in example.siblings if (one := run.find(TrainLoss)) is not None]
    return [one for one in (*example.run.series, *beside) if len(one.curve)][:MAX_SERIES]


def _lines(series: Series, scaled_with: Sequence[Series], left: int) -> Iterator[str]:
    """Yield the stretches of finite values as points; a gap stays where a value is not finite."""
    everything = np.concatenate([one.curve.values for one in scaled_with])
    finite = everything[np.isfinite(everything)]
    if not len(finite):
        return
    low, high = float(finite.min()), float(finite.max())
    logarithmic = low > 0 and high > LOGARITHMIC_FROM * low
    curve = series.curve
    every = max(1, len(curve) // MAX_POINTS)
    values = np.log(curve.values[::every]) if logarithmic else curve.values[::every]
    low, high = (float(np.log(low)), float(np.log(high))) if logarithmic else (low, high)
    span = max(high - low, 0.2 * max(abs(high), abs(low)), 1e-300)
    across = left + MARGIN + (PANEL - 2 * MARGIN) * np.linspace(0, 1, len(values))
    up = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (values - low) / span
    for stretch in np.split(np.arange(len(values)), np.flatnonzero(~np.isfinite(values))):
        sound = [i for i in stretch if np.isfinite(up[i])]
        if len(sound) > 1:
            yield " ".join(f"{across[i]:.1f},{up[i]:.1f}" for i in sound)
