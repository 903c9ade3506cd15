"""The free tests: what every rule must satisfy, the built-in ones and those of anybody's pack.

    from logdoctor.testing import check_pack

    def test_free() -> None:
        assert check_pack("my_rules") == []

Each test is a function that yields what is wrong, one sentence each; nothing yielded means that all is well. A rule or
an example on which a change rightly makes a difference says so in its `varies`, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from logdoctor.packs import rules_in
from logdoctor.rule import Rule
from logdoctor.testing.contract import contract_problems, crash_problems, relation_problems
from logdoctor.testing.crossfire import crossfire
from logdoctor.testing.examples import example_problems
from logdoctor.testing.invariance import invariance_problems
from logdoctor.testing.thresholds import threshold_problems

__all__ = [
    "FREE_TESTS", "check_pack", "contract_problems", "crash_problems", "crossfire", "example_problems",
    "invariance_problems", "relation_problems", "threshold_problems",
]  # fmt: skip

FREE_TESTS: tuple[Callable[[Rule], Iterator[str]], ...] = (
    example_problems, contract_problems, invariance_problems, threshold_problems,
)  # fmt: skip
"""The free tests of one rule alone."""


def check_pack(package: str) -> list[str]:
    """Run every free test on the rules of a package; returns the problems, none when all is well."""
    rules = [rule() for rule in rules_in(package)]
    if not rules:
        return [f"{package} holds no rules"]
    problems = [problem for rule in rules for test in FREE_TESTS for problem in test(rule)]
    return problems + list(relation_problems(rules)) + list(crash_problems(rules))
