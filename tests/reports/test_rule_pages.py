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


def test_every_link_of_the_page_leads_to_a_file_or_a_heading() -> None:
    page = rule_pages.index(list(RULES.values()), "logdoctor_rules", "pictures")
    targets = [part.split(")")[0] for part in page.split("](")[1:]]
    anchors = {target.removeprefix("#") for target in targets if target.startswith("#")}
    files = [target for target in targets if not target.startswith("#")]
    assert len(files) == 2 * len(RULES)
    assert [target for target in files if not (FOLDER / target).is_file()] == []
    assert anchors == {line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")} == set(RULES)


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


def lines_of(name: str, colour: str) -> list[list[tuple[float, float]]]:
    root = ElementTree.fromstring(rule_pages.picture(RULES[name]))
    drawn = [one.get("points", "") for one in root if one.get("stroke") == colour and one.tag.endswith("polyline")]
    return [[(float(x), float(y)) for x, y in (pair.split(",") for pair in one.split())] for one in drawn]


def test_what_a_finding_points_at_is_drawn_in_colour_and_the_rest_in_grey() -> None:
    (metric,) = lines_of("constant-metric", rule_pages.FIRING)
    assert len({y for _, y in metric}) == 1
    assert all(len({y for _, y in loss}) > 1 for loss in lines_of("constant-metric", rule_pages.BESIDE))


def test_a_sibling_is_grey_but_where_runs_are_compared() -> None:
    assert len(lines_of("plateau", rule_pages.FIRING)) == 1
    assert len(lines_of("rate-sweep", rule_pages.FIRING)) == 4


def test_no_line_is_drawn_where_nothing_was_logged() -> None:
    before, after = lines_of("damaged-log", rule_pages.FIRING)
    (whole,) = lines_of("damaged-log", rule_pages.SILENT)
    assert after[0][0] - before[-1][0] > 5 * (whole[1][0] - whole[0][0])


def test_a_picture_quotes_the_line_of_a_text_log() -> None:
    assert "CUDA out of mem" in rule_pages.picture(RULES["out-of-memory"])


def test_every_rule_says_its_limits_on_the_page() -> None:
    page = rule_pages.index(list(RULES.values()), "logdoctor_rules", "pictures")
    assert [name for name, rule in RULES.items() if f"\n{rule.limits}\n" not in page] == []
