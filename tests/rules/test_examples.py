"""Every rule on its own examples: it fires where it says so, and passes, having been asked, where it does not."""

from __future__ import annotations

import pytest

from logdoctor import Rule
from logdoctor.packs import rules_in
from logdoctor.testing import example_problems

RULES = [pytest.param(rule(), id=rule.id) for rule in rules_in("logdoctor_rules")]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_fires_and_passes_where_it_says(rule: Rule) -> None:
    problems = list(example_problems(rule))
    assert not problems, "\n".join(problems)
