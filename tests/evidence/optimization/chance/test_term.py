"""Why one term of a loss never leaves the level of guessing."""

from __future__ import annotations

import pytest

from logdoctor import Strength, example_run
from logdoctor.curves import Curve, decay, flat, line
from logdoctor.engine import Bench
from logdoctor.evidence.optimization.chance.term import term_at_chance
from logdoctor.run.roles import TrainLoss
from logdoctor.signals import Trend
from logdoctor.signals.optimization.chance import ChanceLevels


@pytest.mark.parametrize(
    ("term", "memorised"), [(line(2.3, 2.26, 30), True), (line(2.36, 2.31, 30), False)], ids=["below", "down to it"]
)
def test_what_falls_from_above_to_guessing_has_memorised_nothing(term: Curve, memorised: bool) -> None:
    run = example_run(
        train_loss=decay(5.3, 2.9, 30).noisy(0.01),
        train_cls_loss=term.noisy(0.003),
        train_reg_loss=decay(3.0, 0.6, 30),
        val_loss=decay(5.2, 3.1, 30).noisy(0.01),
        val_cls_loss=flat(2.31, 30).noisy(0.005),
        val_reg_loss=decay(0.9, 0.06, 30),
        val_acc=flat(0.103, 30).noisy(0.008),
    )
    bench = Bench(run)
    found = term_at_chance(run, bench.get(Trend[TrainLoss]), bench.get(ChanceLevels))
    assert found is not None
    cause = next(one for one in found.causes if one.id == "labels-do-not-match")
    assert (cause.strength is Strength.LIKELY, bool(cause.pro)) == (memorised, memorised)
