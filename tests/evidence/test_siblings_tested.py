"""Fixes that siblings tested: the nearest one speaks, once."""

from __future__ import annotations

from dataclasses import replace

from logdoctor import Run, Strength
from logdoctor.curves import decay, flat
from logdoctor.evidence.rates import rate_too_high, rate_too_low
from logdoctor.evidence.siblings import from_siblings
from logdoctor.rule import example_run
from logdoctor.run import Setting
from logdoctor.signals import Siblings

NAN = flat(float("nan"), 30)


def run(name: str, end: float | None, **settings: Setting) -> Run:
    curve = decay(2.3, 1.0, 30).followed_by(NAN) if end is None else decay(2.3, end, 60)
    return replace(example_run(settings, train_loss=curve), name=name)


def test_inputs_that_a_sibling_normalised_are_the_cause() -> None:
    failed = run("a", None, normalize_inputs=False, seed=0)
    others = (
        run("b", 0.3, normalize_inputs=True, seed=1),
        run("c", 0.3, normalize_inputs=True, seed=0),
    )
    told = [clue for clue in from_siblings(Siblings.among(failed, others)) if clue.cause == "data-not-normalised"]
    assert [clue.text for clue in told] == ["sibling run c with normalize_inputs True instead of False went well"]
    worse = run("a", None, normalize_inputs=True, seed=0)
    raw = run("b", 0.3, normalize_inputs=False, seed=0)
    assert [clue.cause for clue in from_siblings(Siblings.among(worse, (raw,)))] == []


def test_of_one_rate_the_sibling_of_the_same_seed_is_the_example() -> None:
    failed = run("a", None, lr=1.0, seed=2)
    others = tuple(run(f"b{seed}", 0.3, lr=0.1, seed=seed) for seed in range(4))
    (fix,) = rate_too_high(Siblings.among(failed, others), Strength.POSSIBLE).fixes
    assert (fix.text, fix.tested) == ("lower the learning rate from 1 to 0.1", "sibling run b2")


def test_a_rate_that_another_seed_failed_at_or_that_gains_far_less_is_no_example() -> None:
    failed, calm = run("a", None, lr=1.0, seed=2), run("b", 0.1, lr=0.01, seed=0)
    lucky, unlucky = run("c0", 0.1, lr=0.1, seed=0), run("c1", None, lr=0.1, seed=1)
    poor = run("d", 1.2, lr=0.1, seed=0)

    def example(*others: Run) -> str:
        return rate_too_high(Siblings.among(failed, (calm, *others)), Strength.POSSIBLE).fixes[0].tested

    assert example(lucky) == "sibling run c0, other seed"
    assert example(lucky, unlucky) == example(poor) == "sibling run b, other seed"


def test_a_momentum_that_a_sibling_tested_is_a_fix() -> None:
    failed = run("a", None, lr=0.1, momentum=0.9995, seed=0)
    others = tuple(run(f"m{momentum}", 0.3, lr=0.1, momentum=momentum, seed=1) for momentum in (0.0, 0.9))
    fixes = rate_too_high(Siblings.among(failed, others), Strength.POSSIBLE).fixes
    assert (fixes[0].text, fixes[0].tested) == ("lower the momentum from 0.9995 to 0.9", "sibling run m0.9, other seed")
    calm = run("calm", 0.3, lr=0.01, momentum=0.9995, seed=0)
    both = rate_too_high(Siblings.among(failed, (*others, calm)), Strength.POSSIBLE).fixes
    assert [one.tested for one in both] == ["sibling run calm", "sibling run m0.9, other seed"]


def test_another_fold_is_no_seed_and_the_same_one_goes_before_it() -> None:
    slow = run("a", 2.2, lr=0.001, fold=1)
    others = tuple(run(f"b{fold}", 0.3 - fold / 100, lr=0.1, fold=fold) for fold in range(3))
    assert rate_too_low(Siblings.among(slow, others), Strength.POSSIBLE).fixes[0].tested == "sibling run b1"
    assert (
        rate_too_low(Siblings.among(slow, others[2:]), Strength.POSSIBLE).fixes[0].tested
        == "sibling run b2, other fold"
    )


def test_a_setting_that_a_sibling_does_without_is_said_in_words() -> None:
    failed, calm = (
        run("a", None, max_grad_norm=None, optimizer="SGD"),
        run("b", 0.3, max_grad_norm=1.0, optimizer="SGD"),
    )
    (clue,) = [one for one in from_siblings(Siblings.among(failed, (calm,))) if one.cause == "no-gradient-clipping"]
    assert clue.text == "sibling run b with max_grad_norm 1.0 instead of not set went well"


def test_a_lower_rate_is_no_cure_where_most_runs_at_a_higher_one_went_well() -> None:
    failed, lower = run("a", None, lr=0.01, seed=2), run("b", 0.3, lr=0.001, seed=0)
    higher = tuple(run(f"c{seed}", 0.3, lr=0.02 * (seed + 1), seed=seed) for seed in range(4))
    unlucky = tuple(run(f"d{seed}", None, lr=0.02, seed=seed) for seed in range(4))

    def tested(*others: Run) -> tuple[list[str], bool]:
        siblings = Siblings.among(failed, (lower, *others))
        fixes = rate_too_high(siblings, Strength.POSSIBLE).fixes
        weight = sum(one.weight for one in from_siblings(siblings) if one.cause == "learning-rate-too-high")
        return [one.tested for one in fixes], weight > 0

    assert tested() == (["sibling run b, other seed"], True)
    assert tested(*higher[:1], *unlucky) == (["sibling run b, other seed"], True)
    assert tested(*higher) == ([""], False)
    assert tested(*higher, *unlucky[:2]) == ([""], False)
