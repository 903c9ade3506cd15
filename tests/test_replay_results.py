"""What a replay showed goes first in the finding that it was about; a file that is none costs a notice."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from logdoctor.causes import because
from logdoctor.diagnosis import analyze
from logdoctor.finding import Confidence, Finding, Fix, Severity, Span, Strength
from logdoctor.replay_results import FILE, replay_of, result_file, with_replay
from logdoctor.replayed import (
    Baseline,
    Environment,
    Failure,
    Outcome,
    Prescription,
    Replayed,
    Symptom,
    Target,
    Trial,
    Verdict,
    Wording,
    to_json,
)
from logdoctor.reports import json_v1
from logdoctor.run import Run

FINDING = Finding(
    rule="nan-loss",
    title="The loss is NaN",
    message="loss turns NaN at step 60",
    severity=Severity.ERROR,
    confidence=Confidence.HIGH,
    spans=(Span("loss", 60, 99),),
    causes=(
        because("learning-rate-too-high", Strength.LIKELY, pro=["the loss rises"]),
        because("bad-batch", pro=["out of a quiet curve"], fixes=[Fix("check batch 60")]),
    ),
    to_tell_apart=("the gradient norm",),
)

FIX = Prescription("leave out the batch of step 60", Wording.TESTED, trial=0, alongside="clean the data")

REPLAYED = Replayed(
    target=Target(60, "nan-loss"),
    environment=Environment("2.13.0", "cpu", deterministic=True),
    fidelity="exact",
    baseline=Baseline(40, reproduced=True, failure=Failure(60, Symptom.LOSS_NOT_FINITE, float("nan"))),
    trials=(Trial("skip", FIX.text, outcome=Outcome.REMOVED, passed=4, tried=4),),
    verdict=Verdict("bad-batch", Confidence.HIGH, evidence=("other batches go well",), prescription=FIX),
)


def judged(replayed: Replayed, finding: Finding = FINDING) -> Finding:
    (one,) = with_replay((finding,), replayed)
    return one


def test_the_cause_of_the_replay_goes_first_with_its_tested_fix() -> None:
    first, second = judged(REPLAYED).causes
    assert (first.id, first.strength) == ("bad-batch", Strength.LIKELY)
    assert first.pro == ("replay: other batches go well", "out of a quiet curve")
    assert [(one.text, one.tested) for one in first.fixes[:3]] == [
        ("leave out the batch of step 60", "replay: 4 runs"),
        ("clean the data", ""),
        ("check batch 60", ""),
    ]
    assert (second.id, second.strength) == ("learning-rate-too-high", Strength.POSSIBLE)
    assert second.contra == ("the replay found another cause",)
    assert not judged(REPLAYED).to_tell_apart


def test_a_cause_that_the_log_did_not_suggest_is_added() -> None:
    verdict = Verdict("epsilon-too-small", Confidence.MEDIUM)
    assert [one.id for one in judged(replace(REPLAYED, verdict=verdict)).causes] == [
        "epsilon-too-small",
        "learning-rate-too-high",
        "bad-batch",
    ]


@pytest.mark.parametrize("wording", [Wording.DELAYS, Wording.NO_EFFECT, Wording.NOT_TESTED])
def test_only_what_was_tested_and_held_is_called_tested(wording: Wording) -> None:
    assert REPLAYED.verdict is not None
    verdict = replace(REPLAYED.verdict, prescription=replace(FIX, wording=wording))
    fix = judged(replace(REPLAYED, verdict=verdict)).causes[0].fixes[0]
    assert fix.tested == ""
    assert fix.basis == ("replay: only delays the failure" if wording is Wording.DELAYS else "replay, not tested")


@pytest.mark.parametrize(
    "silent",
    [
        replace(REPLAYED, verdict=None),
        replace(REPLAYED, verdict=Verdict("unknown", Confidence.LOW)),
        replace(REPLAYED, baseline=None),
        replace(REPLAYED, baseline=Baseline(40, reproduced=False, failure=None)),
        replace(REPLAYED, target=Target(60, "loss-spike")),
        replace(REPLAYED, target=Target(20)),
    ],
    ids=["no verdict", "unknown", "broken off", "not reproduced", "another rule", "another step"],
)
def test_otherwise_what_the_log_shows_stands(silent: Replayed) -> None:
    assert judged(silent) == FINDING


def test_a_step_that_the_user_named_belongs_to_the_finding_around_it() -> None:
    assert judged(replace(REPLAYED, target=Target(70))).causes[0].id == "bad-batch"
    folded = replace(FINDING, explained_by="exploding-gradients")
    assert judged(replace(REPLAYED, target=Target(70)), folded) == folded


def test_runs_that_share_a_folder_have_a_file_each() -> None:
    assert result_file(Run("a", folder="runs/a")) == Path("runs/a") / FILE
    assert result_file(Run("a:one", folder="runs/a")) == Path("runs/a/logdoctor-replay-one.json")
    assert replay_of(Run("a")) == (None, ())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [json.dumps({"step": step, "loss": 2.3 * 0.97**step}) for step in range(60)]
    lines += [json.dumps({"step": step, "loss": float("nan")}) for step in range(60, 100)]
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_the_reports_have_it(folder: Path) -> None:
    (folder / FILE).write_text(to_json(REPLAYED))
    diagnosis = analyze(folder)
    (run,) = diagnosis.runs
    assert run.replay is not None
    assert run.replay.trials == REPLAYED.trials
    (finding,) = (one for one in run.findings if one.rule == "nan-loss")
    assert finding.causes[0].fixes[0].tested == "replay: 4 runs"
    document = json_v1.document(diagnosis)
    schema = json.loads((Path(json_v1.__file__).parent / "json_v1.schema.json").read_text())
    jsonschema.validate(document, schema)
    assert document["runs"][0]["replay"]["verdict"]["cause"] == "bad-batch"
    assert not diagnosis.skipped.left_alone  # the result is no log


def test_what_has_the_cause_that_the_replay_found_is_folded_under_it(tmp_path: Path) -> None:
    losses = [2.3 * 0.97**step for step in range(60)] + [0.8, 1e3, 1e9, 1e28, *[float("nan")] * 36]
    rows = [
        {"step": step, "loss": loss, "lr": 100.0 if step >= 60 else 0.03 - step / 3000}
        for step, loss in enumerate(losses)
    ]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (root,) = (
        one for one in analyze(tmp_path).runs[0].findings if one.severity is Severity.ERROR and not one.explained_by
    )
    verdict = Verdict("learning-rate-jump", Confidence.HIGH, evidence=("the rate rose",))
    (tmp_path / FILE).write_text(to_json(replace(REPLAYED, target=Target(62, root.rule), verdict=verdict)))
    (jump,) = (one for one in analyze(tmp_path).runs[0].findings if one.rule == "scheduler-misstep")
    assert jump.explained_by == root.rule


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ('{"schema": "logdoctor-replay/9"}', "schema 'logdoctor-replay/9'"),
        (to_json(REPLAYED).replace('"bad-batch"', '"gremlins"'), "no cause is called 'gremlins'"),
        (to_json(REPLAYED).replace('"step": 60', '"step": "x"'), "expected int"),
        ("\udcff", "logdoctor-replay.json is no result"),
        (" " * 20_000_000, "too many"),
    ],
    ids=["torn", "newer", "unknown cause", "wrong type", "not UTF-8", "too large"],
)
def test_a_broken_file_is_a_notice(folder: Path, text: str, said: str) -> None:
    without = analyze(folder)
    (folder / FILE).write_text(text, encoding="utf-8", errors="surrogateescape")
    diagnosis = analyze(folder)
    (run,) = diagnosis.runs
    assert run.findings == without.runs[0].findings
    (notice,) = run.run.notices
    assert notice.kind == "replay"
    assert notice.path == FILE
    assert said in notice.message
    assert "replay again, or delete it" in notice.message
    assert "\n" not in notice.message
