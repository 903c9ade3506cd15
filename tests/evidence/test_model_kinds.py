"""Trees have no activations, and tokens no scale."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from logdoctor import Axis, Finding, Run, Series, example_run
from logdoctor.curves import decay, flat, geometric, line
from logdoctor.engine import examine
from logdoctor.packs import installed_rules
from logdoctor.run.roles import TrainLoss

LOGLOSS: dict[str, Any] = {"train-logloss": line(0.6931, 0.6921).noisy(1e-6)}


def found(run: Run, rule: str) -> Finding:
    return next(one for one in examine(run, installed_rules()).findings if one.rule == rule)


def test_boosted_trees_are_given_causes_and_fixes_of_trees() -> None:
    said = found(example_run(None, Axis.STEP, 0, **LOGLOSS), "stalled-at-chance")
    assert said.causes[0].id == "learning-rate-too-low"
    assert not {"bad-initialization", "dead-activations", "data-not-normalised"} & {one.id for one in said.causes}
    assert [fix.text for fix in said.causes[0].fixes] == [
        "raise the learning rate to 0.03 to 0.3, or grow as many more trees"
    ]


def test_a_nan_of_boosted_trees_is_of_no_batch() -> None:
    learn = [*(0.7 / n for n in range(1, 40)), float("nan")]
    said = found(
        replace(example_run(), series=(replace(Series.of("learn", range(40), learn), role=TrainLoss),)), "nan-loss"
    )
    assert not {"bad-batch", "no-gradient-clipping"} & {one.id for one in said.causes}
    assert any("l2_leaf_reg" in fix.text for cause in said.causes for fix in cause.fixes)


def test_a_rate_of_trees_is_not_compared_with_those_of_networks() -> None:
    high = found(
        example_run({"learning_rate": 5.0}, Axis.STEP, 0, **{"training's l2": geometric(1.0, 1e5)}), "divergence"
    )
    low = found(example_run({"learning_rate": 1e-4}, Axis.STEP, 0, **LOGLOSS), "stalled-at-chance")
    assert [fix.text for fix in high.causes[0].fixes] == ["lower the learning rate to 0.03 to 0.3"]
    assert [fix.text for fix in low.causes[0].fixes] == [
        "raise the learning rate to 0.03 to 0.3, or grow as many more trees"
    ]


def test_what_was_computed_from_the_run_stays() -> None:
    curves: dict[str, Any] = {
        "train-logloss": decay(0.69, 0.01),
        "eval-logloss": decay(0.69, 0.4, 30).then(line(0.0, 0.6, 90)),
    }
    fixes = [
        fix for cause in found(example_run(None, Axis.STEP, 0, **curves), "overfitting").causes for fix in cause.fixes
    ]
    assert any("keep the checkpoint" in fix.text for fix in fixes)
    assert not any("BatchNorm" in fix.text or "AdamW" in fix.text for fix in fixes)


def test_tokens_are_not_normalised() -> None:
    run = example_run({"lr": 1e-3}, Axis.STEP, 0, train_loss=flat(2.3).noisy(0.001))
    assert "data-not-normalised" in {one.id for one in found(run, "no-learning").causes}
    of_tokens = replace(run, hyperparameters={"lr": 1e-3, "vocab_size": 32_000})
    assert "data-not-normalised" not in {one.id for one in found(of_tokens, "no-learning").causes}
