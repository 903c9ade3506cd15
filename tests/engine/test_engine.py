"""The bench that fills the needs of rules, and the four ways in which a rule can answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from logdoctor import (
    Axis,
    Confidence,
    Finding,
    LearningRate,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    TrainLoss,
    ValLoss,
    because,
    example_run,
)
from logdoctor.curves import decay, flat, given, line
from logdoctor.engine import Bench, MissingNeed, examine
from logdoctor.finding import Crashed, NotApplicable
from logdoctor.packs import installed_rules
from logdoctor.signals import Gap, Schedule, Siblings, Spikes, Trend
from logdoctor.signals.optimization.stand_ins import StandIn

RUN = example_run(train_loss=decay(2.3, 0.5), val_loss=decay(2.3, 0.7))
AXES = {"train_loss": Axis.STEP, "val_loss": Axis.EPOCH}


@dataclass(frozen=True)
class Speaking(Rule):
    """A rule whose check is not under test."""

    title = "It speaks"
    severity = Severity.WARNING
    causes: ClassVar[tuple[str, ...]] = ()
    examples = ()

    def said(self, confidence: Confidence = Confidence.MEDIUM) -> Finding:
        return self.finding(
            "1 thing is wrong", Span("train_loss", 0, 1), confidence=confidence, evidence={"n": Quantity(1)}
        )


@dataclass(frozen=True)
class Both:
    train: Trend[TrainLoss]
    rate: LearningRate | None
    said: str = ""


@dataclass(frozen=True)
class Always(Speaking):
    id = "always"

    def check(self, run: Run) -> Iterator[Finding]:
        yield self.said()


@dataclass(frozen=True)
class Never(Speaking):
    id = "never"

    def check(self, train: Trend[TrainLoss]) -> Iterator[Finding]:
        yield from ()


@dataclass(frozen=True)
class Crashing(Speaking):
    id = "crashing"

    def check(self, train: Trend[TrainLoss]) -> Iterator[Finding]:
        yield self.said()
        raise ZeroDivisionError(f"{train.end} / 0")


@dataclass(frozen=True)
class MeasuresItself(Speaking):
    id = "measures-itself"

    def check(self, run: Run) -> Iterator[Finding]:
        if any(Trend.measure(one).end > 0 for one in run.series):
            yield self.said()


@dataclass(frozen=True)
class NeedsRate(Speaking):
    id = "needs-rate"

    def check(self, schedule: Schedule) -> Iterator[Finding]:
        yield self.said()


@dataclass(frozen=True)
class MayUseRate(Speaking):
    id = "may-use-rate"

    def check(self, train: Trend[TrainLoss], schedule: Schedule | None) -> Iterator[Finding]:
        if schedule is None:
            yield self.said()


def explaining(name: str, *consequences: str) -> Rule:
    """Return a rule of that id that always speaks and explains others."""

    @dataclass(frozen=True)
    class Explaining(Always):
        id = name
        explains = consequences

    return Explaining()


def blaming(
    name: str, cause: str, span: Span, severity: Severity = Severity.WARNING, strength: Strength = Strength.LIKELY
) -> Rule:
    """Return a rule of that id that always names that cause, for something in that stretch of a series."""

    @dataclass(frozen=True)
    class Blaming(Speaking):
        id = name
        causes = (cause,)

        def check(self, run: Run) -> Iterator[Finding]:
            found = self.finding(
                "1 thing is wrong", span, confidence=Confidence.MEDIUM, causes=(because(cause, strength),)
            )
            yield replace(found, severity=severity)

    return Blaming()


@dataclass(frozen=True)
class Guessing(Speaking):
    id = "guessing"
    explains = ("always",)

    def check(self, run: Run) -> Iterator[Finding]:
        yield self.said(Confidence.LOW)


@dataclass(frozen=True)
class JudgesStandIns(Speaking):
    id = "judges-stand-ins"
    stand_ins = (StandIn.VALIDATION, StandIn.ERRORS)

    def check(self, train: Trend[TrainLoss], val: Trend[ValLoss] | None) -> Iterator[Finding]:
        yield replace(self.said(Confidence.HIGH), message=f"{train.series.name} beside {val and val.series.name}")


class TestStandIns:
    def test_a_lone_validation_loss_stands_in_for_training_where_a_rule_takes_it(self) -> None:
        (said,) = examine(example_run(val_loss=decay(2.3, 0.7)), [JudgesStandIns()]).findings
        assert said.message == "val_loss beside None"

    def test_the_finding_is_less_sure_and_asks_for_the_training_loss(self) -> None:
        (said,) = examine(example_run(val_loss=decay(2.3, 0.7)), [JudgesStandIns()]).findings
        assert said.confidence is Confidence.MEDIUM
        assert said.to_tell_apart[0].startswith("the training loss")

    def test_other_rules_still_miss_the_training_loss(self) -> None:
        (reason,) = examine(example_run(val_loss=decay(2.3, 0.7)), [Never()]).not_applicable
        assert reason.reason == "no train loss in this run"

    def test_beside_a_training_loss_it_stands_in_for_nothing(self) -> None:
        (said,) = examine(RUN, [JudgesStandIns()]).findings
        assert (said.message, said.confidence) == ("train_loss beside val_loss", Confidence.HIGH)

    def test_an_accuracy_of_one_of_several_tasks_or_of_a_discriminator_does_not(self) -> None:
        run = example_run(val_acc_task1=flat(0.5), val_acc_task2=flat(0.5), d_acc=flat(0.5))
        (reason,) = examine(run, [JudgesStandIns()]).not_applicable
        assert reason.reason == "no train loss in this run"

    def test_errors_of_accuracies_do_where_no_loss_is_logged(self) -> None:
        (said,) = examine(example_run(train_acc=flat(60.0), val_acc=flat(50.0)), [JudgesStandIns()]).findings
        assert said.message == "1 - train_acc beside 1 - val_acc"

    def test_a_finding_points_at_the_series_that_was_logged(self) -> None:
        rules = [one for one in installed_rules() if one.id == "no-learning"]
        (said,) = examine(example_run(train_acc=flat(0.1, 60).noisy(0.004)), rules).findings
        assert [one.series for one in said.spans] == ["train_acc"]

    def test_what_speaks_for_a_cause_names_what_stands_in(self) -> None:
        rules = [one for one in installed_rules() if one.id == "divergence"]
        rising = line(0.9, 0.3, 60).noisy(0.004)
        (said,) = examine(example_run(train_acc=rising, val_acc=rising), rules).findings
        clues = [clue for cause in said.causes for clue in (*cause.pro, *cause.contra)]
        assert any("1 - train_acc" in clue or "1 - val_acc" in clue for clue in clues)
        assert not any("the loss" in clue for clue in clues)

    @pytest.mark.parametrize("trained_by", ["policy_loss", "reward", "d_loss"])
    def test_nor_where_training_makes_something_else_small_or_large(self, trained_by: str) -> None:
        curves: dict[str, Any] = {"val_loss": decay(2.3, 0.7), trained_by: flat(0.5), "g_loss": flat(0.7)}
        run = example_run(**curves)
        assert examine(run, [JudgesStandIns()]).findings == ()


class TestBench:
    def test_a_role_is_the_series_of_that_role(self) -> None:
        assert Bench(RUN).get(ValLoss).name == "val_loss"

    def test_the_run_is_a_need_too(self) -> None:
        assert Bench(RUN).get(Run) is RUN

    def test_a_signal_of_a_role_is_measured_on_its_series(self) -> None:
        trend = Bench(RUN).get(Trend[ValLoss])
        assert trend.series.name == "val_loss"
        assert trend.end == pytest.approx(0.7, abs=0.01)

    def test_a_signal_may_be_built_on_signals(self) -> None:
        gap = Bench(RUN).get(Gap)
        assert (gap.train.series.name, gap.val.series.name) == ("train_loss", "val_loss")

    def test_what_only_gathers_needs_has_them_as_its_fields_without_a_default(self) -> None:
        bench = Bench(RUN)
        both = bench.get(Both)
        assert (both.train, both.rate, both.said) == (bench.get(Trend[TrainLoss]), None, "")
        with pytest.raises(MissingNeed, match="no train loss"):
            Bench(example_run(lr=flat(0.1))).get(Both)

    def test_everything_is_made_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[str] = []
        measure = Trend.measure.__func__  # type: ignore[attr-defined]

        def counting(cls: type[Trend[Any]], series: Any) -> Trend[Any]:
            made.append(series.name)
            return measure(cls, series)  # type: ignore[no-any-return]

        monkeypatch.setattr(Trend, "measure", classmethod(counting))
        bench = Bench(RUN)
        gap = bench.get(Gap)
        assert bench.get(Trend[TrainLoss]) is gap.train
        assert bench.get(Gap) is gap
        assert sorted(made) == ["train_loss", "val_loss"]

    def test_that_something_is_missing_is_remembered(self) -> None:
        bench = Bench(RUN)
        with pytest.raises(MissingNeed) as first:
            bench.get(LearningRate)
        with pytest.raises(MissingNeed) as second:
            bench.get(LearningRate)
        assert second.value is first.value

    def test_an_optional_need_that_is_there_is_filled(self) -> None:
        bench = Bench(RUN)
        assert bench.get(Trend[ValLoss] | None) is bench.get(Trend[ValLoss])

    def test_an_optional_need_that_is_missing_is_none(self) -> None:
        assert Bench(example_run(train_loss=flat(1.0))).get(Trend[ValLoss] | None) is None

    def test_what_is_too_short_to_measure_is_missing(self) -> None:
        bench = Bench(example_run(train_loss=flat(1.0, 5)))
        with pytest.raises(MissingNeed, match=r"train_loss has 5 values, fewer than \d+"):
            bench.get(Spikes[TrainLoss])

    def test_siblings_are_those_that_were_given(self) -> None:
        other = example_run(train_loss=decay(2.3, 0.1))
        assert [one.run for one in Bench(RUN, [other]).get(Siblings)] == [other]

    def test_runs_do_not_share_what_was_made(self) -> None:
        other = example_run(train_loss=decay(9.0, 5.0))
        assert Bench(RUN).get(Trend[TrainLoss]).end != Bench(other).get(Trend[TrainLoss]).end


class TestAsk:
    def test_findings(self) -> None:
        assert Bench(RUN).ask(Always()) == [Always().said()]

    def test_passing_is_an_empty_list(self) -> None:
        assert Bench(RUN).ask(Never()) == []

    def test_a_missing_need_gives_the_reason(self) -> None:
        assert Bench(RUN).ask(NeedsRate()) == NotApplicable("needs-rate", "no learning rate in this run")

    def test_a_missing_role_is_named_in_words(self) -> None:
        answer = Bench(example_run(lr=flat(0.1))).ask(Never())
        assert answer == NotApplicable("never", "no train loss in this run")

    def test_an_optional_need_does_not_keep_a_rule_from_being_asked(self) -> None:
        assert Bench(RUN).ask(MayUseRate()) == [MayUseRate().said()]
        assert Bench(example_run(train_loss=flat(1.0), lr=flat(0.1))).ask(MayUseRate()) == []

    def test_a_crash_is_an_answer_that_names_the_error_and_its_line(self) -> None:
        answer = Bench(RUN).ask(Crashing())
        assert isinstance(answer, Crashed)
        assert answer.rule == "crashing"
        assert "ZeroDivisionError" in answer.error
        assert "test_engine.py" in answer.error

    def test_a_loss_of_nothing_but_nan_cannot_be_measured(self) -> None:
        answer = Bench(example_run(train_loss=given([np.nan] * 30))).ask(Never())
        assert isinstance(answer, NotApplicable)
        assert "0 finite values" in answer.reason

    def test_nor_can_a_rule_be_asked_that_measures_it_itself(self) -> None:
        answer = Bench(example_run(train_loss=given([np.nan] * 30))).ask(MeasuresItself())
        assert isinstance(answer, NotApplicable)
        assert "0 finite values" in answer.reason


class TestExamine:
    def test_every_rule_answers_in_one_of_four_ways(self) -> None:
        outcomes = examine(RUN, [Always(), Never(), NeedsRate(), Crashing()])
        assert [one.rule for one in outcomes.findings] == ["always"]
        assert outcomes.passed == ("never",)
        assert [one.rule for one in outcomes.not_applicable] == ["needs-rate"]
        assert [one.rule for one in outcomes.crashed] == ["crashing"]

    def test_findings_of_a_rule_that_crashes_later_do_not_count(self) -> None:
        assert examine(RUN, [Crashing()]).findings == ()

    def test_a_run_without_series_has_every_need_missing(self) -> None:
        outcomes = examine(Run("empty"), [Never(), NeedsRate(), MayUseRate()])
        assert len(outcomes.not_applicable) == 3

    def test_a_guess_explains_nothing(self) -> None:
        outcomes = examine(RUN, [Guessing(), Always()])
        assert {one.explained_by for one in outcomes.findings} == {""}

    def test_a_finding_is_folded_under_the_one_that_explains_it(self) -> None:
        outcomes = examine(RUN, [explaining("root", "symptom"), explaining("symptom")])
        assert {one.rule: one.explained_by for one in outcomes.findings} == {"root": "", "symptom": "root"}

    def test_what_did_not_speak_explains_nothing(self) -> None:
        @dataclass(frozen=True)
        class Silent(Never):
            id = "root"
            explains = ("symptom",)

        outcomes = examine(RUN, [Silent(), explaining("symptom")])
        assert [one.explained_by for one in outcomes.findings] == [""]

    def test_a_rule_does_not_explain_itself(self) -> None:
        (finding,) = examine(RUN, [explaining("root", "root")]).findings
        assert finding.explained_by == ""

    @pytest.mark.parametrize(
        ("cause", "span", "folded"),
        [
            pytest.param("bad-batch", Span("train_loss", 1, 1), "root", id="same cause, same time"),
            pytest.param("label-noise", Span("train_loss", 1, 1), "", id="another cause"),
            pytest.param("bad-batch", Span("train_loss", 2, 2), "", id="later"),
            pytest.param("bad-batch", Span("val_loss", 1, 1), "", id="on another axis"),
            pytest.param("unknown", Span("train_loss", 1, 1), "", id="no known cause"),
        ],
    )
    def test_findings_of_one_cause_at_one_time_are_folded_under_the_worst(
        self, cause: str, span: Span, folded: str
    ) -> None:
        run = replace(RUN, series=tuple(replace(one, axis=AXES[one.name]) for one in RUN.series))
        root = "unknown" if cause == "unknown" else "bad-batch"
        rules = [blaming("a-symptom", cause, span), blaming("root", root, Span("train_loss", 0, 1), Severity.ERROR)]
        for order in (rules, rules[::-1]):
            said = {one.rule: one.explained_by for one in examine(run, order).findings}
            assert said == {"a-symptom": folded, "root": ""}

    def test_guesses_at_a_cause_are_not_folded_though_they_are_alike(self) -> None:
        guess, span = Strength.POSSIBLE, Span("train_loss", 0, 1)
        for one, root in ((guess, Strength.LIKELY), (Strength.LIKELY, guess), (guess, guess)):
            rules = [
                blaming("a-symptom", "bad-batch", span, strength=one),
                blaming("root", "bad-batch", span, Severity.ERROR, root),
            ]
            assert not any(found.explained_by for found in examine(RUN, rules).findings)

    def test_folding_does_not_depend_on_the_order_of_rules(self) -> None:
        rules = [explaining("a", "c"), explaining("b", "c"), explaining("c")]
        folded = {
            tuple(sorted((one.rule, one.explained_by) for one in examine(RUN, order).findings))
            for order in (rules, rules[::-1])
        }
        assert len(folded) == 1
