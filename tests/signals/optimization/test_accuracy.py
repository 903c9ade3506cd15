"""How many examples an accuracy is measured on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from logdoctor import Axis, Series, example_run
from logdoctor.curves import Curve, flat, given
from logdoctor.run import Split
from logdoctor.signals.optimization.accuracy import (
    answers_differ,
    errs_alike,
    examples_behind,
    examples_of,
    has_one_decimal,
    logged_name,
    moves_often,
    one_class_at_a_time,
    right_by_error_rates,
    right_by_word_errors,
    rose_to,
)

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("n", [4, 7, 12, 25, 58])
def test_few_examples_are_counted(n: int) -> None:
    right = RNG.integers(n // 2, n + 1, 60) / n
    assert examples_behind(right, 60) == n
    assert examples_behind(np.round(100 * right, 2), 60) == n


def test_many_examples_are_not() -> None:
    assert examples_behind(RNG.integers(300, 500, 40) / 500, 60) is None


def test_one_value_tells_of_very_few_examples_alone() -> None:
    assert examples_behind(np.array([1.0, 0.75, 1.0, 0.75]), 60) == 4
    assert examples_behind(np.array([1.0, 0.962, 1.0, 0.962]), 60) is None
    assert examples_behind(np.ones(8), 60) is None


def test_of_what_is_no_accuracy_no_examples_are_known() -> None:
    values = [0.5, 0.75, 0.75, 1.0]
    assert examples_of(Series.of("val_acc", range(4), values), 60) == 4
    assert examples_of(Series.of("val_f1", range(4), values), 60) == 0


@pytest.mark.parametrize(
    ("values", "often"), [([0.5, 0.75, 1.0], True), ([0.75, 1.0, 1.0], False), ([0.75] * 3, False)]
)
def test_an_accuracy_moves_often_that_has_several_values_between(values: list[float], often: bool) -> None:
    assert moves_often(Series.of("val_acc", range(3), values)) is often


@pytest.mark.parametrize(("other", "alike"), [([0.96] * 4, True), ([0.88] * 4, True), ([0.8] * 4, False)])
def test_one_class_that_is_named_always_leaves_about_the_same_errors_everywhere(
    other: list[float], alike: bool
) -> None:
    one, two = (
        Series.of(name, range(4), values) for name, values in (("accuracy", [0.95] * 4), ("val_accuracy", other))
    )
    assert errs_alike(one, [one, two]) is alike
    assert errs_alike(Series.of("f1", range(4), [0.95] * 4), [two])


@pytest.mark.parametrize(("best", "differ"), [([0.976, 0.981, 0.985, 0.985], True), ([0.7] * 4, False)])
def test_a_high_accuracy_that_rests_beside_one_that_moves_is_of_many_answers(best: list[float], differ: bool) -> None:
    five, one = (
        Series.of(name, range(4), values) for name, values in (("val_acc_5", [0.998] * 4), ("val_acc_1", best))
    )
    assert answers_differ(five, [five, one]) is differ
    assert not answers_differ(Series.of("val_acc_5", range(4), [0.5] * 4), [one])
    train = replace(Series.of("train_acc", range(4), [0.1, 0.2, 0.3, 0.4]), split=Split.TRAIN)
    assert not answers_differ(five, [train])


@pytest.mark.parametrize(
    ("values", "alone"),
    [
        ([0.22, 0.2, 0.22, 0.22, 0.2, 0.22, 0.22, 0.22], True),
        ([22.0, 20.0, 22.0, 22.0, 20.0, 22.0, 22.0, 22.0], True),
        ([0.22] * 8, False),  # one value alone is another finding
        ([0.22, 0.2, 0.21, 0.22, 0.2, 0.22, 0.22, 0.22], False),
        ([0.58, 0.6, 0.58, 0.58, 0.6, 0.58, 0.58, 0.58], False),  # two classes cannot have so much of one set
        ([0.0, 0.2, 0.2, 0.2, 0.0, 0.2, 0.2, 0.2], False),
    ],
)
def test_shares_of_single_classes_take_turns(values: list[float], alone: bool) -> None:
    assert one_class_at_a_time(Series.of("val_acc", range(8), values)) is alone
    assert not one_class_at_a_time(Series.of("val_acc_top5", range(8), values))


def test_a_metric_that_came_from_well_below_has_risen() -> None:
    assert rose_to(0.5, np.array([0.1, 0.3]))
    assert not rose_to(0.5, np.array([0.48, 0.49]))
    assert not rose_to(0.5, np.array([0.1, 0.95]))
    assert not rose_to(0.5, np.array([]))


@pytest.mark.parametrize(
    ("values", "rounded"), [([0.6, 0.7, 0.9], True), ([0.6, 0.700000048, 0.9], False), ([60.0, 70.0, 90.0], False)]
)
def test_tenths_may_be_any_share_that_is_printed_with_one_decimal(values: list[float], rounded: bool) -> None:
    assert has_one_decimal(Series.of("val_acc", range(3), values)) is rounded


class TestRightByErrorRates:
    @staticmethod
    def right(name: str, errors: Curve) -> list[list[float]]:
        run = example_run(None, Axis.EPOCH, 0, train_loss=flat(0.4, 8), val_loss=flat(0.5, 8), **{name: errors})
        return [one.values.tolist() for one in right_by_error_rates(run)]

    @pytest.mark.parametrize("name", ["word_error_rate", "sentence_error_rate", "top5_error_rate", "error_rate@5"])
    def test_what_counts_no_single_answers_leaves_none_right(self, name: str) -> None:
        assert self.right(f"val_{name}", flat(0.5, 8)) == []

    def test_a_rate_above_one_is_in_per_cent(self) -> None:
        assert self.right("val_error_rate", given([1.25, 0.5])) == [[98.75, 99.5]]

    def test_a_share_of_errors_leaves_a_share_right(self) -> None:
        assert self.right("val_error_rate", given([1.0, 0.25])) == [[0.0, 0.75]]


class TestRightByWordErrors:
    @pytest.mark.parametrize(
        ("errors", "right"),
        [([1.0, 0.25], [0.0, 0.75]), ([1.5, 1.0], [-0.5, 0.0]), ([100.0, 25.0], [0.0, 75.0])],
        ids=["shares", "more words than were spoken", "per cent"],
    )
    def test_what_is_not_wrong_is_right(self, errors: list[float], right: list[float]) -> None:
        run = example_run(None, Axis.EPOCH, 0, train_loss=flat(0.4, 8), val_wer=given(errors), val_mae=given(errors))
        (found,) = right_by_word_errors(run)
        assert (found.values.tolist(), logged_name(found.name)) == (right, "val_wer")
