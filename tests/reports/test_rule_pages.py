"""`rules/README.md` and its pictures say what the rules' own files say.

UPDATE_GOLDEN=1 pytest tests/reports/test_rule_pages.py

makes them anew.
"""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from logdoctor.packs import rules_in
from logdoctor.reports import rule_pages
from logdoctor.rule import Rule

FOLDER = Path(__file__).parents[2] / "rules"
PICTURES = FOLDER / "pictures"
RULES: dict[str, type[Rule]] = {rule.id: rule for rule in rules_in("logdoctor_rules")}


def test_the_page_is_current() -> None:
    page = rule_pages.index(list(RULES.values()), "logdoctor_rules", "pictures")
    if os.environ.get("UPDATE_GOLDEN"):
        (FOLDER / "README.md").write_text(page, encoding="utf-8")
    assert page == (FOLDER / "README.md").read_text(encoding="utf-8")


def test_every_link_of_the_page_leads_to_a_file() -> None:
    page = rule_pages.index(list(RULES.values()), "logdoctor_rules", "pictures")
    targets = [part.split(")")[0] for part in page.split("](")[1:]]
    assert len(targets) == 2 * len(RULES)
    assert [target for target in targets if not (FOLDER / target).is_file()] == []


def test_there_is_no_picture_of_a_rule_that_is_gone() -> None:
    assert {file.stem for file in PICTURES.iterdir()} == set(RULES)


@pytest.mark.parametrize("name", RULES)
def test_pictures_are_current_and_drawn(name: str) -> None:
    drawing = rule_pages.picture(RULES[name])
    file = PICTURES / f"{name}.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        PICTURES.mkdir(exist_ok=True)
        file.write_text(drawing, encoding="utf-8")
    assert drawing == file.read_text(encoding="utf-8")
    root = ElementTree.fromstring(drawing)
    assert len([one for one in root if one.tag.endswith("rect")]) == 2
    assert [one for one in root if one.tag.endswith("polyline") or one.get("fill") in {"#d1495b", "#3d7ea6"}]
