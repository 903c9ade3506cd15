"""`logdoctor rule`: everything comes from the rule's own file."""

from __future__ import annotations

import json

import pytest

from logdoctor.packs import installed_rules
from logdoctor.reports.layout import Page, cells
from logdoctor.reports.terminal import explain

RULES = {rule.id: type(rule) for rule in installed_rules()}


def test_the_catalogue_has_every_rule_under_its_category() -> None:
    text = explain.catalogue(list(RULES.values()), Page())
    assert all(f"  {name} " in text for name in RULES)
    assert text.index("generalization\n") < text.index("  overfitting ") < text.index("numerics\n")


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("page", [Page(), Page(60, unicode=False)], ids=["wide", "narrow-ascii"])
def test_every_rule_can_be_explained(name: str, page: Page) -> None:
    rule = RULES[name]
    text = explain.explanation(rule, page)
    words = " ".join(text.split())
    assert max(map(cells, text.splitlines())) <= page.width
    assert rule.title in words
    assert all(f"{threshold} " in text and " ".join(doc.split()) in words for threshold, _, doc in rule.thresholds())
    assert all(cause in text for cause in rule.causes)
    assert page.unicode or text.isascii()


@pytest.mark.parametrize("name", [name for name, rule in RULES.items() if list(rule.thresholds())])
def test_it_shows_where_to_set_a_threshold(name: str) -> None:
    threshold, default, _ = next(RULES[name].thresholds())
    text = explain.explanation(RULES[name], Page())
    assert f"[tool.logdoctor.rules.{name}]\n  {threshold.replace('_', '-')} = {default:g}\n" in text


def test_json_says_the_same() -> None:
    found = json.loads(explain.explanation_json(RULES["overfitting"]))
    assert found["category"] == "generalization"
    assert found["severity"] == "warning"
    assert {"name", "default", "doc"} == found["thresholds"][0].keys()
    assert any(example["fires"] for example in found["examples"])
    assert [one["id"] for one in json.loads(explain.catalogue_json(list(RULES.values())))] == list(RULES)
