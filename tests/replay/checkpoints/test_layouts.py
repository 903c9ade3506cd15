"""Checkpoints as people have them: each is found, its step told, and a training put back by it trains on bit by bit."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from logdoctor.replay.checkpoints.finding import find_checkpoints, nearest, read_checkpoint
from logdoctor.replay.checkpoints.loading import step_in_name
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import Training


def network(width: int = 4) -> nn.Module:
    return nn.Sequential(nn.Linear(3, width), nn.Dropout(0.5), nn.Linear(width, 1))


def training(rate: float = 0.1, *, sgd: bool = False) -> Training:
    model = network()
    kind = torch.optim.SGD if sgd else torch.optim.AdamW
    optimizer = kind(model.parameters(), rate)
    return Training(model, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 2))


def steps(trained: Training, count: int) -> list[float]:
    losses = []
    for _ in range(count):
        loss = (trained.model(torch.ones(2, 3)) ** 2).mean()
        assert trained.optimizer is not None
        trained.optimizer.zero_grad()
        loss.backward()
        trained.optimizer.step()
        trained.scheduler.step()
        losses.append(loss.item())
    return losses


def dictionary(folder: Path, trained: Training) -> Path:
    """As in PyTorch's own tutorial, with the state of dropout."""
    assert trained.optimizer is not None
    path = folder / "last.pt"
    parts = {
        "epoch": 1,
        "model_state_dict": trained.model.state_dict(),
        "optimizer_state_dict": trained.optimizer.state_dict(),
        "scheduler": trained.scheduler.state_dict(),
        "rng_state": torch.get_rng_state(),
    }
    torch.save(parts, path)
    return path


def lightning(folder: Path, trained: Training) -> Path:
    """The keys of Lightning 2.6; tests/frameworks has files that it wrote itself."""
    assert trained.optimizer is not None
    path = folder / "epoch=0-step=5.ckpt"
    parts = {
        "epoch": 0,
        "global_step": 5,
        "pytorch-lightning_version": "2.6.6",
        "state_dict": {f"net.{name}": one for name, one in trained.model.state_dict().items()},
        "optimizer_states": [trained.optimizer.state_dict()],
        "lr_schedulers": [trained.scheduler.state_dict()],
    }
    torch.save(parts, path)
    return path


def hugging_face(folder: Path, trained: Training) -> Path:
    """What transformers 5.23 writes."""
    assert trained.optimizer is not None
    path = folder / "checkpoint-5"
    path.mkdir()
    save_file(trained.model.state_dict(), path / "model.safetensors", {"format": "pt"})
    torch.save(trained.optimizer.state_dict(), path / "optimizer.pt")
    torch.save(trained.scheduler.state_dict(), path / "scheduler.pt")
    states = {"python": random.getstate(), "numpy": np.random.get_state(), "cpu": torch.get_rng_state()}  # noqa: NPY002
    torch.save(states, path / "rng_state.pth")
    (path / "trainer_state.json").write_text(json.dumps({"global_step": 5, "log_history": []}))
    return path


Writer = Callable[[Path, Training], Path]


@pytest.mark.parametrize("write", [dictionary, lightning, hugging_face])
def test_a_training_goes_on_as_it_did(tmp_path: Path, write: Writer) -> None:
    torch.manual_seed(0)
    trained = training()
    steps(trained, 5)
    write(tmp_path, trained)
    torch.manual_seed(1) if write is lightning else None  # it saves no random states
    after = steps(trained, 4)
    torch.manual_seed(1)
    (state,) = find_checkpoints(tmp_path).states
    assert state.step == 5
    assert {"model", "optimizer", "scheduler"} <= state.holds
    assert ("random" in state.holds) == (write is not lightning)
    for _ in range(2):  # what one replay does to the tensors does not reach the next
        back = training(rate=9.0)
        if write is lightning:
            torch.manual_seed(1)
        state.restore(back)
        assert steps(back, 4) == after


def test_files_of_weights_alone_restore_the_model(tmp_path: Path) -> None:
    trained = training()
    save_file(trained.model.state_dict(), tmp_path / "step_30.safetensors")
    torch.save(trained.model.state_dict(), tmp_path / "ckpt_0020.pth")
    first, second = find_checkpoints(tmp_path).states
    assert (first.step, second.step) == (20, 30)
    for state in (first, second):
        assert state.holds == {"model"}
        back = training()
        state.restore(back)
        assert torch.equal(back.model.state_dict()["0.weight"], trained.model.state_dict()["0.weight"])


def test_weights_in_shards(tmp_path: Path) -> None:
    path = hugging_face(tmp_path, training())
    weights = torch.load(path / "optimizer.pt", weights_only=True)
    assert weights
    (path / "model.safetensors").unlink()
    parts = list(training().model.state_dict().items())
    save_file(dict(parts[:2]), path / "a.safetensors")
    save_file(dict(parts[2:]), path / "b.safetensors")
    where = {name: "a.safetensors" if i < 2 else "b.safetensors" for i, (name, _) in enumerate(parts)}
    (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    read_checkpoint(path).restore(training())
    (path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": {"0.weight": "../b.safetensors"}}))
    with pytest.raises(ReplayError, match="names a file outside its folder"):
        read_checkpoint(path).restore(training())


def test_tied_weights_are_saved_once(tmp_path: Path) -> None:
    def tied() -> nn.Module:
        model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        model[1].weight = model[0].weight
        return model

    weights = {name: one for name, one in tied().state_dict().items() if name != "1.weight"}
    save_file(weights, tmp_path / "step_1.safetensors")
    back = Training(tied())
    read_checkpoint(tmp_path / "step_1.safetensors").restore(back)
    assert torch.equal(back.model.state_dict()["1.weight"], weights["0.weight"])


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "model.", "_orig_mod.module."])
def test_prefixes_of_wrappers_are_taken_off(tmp_path: Path, prefix: str) -> None:
    weights = {prefix + name: one for name, one in network().state_dict().items()}
    torch.save({"model": weights, "step": 3}, tmp_path / "c.pt")
    read_checkpoint(tmp_path / "c.pt").restore(training())


