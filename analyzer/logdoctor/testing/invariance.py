"""Whether verdicts stay the same when a run is logged differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from logdoctor.engine import Bench
from logdoctor.rule import Example, Rule
from logdoctor.run import Run
from logdoctor.testing.asking import verdict
from logdoctor.testing.changes import CHANGES


def invariance_problems(rule: Rule) -> Iterator[str]:
    """Log every example in other ways: the verdict must stay the same, except where `varies` says why it may not."""
    varied = set()
    for example in rule.examples:
        for name, change in CHANGES.items():
            if not change.suits(example.run):
                continue
            wanted = "fires" if example.fires else "is silent"
            verdicts = [verdict(rule, _bench(example, variant)) for variant in change.variants]
            kept = wanted in verdicts if example.fires else set(verdicts) == {wanted}
            if not kept and name not in example.varies and name not in rule.varies:
                wrong = next(one for one in verdicts if one != wanted)
                yield f"{rule.id}: on {example.title!r} the rule {wanted}, but with {name} it {wrong}"
            if kept and name in example.varies:
                yield f"{rule.id}: {example.title!r} says that it varies with {name}, but it does not"
            varied |= set() if kept else {name}
    for name in sorted(set(rule.varies) - varied):
        yield f"{rule.id}: says that it varies with {name}, but no example does"


def _bench(example: Example, change: Callable[[Run], Run]) -> Bench:
    return Bench(change(example.run), tuple(map(change, example.siblings)))
