"""Clues add up to a ranking."""

from __future__ import annotations

from logdoctor.evidence.weighing import DECISIVE, FAIR, STRONG, Clue, causes_of_clues
from logdoctor.finding import Strength

RATE, BATCH, LOG = "learning-rate-too-high", "bad-batch", "log-of-zero"


def test_the_better_supported_cause_comes_first() -> None:
    first, second = causes_of_clues({BATCH: 0.5, LOG: 0.5}, [Clue(LOG, FAIR, "it is infinite")])
    assert (first.id, first.pro, second.id) == (LOG, ("it is infinite",), BATCH)


def test_without_clues_the_usual_order_holds() -> None:
    assert [one.id for one in causes_of_clues({RATE: 0.0, BATCH: 1.0, LOG: 0.5}, [])] == [BATCH, LOG, RATE]


def test_weights_count_not_how_much_is_said() -> None:
    clues = [Clue(RATE, STRONG, "once"), Clue(BATCH, FAIR, "twice"), Clue(BATCH, FAIR / 2, "twice")]
    assert [one.id for one in causes_of_clues({BATCH: 0.0, RATE: 0.0}, clues)] == [RATE, BATCH]


def test_a_total_is_a_strength() -> None:
    clues = [Clue(RATE, STRONG, "for"), Clue(LOG, -FAIR, "against")]
    found = {one.id: one for one in causes_of_clues({RATE: 0.0, BATCH: 0.0, LOG: 0.5}, clues)}
    assert {name: one.strength for name, one in found.items()} == {
        RATE: Strength.LIKELY,
        BATCH: Strength.POSSIBLE,
        LOG: Strength.UNLIKELY,
    }
    assert found[LOG].contra == ("against",)


def test_what_is_ruled_out_is_not_named_unless_nothing_is_left() -> None:
    ruled_out = [Clue(RATE, -DECISIVE, "clipped"), Clue(BATCH, -STRONG - DECISIVE, "no second moment")]
    assert [one.id for one in causes_of_clues({RATE: 0.0, LOG: 0.0}, ruled_out)] == [LOG]
    assert [one.id for one in causes_of_clues({RATE: 0.0, BATCH: 0.0}, ruled_out)] == [RATE]


def test_clues_on_causes_that_nobody_asked_for_are_left_out() -> None:
    assert [one.id for one in causes_of_clues({RATE: 0.0}, [Clue(BATCH, DECISIVE)])] == [RATE]


def test_a_clue_without_text_counts_and_says_nothing() -> None:
    (one,) = causes_of_clues({RATE: 0.0}, [Clue(RATE, STRONG)])
    assert (one.weight, one.pro) == (STRONG, ())


def test_the_first_is_possible_whatever_speaks_against_it() -> None:
    clues = [Clue(RATE, -STRONG, "no rise before"), Clue(BATCH, -DECISIVE, "it comes back")]
    found = causes_of_clues({RATE: 0.0, BATCH: 0.0}, clues)
    assert [(one.id, one.strength) for one in found][:1] == [(RATE, Strength.POSSIBLE)]
    assert all(one.strength is Strength.UNLIKELY for one in found[1:])
