"""The whole analysis: selection, grouping of siblings, isolation, and the same bytes for the same input."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import logdoctor
from logdoctor import Severity, TrainLoss
from logdoctor.config import Config
from logdoctor.curves import Curve, decay, flat, given
from logdoctor.diagnosis import analyze, diagnose, selected_rules
from logdoctor.errors import ConfigurationError, NoRunError
from logdoctor.reports import json_v1
from logdoctor.reports.entries import entries
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report
from logdoctor.rule import Rule, example_run
from logdoctor.run import State


def write_run(folder: Path, curve: Curve, lr: float | None = None) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    document = {"loss": curve.values.tolist(), **({"learning_rate": lr} if lr else {})}
    (folder / "history.json").write_text(json.dumps(document))


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    """Three rates of one training: the highest ends in NaN, the others converge."""
    for lr, curve in {
        0.01: decay(2.3, 0.5, 60),
        0.1: decay(2.3, 0.3, 60),
        1.0: given([2.3, 5.0, 80.0]).followed_by(flat(float("nan"), 57)),
    }.items():
        write_run(tmp_path / f"lr{lr}", curve, lr)
    return tmp_path


def test_a_sibling_gives_the_fix_its_number(sweep: Path) -> None:
    run, finding = next(iter(analyze(sweep).findings()))
    assert (run.name, finding.rule) == ("lr1.0", "nan-loss")
    best = finding.causes[0]
    assert best.id == "learning-rate-too-high"
    assert [(fix.text, fix.tested) for fix in best.fixes] == [
        ("lower the learning rate from 1 to 0.1", "sibling run lr0.1")
    ]


def test_the_runs_of_a_sweep_are_compared(sweep: Path) -> None:
    (compared,) = analyze(sweep).comparisons
    assert compared.rule == "rate-sweep"
    assert compared.runs == ("lr0.1", "lr0.01", "lr1.0")
    assert "the highest that does not fail is 0.1, 1 run above it fails" in compared.message
    (document,) = json_v1.document(analyze(sweep))["comparisons"]
    assert (document["id"], document["evidence"]["best rate"]["value"]) == ("rate-sweep", 0.1)


def test_no_median_is_told_where_most_runs_fail_at_every_rate(tmp_path: Path) -> None:
    for lr in (0.1, 1.0):
        for seed in (1, 2, 3):
            lost = given([2.3, 5.0, 80.0]).followed_by(flat(float("nan"), 57))
            write_run(tmp_path / f"lr{lr}_seed{seed}", lost if seed > 1 else decay(2.3, 0.3 + lr, 60), lr)
    (compared,) = (one for one in analyze(tmp_path).comparisons if one.rule == "rate-sweep")
    assert "0.1 reaches the lowest training loss, 0.402; at each of them a run fails" in compared.message


def test_a_sweep_names_the_rate_at_which_nothing_is_learnt(sweep: Path) -> None:
    write_run(sweep / "lr1e-07", decay(2.3, 2.29, 60), 1e-7)
    (compared,) = (one for one in analyze(sweep).comparisons if one.rule == "rate-sweep")
    assert "; at 1e-7 hardly anything is learnt" in compared.message


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.FINISHED, ""),
        (State.INTERRUPTED, "; not finished: lr4, lr3, lr2 and 2 more"),
        (State.WRITING, "; maybe still being written: lr4, lr3, lr2 and 2 more"),
    ],
)
def test_a_sweep_names_few_of_the_runs_that_are_not_at_their_end(state: State, said: str) -> None:
    runs = [
        replace(example_run({"lr": 0.1**k}, train_loss=decay(2.3, 0.3 + 0.1 * k)), name=f"lr{k}", state=state)
        for k in range(5)
    ]
    (compared,) = diagnose(runs, selected_rules(Config())).comparisons
    assert compared.message.endswith(f"none fails; the best is the highest tried: try 3 too{said}")


def test_seeds_that_fail_reach_nothing() -> None:
    ends = (0.31234, 0.31236, None, None)
    runs = [
        replace(
            example_run(
                {"lr": 0.1, "seed": seed},
                train_loss=decay(2.3, end) if end else given([2.3, 5.0, 80.0]).followed_by(flat(float("nan"), 57)),
            ),
            name=f"seed{seed}",
        )
        for seed, end in enumerate(ends)
    ]
    (spread,) = (one for one in diagnose(runs, selected_rules(Config())).comparisons if one.rule == "seed-spread")
    assert spread.message.startswith(
        "of 4 runs that differ in the seed alone 2 fail; the other 2 reach a training loss of 0.31428 to 0.3143 ("
    )


def test_a_sibling_that_differs_in_more_is_evidence_but_no_test(sweep: Path) -> None:
    for lr, batch in ((1.0, 32), (0.1, 64), (0.01, 64)):
        file = sweep / f"lr{lr}" / "history.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), "batch_size": batch}))
    _, finding = next(iter(analyze(sweep).findings()))
    assert any("batch_size" in text for text in finding.causes[0].pro)
    assert [fix.tested for fix in finding.causes[0].fixes] == [""]


def test_findings_of_one_cause_among_siblings_are_one_group(tmp_path: Path) -> None:
    for seed in range(3):
        write_run(tmp_path / "a" / f"seed{seed}", decay(2.3, 0.5, 40).followed_by(flat(float("nan"), 20)))
    write_run(tmp_path / "b", decay(9.0, 0.5, 40).followed_by(flat(float("nan"), 20)))
    groups = [finding.group for _, finding in analyze(tmp_path).findings() if finding.rule == "nan-loss"]
    assert len(groups) == 4
    assert len(set(groups)) == 2


def test_the_same_of_repeats_that_lie_alone_in_their_folders_is_one_problem(tmp_path: Path) -> None:
    for repeat in (1, 2, 10):
        write_run(tmp_path / f"epochs_30/rep_{repeat}/log_dir", flat(0.8, 30))
    write_run(tmp_path / "another_model/rep_1/log_dir", flat(0.8, 30))
    diagnosis = analyze(tmp_path)
    roots = [entry for entry in entries(diagnosis) if entry.finding.severity is Severity.ERROR]
    assert sorted((entry.run.name, len(entry.others)) for entry in roots) == [
        ("another_model/rep_1/log_dir", 0),
        ("epochs_30/rep_1/log_dir", 2),
    ]


def test_select_and_ignore(sweep: Path) -> None:
    only = analyze(sweep, config=Config(select=("divergence",)))
    assert {rule for one in only.runs for rule in one.outcomes.passed} <= {"divergence"}
    without = analyze(sweep, config=Config(ignore=("nan-loss",)))
    assert "nan-loss" not in {finding.rule for _, finding in without.findings()}


def test_an_unknown_rule_is_refused(sweep: Path) -> None:
    with pytest.raises(ConfigurationError, match="no rule is called 'nan-los'"):
        analyze(sweep, config=Config(select=("nan-los",)))


def test_thresholds_can_be_configured(tmp_path: Path) -> None:
    write_run(tmp_path, given([2.3, 1.0, 0.8, 0.7, 2.6, 2.7, 2.6, 2.7, 2.6, 2.7]))
    assert any(finding.rule == "divergence" for _, finding in analyze(tmp_path).findings())
    lenient = Config(thresholds={"divergence": {"above_start": 9.0, "lost": 9.0}})
    assert not any(finding.rule == "divergence" for _, finding in analyze(tmp_path, config=lenient).findings())


def test_roles_can_be_configured(tmp_path: Path) -> None:
    rows = [{"step": step, "fit": float(v)} for step, v in enumerate(np.linspace(2.3, 0.3, 30))]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps({**row, "loss_x": 1.0}) + "\n" for row in rows))
    (one,) = analyze(tmp_path, config=Config(roles={TrainLoss: ("fit",)})).runs
    found = one.run.find(TrainLoss)
    assert found is not None
    assert found.name == "fit"


def test_findings_below_the_minimum_severity_are_left_out(sweep: Path) -> None:
    for _, finding in analyze(sweep, config=Config(min_severity=Severity.ERROR)).findings():
        assert finding.severity is Severity.ERROR


@dataclass(frozen=True)
class Failing(Rule):
    """A rule that fails."""

    id: ClassVar[str] = "failing"

    def check(self) -> None:
        raise RuntimeError("on purpose")


def test_a_rule_that_fails_costs_nothing_else() -> None:
    run = example_run(train_loss=given([2.3]).followed_by(flat(float("nan"), 30)))
    (one,) = diagnose([run], [Failing(), *selected_rules(Config())]).runs
    assert [crash.rule for crash in one.outcomes.crashed] == ["failing"]
    assert "on purpose" in one.outcomes.crashed[0].error
    assert "nan-loss" in {finding.rule for finding in one.findings}


def test_a_folder_without_a_log_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoRunError):
        analyze(tmp_path)


def test_the_same_input_gives_the_same_bytes(sweep: Path) -> None:
    here = json_v1.render(Report(analyze(sweep, now=2e9)), Page())
    program = (
        "import sys, logdoctor; from logdoctor.reports import formats, layout, report;"
        "diagnosis = report.Report(logdoctor.analyze(sys.argv[1], now=2e9));"
        "sys.stdout.write(formats.render('json', diagnosis, layout.Page()))"
    )
    for seed in ("1", "2"):
        there = subprocess.run(
            [sys.executable, "-c", program, str(sweep)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert there == here


def test_the_public_names_are_imported_on_use() -> None:
    program = "import sys, logdoctor; assert 'numpy' not in sys.modules; logdoctor.Rule; logdoctor.load"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert all(getattr(logdoctor, name) is not None for name in logdoctor.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        logdoctor.nothing  # noqa: B018


def test_every_point_in_a_frame(tmp_path: Path) -> None:
    write_run(tmp_path, given([2.3, float("nan"), 0.5]))
    (run,) = logdoctor.load(tmp_path)
    frame = run.to_frame()
    assert list(frame.columns) == ["series", "role", "split", "axis", "step", "value", "wall_time"]
    assert frame["value"].isna().tolist() == [False, True, False]
