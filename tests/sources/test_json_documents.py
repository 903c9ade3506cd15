"""JSON documents: every shape, whole, cut off and with holes."""

from __future__ import annotations

import json
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.read_back import log_of, recognized

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Axis, Notice
from logdoctor.run.notice import DAMAGE, PADDING
from logdoctor.sources.deepobs import DeepObs
from logdoctor.sources.hf_trainer_state import TrainerState
from logdoctor.sources.json_document import JsonDocument
from logdoctor.sources.megatron_golden import MegatronGolden
from logdoctor.sources.sacred_metrics import SacredMetrics
from logdoctor.sources.source import Log, Source
from logdoctor.sources.tables.json.json_file import load
from logdoctor.sources.tensorboard_json import TensorBoardJson

Points = set[tuple[str, int, float]]

HISTORY = [{"epoch": i / 8, "grad_norm": i / 3, "loss": 1 / (i + 1), "step": 10 * i} for i in range(30)]
STATE = {"best_metric": None, "global_step": 290, "log_history": HISTORY, "logging_steps": 10, "max_steps": 300}
TRUTH: Points = {(name, int(row["step"]), row[name]) for row in HISTORY for name in ("epoch", "grad_norm", "loss")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("json")


def write(path: Path, content: Any) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def points(log: Log) -> Points:
    return {
        (one.name, *point) for one in log.series for point in zip(one.steps.tolist(), one.values.tolist(), strict=True)
    }


def found_in(source: Source, path: Path) -> tuple[Points, tuple[Notice, ...]]:
    try:
        log = log_of(source, path)
    except UnreadableLogError:
        return set(), (Notice(DAMAGE, str(path), ""),)
    return points(log), log.notices


# The text itself.


@given(cut=st.integers(1, len(json.dumps(STATE)) - 1), indent=st.sampled_from([None, 2]))
def test_a_document_cut_off_anywhere(folder: Path, cut: int, indent: int | None) -> None:
    whole = json.dumps(STATE, indent=indent)
    content = whole[:cut]
    found, notices = found_in(TrainerState(), write(folder / "cut.json", content.encode()))
    assert found <= TRUTH
    rows = content.count('"step": ')
    assert len(found) >= 3 * (rows - 1)
    (notice,) = notices
    assert notice.kind == DAMAGE
    assert notice.byte_end in (None, cut)


@given(start=st.integers(80, len(json.dumps(STATE)) - 1), length=st.integers(1, 200), fill=st.sampled_from([0, 0x91]))
def test_a_hole_in_a_list_of_records(folder: Path, start: int, length: int, fill: int) -> None:
    content = json.dumps(STATE).encode()
    end = min(start + length, len(content))
    path = write(folder / "hole.json", content[:start] + bytes([fill]) * (end - start) + content[end:])
    found, notices = found_in(TrainerState(), path)
    assert {point for point in found if "\x91" not in point[0]} <= TRUTH
    before = content.count(b'"step": ', 0, start)
    assert found >= {point for point in TRUTH if point[1] < 10 * (before - 1)}
    assert notices or fill


def test_records_behind_a_hole_are_found(folder: Path) -> None:
    content = json.dumps(STATE).encode()
    start = content.index(b'"step": 100')
    log = log_of(TrainerState(), write(folder / "behind.json", content[:start] + bytes(50) + content[start + 50 :]))
    assert points(log) == {point for point in TRUTH if point[1] not in (100, 110)}
    (notice,) = log.notices
    hole = content[notice.byte_start : notice.byte_end]
    assert hole.startswith(b'{"epoch": 1.25')
    assert content[notice.byte_end :].startswith(b'{"epoch": 1.5')


def test_what_stands_between_two_records_costs_neither(folder: Path) -> None:
    lines = [json.dumps(record) for record in HISTORY]
    head, tail = ",\n".join(lines[:20]), ",\n".join(lines[20:])
    path = write(folder / "log_history.json", f"[{head},\nKeyboardInterrupt\n{tail}]".encode())
    found, (notice,) = found_in(JsonDocument(), path)
    assert found == TRUTH
    assert notice.byte_start == 1 + len(head) + 1
    assert notice.byte_end == notice.byte_start + len("\nKeyboardInterrupt\n")


@pytest.mark.parametrize("content", [b"", b"{", b"no json", b"[" * 100_000, b'{"a": ' * 100_000, b"\0" * 100, b"[1 2]"])
def test_what_is_no_json_is_unreadable(folder: Path, content: bytes) -> None:
    path = write(folder / "none.json", content)
    with pytest.raises(UnreadableLogError):
        load(path)
    assert not recognized(JsonDocument(), path)


def test_a_second_document_behind_the_first_is_left_out(folder: Path) -> None:
    document = load(write(folder / "two.json", b'{"loss": [1.0, 2.0]}{"loss": [3.0]}'))
    assert document.content == {"loss": [1.0, 2.0]}
    assert [(one.byte_start, one.byte_end) for one in document.notices] == [(20, 35)]


def test_hostile_texts_take_no_time(folder: Path) -> None:
    for content in (
        b'{"a": 1, "b": "' + b'\\"' * 200_000,
        b'{"a": 1, "b": "' + b"\\" * 200_001,
        b"[" + b'{"a": [1},' * 20_000,
    ):
        path = write(folder / "hostile.json", content)
        assert load(path).notices


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_document_may_be_in_any_encoding_of_unicode(folder: Path, encoding: str) -> None:
    path = write(folder / "encoded.json", '{"loss": [1.0, NaN], "n": 1}'.encode(encoding))
    assert load(path).content["loss"][0] == 1.0


# Hugging Face.


def test_a_trainer_state_gives_curves_settings_and_its_end(folder: Path) -> None:
    history = [*HISTORY, {"epoch": 3.75, "step": 300, "train_loss": 0.5, "train_runtime": 10.5, "total_flos": 1e18}]
    path = write(folder / "trainer_state.json", STATE | {"global_step": 300, "log_history": history})
    assert recognized(TrainerState(), path)
    log = log_of(TrainerState(), path)
    assert points(log) == TRUTH
    assert log.hyperparameters == {
        "max_steps": 300, "logging_steps": 10,
        "summary.train_loss": 0.5, "summary.train_runtime": 10.5, "summary.total_flos": 1e18,
    }  # fmt: skip
    assert (log.planned_steps, log.finished) == (300, True)


def test_a_checkpoint_does_not_say_how_the_run_went_on(folder: Path) -> None:
    log = log_of(TrainerState(), write(folder / "trainer_state.json", STATE))
    assert (log.planned_steps, log.finished) == (300, None)


def test_damage_that_is_found_from_back_to_front_is_told_where_it_lies(folder: Path) -> None:
    """Found by fuzzing: a name that is not UTF-8 is found before what stands in front of it is decoded."""
    path = folder / "trainer_state.json"
    records = [b'{"step": %d, "loss": %d.5}' % (step, step) for step in range(8)]
    records[1] = records[1].replace(b"1.5", b"1#5")
    records[5] = records[5].replace(b"step", b"st\xe5p")
    data = b'{"global_step": 7, "log_history": [' + b", ".join(records) + b"]}"
    path.write_bytes(data)
    log = log_of(TrainerState(), path)
    assert log.series[0].values.tolist() == [0.5, 2.5, 3.5, 4.5, 6.5, 7.5]
    places = sorted((one.byte_start, one.byte_end) for one in log.notices if one.kind == DAMAGE)
    starts = [data.index(records[i]) for i in (1, 2, 5, 6)]
    assert places == [(starts[0], starts[1]), (starts[2], starts[3])]


# Megatron, DeepOBS, Sacred, TensorBoard.


def test_golden_values_that_were_not_run(folder: Path) -> None:
    values = {str(step): "nan" if step > 30 else 10.0 - step / 10 for step in range(5, 51, 5)}
    memory = {str(step): "nan" if step > 30 else 1e9 for step in range(5, 51, 5)}
    entry = {"start_step": 5, "end_step": 50, "step_interval": 5}
    path = write(
        folder / "g.json", {"lm loss": entry | {"values": values}, "mem-allocated-bytes": entry | {"values": memory}}
    )
    log = log_of(MegatronGolden(), path)
    assert {one.name: one.steps.tolist() for one in log.series} == {
        "lm loss": [5, 10, 15, 20, 25, 30],
        "mem-allocated-bytes": [5, 10, 15, 20, 25, 30],
    }
    assert [one.kind for one in log.notices] == [PADDING]


def test_golden_values_with_two_spellings_of_one_step(folder: Path) -> None:
    """Found by fuzzing: the values of equal steps were compared, and a text is neither less nor more than a number."""
    path = folder / "g.json"
    path.write_bytes(b'{"lm loss": {"step_interval": 5, "values": {"5": 1.5, "05": "nan", "10": 1.25, "15": 1.0}}}')
    (loss,) = log_of(MegatronGolden(), path).series
    assert loss.steps.tolist()[-2:] == [10, 15]
    assert loss.values.tolist()[-2:] == [1.25, 1.0]


def test_deepobs_before_training_and_after_each_epoch(folder: Path) -> None:
    run = {
        "train_losses": [3.0, 2.0, nan], "test_losses": [3.5, 2.5, nan], "minibatch_train_losses": [3.0, 2.5, inf, nan],
        "train_log_interval": 5, "num_epochs": 2, "weight_decay": None, "hyperparams": {"momentum": 0.9},
    }  # fmt: skip
    log = log_of(DeepObs(), write(folder / "run.json", run))
    assert {one.name: (one.axis, one.steps.tolist()) for one in log.series} == {
        "train_losses": (Axis.EPOCH, [0, 1, 2]),
        "test_losses": (Axis.EPOCH, [0, 1, 2]),
        "minibatch_train_losses": (Axis.STEP, [0, 5, 10, 15]),
    }
    assert np.isnan(log.series[0].values[-1])
    assert log.hyperparameters == {"train_log_interval": 5, "num_epochs": 2, "momentum": 0.9}
    assert log.finished is True


def test_sacred_has_moments(folder: Path) -> None:
    entry = {"steps": [1, 2], "values": [0.5, 0.25], "timestamps": ["2024-01-01T00:00:00", "2024-01-01T00:00:05"]}
    (loss,) = log_of(SacredMetrics(), write(folder / "metrics.json", {"train.loss": entry})).series
    assert (loss.name, loss.steps.tolist()) == ("train.loss", [1, 2])
    assert loss.wall_times is not None
    assert np.diff(loss.wall_times).tolist() == [5.0]


def test_tensorboardx_names_lie_in_a_folder(folder: Path) -> None:
    at = 1654943296.25
    path = write(folder / "all.json", {"runs/a/train/loss": [[at, 0, 1.5]], "runs/a/train/acc": [[at, 0, 0.5]]})
    assert {one.name for one in log_of(TensorBoardJson(), path).series} == {"train/loss", "train/acc"}


# Everything else.


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        pytest.param(
            {"loss": [1.0, 0.5], "val_loss": [1.5]},
            {"loss": ("index", [0, 1]), "val_loss": ("index", [0])},
            id="lists of two lengths",
        ),
        pytest.param(
            {"epoch": [1, 2], "loss": [1.0, 0.5], "lr": 0.1},
            {"loss": ("epoch", [1, 2])},
            id="a list that counts",
        ),
        pytest.param(
            {"train": {"logloss": [0.6, 0.5]}, "eval": {"logloss": [0.7, 0.6]}},
            {"train/logloss": ("index", [0, 1]), "eval/logloss": ("index", [0, 1])},
            id="XGBoost's evals_result",
        ),
        pytest.param(
            {"history": {"loss": [1.0, 0.5], "val_loss": [1.5, 1.0]}, "params": {"epochs": 2}},
            {"loss": ("epoch", [0, 1]), "val_loss": ("epoch", [0, 1])},
            id="Keras' History object",
        ),
        pytest.param(
            {"train": [{"epoch": 1, "loss": 1.0}], "val": [{"epoch": 1, "loss": 2.0}]},
            {"train/loss": ("epoch", [1]), "val/loss": ("epoch", [1])},
            id="records by split",
        ),
        pytest.param(
            [{"step": 5, "loss": 1.0}, {"step": 10, "eval": {"loss": 2.0}}],
            {"loss": ("step", [5]), "eval/loss": ("step", [10])},
            id="a list of records",
        ),
        pytest.param(
            {"train_losses": [3.0, 2.0, 1.0], "train_iters": [10, 20, 30], "predictions": [0, 1]},
            {"train_losses": ("step", [10, 20, 30])},
            id="lists that are no curves are left out",
        ),
    ],
)
def test_curves_are_found_in_every_shape_of_document(
    folder: Path, document: Any, expected: dict[str, tuple[str, list[int]]]
) -> None:
    path = write(folder / "log.json", document)
    assert recognized(JsonDocument(), path)
    log = log_of(JsonDocument(), path)
    assert {one.name: (str(one.axis), one.steps.tolist()) for one in log.series} == expected


