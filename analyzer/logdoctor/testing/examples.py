"""Whether a rule behaves as its own examples say."""

from __future__ import annotations

from collections.abc import Iterator

from logdoctor.engine import Bench
from logdoctor.rule import Rule
from logdoctor.testing.asking import verdict


def example_problems(rule: Rule) -> Iterator[str]:
    """Apply a rule to its own examples: it must fire, or pass where its needs are met."""
    for example in rule.examples:
        wanted, got = ("fires" if example.fires else "is silent"), verdict(rule, Bench(example.run, example.siblings))
        if got != wanted:
            yield f"{rule.id}: on {example.title!r} the rule {got}, though it {wanted} there by its own word"
