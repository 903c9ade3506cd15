"""What the rate of a run and those of its siblings give to a fix, and which siblings set an example."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from logdoctor import Axis, Run, Strength, example_run
from logdoctor.curves import decay, flat, line
from logdoctor.evidence.rate_fixes import GO_ON, TRY_ADAM, decayed_from_there
from logdoctor.evidence.rates import only_rate_differs, rate_too_high, rate_too_low, went_well
from logdoctor.evidence.usual_rates import above_usual, is_ordinary, low_rate
from logdoctor.run import Setting
from logdoctor.signals import Hyperparameters, Sibling, Siblings
from logdoctor.wording import number


def test_a_rate_that_never_came_to_the_end_of_its_warm_up() -> None:
    run = example_run({"lr": 5e-4, "optimizer": "AdamW"}, train_loss=flat(0.693, 40), lr=line(1e-7, 8e-6, 40))
    settings, siblings = Hyperparameters(run), Siblings.among(run, ())
    assert "warming up" in low_rate(settings, siblings)
    assert not is_ordinary(settings, siblings)
    assert "warm up over" in rate_too_low(siblings, Strength.LIKELY).fixes[0].text
    done = example_run({"lr": 5e-4}, train_loss=flat(0.693, 40), lr=line(1e-7, 8e-6, 20).followed_by(flat(8e-6, 20)))
    assert "warming up" not in low_rate(Hyperparameters(done), Siblings.among(done, ()))


def slow(**settings: Setting) -> Run:
    return example_run(dict(settings), train_loss=line(2.3, 2.2))


@pytest.mark.parametrize(
    ("settings", "fixes"),
    [
        ({"lr": 1e-4, "optimizer": "Adam"}, ["raise the learning rate from 1e-4 to about 0.001"]),
        ({"lr": 5e-3, "optimizer": "Adam"}, ["raise the learning rate from 0.005 to 0.01 at most"]),
        ({"lr": 39.8, "optimizer": "AdamOptimizer"}, []),
        ({"lr": 0.5}, ["raise the learning rate from 0.5 to 2 at most"]),
        (
            {"lr": 1e-8, "optimizer": "Adam"},
            [f"raise the learning rate from 1e-8 to about 3e-4, {GO_ON}"],
        ),
        (
            {"lr": 1e-5, "optimizer": "SGD"},
            [f"raise the learning rate from 1e-5 to about 0.06, {GO_ON}", TRY_ADAM],
        ),
        ({"lr": 3e-7}, [f"raise the learning rate from 3e-7 to about 3e-4, {GO_ON}"]),
        ({"lr": 1e-5}, [f"raise the learning rate from 1e-5 to about 2e-4, {GO_ON}"]),
    ],
    ids=["below", "near the highest", "far above", "any optimizer", "nothing", "nothing with SGD", "nothing", "fine"],
)
def test_a_rate_is_raised_up_to_the_highest_that_its_optimizer_takes(
    settings: dict[str, Setting], fixes: list[str]
) -> None:
    found = rate_too_low(Siblings.among(slow(**settings), ()), Strength.POSSIBLE)
    assert [fix.text for fix in found.fixes] == fixes


@pytest.mark.parametrize(
    ("settings", "fix"),
    [
        ({"lr": 0.05, "optimizer": "Adam"}, "lower the learning rate from 0.05 to about 0.005"),
        (
            {"lr": 0.3, "optimizer": "Adam"},
            "lower the learning rate from 0.3 to 0.01 at most, and to 0.001 if that fails too",
        ),
        (
            {"lr": 8.0, "optimizer": "SGD", "momentum": 0.9},
            "lower the learning rate from 8 to about 0.06, and to 0.02 if that fails too",
        ),
        ({"lr": 3.0}, "lower the learning rate from 3 to about 0.06 with SGD, 0.001 with Adam"),
        ({"lr": 1.5}, "lower the learning rate from 1.5 to about 0.15"),
    ],
    ids=["above", "far above", "far above with momentum", "too high for any optimizer", "any optimizer"],
)
def test_a_rate_is_lowered_to_the_highest_that_its_optimizer_takes(settings: dict[str, Setting], fix: str) -> None:
    found = rate_too_high(Siblings.among(slow(**settings), ()), Strength.POSSIBLE)
    assert [one.text for one in found.fixes] == [fix]


@pytest.mark.parametrize(
    ("end", "fix"),
    [(0.5, "3e-5"), (2.0, "3e-5"), (2.2, f"7e-5, {GO_ON}"), (2.29, f"3e-4, {GO_ON}"), (2.4, "3e-5")],
    ids=["far", "an eighth", "a little", "next to nothing", "risen"],
)
def test_a_rate_at_which_a_loss_hardly_falls_is_raised_by_more(end: float, fix: str) -> None:
    run = example_run({"lr": 3e-6, "optimizer": "Adam", "steps": 60}, train_loss=line(2.3, end))
    found = rate_too_low(Siblings.among(run, ()), Strength.POSSIBLE)
    assert [one.text for one in found.fixes] == [f"raise the learning rate from 3e-6 to about {fix}"]


@pytest.mark.parametrize(
    ("settings", "fixes"),
    [
        ({"lr": 0.003, "momentum": 0.999}, ["lower the momentum from 0.999 to 0.9, at the same rate", 3e-4]),
        ({"lr": 0.1, "momentum": 0.99}, ["lower the momentum from 0.99 to 0.9, at a rate of 0.02", 0.01]),
        ({"lr": 0.003, "momentum": 0.95}, [3e-4]),
        ({"lr": 0.003, "ema.momentum": 0.996, "optimizer.momentum": 0.9}, [3e-4]),
        ({"lr": 0.003, "model/norm_cfg/momentum": 0.99}, [3e-4]),
        ({"lr": 0.003, "momentum": 0.999, "optimizer": "RMSprop"}, [3e-4]),
    ],
    ids=["heavy", "heavy at a high rate", "usual", "of averages, too", "of averages alone", "scaled steps"],
)
def test_a_heavy_momentum_is_lowered_before_the_rate(settings: dict[str, Setting], fixes: list[str | float]) -> None:
    found = rate_too_high(Siblings.among(slow(**{"optimizer": "SGD", **settings}), ()), Strength.POSSIBLE)
    lowered = f"lower the learning rate from {settings['lr']} to about "
    said = [one if isinstance(one, str) else lowered + number(one) for one in fixes]
    assert [one.text for one in found.fixes] == said


def test_the_rate_of_a_sibling_of_another_momentum_does_not_come_before_that_momentum() -> None:
    mine = slow(lr=0.05, momentum=0.999, optimizer="SGD")
    calm = replace(example_run({"lr": 0.02, "momentum": 0.9, "optimizer": "SGD"}, train_loss=decay(2.3, 0.0)), name="b")
    alike = replace(
        example_run({"lr": 0.02, "momentum": 0.999, "optimizer": "SGD"}, train_loss=decay(2.3, 0.0)), name="b"
    )
    heavy = "lower the momentum from 0.999 to 0.9, at a rate of 0.02"
    rate = "lower the learning rate from 0.05 to 0.02"
    for other, fixes in ((calm, [heavy, rate]), (alike, [rate])):
        found = rate_too_high(Siblings.among(mine, [mine, other]), Strength.POSSIBLE)
        assert [one.text for one in found.fixes] == fixes


@pytest.mark.parametrize(
    ("held_out", "example"), [(flat(785.0), False), (decay(2.3, 4.0), True)], ids=["thrown away", "learnt by heart"]
)
def test_a_run_that_was_thrown_away_is_no_example_though_it_fits_its_training_set(held_out: Any, example: bool) -> None:
    mine = slow(lr=0.02)
    theirs = replace(example_run({"lr": 2.0}, train_loss=decay(2.3, 0.0), val_loss=held_out), name="other")
    assert [went_well(one) for one in Siblings.among(mine, [mine, theirs])] == [example]


def test_an_optimizer_is_called_as_the_log_calls_it() -> None:
    run = slow(lr=39.8, optimizer="AdamOptimizer")
    assert above_usual(run, Hyperparameters(run)).endswith("far above the usual for AdamOptimizer")


def test_a_run_that_logs_other_things_is_no_example() -> None:
    mine = example_run({"lr": 1e-6}, train_loss=flat(0.693), val_accuracy=flat(0.5))
    rewards: dict[str, Any] = {f"rewards/{one}": flat(0.1) for one in ("chosen", "rejected", "margins")}
    alike = replace(example_run({"lr": 1e-3}, train_loss=decay(0.693, 0.0), val_accuracy=flat(0.9)), name="alike")
    policy = replace(example_run({"lr": 1e-3}, train_loss=decay(0.693, 0.0), **rewards), name="policy")
    for other, told in ((alike, True), (policy, False)):
        found = rate_too_low(Siblings.among(mine, [mine, other]), Strength.POSSIBLE)
        assert bool(found.pro) is told


def test_of_a_large_sweep_the_lowest_sibling_alone_is_compared_setting_by_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[str] = []

    def looking(sibling: Sibling) -> bool:
        looked_at.append(sibling.run.name)
        return only_rate_differs(sibling)

    monkeypatch.setattr("logdoctor.evidence.rates.only_rate_differs", looking)
    sweep = [
        replace(example_run({"lr": 1e-3}, train_loss=decay(2.3, 0.2 + at / 100)), name=f"seed{at}") for at in range(50)
    ]
    found = rate_too_low(Siblings.among(slow(lr=1e-5), sweep[::-1]), Strength.POSSIBLE)
    assert found.fixes[0].tested == "sibling run seed0"
    assert set(looked_at) == {"seed0"}


@pytest.mark.parametrize(
    ("momentum", "first"),
    [(0.999, "lower the momentum from 0.999 to 0.9, at the same rate"), (0.9, "decay the rate to about 3e-4")],
)
def test_a_momentum_that_overshoots_at_any_rate_is_lowered_before_the_rate_is_decayed(
    momentum: float, first: str
) -> None:
    run = slow(optimizer="SGD", lr=0.003, momentum=momentum)
    cause = decayed_from_there(rate_too_high(Siblings.among(run, ()), Strength.POSSIBLE), run)
    assert cause.fixes[0].text.startswith(first)
    assert len({fix.text for fix in cause.fixes}) == len(cause.fixes)


@pytest.mark.parametrize(("steps", "fix"), [(200, "0.001"), (600, "8e-4"), (20_000, "3e-4")])
def test_the_fewer_steps_a_run_has_the_higher_the_rate_to_search_upwards_from(steps: int, fix: str) -> None:
    """A step of Adam's kind is at most its rate."""
    run = example_run({"lr": 1e-6, "optimizer": "Adam"}, Axis.STEP, train_loss=flat(2.3, steps).noisy(0.001))
    found = rate_too_low(Siblings.among(run, ()), Strength.POSSIBLE)
    assert found.fixes[0].text == f"raise the learning rate from 1e-6 to about {fix}, {GO_ON}"
