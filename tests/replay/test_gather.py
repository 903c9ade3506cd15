"""From a captured training to its replay: the same numbers, and one line for whatever is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tests.capture.trainings import train

from logdoctor.bundle.layout import FOLDER, batch_files, state_folders
from logdoctor.bundle.tensor_files import read_tensors
from logdoctor.capture import capturing, install
from logdoctor.errors import LogDoctorError
from logdoctor.replay.given.gather import alarm_step, captured_losses, find_capture, gather, log_ahead
from logdoctor.replay.given.recipe import read_recipe
from logdoctor.replay.material import Fidelity
from logdoctor.replay.pipeline import Options, replay
from logdoctor.replay.preflight import limits, preflight
from logdoctor.replayed import Target

RECIPE = """
import torch
from torch.nn import functional
from tests.capture.trainings import network

def setup():
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    return model, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 10)

def loss(model, batch):
    inputs, targets = batch
    return functional.cross_entropy(model(inputs), targets)
"""


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    torch.set_num_threads(1)
    yield
    capturing._active.clear()


def captured(run: Path, *, loader: bool = True) -> Path:
    capture = install(run, every=20)
    train(bad_step=50, loader=loader)
    capture.close()
    (run / "recipe.py").write_text(RECIPE)
    return run


@pytest.mark.parametrize("loader", [True, False], ids=["from a loader", "indexed at random"])
def test_a_captured_training_is_replayed_bit_by_bit(tmp_path: Path, loader: bool) -> None:
    """With dropout, though the script draws from the same generators between its steps."""
    run = captured(tmp_path, loader=loader)
    material = gather(run, read_recipe(run / "recipe.py"), 50, {})
    assert material.fidelity is Fidelity.EXACT
    assert [one.step for one in material.states] == [20, 40]
    result = replay(material, Target(50), Options(device="cpu"))
    assert result.baseline is not None
    assert result.baseline.reproduced
    assert result.baseline.follows_log
    assert result.baseline.largest_difference == 0.0
    assert result.baseline.compared >= 10
    assert result.birth is not None
    assert result.birth.leaf.startswith("batch")
    assert result.verdict is not None
    assert result.verdict.cause == "bad-batch"


def test_the_capture_says_where_it_broke(tmp_path: Path) -> None:
    run = captured(tmp_path)
    capture = find_capture(run)
    assert capture == run / FOLDER
    assert alarm_step(capture) == 50
    assert sorted(captured_losses(capture)) == list(range(60))


def test_what_cannot_be_concluded_is_said_first(tmp_path: Path) -> None:
    run = captured(tmp_path)
    for at in (49, 50, 51):
        batch_files(run / FOLDER)[at].unlink()
    material = gather(run, read_recipe(run / "recipe.py"), 50, {})
    assert material.fidelity is Fidelity.NO_BATCHES
    assert "neighbours stand in" in next(limits(material))
    assert torch.equal(material.batches(50)[1], material.batches(48)[1])
    said = preflight(material, 50, "cpu", 600)
    assert said[0] == f"runs your code: {run / 'recipe.py'}"
    assert "states of step 20, 40; fidelity: no batches" in said[1]


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("batches/*.pt", r"define batch\(step\)"),
        ("step_*/meta.json", "no checkpoint below it can be used; name one with --checkpoint"),
        ("step_*/model.safetensors", "no checkpoint below it can be used"),
    ],
)
def test_what_is_missing_is_one_line(tmp_path: Path, lost: str, said: str) -> None:
    run = captured(tmp_path)
    for one in (run / FOLDER).glob(lost):
        one.unlink()
    with pytest.raises(LogDoctorError, match=said) as problem:
        gather(run, read_recipe(run / "recipe.py"), 50, {})
    assert "\n" not in str(problem.value)


def test_all_states_may_be_too_late(tmp_path: Path) -> None:
    run = captured(tmp_path)
    with pytest.raises(LogDoctorError, match="the first checkpoint is of step 20, later than the flagged step 10"):
        gather(run, read_recipe(run / "recipe.py"), 10, {})


def test_gradients_that_a_loop_never_empties_are_put_back(tmp_path: Path) -> None:
    """They are a part of the state: from step 0 on every gradient is added to those before."""
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    capture = install(tmp_path, every=20)
    losses = []
    for step in range(50):
        inputs = torch.randn(8, 4, generator=torch.Generator().manual_seed(step))
        loss = model(inputs).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    capture.close()
    (tmp_path / "recipe.py").write_text(
        "import torch\n"
        "def setup():\n"
        "    model = torch.nn.Linear(4, 1)\n"
        "    return model, torch.optim.SGD(model.parameters(), 1e-3)\n"
        "def train_step(training, batch):\n"
        "    loss = training.model(batch).square().mean()\n"
        "    loss.backward()\n"
        "    training.optimizer.step()\n"
        "    return loss.detach()\n"
    )
    material = gather(tmp_path, read_recipe(tmp_path / "recipe.py"), 49, {})
    result = replay(material, Target(49), Options(device="cpu"))
    assert result.baseline is not None
    assert result.baseline.state_step in (20, 40)
    assert result.baseline.largest_difference == 0.0
    assert material.logged[49] == losses[49]


def test_gradients_that_are_emptied_take_no_room(tmp_path: Path) -> None:
    run = captured(tmp_path)
    for folder in state_folders(run / FOLDER).values():
        assert "gradients" not in read_tensors(folder / "optim.pt")


def test_a_wrong_number_of_accumulated_batches_is_said(tmp_path: Path) -> None:
    run = captured(tmp_path)
    (run / "recipe.py").write_text(RECIPE + "accumulate = 4\n")
    material = gather(run, read_recipe(run / "recipe.py"), 50, {})
    with pytest.raises(LogDoctorError, match="step 45 was made of one batch; say accumulate = 1"):
        material.batches(45)


@pytest.mark.parametrize(("first", "every", "ahead"), [(0, 1, 0), (1, 1, 1), (1, 5, 1), (0, 5, 0), (7, 1, 0)])
def test_a_log_that_counts_from_one_is_ahead_of_a_capture(first: int, every: int, ahead: int) -> None:
    losses = {step: 2.3 * 0.97**step for step in range(60)}
    logged = {step + first: round(loss, 4) for step, loss in losses.items() if (step + first) % every == 0}
    assert log_ahead(logged, losses) == ahead


def test_losses_that_hardly_differ_tell_nothing_of_the_counting() -> None:
    losses = dict.fromkeys(range(60), 2.3026)
    assert log_ahead({step + 1: 2.3026 for step in losses}, losses) == 0
    assert log_ahead({}, losses) == 0
