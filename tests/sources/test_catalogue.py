"""Every format that logdoctor promises is read and understood: one run, each role's curve, its axis, the settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.sources.catalogue.case import Points
from tests.sources.catalogue.formats import ANY_LOOP, CASES, ELSEWHERE, NOT_RUN, REAL, SAMPLES
from tests.sources.test_samples import samples_of, sources, write

from logdoctor import load
from logdoctor.run import Series

FIXTURES = Path(__file__).parent / "fixtures"

MAIN = ("train-loss", "validation-loss", "learning-rate", "gradient-norm")
"""Roles of which rules judge the first series alone."""

PROMISED = """
AllenNLP; Caffe; CleanRL; ClearML; DVCLive; DeepOBS; DeepSpeed; DeiT, MAE; GPT-NeoX; Hugging Face 4; Hugging Face 5;
Hugging Face, trainer state; Keras 2; Keras 3; Keras, CSV; LLaMA-Factory; Lightning, CSV; Lightning, TensorBoard;
MLflow, file; MLflow, SQLite; MMEngine; Megatron golden; Megatron-LM; NeMo; PyTorch example; RLlib; Ray Tune; Sacred;
Spinning Up; Stable-Baselines3; SwanLab; TensorBoard, CSV; TensorBoard, JSON; Trackio; Ultralytics; VisualDL; W&B panel;
W&B, .wandb; YOLOv5; detectron2; fairseq; fastai; key: value; key=value; llm.c; mmcv; ms-swift; nanoGPT; nnU-Net; spaCy;
timm; torch SummaryWriter; torchtitan; torchtune
"""


def is_truth(series: Series, truth: Points) -> bool:
    """Tell whether a series is a curve of the catalogue."""
    same = series.steps.tolist() == list(truth)
    return same and bool(np.allclose(series.values, list(truth.values()), rtol=1e-6, equal_nan=True))


@pytest.mark.parametrize("name", [one.strip() for one in PROMISED.replace("\n", " ").split(";")])
def test_what_is_promised_has_a_case(name: str) -> None:
    assert any(one.startswith(name) for one in (*CASES, *SAMPLES, *REAL, *ELSEWHERE))


def test_what_was_really_written_is_there() -> None:
    assert sorted(REAL.values()) == sorted(path.stem for path in (FIXTURES / "frameworks").glob("*.json"))
    assert all((FIXTURES / place).exists() for place in ELSEWHERE.values())


def test_what_was_not_run_has_a_text_from_its_source() -> None:
    assert NOT_RUN.keys() <= CASES.keys() | SAMPLES.keys()


def test_every_framework_was_run_or_it_is_said_why_not() -> None:
    ran = {family(name) for name in (*REAL, *ELSEWHERE)}
    assert [name for name in (*CASES, *SAMPLES) if name not in NOT_RUN and family(name) not in ran | ANY_LOOP] == []


def family(name: str) -> str:
    """Return the framework that an entry of the catalogue is of."""
    return name.partition(",")[0].lower()


@pytest.mark.parametrize("name", CASES)
def test_a_format_is_understood(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    case.write(tmp_path)
    (run,) = load(tmp_path)
    by_role: dict[str, list[Series]] = {}
    for one in run.series:
        by_role.setdefault(one.role.id, []).append(one)
    for role, truth in case.roles.items():
        found = [one for one in by_role.get(role, []) if is_truth(one, truth)]
        best = by_role[role][:1] if role in MAIN else by_role[role]
        assert any(one in best for one in found), (role, by_role)
        assert found[0].axis is case.axis, (role, found)
    assert {key: run.hyperparameters.get(key) for key in case.settings} == case.settings


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_understood(name: str, tmp_path: Path) -> None:
    file, roles = SAMPLES[name]
    carried = [one for source in sources() for one in samples_of(source) if one.file_name == file]
    write(next(one for one in carried if one.expected and one.expected.keys() >= roles.keys()), tmp_path)
    (run,) = load(tmp_path)
    assert {one.name: one.role.id for one in run.series if one.name in roles} == roles
