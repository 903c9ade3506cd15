"""How a loss came to rest at the level of guessing."""

from __future__ import annotations

import pytest

from logdoctor.curves import flat, given
from logdoctor.evidence.optimization.at_chance import came_down_to_guessing
from logdoctor.rule import example_run


@pytest.mark.parametrize(
    ("losses", "accuracy", "told"),
    [
        ([2.2, 1.81, *[1.8] * 8], 0.185, True),
        ([2.2, 1.81, *[1.8] * 8], 0.4, False),
        ([1.85, 1.81, *[1.8] * 8], 0.185, False),
        ([2.4, 2.2, 2.1, 2.0, 1.95, 1.9, *[1.8] * 8], 0.185, False),
    ],
    ids=["at once", "to more than guessing", "hardly from above", "by and by"],
)
def test_a_loss_may_come_down_to_guessing_at_once(losses: list[float], accuracy: float, told: bool) -> None:
    run = example_run(train_loss=given(losses), val_acc=flat(accuracy, len(losses)).noisy(0.004))
    assert bool(came_down_to_guessing(run)) is told
