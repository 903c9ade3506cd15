"""Which settings may change a training."""

from __future__ import annotations

import pytest

from logdoctor.signals.settings.incidental import is_chosen


@pytest.mark.parametrize("name", [
    "output_dir", "trainer.save_path", "run_name", "name", "timestamp", "summary.loss", "hydra.run.dir", "log_file",
    "outdir", "start_time", "training.output_dir", "save_model_path", "user", "exp_dir", "meta.run_date",
])  # fmt: skip
def test_names_results_and_places_to_write_to_change_nothing(name: str) -> None:
    assert not is_chosen(name)


@pytest.mark.parametrize("name", [
    "lr", "data_dir", "train_file", "model_name", "optimizer.name", "pretrained_path", "experiment.data_path",
    "run.train_path", "exp_dataset_dir", "train_end_date", "max_time", "lr_user", "work.config_file",
])  # fmt: skip
def test_another_data_set_or_model_does(name: str) -> None:
    assert is_chosen(name)
