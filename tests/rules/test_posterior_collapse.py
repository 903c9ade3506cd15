"""What the settings say of the weight of the divergence."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from logdoctor import Finding
from logdoctor.engine import Bench
from logdoctor.run import Setting
from logdoctor.signals import Siblings
from logdoctor_rules.collapse.posterior_collapse import PosteriorCollapse


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"kld_weight": 500.0}, ("the settings weight the divergence by 500",)),
        ({"model.beta": 4}, ("the settings weight the divergence by 4",)),
        ({"kld_weight": 0.00025}, ()),
        ({}, ()),
    ],
)
def test_a_weight_above_that_of_the_bound_speaks_for_it(settings: dict[str, Setting], said: tuple[str, ...]) -> None:
    rule = PosteriorCollapse()
    run = replace(rule.examples[0].run, hyperparameters=settings)
    (finding,) = cast(list[Finding], Bench(run, Siblings(run, ())).ask(rule))
    (cause,) = [one for one in finding.causes if one.id == "kl-weight-too-high"]
    assert cause.pro[:-1] == said
