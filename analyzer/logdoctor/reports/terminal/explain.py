"""An explanation of a rule: what it means, when it fires, and how to configure it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Any

from logdoctor.causes import because
from logdoctor.reports.layout import Page, cells, hanging, padded, table, wrapped
from logdoctor.reports.terminal.sparkline import sparkline
from logdoctor.rule import Example, Rule
from logdoctor.run import Series
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.wording import counted

EXAMPLE_COLUMNS = 30


def catalogue(rules: Sequence[type[Rule]], page: Page) -> str:
    """Return every rule with its severity and title, by category."""
    lines: list[str] = []
    widest = max(len(rule.id) for rule in rules)
    for name, members in groupby(sorted(rules, key=lambda rule: (category(rule), rule.id)), key=category):
        lines.append(page.dim(name))
        for rule in members:
            label = f"  {rule.id:{widest}}  {page.severity(rule.severity)}{' ' * (7 - len(rule.severity))}  "
            lines += hanging(label, rule.title, page.width)
        lines.append("")
    lines.append(f"{counted(len(rules), 'rule')}; `logdoctor rule NAME` explains one")
    return "\n".join(lines) + "\n"


def explanation(rule: type[Rule], page: Page) -> str:
    """Return everything that a rule's file says about it."""
    sections = (_opening, _causes, _consequences, _thresholds, _examples, _references)
    return "\n\n".join(text for section in sections if (text := "\n".join(section(rule, page)))) + "\n"


def catalogue_json(rules: Sequence[type[Rule]]) -> str:
    """Return every rule with all that its file says, as a JSON list."""
    return json.dumps([_document(rule) for rule in rules], ensure_ascii=False, indent=1) + "\n"


def explanation_json(rule: type[Rule]) -> str:
    """Return all that a rule's file says, as a JSON object."""
    return json.dumps(_document(rule), ensure_ascii=False, indent=1) + "\n"


def _document(rule: type[Rule]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "category": category(rule),
        "title": rule.title,
        "severity": str(rule.severity),
        "description": _description(rule),
        "limits": rule.limits,
        "causes": [{"id": cause, "text": _cause_text(cause)} for cause in rule.causes],
        "explains": list(rule.explains),
        "thresholds": [{"name": name, "default": value, "doc": doc} for name, value, doc in rule.thresholds()],
        "examples": [{"title": example.title, "fires": example.fires} for example in rule.examples],
        "references": list(rule.references),
    }


def category(rule: type[Rule]) -> str:
    """Return the folder of a rule's file."""
    return rule.__module__.split(".")[-2]


def _description(rule: type[Rule]) -> str:
    return inspect.cleandoc(rule.__doc__ or "")


def _cause_text(cause: str) -> str:
    """Return the sentence of a known cause; a pack may name causes of its own."""
    with suppress(KeyError):
        return because(cause).text
    return ""


def _opening(rule: type[Rule], page: Page) -> Iterator[str]:
    left = f"{page.severity(rule.severity)}  {page.dim(rule.id)}  "
    yield from page.beside(left, "", category(rule))
    yield from (page.bold(line) for line in wrapped(rule.title, page.width))
    for paragraph in (*_description(rule).split("\n\n"), *([f"Limits: {rule.limits}"] if rule.limits else [])):
        yield ""
        yield from wrapped(paragraph, page.width)


def _causes(rule: type[Rule], page: Page) -> Iterator[str]:
    if rule.causes:
        yield page.dim("causes it can name")
    for cause in rule.causes:
        yield from page.beside("  ", _cause_text(cause), cause)


def _consequences(rule: type[Rule], page: Page) -> Iterator[str]:
    if rule.explains:
        yield from hanging(f"{page.dim('explains')}  ", ", ".join(rule.explains), page.width)


def _thresholds(rule: type[Rule], page: Page) -> Iterator[str]:
    thresholds = list(rule.thresholds())
    if not thresholds:
        return
    yield page.dim("thresholds")
    labels = table([(name, f"{value:g}") for name, value, _ in thresholds])
    widest = max(map(cells, labels))
    for label, (_, _, doc) in zip(labels, thresholds, strict=True):
        yield from hanging(f"  {padded(label, widest)}  ", doc, page.width)
    where = f"set in pyproject.toml as follows; in logdoctor.toml the table is [rules.{rule.id}]"
    name, value, _ = thresholds[0]
    yield ""
    yield from (page.dim(line) for line in wrapped(where, page.width))
    yield f"  [tool.logdoctor.rules.{rule.id}]"
    yield f"  {name.replace('_', '-')} = {value:g}"


def _examples(rule: type[Rule], page: Page) -> Iterator[str]:
    for label, fires in (("fires on", True), ("is silent on", False)):
        chosen = [example for example in rule.examples if example.fires is fires]
        if chosen and not fires:
            yield ""
        if chosen:
            yield page.dim(label)
        for example in chosen:
            yield from _example(example, page)


def _example(example: Example, page: Page) -> list[str]:
    series = _main(example)
    if series is None:
        return hanging("  ", example.title, page.width)
    columns = min(EXAMPLE_COLUMNS, len(series.curve))
    drawing = padded(sparkline(series, columns, unicode=page.unicode).text, EXAMPLE_COLUMNS)
    return hanging(f"  {drawing}  ", f"{example.title} ({series.name})", page.width)


def _main(example: Example) -> Series | None:
    """Return the most informative curve: where there is validation, the example is about it."""
    return example.run.find(ValLoss) or example.run.find(TrainLoss) or next(iter(example.run.series), None)


def _references(rule: type[Rule], page: Page) -> Iterator[str]:
    if rule.references:
        yield page.dim("references")
    for reference in rule.references:
        yield from hanging("  ", reference, page.width)
