"""The runs of the diagnosis benchmark: what their labels rest on, and two of them, trained."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")

from tests.benchmarks.diagnosis.train import main
from tests.benchmarks.diagnosis.training import development, held_out, symptoms, wider
from tests.benchmarks.diagnosis.training.runs import SOUND, Planned
from tests.sample_training.history import History

import logdoctor
from logdoctor.causes import because
from logdoctor.run.roles import TrainLoss

PARTS = {"development": development.PLANS, "wider": wider.PLANS, "test": held_out.PLANS}


def faults_of(plans: tuple[Planned, ...]) -> set[str]:
    return {plan.fault.name for plan in plans} - {SOUND.name}


def run_of(*losses: float, rate: float = 0.1) -> History:
    rows = [{"step": step, "loss": loss, "learning_rate": rate} for step, loss in enumerate(losses, 1)]
    ends = [{"step": step, "loss": losses[max(0, step - 1)]} for step in (0, len(losses))]
    return History({}, len(losses), len(losses), rows, ends)


def test_the_benchmark_is_as_broad_as_it_says() -> None:
    assert min(len(faults_of(plans)) for plans in (development.PLANS, held_out.PLANS)) >= 34
    assert len(faults_of(held_out.PLANS) - faults_of(development.PLANS)) >= 6
    assert len(faults_of(held_out.PLANS) - faults_of(development.PLANS) - faults_of(wider.PLANS)) >= 4
    for plans in PARTS.values():
        assert len({plan.name for plan in plans if plan.fault is SOUND}) >= 24


def test_the_parts_share_no_family() -> None:
    for one, other in combinations(PARTS.values(), 2):
        assert {plan.family.name for plan in one} & {plan.family.name for plan in other} <= {"bandits"}


@pytest.mark.parametrize("part", PARTS)
def test_every_cause_on_a_label_is_one_that_logdoctor_knows(part: str) -> None:
    causes = {cause for plan in PARTS[part] for cause in plan.fault.causes}
    assert {because(cause).id for cause in causes} == causes


def test_a_symptom_is_told_from_its_absence() -> None:
    falling = run_of(*np.geomspace(2.0, 0.1, 200))
    rising = run_of(*np.geomspace(2.0, 90.0, 200))
    broken = run_of(*np.geomspace(2.0, 0.1, 199), float("nan"))
    still = run_of(*np.full(200, 2.0))
    assert [symptoms.exploded(one, falling) for one in (falling, rising, broken, still)] == [False, True, True, False]
    assert [symptoms.not_finite(one, falling) for one in (falling, rising, broken)] == [False, False, True]
    assert symptoms.no_better_than_at_first(still, falling)
    assert not symptoms.no_better_than_at_first(falling, falling)


def test_an_early_rise_is_one_that_a_log_of_every_fourth_step_shows() -> None:
    warmed = run_of(*np.geomspace(2.0, 0.1, 200))
    late = [4.0] * 100 + [0.3] * 80
    assert symptoms.rose_early_and_lost_time(run_of(2.0, *[2.5, 3.5] * 10, *late[:79]), warmed)
    assert not symptoms.rose_early_and_lost_time(run_of(2.0, 2.1, 3.5, *[2.1] * 18, *late[:79]), warmed)


def test_a_blow_up_is_no_fault_of_a_run_that_ends_as_its_twin_does() -> None:
    up_and_down = [*np.geomspace(2.0, 0.5, 100), *[1.2] * 20, *np.geomspace(0.5, 0.1, 80)]
    twin, better = run_of(*np.geomspace(2.0, 0.1, 200)), run_of(*np.geomspace(2.0, 0.01, 200))
    assert symptoms.blew_up_after_learning(run_of(*up_and_down), better)
    assert not symptoms.blew_up_after_learning(run_of(*up_and_down), twin)


def test_a_faulty_and_a_sound_run_are_trained_logged_and_labelled(tmp_path: Path) -> None:
    recipes = ["--only", "mlp-diabetes/rate-far-too-high", "--only", "mlp-diabetes/plain"]
    main(
        [
            "--part",
            "development",
            "--out",
            str(tmp_path),
            "--seeds",
            "1",
            "--jobs",
            "1",
            "--formats",
            "json-lines",
            *recipes,
        ]
    )
    labels = json.loads((tmp_path / "labels.json").read_text())
    faulty, sound = labels["mlp-diabetes/rate-far-too-high/seed-0"], labels["mlp-diabetes/plain/seed-0"]
    assert (faulty["fault"], faulty["causes"]) == ("rate-far-too-high", ["learning-rate-too-high"])
    assert "divergence" in faulty["expect"]
    assert (sound["fault"], sound["expect"], sound["accept"]) == ("none", [], [])
    assert all(label["shown"] and label["format"] == "json-lines" for label in labels.values())
    losses = {run.name: series.values for run in logdoctor.load(tmp_path) if (series := run.find(TrainLoss))}
    assert set(losses) == set(labels)
    assert losses["mlp-diabetes/plain/seed-0"][-20:].mean() < 0.6
    assert not losses["mlp-diabetes/rate-far-too-high/seed-0"].max() < 3
