"""The arithmetic of the diagnosis benchmark, on cases small enough to count by hand, and the command on samples."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.benchmarks.diagnosis import tables
from tests.benchmarks.diagnosis.command import main
from tests.benchmarks.diagnosis.evidence_left import stands_alone, too_few_left, with_what_stood_alone
from tests.benchmarks.diagnosis.invariance import TRIED, Changed, not_said, rediagnose, report
from tests.benchmarks.diagnosis.labels import Label, owner, read_labels
from tests.benchmarks.diagnosis.scoring import (
    CauseScore,
    Said,
    SymptomScore,
    Verdict,
    calibrate,
    score,
    score_causes,
    score_symptoms,
)
from tests.benchmarks.diagnosis.verdicts import all_verdicts, said_by_us

from logdoctor import Comparison, Confidence, Finding, Rule, Run, Series, Severity, analyze
from logdoctor.config import Config
from logdoctor.diagnosis import Examined, selected_rules
from logdoctor.engine import Bench
from logdoctor.finding import Outcomes
from logdoctor.run.understand import understand

SAMPLES = Path(__file__).parents[1] / "sample_logs"

SOUND = Label("sound", accept=("noisy-validation",))
DIVERGING = Label(
    "diverging",
    expect=("divergence", "nan-loss"),
    accept=("loss-spike",),
    fault="rate ten times too high",
    causes=("learning-rate-too-high", "missing-warmup"),
)
PLATEAU = Label("flat", expect=("plateau",), fault="rate far too low", causes=("learning-rate-too-low",))


def says(*rules: str, causes: Sequence[str] = (), confidence: str = "high", folded: bool = False) -> Said:
    return Said(frozenset(rules), name=rules[0], confidence=confidence, causes=tuple(causes), folded=folded)


def note(rule: str, *, always_counts: bool = False) -> Said:
    return Said(frozenset({rule}), loud=False, always_counts=always_counts, name=rule)


# What counts as found, and what as an alarm


@pytest.mark.parametrize("rule", ["divergence", "nan-loss"])
def test_any_expected_rule_counts_as_found(rule: str) -> None:
    verdict = Verdict(DIVERGING, (says("loss-spike"), says(rule)))
    assert verdict.hit is not None
    assert verdict.hit.name == rule
    assert verdict.false_alarms == ()


def test_an_accepted_rule_finds_nothing_and_is_no_alarm() -> None:
    verdict = Verdict(DIVERGING, (says("loss-spike"),))
    assert verdict.hit is None
    assert verdict.false_alarms == ()


def test_a_note_finds_only_what_is_true_of_the_log_and_is_never_an_alarm() -> None:
    assert Verdict(PLATEAU, (note("plateau"),)).hit is None
    resumed = replace(PLATEAU, expect=("restart-overlap",))
    assert Verdict(resumed, (note("restart-overlap", always_counts=True),)).hit is not None
    assert Verdict(SOUND, (note("restart-overlap", always_counts=True), note("plateau"))).false_alarms == ()


def test_what_is_neither_expected_nor_accepted_is_a_false_alarm_even_beside_a_fault() -> None:
    alarm = says("overfitting")
    assert Verdict(SOUND, (alarm, says("noisy-validation"))).false_alarms == (alarm,)
    assert Verdict(DIVERGING, (says("divergence"), alarm)).false_alarms == (alarm,)


def test_an_alarm_of_a_peer_is_right_when_any_of_its_meanings_is() -> None:
    vague = says("plateau", "divergence")
    assert Verdict(DIVERGING, (vague,)).hit is vague
    assert Verdict(DIVERGING, (vague,)).false_alarms == ()
    assert Verdict(SOUND, (vague,)).false_alarms == (vague,)


def test_what_names_the_fault_is_the_best_placed_that_nothing_explains() -> None:
    folded, first, second = says("nan-loss", folded=True), says("divergence"), says("nan-loss")
    assert Verdict(DIVERGING, (folded, first, second)).hit is first
    assert Verdict(DIVERGING, (folded,)).hit is folded


# Symptoms


def test_recall_and_precision_are_counted_by_run() -> None:
    verdicts = [
        Verdict(DIVERGING, (says("divergence"),)),
        Verdict(DIVERGING, (says("nan-loss"),)),
        Verdict(DIVERGING, (says("loss-spike"),)),
        Verdict(PLATEAU, (says("plateau"), says("nan-loss"), says("divergence"))),
        Verdict(SOUND, (says("plateau"),)),
    ]
    diverging, flat = score_symptoms(verdicts)
    assert diverging == SymptomScore("divergence", planted=3, found=2, false=1)
    assert flat == SymptomScore("plateau", planted=1, found=1, false=1)
    assert diverging.recall == pytest.approx(2 / 3)
    assert diverging.precision == pytest.approx(2 / 3)
    assert flat.f1 == pytest.approx(2 / 3)
    assert score(verdicts).macro_f1 == pytest.approx(2 / 3)
    assert (score(verdicts).found, score(verdicts).planted) == (3, 4)


def test_a_tool_that_says_nothing_scores_nothing() -> None:
    (silent,) = score_symptoms([Verdict(PLATEAU)])
    assert (silent.recall, silent.precision, silent.f1) == (0, 0, 0)
    assert score([]).macro_f1 == 0


def test_a_run_that_was_not_read_is_a_miss() -> None:
    assert score([Verdict(PLATEAU, read=False)]).found == 0


def test_a_fault_that_does_not_show_is_left_out() -> None:
    hidden = replace(PLATEAU, shown=False)
    assert score([Verdict(hidden, (says("nan-loss"),))]).symptoms == ()
    assert score([Verdict(hidden, (says("nan-loss"),))]).calibration == {}


def test_sound_runs_are_counted_once_however_many_alarms() -> None:
    verdicts = [
        Verdict(SOUND, (says("plateau"), says("overfitting"))),
        Verdict(SOUND, (says("plateau"), says("plateau"))),
        Verdict(SOUND, (says("noisy-validation"),)),
        Verdict(SOUND),
        Verdict(PLATEAU, (says("overfitting"),)),
    ]
    result = score(verdicts)
    assert (result.sound_alarmed, result.sound) == (2, 4)
    assert result.sound_alarms == {"plateau": 2, "overfitting": 1}


# Causes


@pytest.mark.parametrize(
    ("causes", "rank"),
    [
        (("learning-rate-too-high", "bad-batch"), 0),
        (("bad-batch", "missing-warmup"), 1),
        (("bad-batch",), None),
        ((), None),
    ],
)
def test_a_cause_is_ranked_in_what_names_the_fault(causes: tuple[str, ...], rank: int | None) -> None:
    other = says("loss-spike", causes=["learning-rate-too-high"])
    assert Verdict(DIVERGING, (other, says("divergence", causes=causes))).cause_rank == rank


def test_causes_are_counted_over_runs_that_have_them() -> None:
    right, other = "learning-rate-too-low", "bad-batch"
    verdicts = [
        Verdict(PLATEAU, (says("plateau", causes=[right]),)),
        Verdict(PLATEAU, (says("plateau", causes=[other, other, right]),)),
        Verdict(PLATEAU, (says("plateau", causes=[other, other, other, right]),)),
        Verdict(PLATEAU, (says("overfitting", causes=[right]),)),
        Verdict(replace(PLATEAU, causes=()), (says("plateau", causes=[right]),)),
        Verdict(SOUND),
    ]
    assert score_causes(verdicts) == CauseScore(labelled=4, found=3, first=1, among_three=2)


# Confidence


def test_each_confidence_is_held_against_what_is_right() -> None:
    verdicts = [
        Verdict(DIVERGING, (says("divergence"), says("loss-spike"), says("plateau"))),
        Verdict(SOUND, (says("plateau", confidence="medium"), note("overfitting"))),
    ]
    assert calibrate(verdicts) == {"high": (2, 3), "medium": (0, 1)}


# Labels


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("a/log.csv", "a"),
        ("a/b/deep/log.csv", "a/b"),
        ("a/c.csv", "a/c.csv"),
        ("ab/log.csv", None),
        ("log.csv", None),
    ],
)
def test_a_file_belongs_to_the_innermost_label(source: str, path: str | None) -> None:
    assert owner(source, ["a", "a/b", "a/c.csv"]) == path


def test_a_label_of_the_folder_itself_holds_everything() -> None:
    assert owner("x/log.csv", ["."]) == "."
    assert owner("log.csv", ["."]) == "."


def test_labels_are_read_with_symptom_fault_and_causes(tmp_path: Path) -> None:
    entry = {"expect": ["plateau"], "accept": [], "fault": "rate", "causes": ["bad-batch"], "format": "csv"}
    sound = {"expect": [], "accept": [], "fault": "none"}
    (tmp_path / "labels.json").write_text(json.dumps({"a/": entry, "b": {**sound, "shown": False}}))
    first, second = read_labels(tmp_path)
    assert first == Label("a", ("plateau",), (), "rate", ("bad-batch",), "csv", shown=True)
    assert (first.symptom, first.sound, second.symptom, second.sound, second.shown) == (
        "plateau",
        False,
        "",
        True,
        False,
    )


# From a folder to the table


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two samples with a planted fault, one sound run, and one whose label lies."""
    root = tmp_path_factory.mktemp("runs")
    sound = {"expect": [], "accept": [], "fault": "none"}
    labels = {
        "nan-loss": {"expect": ["nan-loss"], "accept": [], "fault": "rate", "causes": ["learning-rate-too-high"]},
        "lr-range-test": {"expect": ["lr-range-test"], "accept": ["oscillation", "divergence"], "fault": "none"},
        "nan-loss-at-once": sound,
        "sound/dropout": sound,
    }
    for path in labels:
        shutil.copytree(SAMPLES / path, root / path)
    (root / "labels.json").write_text(json.dumps(labels))
    return root


