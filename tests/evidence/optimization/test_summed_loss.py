"""Whether a training loss is added up over its batch."""

from __future__ import annotations

from logdoctor import Run, Series
from logdoctor.evidence.optimization.summed_loss import guesses_in_sum, summed_loss
from logdoctor.run.understand import understand
from logdoctor.signals import Hyperparameters


def said(train: list[float], val: list[float], first_evaluation: int) -> str:
    series = [
        Series.of("train_loss", range(len(train)), train),
        Series.of("val_loss", range(first_evaluation, first_evaluation + len(val)), val),
    ]
    run = Run("run", understand(series), hyperparameters={"batch_size": 16})
    return summed_loss(run, Hyperparameters(run))


def test_as_many_times_validation_as_a_batch_has_examples() -> None:
    assert "which is the batch size" in said([37.0, 35.0, 33.0, 31.0, 29.0], [2.3, 1.9], 2)


def test_what_fell_before_the_first_evaluation_was_learnt() -> None:
    assert not said([25.0, 16.1, 3.6, 6.3, 10.2, 8.4, 5.2, 0.3, 1.7, 2.1], [1.56, 0.55], 9)


def test_a_first_loss_of_guessing_times_the_batch_is_added_up_unless_validation_is_as_high() -> None:
    def said(first: float, held_out: float) -> str:
        series = [Series.of("train_loss", range(9), [first] * 9), Series.of("val_loss", range(9), [held_out] * 9)]
        run = Run("run", understand(series), hyperparameters={"batch_size": 64})
        return guesses_in_sum(series[0], Hyperparameters(run), 2.303)

    assert "64 times the 2.3 of guessing" in said(147.4, 3.1)
    assert not said(147.4, 140.0)
    assert not said(160.0, 3.1)
