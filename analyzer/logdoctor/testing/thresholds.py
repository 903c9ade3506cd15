"""Whether every threshold is pinned by examples on both sides of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from logdoctor.engine import Bench
from logdoctor.finding import Comparison
from logdoctor.rule import Example, Rule
from logdoctor.testing.asking import verdict

DOWN = (0.0, 1e-6, 1e-3, 0.03, 0.1, 0.3, 0.5, 0.8)
UP = (1.25, 2.0, 3.0, 10.0, 30.0, 1e3, 1e6, math.inf)
"""Factors by which a threshold is pushed: all the way, and less far for those that mean nothing there."""


def threshold_problems(rule: Rule) -> Iterator[str]:
    """Push every threshold up and down: one way must silence a firing example, the other way make a silent one fire.

    A threshold that decides on what is said instead of whether (a severity, a cause) must change that both ways.
    """
    benches = [(example, Bench(example.run, example.siblings)) for example in rule.examples]
    with np.errstate(all="ignore"):
        for name, default, _ in rule.thresholds():
            down = [replace(rule, **{name: factor * default}) for factor in DOWN]
            up = [replace(rule, **{name: factor * default}) for factor in UP]
            lower, higher = _flips(down, benches), _flips(up, benches)
            if {"silenced", "raised"} <= lower | higher and lower and higher:
                continue
            if not lower | higher and _rewords(rule, down, benches) and _rewords(rule, up, benches):
                continue
            yield f"{rule.id}: {name} = {default:g} is not pinned: {_unpinned(lower, higher)}"


def _flips(pushed: Iterable[Rule], benches: Sequence[tuple[Example, Bench]]) -> set[str]:
    found = set()
    for variant in pushed:
        for example, bench in benches:
            judged = verdict(variant, bench)
            if example.fires and judged == "is silent":
                found.add("silenced")
            elif not example.fires and judged == "fires":
                found.add("raised")
    return found


def _rewords(rule: Rule, pushed: Iterable[Rule], benches: Sequence[tuple[Example, Bench]]) -> bool:
    """Whether a push changes the severity, the causes or the evidence of a finding, or what a comparison says."""
    return any(
        (wording := _judgement(bench, variant)) is not None and wording != _judgement(bench, rule)
        for variant in pushed
        for example, bench in benches
        if example.fires
    )


def _judgement(bench: Bench, rule: Rule) -> object:
    answer = bench.ask(rule)
    if not isinstance(answer, list):
        return None
    return [
        (one.message, dict(one.evidence))
        if isinstance(one, Comparison)
        else (one.severity, [(c.id, c.strength, c.pro) for c in one.causes], dict(one.evidence))
        for one in answer
    ]


def _unpinned(lower: set[str], higher: set[str]) -> str:
    effects = {"silenced": "silences an example that fires", "raised": "makes a silent example fire"}
    ways = [
        f"{way} it {' and '.join(effects[one] for one in sorted(flips)) or 'changes no verdict'}"
        for way, flips in (("lowering", lower), ("raising", higher))
    ]
    return ", ".join(ways)
