"""Which series a chart shows together, and in which panel."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from logdoctor.finding import Finding
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.names import cut
from logdoctor.run import Axis, Role, Run, Series, Split, roles
from logdoctor.run.naming import stem_of

MAX_IN_PANEL = 4
"""More lines than this in one panel cannot be distinguished."""

STRIPS = (roles.LearningRate, roles.GradNorm, roles.LossScale)
"""What goes under a loss, on the same axis."""

PAIRS: tuple[tuple[type[Role], ...], ...] = (
    (roles.TrainLoss, roles.ValLoss, roles.TestLoss),
    (roles.TrainMetric, roles.ValMetric),
    (roles.TrainError, roles.ValError),
)
"""Roles that belong into one panel."""

TITLES: dict[type[Role], str] = {
    roles.TrainLoss: "Loss", roles.ValLoss: "Loss", roles.TestLoss: "Loss", roles.AdversarialLoss: "Losses",
    roles.LearningRate: "Learning rate", roles.GradNorm: "Gradient norm", roles.LossScale: "Loss scale",
    roles.Reward: "Reward", roles.Entropy: "Entropy", roles.KlDivergence: "KL divergence",
    roles.PolicyLoss: "Policy loss", roles.Throughput: "Throughput",
}  # fmt: skip

LABEL = 16
"""Characters of a name beside a line."""

SIBLING = "sibling"
"""How a curve of another run is drawn and called."""

EXTRA_STYLES = ("third", "fourth")


@dataclass(frozen=True)
class Curve:
    """One series as a line: its later branch, how it is drawn, what it is called."""

    series: Series
    style: str
    """`train`, `val`, `third`, `fourth`, `strip` or `sibling`."""
    label: str
    run: str = ""
    """Name of the run, where it is another one."""


@dataclass(frozen=True)
class Panel:
    """Curves that share both axes."""

    title: str
    curves: tuple[Curve, ...]
    is_strip: bool = False


def panels(run: Run, finding: Finding | None = None) -> list[Panel]:
    """Return what to draw for a finding, or for a run: the series it is about first, then losses, then strips.

    All panels share one axis, that of the first series.
    """
    flagged = [one for name in _flagged(finding) for one in run.series if one.name == name and len(one)]
    losses = [one for role in PAIRS[0] if (one := run.find(role)) is not None and len(one)]
    leading = flagged or losses or [one for one in run.series if is_curve(one)][:1]
    if not leading:
        return []
    axis = leading[0].axis
    drawn: set[int] = set()
    found = [
        *(_panel(_with_partners(run, one), axis, drawn) for one in flagged if one.role not in STRIPS),
        _panel(losses, axis, drawn),
        *(_panel([one], axis, drawn) for one in leading),
        *(_panel(_firsts(run, role), axis, drawn, is_strip=True) for role in STRIPS),
    ]
    return [panel for panel in found if panel is not None]


def further(run: Run, shown: Iterable[Panel]) -> list[Panel]:
    """Return panels for the other series of a run: metrics first, unrecognised ones last."""
    drawn = {id(curve.series) for panel in shown for curve in panel.curves}
    found: list[Panel] = []
    for one in sorted((one for one in run.series if is_curve(one)), key=lambda one: one.role is roles.Unknown):
        if id(one) not in drawn and len(one):
            panel = _panel(_with_partners(run, one), one.axis, drawn)
            found += [panel] if panel else []
    return found


def is_curve(series: Series) -> bool:
    """Tell whether a series is worth drawing: it has values, and is neither a counter nor a setting."""
    return len(series) > 0 and series.role not in (roles.Counter, roles.Setup)


def _flagged(finding: Finding | None) -> list[str]:
    return list(dict.fromkeys(span.series for span in finding.spans)) if finding else []


def flagged_steps(finding: Finding | None) -> list[int]:
    """Return the steps at which the stretches of a finding begin and end."""
    return [step for span in finding.spans for step in (span.first_step, span.last_step)] if finding else []


def _firsts(run: Run, role: type[Role]) -> list[Series]:
    found = run.find(role)
    return [found] if found is not None and len(found) else []


def _with_partners(run: Run, series: Series) -> list[Series]:
    """Return a series with those that show the same quantity on other data, or its rivals among adversarial losses."""
    if series.role is roles.AdversarialLoss:
        return list(run.all(roles.AdversarialLoss))
    if series.role in PAIRS[0]:
        rest = [one for role in PAIRS[0] if (one := run.find(role)) is not None and one.role is not series.role]
        return sorted([series, *rest], key=lambda one: PAIRS[0].index(one.role))
    kind = next((pair for pair in PAIRS if series.role in pair), (series.role,))
    stem = stem_of(series.name)
    alike = [one for one in run.series if one.role in kind and stem_of(one.name) == stem and one is not series]
    return sorted([series, *alike], key=lambda one: kind.index(one.role)) if len(kind) > 1 else [series]


def _panel(series: Sequence[Series], axis: Axis, drawn: set[int], *, is_strip: bool = False) -> Panel | None:
    fresh = [one for one in series if one.axis == axis and id(one) not in drawn and len(one)][:MAX_IN_PANEL]
    if not fresh:
        return None
    drawn.update(id(one) for one in fresh)
    if is_strip:
        return Panel(_title(fresh[0]), (Curve(fresh[0].curve, "strip", ""),), is_strip=True)
    return Panel(_title(fresh[0]), tuple(_curves(fresh)))


def _title(series: Series) -> str:
    if series.role in TITLES:
        return TITLES[series.role]
    words = " ".join(stem_of(series.name)) or series.name
    return printable(words[:1].upper() + words[1:])


def _curves(series: Sequence[Series]) -> Iterator[Curve]:
    extra = iter(EXTRA_STYLES)
    taken: set[str] = set()
    kinds = [split_word(one) for one in series]
    for one, kind in zip(series, kinds, strict=True):
        style = {"training": "train", "validation": "val"}.get(kind) or ("train" if len(series) == 1 else "")
        if not style or style in taken:
            style = next((name for name in ("train", "val", *extra) if name not in taken), "fourth")
        taken.add(style)
        is_distinct = (kind and kinds.count(kind) == 1 and len(series) > 1) or one.role in PAIRS[0]
        yield Curve(one.curve, style, kind if is_distinct and kind else _short_name(one))


def _short_name(series: Series) -> str:
    name = series.name if len(series.name) <= LABEL else series.name.rpartition("/")[2]
    return printable(cut(name, LABEL))


def split_word(series: Series) -> str:
    """Return what data a series is of, in a word; empty where that is unknown."""
    if series.role in (roles.TrainLoss, roles.TrainMetric, roles.TrainError):
        return "training"
    if series.role in (roles.ValLoss, roles.ValMetric, roles.ValError):
        return "validation"
    return "test" if series.role is roles.TestLoss or series.split is Split.TEST else ""
