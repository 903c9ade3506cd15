"""A rate is judged by the optimizer that a framework takes unless it is told otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from logdoctor import Finding, Run, example_run
from logdoctor.curves import decay
from logdoctor.engine import Bench
from logdoctor.run.averages import SINCE_LAST
from logdoctor.signals import Siblings
from logdoctor_rules.schedule.lr_out_of_range import LrOutOfRange


def found(run: Run) -> list[Finding]:
    return cast(list[Finding], Bench(run, Siblings(run, ())).ask(LrOutOfRange()))


@pytest.mark.parametrize(("rate", "count"), [(0.5, 1), (0.05, 0), (5e-8, 1), (5e-6, 0)])
def test_a_trainer_that_names_no_optimizer_takes_adamw(rate: float, count: int) -> None:
    run = example_run({"lr": rate}, train_loss=decay(2.3, 1.5).noisy(0.05))
    assert found(run) == []  # of a log that anybody may have written, nothing is known
    of_trainer = replace(run, series=tuple(replace(one, average=SINCE_LAST) for one in run.series))
    assert len(found(of_trainer)) == count
    assert all("AdamW, the default, usually takes 1e-6 to 0.01" in one.message for one in found(of_trainer))


def test_the_optimizer_that_is_named_goes_before_it() -> None:
    run = example_run({"lr": 0.5, "optimizer": "SGD"}, train_loss=decay(2.3, 1.5))
    assert found(replace(run, series=tuple(replace(one, average=SINCE_LAST) for one in run.series))) == []