def test_the_optimizers_own_count_goes_before_a_key_and_a_name(tmp_path: Path) -> None:
    """A loop that saves at step 4, counted from 0, has taken five."""
    trained = training()
    steps(trained, 5)
    assert trained.optimizer is not None
    torch.save(
        {"model": trained.model.state_dict(), "optimizer": trained.optimizer.state_dict(), "step": 4},
        tmp_path / "step_4.pt",
    )
    assert read_checkpoint(tmp_path / "step_4.pt").step == 5


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("epoch=3-step=400.ckpt", 400),
        ("checkpoint-500", 500),
        ("ckpt_0020.pt", 20),
        ("iter_0000123.pt", 123),
        ("global_step1000", 1000),
        ("0400.pt", 400),
        ("epoch_12.pt", None),
        ("best.pt", None),
        ("resnet50.pt", None),
    ],
)
def test_the_step_in_a_name(name: str, step: int | None) -> None:
    assert step_in_name(name) == step


def test_those_before_the_flagged_step_are_taken(tmp_path: Path) -> None:
    for step in (10, 20, 30, 40, 50):
        torch.save({"model": network().state_dict(), "step": step}, tmp_path / f"{step}.pt")
    (tmp_path / "deep").mkdir()
    torch.save({"model": network().state_dict(), "step": 45}, tmp_path / "deep" / "c.pt")
    found = find_checkpoints(tmp_path)
    assert [one.step for one in found.states] == [10, 20, 30, 40, 45, 50]
    assert [one.step for one in nearest(found.states, 45)] == [30, 40, 45]


def test_of_one_step_the_fullest_is_taken(tmp_path: Path) -> None:
    trained = training()
    steps(trained, 5)
    torch.save({"model": trained.model.state_dict(), "step": 5}, tmp_path / "a.pt")
    dictionary(tmp_path, trained)
    (state,) = find_checkpoints(tmp_path).states
    assert "optimizer" in state.holds


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ([1, 2], "holds a list, not a dictionary of a training's parts"),
        ({"generator": {}, "step": 3}, "holds no model under a name that is known .*; its keys are generator, step"),
        (
            {"model": {"0.weight": torch.zeros(4, 3)}},
            "neither its contents nor its name say its step; call it step_N.pt",
        ),
    ],
)
def test_what_cannot_be_used_is_one_line(tmp_path: Path, contents: Any, said: str) -> None:
    torch.save(contents, tmp_path / "odd.pt")
    with pytest.raises(ReplayError, match=said):
        read_checkpoint(tmp_path / "odd.pt")
    found = find_checkpoints(tmp_path)
    assert not found.states
    assert len(found.unusable) == 1


def test_wrong_shapes_are_one_line(tmp_path: Path) -> None:
    torch.save({"model": network(width=6).state_dict(), "step": 3}, tmp_path / "c.pt")
    with pytest.raises(ReplayError, match=r"0.weight is 6 x 3 there and 4 x 3 in setup\(\)") as problem:
        read_checkpoint(tmp_path / "c.pt").restore(training())
    assert "\n" not in str(problem.value)


def test_another_model_is_one_line(tmp_path: Path) -> None:
    torch.save({"model": nn.LSTM(3, 4).state_dict(), "step": 3}, tmp_path / "c.pt")
    with pytest.raises(ReplayError, match=r"4 missing \(0.weight, 0.bias, 2.weight ...\); 4 not in setup"):
        read_checkpoint(tmp_path / "c.pt").restore(training())


def test_another_optimizer_is_one_line(tmp_path: Path) -> None:
    trained = training()
    steps(trained, 2)
    dictionary(tmp_path, trained)
    state = read_checkpoint(tmp_path / "last.pt")
    swapped = training()
    parameters = list(swapped.model.parameters())
    with pytest.raises(ReplayError, match="exp_avg is 4 x 3 there for a parameter of 4; setup"):
        state.restore(Training(swapped.model, torch.optim.AdamW([parameters[1], parameters[0], *parameters[2:]])))
    with pytest.raises(ReplayError, match="1 group of 4 parameters there, 1 group of 2 parameters in setup"):
        state.restore(Training(swapped.model, torch.optim.AdamW(parameters[:2])))


def test_a_path_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="no such file or folder; a load"):
        read_checkpoint(tmp_path / "missing.pt")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ReplayError, match="not a checkpoint in a layout that is known"):
        read_checkpoint(tmp_path / "folder")


def test_the_recipe_may_load_odd_ones(tmp_path: Path) -> None:
    (tmp_path / "step_7.pt").write_bytes(b"odd")
    loaded: list[Path] = []
    state = read_checkpoint(tmp_path / "step_7.pt", lambda _, path: loaded.append(path))
    state.restore(training())
    assert (state.step, loaded) == (7, [tmp_path / "step_7.pt"])
