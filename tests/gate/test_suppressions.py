"""Suppressions: what is known does not count, until it expires; and one that does nothing is said."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from logdoctor.config import Suppression
from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.errors import ConfigurationError
from logdoctor.finding import Confidence, Finding, Outcomes, Severity, Span
from logdoctor.gate.suppressions import refuse_unusable, suppress
from logdoctor.run import Run, Series

TODAY = date(2027, 3, 1)


def finding(rule: str, series: str = "D_loss", explained_by: str = "") -> Finding:
    return Finding(
        rule, "a title", "said", Severity.ERROR, Confidence.HIGH, spans=(Span(series, 0, 9),), explained_by=explained_by
    )


FOUND = Diagnosis(
    (
        Examined(Run("gan-1"), Outcomes((finding("oscillation"), finding("divergence", explained_by="oscillation")))),
        Examined(Run("resnet"), Outcomes((finding("oscillation", "train_loss"),))),
    )
)


def left(*suppressions: Suppression, today: date = TODAY) -> tuple[list[tuple[str, str, str]], int, tuple[str, ...]]:
    diagnosis, known, remarks = suppress(FOUND, suppressions, today)
    return [(run.name, one.rule, one.explained_by) for run, one in diagnosis.findings()], len(known), remarks


def test_what_a_suppression_takes_out_and_what_stands_for_itself_then() -> None:
    rest, known, remarks = left(Suppression("oscillation", run="gan-*", series="D_*", reason="by design"))
    assert rest == [("gan-1", "divergence", ""), ("resnet", "oscillation", "")]
    assert (known, remarks) == (1, ())


@pytest.mark.parametrize(
    ("suppression", "taken"),
    [
        (Suppression("*"), 3),
        (Suppression("oscillation"), 2),
        (Suppression("osc*", run="resnet"), 1),
        (Suppression("oscillation", series="train_loss"), 1),
        (Suppression("oscillation", run="GAN-1"), 0),
    ],
)
def test_a_suppression_takes_what_its_patterns_match(suppression: Suppression, taken: int) -> None:
    rest, known, remarks = left(suppression)
    assert (known, len(rest)) == (taken, 3 - taken)
    assert bool(remarks) == (taken == 0)


def test_one_that_nothing_needs_is_said() -> None:
    assert left(Suppression("plateau", run="gan-*"))[2] == (
        "the suppression of plateau, run gan-* suppresses nothing: remove it",
    )


def test_one_whose_run_is_not_there_is_not_to_be_removed() -> None:
    (remark,) = left(Suppression("plateau", run="gan-2"))[2]
    assert (
        remark == "the suppression of plateau, run gan-2 suppresses nothing: no run is called so; did you mean 'gan-1'?"
    )


def test_one_whose_series_is_not_there_is_not_to_be_removed() -> None:
    logged = Series("D_loss", np.arange(3), np.zeros(3))
    found = Diagnosis((Examined(Run("gan-1", (logged,)), Outcomes((finding("oscillation"),))),))
    (remark,) = suppress(found, [Suppression("oscillation", series="d_los*")], TODAY)[2]
    assert remark == (
        "the suppression of oscillation, series d_los* suppresses nothing: no series is called so; did you mean "
        "'D_loss'?"
    )


@pytest.mark.parametrize(("expires", "holds"), [(date(2027, 2, 28), False), (TODAY, True), (date(2027, 3, 2), True)])
def test_it_holds_to_its_last_day(expires: date, holds: bool) -> None:
    rest, known, remarks = left(Suppression("oscillation", expires=expires))
    assert known == (2 if holds else 0)
    assert len(rest) == (1 if holds else 3)
    if not holds:
        assert remarks == ("the suppression of oscillation expired on 2027-02-28: 2 findings count again",)


def test_an_expired_one_that_nothing_needs() -> None:
    (remark,) = left(Suppression("plateau", expires=date(2020, 1, 1)))[2]
    assert remark == "the suppression of plateau expired on 2020-01-01: nothing needs it any more: remove it"


def test_what_cannot_be_used_is_refused() -> None:
    rules = ["oscillation", "plateau"]
    with pytest.raises(ConfigurationError, match="did you mean 'oscillation'"):
        refuse_unusable([Suppression("oscilation")], rules, need_reason=False)
    with pytest.raises(ConfigurationError, match="oscillation gives no reason, which the preset strict asks for"):
        refuse_unusable([Suppression("oscillation", reason=" ")], rules, need_reason=True)
    refuse_unusable([Suppression("osc*", reason="known")], rules, need_reason=True)
