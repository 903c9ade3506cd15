"""Why a gradient is next to nothing."""

from __future__ import annotations

from typing import cast

import pytest

from logdoctor import Finding, example_run
from logdoctor.curves import Curve, flat, geometric
from logdoctor.engine import Bench
from logdoctor.signals import Siblings
from logdoctor_rules.optimization.vanishing_gradients import VanishingGradients


@pytest.mark.parametrize(
    ("norm", "first"),
    [
        (flat(0.0), "optimizer-not-stepping"),  # nothing that is trained has a part in the loss
        (flat(1.0, 60).followed_by(flat(0.0, 60)), "dead-activations"),
        (flat(1e-9), "bad-initialization"),
        (geometric(1.0, 1e-6), "saturated-activations"),
    ],
)
def test_the_shape_of_the_norm_decides_which_cause_comes_first(norm: Curve, first: str) -> None:
    run = example_run(train_loss=flat(2.303).noisy(0.003), grad_norm=norm)
    (finding,) = cast(list[Finding], Bench(run, Siblings(run, ())).ask(VanishingGradients()))
    assert finding.causes[0].id == first
