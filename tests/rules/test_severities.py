"""What is loud in one run and a note in another, on files as their writers leave them."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from logdoctor import Severity, analyze
from logdoctor.curves import Curve, decay, flat, given, line

TRAIN, STILL = decay(0.69, 0.1, half_life=0.15), decay(0.69, 0.333, half_life=0.05)
LEARNT, BY_HEART = decay(0.36, 0.1, 20, half_life=0.05), decay(0.36, 0.227, 20, half_life=0.05)


def severity_of(rule: str, folder: Path) -> Severity:
    (found,) = (finding for _, finding in analyze(folder, now=1e12).findings() if finding.rule == rule)
    return found.severity


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("[{}]\ttrain-logloss:{:.5f}\teval-logloss:{:.5f}", Severity.NOTE),
        ("epoch {} train_loss: {:.5f} val_loss: {:.5f}", Severity.WARNING),
    ],
)
def test_a_gap_of_boosted_trees_is_a_note(tmp_path: Path, line: str, severity: Severity) -> None:
    rows = (line.format(i, *pair) for i, pair in enumerate(zip(TRAIN.values, STILL.values, strict=True)))
    (tmp_path / "train.log").write_text("\n".join(rows))
    assert severity_of("generalization-gap", tmp_path) is severity


@pytest.mark.parametrize("epochs", [20, 19])
@pytest.mark.parametrize(("held_out", "severity"), [(BY_HEART, Severity.WARNING), (LEARNT, Severity.NOTE)])
def test_one_accuracy_is_loud_where_new_data_are_never_better_than_one_answer(
    tmp_path: Path, held_out: Curve, severity: Severity, epochs: int
) -> None:
    columns = (
        decay(0.44, 0.17, 20, half_life=0.1).values,
        held_out.values,
        given([0.93, 0.947]).followed_by(flat(0.95, 18)).values,
    )
    rows = (f"{i},{a:.5f},{b:.5f},{c}" for i, (a, b, c) in enumerate(islice(zip(*columns, strict=True), epochs)))
    (tmp_path / "training.csv").write_text("epoch,loss,val_loss,val_accuracy\n" + "\n".join(rows) + "\n")
    assert severity_of("constant-metric", tmp_path) is severity


@pytest.mark.parametrize("end", [1.4, 1.5])
def test_a_loss_that_rises_farther_is_no_less_surely_one_that_does_not_fall(tmp_path: Path, end: float) -> None:
    rows = (f"{i},{loss:.5f}" for i, loss in enumerate(line(1.29, end, 100).noisy(0.1).values))
    (tmp_path / "training.csv").write_text("epoch,loss\n" + "\n".join(rows) + "\n")
    assert severity_of("no-learning", tmp_path) is Severity.ERROR


@pytest.mark.parametrize(
    ("second", "severity"), [(1.385, Severity.NOTE), (1.3869, Severity.ERROR), (1.388, Severity.ERROR)]
)
def test_a_second_evaluation_leaves_it_open_whether_a_run_learns_where_it_is_clearly_lower(
    tmp_path: Path, second: float, severity: Severity
) -> None:
    held_out = {44: "1.3870", 89: f"{second:.4f}"}
    losses = flat(1.45, 90).noisy(0.1).values
    rows = (f"{i},{loss:.5f},{held_out.get(i, '')}" for i, loss in enumerate(losses))
    (tmp_path / "training.csv").write_text("step,train_loss,val_loss\n" + "\n".join(rows) + "\n")
    assert severity_of("no-learning", tmp_path) is severity


@pytest.mark.parametrize(("end", "severity"), [([0.7], Severity.NOTE), ([0.6, 0.7], Severity.WARNING)])
def test_one_last_evaluation_above_the_best_is_no_more_than_a_note(
    tmp_path: Path, end: list[float], severity: Severity
) -> None:
    held_out = [0.8, 0.6, 0.5, 0.47, 0.45, 0.44, 0.43, *end]
    rows = (f"{i},{a:.5f},{b}" for i, (a, b) in enumerate(zip(line(0.9, 0.38, 9).values, held_out, strict=False)))
    (tmp_path / "training.csv").write_text("epoch,loss,val_loss\n" + "\n".join(rows) + "\n")
    assert severity_of("overfitting", tmp_path) is severity


RISES = decay(2.2, 0.5, 15, half_life=0.2).followed_by(line(0.5, 1.7, 35)).noisy(0.01)


@pytest.mark.parametrize(
    ("column", "beside", "severity"),
    [
        ("epsilon", line(0.0, 0.1, 50), Severity.NOTE),
        ("val_accuracy", decay(0.1, 0.97, 50, half_life=0.1), Severity.NOTE),
        ("val_accuracy", decay(0.1, 0.97, 15, half_life=0.1).followed_by(line(0.97, 0.4, 35)), Severity.ERROR),
        ("val_loss", decay(2.2, 0.5, 15, half_life=0.2).followed_by(line(0.5, 1.8, 35)), Severity.ERROR),
        ("val_loss", decay(2.2, 0.01, 15, half_life=0.1).followed_by(line(0.05, 0.4, 35)), Severity.NOTE),
        ("train_accuracy", decay(0.1, 0.97, 15, half_life=0.1).followed_by(line(0.97, 0.4, 35)), Severity.NOTE),
        ("train_accuracy", decay(0.1, 0.97, 15, half_life=0.1).followed_by(line(0.97, 0.1, 35)), Severity.NOTE),
        ("grad_norm", flat(1.0, 15).followed_by(line(1.0, 9.0, 35)), Severity.ERROR),
        ("grad_norm", flat(1.0, 15).followed_by(line(1.0, 4.0, 35)), Severity.NOTE),
        ("grad_norm", flat(1.0, 15).followed_by(flat(0.3, 35)), Severity.NOTE),
        ("grad_norm", flat(1.0, 15).followed_by(flat(0.05, 35)), Severity.ERROR),
    ],
)
def test_a_loss_that_rises_below_its_start_is_a_divergence_where_another_curve_says_so(
    tmp_path: Path, column: str, beside: Curve, severity: Severity
) -> None:
    rows = (f"{i},{a:.5f},{b:.6f}" for i, (a, b) in enumerate(zip(RISES.values, beside.values, strict=True)))
    (tmp_path / "training.csv").write_text(f"epoch,loss,{column}\n" + "\n".join(rows) + "\n")
    assert severity_of("divergence", tmp_path) is severity


@pytest.mark.parametrize(("times", "severity"), [(0.7, Severity.NOTE), (1, Severity.ERROR), (3, Severity.ERROR)])
def test_a_loss_that_rises_is_a_divergence_by_itself_where_it_loses_all_it_had_learnt(
    tmp_path: Path, times: float, severity: Severity
) -> None:
    losses = decay(2.2, 0.5, 15, half_life=0.2).followed_by(line(0.5, 2.6 * times, 35)).noisy(0.01).values
    rows = (f"{i},{loss:.5f}" for i, loss in enumerate(losses))
    (tmp_path / "training.csv").write_text("epoch,loss\n" + "\n".join(rows) + "\n")
    assert severity_of("divergence", tmp_path) is severity


@pytest.mark.parametrize(("rounds", "severity"), [(4, Severity.NOTE), (12, Severity.WARNING)])
def test_a_course_that_comes_round_a_few_times_need_not_be_that_of_epochs(
    tmp_path: Path, rounds: int, severity: Severity
) -> None:
    reset = given(np.tile(np.exp(-np.arange(40) / 6.0), rounds))
    losses = decay(1.0, 0.6, 40 * rounds).plus(reset).noisy(0.02).values
    rows = (f"{10 * i},{loss:.5f}" for i, loss in enumerate(losses))
    (tmp_path / "training.csv").write_text("step,loss\n" + "\n".join(rows) + "\n")
    assert severity_of("epoch-sawtooth", tmp_path) is severity


@pytest.mark.parametrize(
    ("first", "lowest", "end", "severity"), [(10.9, 3.3, 7.5, Severity.ERROR), (2.3, 0.4, 1.6, Severity.NOTE)]
)
def test_a_language_model_that_breaks_need_not_lose_all(
    tmp_path: Path, first: float, lowest: float, end: float, severity: Severity
) -> None:
    losses = decay(first, lowest, 150).followed_by(flat(end, 70)).noisy(0.05).values
    (tmp_path / "train.log").write_text("".join(f"step {100 * i} loss {loss:.4f}\n" for i, loss in enumerate(losses)))
    assert severity_of("divergence", tmp_path) is severity


@pytest.mark.parametrize(("last", "severity"), [(0.3, Severity.ERROR), (0.78, Severity.NOTE)])
@pytest.mark.parametrize("risen", [20, 28])
def test_one_evaluation_after_a_rise_bears_it_out(tmp_path: Path, risen: int, last: float, severity: Severity) -> None:
    losses = decay(2.3, 0.4, risen).followed_by(flat(1.6, 40 - risen)).noisy(0.02).values
    answers = {9: 0.5, 14: 0.7, 19: 0.8, 39: last}
    rows = (f"{i},{loss:.5f},{answers.get(i, '')}" for i, loss in enumerate(losses))
    (tmp_path / "training.csv").write_text("epoch,loss,val_accuracy\n" + "\n".join(rows) + "\n")
    assert severity_of("divergence", tmp_path) is severity


def test_a_jump_of_a_language_model_is_loud(tmp_path: Path) -> None:
    losses = decay(10.9, 3.3, 600).noisy(0.04).values
    losses[400:440] = line(6.5, 3.6, 40).values
    (tmp_path / "train.log").write_text("".join(f"step {10 * i} loss {loss:.4f}\n" for i, loss in enumerate(losses)))
    assert severity_of("loss-spike", tmp_path) is Severity.WARNING


@pytest.mark.parametrize(("norms", "severity"), [((0.01, 0.6), Severity.NOTE), ((0.01, 30.0), Severity.ERROR)])
def test_gradients_that_grow_as_their_loss_does_may_be_those_of_harder_data(
    tmp_path: Path, norms: tuple[float, float], severity: Severity
) -> None:
    losses = decay(2.3, 0.01, 80, half_life=0.05).followed_by(flat(1.0, 40)).noisy(0.005).values
    grown = flat(norms[0], 80).followed_by(flat(norms[1], 40)).heavy_tailed(0.1).values
    rows = (f"{i},{a:.5f},{b:.5f}" for i, (a, b) in enumerate(zip(losses, grown, strict=True)))
    (tmp_path / "training.csv").write_text("step,loss,grad_norm\n" + "\n".join(rows) + "\n")
    assert severity_of("exploding-gradients", tmp_path) is severity


@pytest.mark.parametrize(
    ("trained", "held_out", "severity"),
    [
        ([4.3, 1.5, 0.6, 0.2], [4.3, 1.7, 2.05, 2.66], Severity.WARNING),
        ([4.3, 0.6, 0.2], [4.3, 2.05, 2.66], Severity.NOTE),
        ([4.3, 1.5, 0.6, 0.2], [4.3, 1.7, 2.05, 1.9], None),
        ([4.3, 2.5, 2.2, 2.0], [4.3, 2.4, 2.5, 2.66], None),
        (None, [4.3, 1.7, 2.05, 2.66], None),
    ],
)
def test_few_evaluations_tell_enough_where_training_was_evaluated_with_them(
    tmp_path: Path, trained: list[float] | None, held_out: list[float], severity: Severity | None
) -> None:
    lines = []
    for i, loss in enumerate(decay(4.3, 0.2, 50 * len(held_out) - 49, half_life=0.2).noisy(0.02).values):
        if i % 50 == 0:
            lines.append(f"step {10 * i}: " + (f"train loss {trained[i // 50]:.4f}, " if trained else ""))
            lines[-1] += f"val loss {held_out[i // 50]:.4f}"
        lines.append(f"iter {10 * i}: loss {loss:.4f}, time 31.20ms, mfu 3.10%")
    (tmp_path / "train.log").write_text("\n".join(lines) + "\n")
    found = [one for _, one in analyze(tmp_path, now=1e12).findings() if one.rule == "overfitting"]
    assert [one.severity for one in found] == ([] if severity is None else [severity])


def test_three_infinite_norms_among_sound_ones_are_a_note(tmp_path: Path) -> None:
    norms = ("inf" if step in (12, 25, 40) else f"{0.9 + 0.01 * (step % 7)}" for step in range(45))
    rows = (f"{step},{2.3 - 0.01 * step:.2f},{norm}" for step, norm in enumerate(norms))
    (tmp_path / "log.csv").write_text("\n".join(["step,loss,grad_norm", *rows]))
    assert severity_of("non-finite-gradients", tmp_path) is Severity.NOTE


def test_a_burst_of_gradients_bears_out_a_loss_that_stays_up_though_they_are_quiet_behind_it(tmp_path: Path) -> None:
    losses = decay(2.3, 0.3, 200, half_life=0.1).followed_by(flat(1.6, 100)).noisy(0.03).values
    norms = flat(0.5, 200).followed_by(flat(10.0, 20)).followed_by(flat(0.25, 80)).noisy(0.02).values
    rows = (f"{10 * i},{a:.4f},{b:.4f}" for i, (a, b) in enumerate(zip(losses, norms, strict=True), start=1))
    (tmp_path / "training.csv").write_text("step,loss,grad_norm\n" + "\n".join(rows) + "\n")
    assert severity_of("divergence", tmp_path) is Severity.ERROR


def planned(folder: Path, columns: str, rows: list[str], **settings: int) -> Path:
    (folder / "metrics.csv").write_text(columns + "\n" + "\n".join(rows) + "\n")
    (folder / "config.json").write_text(json.dumps(settings))
    return folder


@pytest.mark.parametrize(
    ("updates", "planned_steps", "severity"),
    [
        (120, 1200, Severity.NOTE),
        (120, 1000, Severity.ERROR),
        (600, 6000, Severity.ERROR),
        (45, 1000, Severity.NOTE),
        (45, 45, Severity.ERROR),
    ],
)
def test_a_loss_at_chance_is_no_more_than_a_note_at_the_beginning_of_what_was_planned(
    tmp_path: Path, updates: int, planned_steps: int, severity: Severity
) -> None:
    rows = [f"{i + 1},{loss:.5f}" for i, loss in enumerate(flat(0.6931, updates).noisy(0.01).values)]
    assert severity_of("stalled-at-chance", planned(tmp_path, "step,loss", rows, max_steps=planned_steps)) is severity


@pytest.mark.parametrize(
    ("first_step", "first_losses"),
    [(5000, [2.3]), (1, [2.3, 9.0, 30.0, 60.0, 20.0, 8.0, 4.0])],
    ids=["a log that begins late", "a loss that was thrown"],
)
def test_neither_a_log_that_begins_late_nor_a_loss_that_was_thrown_is_at_the_beginning(
    tmp_path: Path, first_step: int, first_losses: list[float]
) -> None:
    losses = [*first_losses, *flat(2.303, 192).noisy(0.01).values]
    rows = [f"{first_step + i},{loss:.5f}" for i, loss in enumerate(losses)]
    folder = planned(tmp_path, "step,loss", rows, max_steps=1_000_000, num_classes=10)
    assert severity_of("stalled-at-chance", folder) is Severity.ERROR


@pytest.mark.parametrize(("axis", "counted"), [("step", "max_steps"), ("epoch", "epochs")])
@pytest.mark.parametrize(("of", "severity"), [(150, Severity.WARNING), (300, Severity.NOTE)])
def test_a_slow_fall_is_no_more_than_a_note_halfway_through_what_was_planned(
    tmp_path: Path, axis: str, counted: str, of: int, severity: Severity
) -> None:
    losses = zip(line(3.58, 3.3, 150).values, line(3.6, 3.33, 150).values, strict=True)
    rows = [f"{i + 1},{a:.5f},{b:.5f}" for i, (a, b) in enumerate(losses)]
    folder = planned(tmp_path, f"{axis},loss,val_loss", rows, **{counted: of})
    assert severity_of("slow-convergence", folder) is severity


def test_an_error_rate_tells_what_the_accuracy_would(tmp_path: Path) -> None:
    shares = 0.5 + 0.02 * flat(0.0, 40).noisy(1.0).values
    losses = list(flat(0.6931, 40).noisy(0.004).values)
    for name, column in (("val_accuracy", shares), ("val_error_rate", 1 - shares)):
        rows = (f"{i},{a:.5f},{a:.5f},{b:.4f}" for i, (a, b) in enumerate(zip(losses, column, strict=True)))
        (tmp_path / name).mkdir()
        (tmp_path / name / "log.csv").write_text(f"epoch,loss,val_loss,{name}\n" + "\n".join(rows) + "\n")
    said = [
        [
            (one.rule, one.severity, [cause.id for cause in one.causes])
            for _, one in analyze(folder, now=1e12).findings()
        ]
        for folder in sorted(tmp_path.iterdir())
    ]
    assert said[0] == said[1]
    assert said[0]


def test_a_finding_about_what_an_error_rate_leaves_right_points_at_the_log(tmp_path: Path) -> None:
    rows = (f"{i},{loss:.5f},0.25" for i, loss in enumerate(decay(2.3, 0.4, 40).noisy(0.01).values))
    (tmp_path / "log.csv").write_text("epoch,loss,val_error_rate\n" + "\n".join(rows) + "\n")
    (found,) = (one for _, one in analyze(tmp_path, now=1e12).findings() if one.rule == "constant-metric")
    assert [span.series for span in found.spans] == ["val_error_rate"]


def test_a_burst_of_gradients_beside_a_loss_that_gives_back_half_for_a_moment_is_no_note(tmp_path: Path) -> None:
    losses = decay(2.3, 0.3, 300, half_life=0.05).noisy(0.02).with_value(200, 1.4, 1.3, 1.1, 0.9, 0.7, 0.5).values
    norms = flat(1.0, 300).noisy(0.1).with_value(199, 60.0, 900.0, 50.0).values
    rows = (f"{10 * i},{a:.4f},{b:.4f}" for i, (a, b) in enumerate(zip(losses, norms, strict=True), start=1))
    (tmp_path / "training.csv").write_text("step,loss,grad_norm\n" + "\n".join(rows) + "\n")
    assert severity_of("exploding-gradients", tmp_path) is Severity.WARNING


@pytest.mark.parametrize(
    ("most", "right"), [(1.0, "1 - val_error_rate is exactly 0.75"), (100.0, "100 - val_error_rate")]
)
def test_what_an_error_rate_leaves_right_is_subtracted_from_all(tmp_path: Path, most: float, right: str) -> None:
    rows = (f"{i},{loss:.5f},{most / 4}" for i, loss in enumerate(decay(2.3, 0.4, 40).noisy(0.01).values))
    (tmp_path / "log.csv").write_text("epoch,loss,val_error_rate\n" + "\n".join(rows) + "\n")
    (found,) = (one for _, one in analyze(tmp_path, now=1e12).findings() if one.rule == "constant-metric")
    assert right in found.message


def test_a_hole_in_an_error_rate_is_one_of_one_curve(tmp_path: Path) -> None:
    losses = decay(2.3, 0.4, 60).noisy(0.01).values
    rows = (f"{i},{loss:.5f},{'' if 20 < i < 35 else round(loss / 3, 4)}" for i, loss in enumerate(losses))
    (tmp_path / "log.csv").write_text("epoch,loss,val_error_rate\n" + "\n".join(rows) + "\n")
    (found,) = (one for _, one in analyze(tmp_path, now=1e12).findings() if one.rule == "missing-steps")
    assert found.message.startswith("14 records of val_error_rate are missing")


def test_a_column_that_is_called_a_difference_keeps_its_name(tmp_path: Path) -> None:
    rows = (f"{i},{loss:.5f},0.25" for i, loss in enumerate(decay(2.3, 0.4, 40).noisy(0.01).values))
    (tmp_path / "log.csv").write_text("epoch,loss,1 - val_accuracy\n" + "\n".join(rows) + "\n")
    (found,) = (one for _, one in analyze(tmp_path, now=1e12).findings() if one.rule == "constant-metric")
    assert [span.series for span in found.spans] == ["1 - val_accuracy"]
