"""The same run, logged in another way: other steps, names, units and company must not change a verdict."""

from __future__ import annotations

import pytest

from logdoctor import Rule
from logdoctor.packs import rules_in
from logdoctor.testing import invariance_problems

RULES = [pytest.param(rule(), id=rule.id) for rule in rules_in("logdoctor_rules")]


@pytest.mark.parametrize("rule", RULES)
def test_a_verdict_does_not_depend_on_how_the_run_was_logged(rule: Rule) -> None:
    problems = list(invariance_problems(rule))
    assert not problems, "\n".join(problems)
