"""Settings that lie beside a log: whose they are, what is read of them, and what is not let in."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from logdoctor import load
from logdoctor.reading import look
from logdoctor.run import Setting

CURVE = "step,loss\n0,2.5\n1,1.5\n2,1.0\n"


def settings_beside(folder: Path, name: str, text: str, log: str = "metrics.csv") -> dict[str, Setting]:
    for file, content in ((name, text), (log, CURVE)):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(content)
    (run,) = load(folder)
    return dict(run.hyperparameters)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hparams.yaml", "lr: 1e-3\nmodel: {width: 64}\n"),
        (".hydra/config.yaml", "lr: 0.001\nmodel:\n  width: 64\n"),
        ("config.yaml", "lr: {desc: null, value: 0.001}\nmodel: {desc: null, value: {width: 64}}\n"),
        ("config.json", json.dumps({"lr": 0.001, "model": {"width": 64}})),
        (".hydra/overrides.yaml", "- lr=1e-3\n- +model.width=64\n- ~logger\n"),
    ],
)
def test_settings_of_a_run(tmp_path: Path, name: str, text: str) -> None:
    assert settings_beside(tmp_path, name, text) == {"lr": 0.001, "model.width": 64}


def test_what_a_job_of_hydra_overrides_is_of_the_type_that_its_configuration_has(tmp_path: Path) -> None:
    given = settings_beside(tmp_path, ".hydra/overrides.yaml", "- amp=true\n- bs=16\n- name='a=b'\n- =5\n- ~w=2\n")
    assert repr(given) == repr({"amp": True, "bs": 16, "name": "a=b"})


def test_they_are_listed_among_the_files_of_the_run(tmp_path: Path) -> None:
    settings_beside(tmp_path, "hparams.yaml", "lr: 0.1")
    (run,) = load(tmp_path)
    assert [(one.path, one.format) for one in run.sources] == [("hparams.yaml", "settings"), ("metrics.csv", "csv")]


def test_what_the_log_says_goes_before_them(tmp_path: Path) -> None:
    (tmp_path / "history.json").write_text('{"lr": 0.5, "loss": [2.5, 1.5, 1.0]}')
    (tmp_path / "hparams.yaml").write_text("lr: 0.1\nseed: 3\n")
    (run,) = load(tmp_path)
    assert run.hyperparameters == {"lr": 0.5, "seed": 3}


def test_each_run_has_those_of_its_own_folder(tmp_path: Path) -> None:
    for version, rate in ((0, 0.1), (1, 0.2)):
        settings_beside(tmp_path / f"version_{version}", "hparams.yaml", f"lr: {rate}")
    assert [run.hyperparameters for run in load(tmp_path)] == [{"lr": 0.1}, {"lr": 0.2}]


def test_settings_alone_are_no_run(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("lr: 0.1")
    assert look([tmp_path]).runs == ()


def test_objects_are_not_built(tmp_path: Path) -> None:
    bait = tmp_path / "bait"
    text = f"lr: 0.1\nevil: !!python/object/apply:os.mkdir ['{bait}']\nname: !!python/name:os.system\n"
    assert settings_beside(tmp_path, "hparams.yaml", text)["lr"] == 0.1
    assert not bait.exists()


@pytest.mark.parametrize("entry", ["[*a0, *a0]", "{x: *a0, y: *a0}", "{<<: [*a0, *a0]}"])
def test_a_file_that_multiplies_itself_is_read_in_no_time(tmp_path: Path, entry: str) -> None:
    levels = [entry.replace("a0", f"a{i}") for i in range(40)]
    bomb = "a: &a0 {z: 1}\n" + "".join(f"b{i}: &a{i + 1} {level}\n" for i, level in enumerate(levels))
    assert settings_beside(tmp_path, "hparams.yaml", f"lr: 0.1\n{bomb}")["lr"] == 0.1


def test_a_file_that_holds_itself_is_read(tmp_path: Path) -> None:
    assert settings_beside(tmp_path, "hparams.yaml", "lr: 0.1\nself: &a {again: *a}\n") == {"lr": 0.1}


@pytest.mark.parametrize("opened", ["[", "{a: "])
def test_a_thousand_open_brackets_take_no_time(tmp_path: Path, opened: str) -> None:
    """Found by fuzzing: at every word PyYAML goes through all brackets that are open on the line."""
    begun = time.process_time()
    assert settings_beside(tmp_path, "hparams.yaml", "[" * 600 + "*a " + opened * 20_000) == {}
    assert settings_beside(tmp_path, "hparams.yaml", f"lr: 0.1\na: {'[' * 50}{']' * 50}\n") == {"lr": 0.1}
    assert time.process_time() - begun < 1


def test_settings_above_the_only_run_are_its_own(tmp_path: Path) -> None:
    table = "epoch,loss\n" + "".join(f"{i},{2.5 - i / 20}\n" for i in range(20))
    for name in ("one/logs/tb", "two/a", "two/b"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "metrics.csv").write_text(table.replace("2.5", name[-1]))
    for name in ("one", "two"):
        (tmp_path / name / "config.yaml").write_text("lr: 0.1\n")
    assert [(run.name, run.hyperparameters) for run in load(tmp_path)] == [
        ("one/logs/tb", {"lr": 0.1}),
        ("two/a", {}),
        ("two/b", {}),
    ]
