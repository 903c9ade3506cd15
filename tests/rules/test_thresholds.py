"""Every threshold is held in place by examples on both sides of it."""

from __future__ import annotations

import pytest

from logdoctor import Rule
from logdoctor.packs import rules_in
from logdoctor.testing import threshold_problems

RULES = [pytest.param(rule(), id=rule.id) for rule in rules_in("logdoctor_rules")]


@pytest.mark.parametrize("rule", RULES)
def test_pushing_a_threshold_either_way_breaks_an_example(rule: Rule) -> None:
    problems = list(threshold_problems(rule))
    assert not problems, "\n".join(problems)