def test_logdoctor_and_peers_are_scored_on_the_same_runs(folder: Path) -> None:
    labels = read_labels(folder)
    verdicts = all_verdicts(analyze(folder), labels, peers=True)
    ours = score(verdicts["logdoctor"])
    assert {one.name: one.found for one in ours.symptoms} == {"lr-range-test": 1, "nan-loss": 1}
    assert ours.sound_alarms["nan-loss"] == 1
    assert len(verdicts) == 8
    for name, those in verdicts.items():
        assert [one.label for one in those] == list(labels)
        assert all(one.read for one in those), name
    assert verdicts["runwise"][0].hit is not None
    assert "nan" in {said.name for said in verdicts["runwise"][0].said}


def test_what_runs_show_together_is_said_of_each_and_is_no_alarm() -> None:
    spread = Comparison("seed-spread", ("a", "b"), "a and b end 3 apart")
    for name, expected in (("a", 1), ("b", 1), ("c", 0)):
        told = list(said_by_us(Examined(Run(name), Outcomes()), [spread], frozenset()))
        assert len(told) == expected
        found = Verdict(Label(name, expect=("seed-spread",), fault="seeds"), tuple(told))
        assert (found.hit is not None) == bool(expected)
        assert Verdict(SOUND, tuple(told)).false_alarms == ()