@given(
    st.dictionaries(st.sampled_from(["loss", "val_loss", "acc", "f1"]), st.lists(st.floats(), min_size=2), min_size=1)
)
def test_lists_read_back_bit_for_bit(folder: Path, curves: dict[str, list[float]]) -> None:
    curves = {name: [value if abs(value) > 0 else 0.25 for value in values] for name, values in curves.items()}
    log = log_of(JsonDocument(), write(folder / "log.json", curves))
    assert {one.name: one.values.tolist() for one in log.series} == curves


def test_an_object_of_settings_beside_curves(folder: Path) -> None:
    content = {"config": {"lr": 0.5, "model": {"depth": 4}}, "evaluation": {"mean": 1.5}, "rewards": [0.5, 1.5]}
    log = log_of(JsonDocument(), write(folder / "metrics.json", content))
    assert dict(log.hyperparameters) == {"lr": 0.5, "model.depth": 4}


def test_numbers_beside_curves_are_settings(folder: Path) -> None:
    log = log_of(
        JsonDocument(), write(folder / "log.json", {"loss": [1.0, 0.5], "lr": 0.1, "model": "small", "cuda": True})
    )
    assert log.hyperparameters == {"lr": 0.1, "model": "small", "cuda": True}


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("config.json", {"loss_weights": [1.0, 0.5], "loss": [1, 2]}),
        ("model.json", {"loss_weights": [1.0, 0.5], "lr_steps": [10, 20]}),
        ("grid.json", {"lr": [0.1, 0.01], "momentum": [0.9, 0.99]}),
        ("eval_results.json", {"eval_loss": 0.5, "eval_accuracy": 0.75}),
        ("wandb-summary.json", {"_step": 10, "loss": 0.5, "_wandb": {"runtime": 10}}),
        ("tokenizer.json", {"version": "1.0", "model": {"vocab": {"a": 0, "b": 1}}}),
        ("coco.json", {"images": [{"id": 1}], "annotations": [{"id": 1, "area": 2.5, "bbox": [1, 2, 3, 4]}]}),
        ("chat.json", [{"messages": [{"role": "user"}], "reward": 1.0, "step": 1}]),
        ("point.json", [[1.0, 2.0, 3.0]]),
        ("null.json", None),
    ],
)
def test_documents_of_something_else(folder: Path, name: str, document: Any) -> None:
    path = write(folder / name, document)
    for source in (JsonDocument(), TrainerState(), MegatronGolden(), DeepObs(), SacredMetrics(), TensorBoardJson()):
        assert not recognized(source, path), source.name


def test_a_document_is_recognized_by_its_head(folder: Path) -> None:
    large = {"loss": [i / 7 for i in range(50_000)], "val_loss": [i / 3 for i in range(50_000)]}
    assert recognized(JsonDocument(), write(folder / "large.json", large))
