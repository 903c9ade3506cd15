"""Clues add up to a ranking."""

from __future__ import annotations

from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, Clue, weigh
from logdoctor.finding import Strength


def test_the_better_supported_cause_comes_first() -> None:
    first, second = weigh({"bad-batch": 0.5, "log-of-zero": 0.5}, [Clue("log-of-zero", FAIR, "it is infinite")])
    assert (first.cause, first.pro, second.cause) == ("log-of-zero", ("it is infinite",), "bad-batch")


def test_without_clues_the_usual_order_holds() -> None:
    assert [one.cause for one in weigh({"a": 0.0, "b": 1.0, "c": 0.5}, [])] == ["b", "c", "a"]


def test_a_total_is_a_strength() -> None:
    clues = [Clue("a", STRONG, "for"), Clue("c", -FAIR, "against")]
    weighed = {one.cause: one for one in weigh({"a": 0.0, "b": 0.0, "c": 0.5}, clues)}
    assert {name: one.strength for name, one in weighed.items()} == {
        "a": Strength.LIKELY,
        "b": Strength.POSSIBLE,
        "c": Strength.UNLIKELY,
    }
    assert weighed["c"].contra == ("against",)


def test_what_is_ruled_out_is_not_named_unless_nothing_is_left() -> None:
    ruled_out = [Clue("a", -DECISIVE, "clipped"), Clue("b", -STRONG - DECISIVE, "no second moment")]
    assert [one.cause for one in weigh({"a": 0.0, "c": 0.0}, ruled_out)] == ["c"]
    assert [one.cause for one in weigh({"a": 0.0, "b": 0.0}, ruled_out)] == ["a"]


def test_clues_on_causes_that_nobody_asked_for_are_left_out() -> None:
    assert [one.cause for one in weigh({"a": 0.0}, [Clue("b", DECISIVE)])] == ["a"]


def test_a_clue_without_text_counts_and_says_nothing() -> None:
    (one,) = weigh({"a": 0.0}, [Clue("a", STRONG)])
    assert (one.total, one.pro) == (STRONG, ())
