"""What every rule promises of itself, of its findings and of the others."""

from __future__ import annotations

import pytest

from logdoctor import Rule
from logdoctor.packs import rules_in
from logdoctor.testing import contract_problems, crash_problems, relation_problems

RULES = [rule() for rule in rules_in("logdoctor_rules")]


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in RULES])
def test_a_rule_keeps_its_contract(rule: Rule) -> None:
    problems = list(contract_problems(rule))
    assert not problems, "\n".join(problems)


def test_ids_are_unique_and_explanations_lead_to_rules_without_a_circle() -> None:
    problems = list(relation_problems(RULES))
    assert not problems, "\n".join(problems)


def test_no_rule_crashes_on_the_examples_of_any() -> None:
    problems = list(crash_problems(RULES))
    assert not problems, "\n".join(problems)
