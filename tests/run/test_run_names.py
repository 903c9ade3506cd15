"""Settings that names of runs tell, and names that are alike."""

from __future__ import annotations

import pytest

from logdoctor.run import Run, Setting
from logdoctor.run.run_names import (
    differ_in_settings,
    settings_in_name,
    with_name_settings,
    without_counters,
    without_numbers,
    without_settings,
)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("lr0.1_bs32_seed0", {"lr": 0.1, "batch_size": 32, "seed": 0}),
        ("lr=1e-3,wd=0.1", {"lr": 1e-3, "weight_decay": 0.1}),
        ("lr_3e-4/seed_1", {"lr": 3e-4, "seed": 1}),
        ("20260504-1110_mlp_lr1e-02_s2", {"lr": 0.01, "seed": 2}),
        ("weight-decay-0.01_lr-0.1", {"weight_decay": 0.01, "lr": 0.1}),
        ("fold_3", {"fold": 3}),
        ("run-1e-3", {}),
        ("s2", {}),
        ("clip_1", {}),
        ("version_2", {}),
        ("solr5_colr0.1", {}),
    ],
)
def test_settings_are_told_by_words_that_are_known(name: str, told: dict[str, Setting]) -> None:
    assert settings_in_name(name) == told


def test_a_whole_number_is_a_rate_only_beside_others_that_are_not() -> None:
    settings = [
        run.name_settings for run in with_name_settings([Run(name) for name in ("a/lr0.1", "a/lr3", "b/lr1", "b/lr2")])
    ]
    assert settings == [{"lr": 0.1}, {"lr": 3}, {}, {}]


def test_nested_folders_of_a_sweep_have_one_name_without_what_they_tell() -> None:
    assert without_settings("lr_3e-4/seed_1") == without_settings("lr_3e-2/seed_0")
    assert without_settings("sweep1") != without_settings("sweep2")


def test_numbers_that_count_runs_and_times_are_no_part_of_a_recipe() -> None:
    assert without_counters("trial_001_lr0.1") == without_counters("trial_014_lr0.1")
    assert without_counters("20260504-1110_mlp") == without_counters("20260504-1215_mlp")
    assert without_counters("resnet18_lr0.1") != without_counters("resnet50_lr0.1")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wandb/offline-run-20261122_155818-abn7ujq2", "wandb/offline-run-20261122_155826-54uzilwh"),
        ("mlruns/1/0a7f0c9d2e4b1f8a6c3d5e7f9b0c2d00", "mlruns/1/ffb10c9d2e4b1f8a6c3d5e7faaac2d0e"),
        ("0a7f0c9d-2e4b-1f8a-6c3d-5e7f9b0c2d00", "ffb10c9d-2e4b-1f8a-6c3d-5e7faaac2d0e"),
    ],
)
def test_ids_of_trackers_differ_as_numbers_do(one: str, other: str) -> None:
    assert without_numbers(one) == without_numbers(other)


@pytest.mark.parametrize(
    ("name", "other", "said"),
    [
        ("sweep/lr0.1/seed1", "sweep/lr0.01/seed3", True),
        ("mlp_lr0.1_s1", "mlp_lr0.1_s2", True),
        ("run-1e-3", "run-3e-4", True),
        ("adam/0.1", "adam/0.01", True),
        ("2026-02-03_mlp_lr=0.1", "2026-02-05_mlp_lr=1", True),
        ("2026-02-03_mlp_lr=0.1", "2026-02-05_mlp_lr=0.1", False),
        ("run_016", "run_448", False),
        ("case3_lr0.1", "case4_lr0.01", False),
        ("runs/May04_11-00-12_host", "runs/May05_09-12-59_host", False),
        ("0/0123456789abcdef0123456789abcdef", "0/ff23456789abcdef0123456789abcdef", False),
    ],
)
def test_names_differ_in_what_they_set_or_merely_count(name: str, other: str, *, said: bool) -> None:
    assert differ_in_settings(name, other) is said
