"""Where losses are NaN or infinite, and which of them count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from logdoctor import Axis, Series, example_run
from logdoctor.curves import Curve, decay, flat, given
from logdoctor.signals import NonFinite, NonFiniteLosses, Unmeasurable

NAN, INF = np.nan, np.inf


def found(**curves: Curve) -> list[str]:
    return [one.series.name for one in NonFiniteLosses.measure(example_run(None, Axis.EPOCH, 0, **curves)).found]


class TestOne:
    @each(st.lists(st.floats(width=32), min_size=1, max_size=30))
    def test_counts_add_up(self, values: list[float]) -> None:
        one = NonFinite.of(Series.of("loss", range(len(values)), values))
        assert one.count == sum(not np.isfinite(value) for value in values)
        if one.count:
            assert not np.isfinite(values[one.first])
            assert np.isfinite(one.before).all()
            assert len(one.before) == one.first
            assert one.first + one.count + one.recovered == len(values)

    @pytest.mark.parametrize(("value", "word"), [(NAN, "NaN"), (INF, "infinite"), (-INF, "infinite")])
    def test_the_first_value_gives_the_word(self, value: float, word: str) -> None:
        assert NonFinite.of(Series.of("loss", [0, 10, 20], [1.0, value, NAN])).word == word

    def test_the_first_step_is_that_of_the_log(self) -> None:
        assert NonFinite.of(Series.of("loss", [0, 10, 20], [1.0, NAN, 2.0])).first_step == 10

    def test_a_nan_that_a_restart_undid_does_not_count(self) -> None:
        assert NonFinite.of(Series.of("loss", [0, 1, 2, 1, 2], [3.0, 2.0, NAN, 2.0, 1.0])).count == 0


class TestLosses:
    def test_a_run_without_losses_cannot_be_judged(self) -> None:
        with pytest.raises(Unmeasurable, match="no loss in this run"):
            NonFiniteLosses.measure(example_run(train_accuracy=flat(NAN)))

    def test_sound_losses_are_not_listed(self) -> None:
        assert found(train_loss=decay(2.0, 1.0), val_loss=decay(2.0, 1.0)) == []

    def test_training_comes_before_validation(self) -> None:
        turning = flat(1.0, 10).followed_by(flat(NAN, 10))
        assert found(val_loss=turning, train_loss=turning) == ["train_loss", "val_loss"]

    def test_a_validation_loss_of_nothing_but_nan_was_computed_where_its_accuracy_was(self) -> None:
        for accuracy, unsure in ((flat(0.1), False), (flat(NAN), True)):
            losses = NonFiniteLosses.measure(
                example_run(train_loss=decay(2.0, 1.0), val_loss=flat(NAN), val_accuracy=accuracy)
            )
            (bad,) = losses.found
            assert bad.series.name == "val_loss"
            assert losses.may_not_be_computed(bad) is unsure

    def test_a_validation_loss_that_turns_nan_is_listed(self) -> None:
        assert found(train_loss=decay(2.0, 1.0), val_loss=flat(1.0).with_value(50, NAN)) == ["val_loss"]

    def test_a_validation_loss_of_nothing_but_nan_is_listed_where_training_is_nan_too(self) -> None:
        assert found(train_loss=given([NAN] * 9), val_loss=given([NAN] * 9)) == ["train_loss", "val_loss"]

    def test_a_training_loss_of_nothing_but_nan_is_listed(self) -> None:
        assert found(train_loss=flat(NAN)) == ["train_loss"]

    def test_metrics_and_rates_do_not_count(self) -> None:
        assert found(train_loss=decay(2.0, 1.0), train_accuracy=flat(NAN), lr=flat(NAN)) == []