def test_the_command_prints_the_table_and_what_went_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(folder), "--baselines", "--verbose"])
    printed = capsys.readouterr().out
    assert re.search(r"^alarm  nan-loss-at-once: none; said .*\bnan-loss \(\w+\)", printed, re.MULTILINE)
    assert re.search(r"^nan-loss +1 +1\.00 +0\.50 +0\.67 ", printed, re.MULTILINE)
    assert re.search(r"^sound runs alarmed +3 +33\.3 % ", printed, re.MULTILINE)
    assert "alarms on sound runs    1 of 3 runs: " in printed
    table = [line for line in printed.splitlines() if line.startswith(("symptom", "nan-loss", "macro F1"))]
    assert len({len(line) for line in table}) == 1


def test_the_table_for_the_readme_has_a_cell_for_every_tool(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(folder), "--baselines", "--markdown"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("| lr-range-test | 1 | 1.00 | 1.00 | 1.00 |")
    assert {line.count("|") for line in lines} == {4 + 8 + 1}


def test_a_miss_says_what_was_said_instead() -> None:
    missed = Verdict(PLATEAU, (says("overfitting", folded=True), note("still-improving")))
    miss, alarm = tables.mistakes([missed])
    assert miss == (
        "miss   flat: rate far too low; expected plateau; said overfitting (folded, high), still-improving (note)"
    )
    assert alarm == "alarm  flat: rate far too low; said overfitting (folded, high)"


def test_a_wrong_first_cause_says_what_was_right() -> None:
    wrong = Verdict(PLATEAU, (says("plateau", causes=["bad-batch", "learning-rate-too-low"]),))
    assert list(tables.mistakes([wrong])) == [
        "cause  flat: rate far too low; expected learning-rate-too-low; plateau: bad-batch, learning-rate-too-low"
    ]


# Invariance


def run_of(values: Sequence[float]) -> Run:
    return Run("run", understand([Series.of("train_loss", np.arange(len(values)), np.array(values))]))


def losing_run(points: int) -> Run:
    """A run of a loss that turns NaN at its last point, which dropping every second point can lose."""
    return run_of([*np.geomspace(2, 0.5, points - 1), np.nan])


def rules(*ids: str) -> Sequence[Rule]:
    return [rule for rule in selected_rules(Config()) if rule.id in ids]


def test_a_verdict_that_changes_is_told_and_one_that_stays_is_not() -> None:
    outcomes = list(rediagnose([losing_run(100)], rules("nan-loss")))
    assert {one.change for one in outcomes} == set(TRIED)
    assert len(outcomes) == 1 + 2 + 3 + 5
    changed = [one for one in outcomes if not one.kept]
    assert {one.change for one in changed} <= {"every second point", "lost points"}
    assert [one.lost for one in changed if one.change == "every second point"] == [frozenset({"nan-loss"})]
    assert all(one.excused for one in changed), "the one value that is no number was taken"


def test_what_another_finding_explained_before_is_not_new() -> None:
    dead, both = examined("plateau"), examined("no-learning", plateau="no-learning")
    assert set(not_said(dead, both)) == set()
    assert set(not_said(both, dead)) == {"no-learning"}


def examined(*roots: str, **explained: str) -> Examined:
    said = [(rule, "") for rule in roots] + list(explained.items())
    findings = [
        Finding(rule, rule, "", Severity.WARNING, Confidence.HIGH, (), explained_by=root) for rule, root in said
    ]
    return Examined(Run("run", ()), Outcomes(tuple(findings)))


def jumping(*peaks: float) -> Run:
    return run_of([*np.geomspace(2, 0.5, 60), *peaks, *np.full(60, 0.5)])


def thinned(run: Run, first: int) -> Run:
    return replace(run, series=tuple(one.take(slice(first, None, 2)) for one in run.series))


@pytest.mark.parametrize(
    ("run", "few"),
    [
        pytest.param(jumping(9.0), True, id="one point"),
        pytest.param(jumping(*[9.0] * 8), True, id="a stretch of which few points are left"),
        pytest.param(jumping(*[9.0] * 40), False, id="a long stretch"),
    ],
)
def test_evidence_is_gone_where_few_points_of_it_are_left(run: Run, few: bool) -> None:
    finding = Bench(run).ask(*rules("loss-spike"))
    assert isinstance(finding, list)
    assert len(finding) == 1
    assert too_few_left(finding[0], run, thinned(run, 1)) is few
    assert not too_few_left(finding[0], run, run)


def noisy(values: np.ndarray) -> np.ndarray:
    return values + np.random.default_rng(0).normal(0, 0.01, len(values))


@pytest.mark.parametrize(
    ("values", "alone"),
    [
        pytest.param([5.0, *noisy(np.ones(60))], [0], id="a first loss that nothing after it shows"),
        pytest.param([*noisy(np.ones(30)), 2.0, *noisy(np.ones(30))], [30], id="a spike"),
        pytest.param([*noisy(np.ones(30)), np.nan, *noisy(np.ones(30))], [30], id="a value that is no number"),
        pytest.param(noisy(np.linspace(2, 1, 60)), [], id="a slope, which the others show"),
        pytest.param(np.geomspace(2, 1e-3, 60), [], id="a smooth bend"),
        pytest.param([2.0, 2.0, 2.0, 9.0] * 20, [], id="one in four: the way of the curve"),
        pytest.param([*np.ones(3), *[np.nan] * 40], [], id="hardly a number"),
    ],
)
def test_a_value_stands_alone_that_its_neighbours_do_not_show(values: Sequence[float], alone: list[int]) -> None:
    assert np.flatnonzero(stands_alone(*run_of(values).series)).tolist() == alone


def test_only_what_stood_alone_is_put_back() -> None:
    run = jumping(9.0)
    (back,) = with_what_stood_alone(run, thinned(run, 1)).series
    assert back.steps.tolist() == [*range(1, 60, 2), 60, *range(61, 121, 2)]


@pytest.mark.parametrize(("first", "gone"), [pytest.param(1, True, id="taken"), pytest.param(0, False, id="left")])
def test_a_finding_that_is_gained_is_excused_by_a_value_that_stood_against_it(first: int, gone: bool) -> None:
    run = run_of([900.0, *(1 + 0.01 * np.sin(np.arange(99)))])
    outcomes = list(rediagnose([run], rules("no-learning")))
    variant = [one for one in outcomes if one.change == "every second point"][first]
    assert variant.gained == (frozenset({"no-learning"}) if gone else frozenset())
    assert variant.excused is gone


def test_the_rates_tell_what_lost_its_evidence_apart() -> None:
    plateau, overfitting = frozenset({"plateau"}), frozenset({"overfitting"})
    outcomes = [
        Changed("a", "every second point", lost=plateau, spent=plateau),
        Changed("b", "every second point", lost=plateau, gained=overfitting, spent=plateau),
        Changed("c", "every second point", lost=overfitting, turned=True),
        Changed("b", "lost points"),
    ]
    lines = list(report(outcomes))
    assert lines[:3] == [
        "every second point: a: -plateau (evidence gone)",
        "every second point: b: -plateau +overfitting",
        "every second point: c: -overfitting",
    ]
    rates = {line[:26].strip(): line[26:] for line in lines[3:7]}
    assert rates == {
        "ten times the steps": "0 of 0 verdicts changed (0.0 %)",
        "every second point": "3 of 3 verdicts changed (100.0 %)",
        "where evidence is left": "2 of 2 verdicts changed (100.0 %)",
        "from warned to sound": "1 of 2, or back (50.0 %)",
    }


def test_the_command_rediagnoses_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main([str(folder), "--invariance"])
    runs = len(analyze(folder).runs)
    assert f"ten times the steps       0 of {runs} verdicts changed (0.0 %)" in capsys.readouterr().out
