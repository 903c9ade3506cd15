"""A training is followed without being changed, and what is kept is enough."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, TensorDataset

import logdoctor
from logdoctor.bundle import random_states
from logdoctor.bundle.layout import ALARM, FOLDER, batch_files, state_folders
from logdoctor.bundle.plain import restored
from logdoctor.bundle.tensor_files import read_tensors, read_weights
from logdoctor.capture import install
from logdoctor.capture.recorder import STEPS_AFTER, Recorder
from logdoctor.cli.capture import summary
from logdoctor.run.roles import GradNorm, LearningRate, LossScale, TrainLoss

from .trainings import Trained, network, train


def lines(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / FOLDER / "steps.jsonl").read_text().splitlines()]


def same(one: Trained, other: Trained) -> bool:
    """Bit by bit, NaN for NaN."""
    equal = all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(one.losses, other.losses, strict=True))
    weights = all(torch.equal(torch.nan_to_num(w), torch.nan_to_num(other.weights[k])) for k, w in one.weights.items())
    return equal and weights and one.drawn == other.drawn


@pytest.mark.parametrize("kind", [{}, {"loader": False}, {"scaler": True}, {"bad_step": 40}], ids=str)
def test_the_training_is_the_same_bit_by_bit(tmp_path: Path, kind: dict[str, Any]) -> None:
    alone = train(**kind)
    capture = install(tmp_path, every=5)
    watched = train(**kind)
    assert capture.is_active
    capture.close()
    assert same(alone, watched)
    assert state_folders(tmp_path / FOLDER)  # it was watched indeed
    assert same(alone, train(**kind))  # and the hooks are gone


@pytest.mark.parametrize("loader", [True, False], ids=["from a loader", "indexed by hand"])
def test_what_is_kept_gives_the_same_losses_again(tmp_path: Path, loader: bool) -> None:
    """Also where the loss is a function, which no hook on modules sees, and no loader hands out the targets."""
    install(tmp_path, every=20)
    trained = train(bad_step=50, loader=loader)
    states, batches = state_folders(tmp_path / FOLDER), batch_files(tmp_path / FOLDER)
    assert list(states) == [20, 40]
    assert set(range(20, 59)) <= set(batches)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), 1e-2)
    model.load_state_dict(read_weights(states[20] / "model.safetensors")[0])
    saved = restored(read_tensors(states[20] / "optim.pt"))
    optimizer.load_state_dict(saved["optimizer"])
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 10)
    scheduler.load_state_dict(saved["scheduler"])
    for step in range(20, 50):
        kept = restored(read_tensors(batches[step]))
        (batch,) = kept["batches"]
        random_states.put_back(kept["random"])
        inputs, targets = batch
        loss = functional.cross_entropy(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
        assert loss.item() == trained.losses[step]


def test_the_steps_are_a_log(tmp_path: Path) -> None:
    """They belong to the run whose folder it is, with the objective of each step."""
    capture = install(tmp_path / "run", every=20)
    trained = train(bad_step=50, scaler=True)
    capture.close()
    (run,) = logdoctor.load(tmp_path / "run")
    assert run.name == "."
    loss = run.find(TrainLoss)
    assert loss is not None
    assert loss.steps.tolist() == list(range(60))
    assert [str(float(one)) for one in loss.values] == [str(float(torch.tensor(one))) for one in trained.losses]
    assert run.find(LearningRate) is not None
    assert run.find(LossScale) is not None
    assert {"step", "lr", "loss"} <= set(lines(tmp_path / "run")[0])


def test_gradient_norms_are_logged_where_the_budget_allows(tmp_path: Path) -> None:
    capture = install(tmp_path, every=20, budget=1.0)
    train()
    capture.close()
    (run,) = logdoctor.load(tmp_path)
    norm = run.find(GradNorm)
    assert norm is not None
    assert len(norm) > 50
    assert (norm.values > 0).all()


def test_the_states_are_those_before_the_first_alarm(tmp_path: Path) -> None:
    """A training that goes on for long after it turned NaN does not overwrite them."""
    capture = install(tmp_path, every=10)
    train(steps=64, bad_step=35)
    capture.close()
    assert list(state_folders(tmp_path / FOLDER)) == [20, 30]
    alarm = json.loads((tmp_path / FOLDER / "alarm.json").read_text())
    assert (alarm["step"], alarm["kind"]) == (35, "non-finite-loss")
    assert len(lines(tmp_path)) == 64


def test_batches_after_an_alarm_end(tmp_path: Path) -> None:
    capture = install(tmp_path, every=10)
    model, optimizer = _tiny()
    for step in range(30 + 2 * STEPS_AFTER):
        _step(model, optimizer, float("nan") if step >= 30 else 1.0)
    capture.close()
    assert max(batch_files(tmp_path / FOLDER)) == 30 + STEPS_AFTER
    assert len(lines(tmp_path)) == 30 + 2 * STEPS_AFTER


def test_without_an_alarm_the_last_states_are_written_at_the_end(tmp_path: Path) -> None:
    capture = install(tmp_path, every=25)
    train(steps=60)
    capture.close()
    assert list(state_folders(tmp_path / FOLDER)) == [25, 50]
    assert max(batch_files(tmp_path / FOLDER)) == 59
    assert not (tmp_path / FOLDER / "alarm.json").exists()


def test_a_spike_is_kept_and_a_later_nan_too(tmp_path: Path) -> None:
    capture = install(tmp_path, every=10)
    model, optimizer = _tiny(rate=0.0)
    for step in range(200):
        _step(model, optimizer, {40: 50.0, 190: float("nan")}.get(step, 1.0 + 0.01 * (step % 3)))
    capture.close()
    assert list(state_folders(tmp_path / FOLDER)) == [30, 40, 175, 185]  # the ring begins anew 64 steps after the spike
    assert json.loads((tmp_path / FOLDER / "alarm.json").read_text())["kind"] == "non-finite-loss"


def test_what_does_not_fit_is_not_kept(tmp_path: Path) -> None:
    capture = install(tmp_path, every=5, max_gb=4e-6)
    train()
    capture.close()
    assert sum(one.stat().st_size for one in tmp_path.rglob("*.safetensors")) < 4300
    assert len(lines(tmp_path)) == 60


def test_a_failure_ends_the_capture_with_one_line_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def failing(*_: Any) -> None:
        raise OSError("No space left on device")

    alone = train(bad_step=30)
    monkeypatch.setattr(Recorder, "after_step", failing)
    capture = install(tmp_path)
    assert same(alone, train(bad_step=30))
    assert not capture.is_active
    said = capsys.readouterr().err
    assert said == "logdoctor capture: stopped (OSError: No space left on device); the training goes on\n"


def test_accumulated_gradients_are_one_step_of_several_batches(tmp_path: Path) -> None:
    capture = install(tmp_path, every=5)
    model, optimizer = _tiny()
    for _ in range(12):
        optimizer.zero_grad()
        for part in range(3):
            (functional.mse_loss(model(torch.full((2, 1), float(part))), torch.zeros(2, 1)) / 3).backward()
        optimizer.step()
    capture.close()
    kept = restored(read_tensors(batch_files(tmp_path / FOLDER)[11]))["batches"]
    assert [float(inputs[0, 0]) for inputs, _ in kept] == [0.0, 1.0, 2.0]
    assert len(lines(tmp_path)) == 12


class _Counting(nn.Module):  # type: ignore[misc]  # torch is not followed
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(1, 1)

    def forward(self, inputs: Any, count: Any = 1, verbose: bool = False) -> Any:
        return self.inner(inputs).square().sum() / count


def test_numbers_that_a_call_adds_to_a_batch_are_kept_from_the_first_step_on(tmp_path: Path) -> None:
    """As Hugging Face's `num_items_in_batch`, without which the loss is another."""
    capture = install(tmp_path, every=5)
    model = _Counting()
    optimizer = torch.optim.SGD(model.parameters(), 1e-2)
    for batch in DataLoader([{"inputs": torch.ones(1)} for _ in range(12)], 2):
        optimizer.zero_grad()
        model(**batch, count=torch.tensor(7), verbose=True).backward()
        optimizer.step()
    capture.close()
    for file in batch_files(tmp_path / FOLDER).values():
        (kept,) = restored(read_tensors(file))["batches"]
        assert sorted(kept) == ["count", "inputs"]


class Beside(nn.Module):  # type: ignore[misc]  # torch is not followed
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(8, 3)

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        return self.body(x) if y is None else functional.cross_entropy(self.body(x).unsqueeze(2), y.unsqueeze(1))


def by_hand(model: nn.Module, x: Tensor, y: Tensor, _rows: Tensor) -> Tensor:
    return ((model(x) - y.unsqueeze(1)) ** 2).mean()


def one_step(folder: Path, kind: str) -> Any:
    """Return the captured batch of one training step that takes its examples by hand, and the examples."""
    model = Beside()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    capture = install(folder)
    examples = torch.randn(40, 8, generator=torch.Generator().manual_seed(1))
    rows = torch.tensor([5, 3, 8, 30])
    x, y = examples[rows], torch.tensor([0, 2, 1, 1])
    if kind == "a target":
        loss = by_hand(model, x, y, rows)
    elif kind == "several":
        weights = torch.rand(4)
        loss = (((model(x) - y.unsqueeze(1)) ** 2).mean(1) * weights).mean()
    else:
        loss = model(x, y)
    loss.backward()
    optimizer.step()
    capture.close()
    return restored(read_tensors(batch_files(folder / FOLDER)[0]))["batches"][0], x, y


def test_targets_of_a_loss_that_is_written_by_hand_are_those_of_the_script(tmp_path: Path) -> None:
    """Without the rows by which they were chosen, which are of the same length."""
    batch, x, y = one_step(tmp_path, "a target")
    assert len(batch) == 2
    assert torch.equal(batch[0], x)
    assert torch.equal(batch[1], y)


def test_several_tensors_beside_the_inputs_keep_their_names(tmp_path: Path) -> None:
    batch, x, y = one_step(tmp_path, "several")
    assert list(batch) == ["x", "y", "weights"]
    assert torch.equal(batch["x"], x)
    assert torch.equal(batch["y"], y)


def test_labels_that_agree_with_the_first_row_by_chance_are_no_rows(tmp_path: Path) -> None:
    """The first label of the first batch is 0, and so is the row of its first example."""
    capture = install(tmp_path)
    model = Beside()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    examples = torch.randn(40, 8, generator=torch.Generator().manual_seed(1))
    x, y = examples[:4], torch.tensor([0, 2, 1, 1])
    ((model(x) - y.unsqueeze(1)) ** 2).mean().backward()
    optimizer.step()
    capture.close()
    batch = restored(read_tensors(batch_files(tmp_path / FOLDER)[0]))["batches"][0]
    assert torch.equal(batch[1], y)
    assert examples.shape == (40, 8)


def test_tensors_of_the_script_are_not_kept_alive(tmp_path: Path) -> None:
    capture = install(tmp_path)
    model = Beside()
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    x, y = torch.randn(4, 8), torch.rand(4)
    predicted = model(x)
    ((predicted - y.unsqueeze(1)) ** 2).mean().backward()
    optimizer.step()
    gone = weakref.ref(predicted)
    del predicted
    assert gone() is None
    capture.close()


def test_targets_that_the_model_was_called_with_are_kept_once(tmp_path: Path) -> None:
    batch, x, y = one_step(tmp_path, "called with both")
    assert len(batch) == 2
    assert torch.equal(batch[0], x)
    assert torch.equal(batch[1], y)


def test_a_skipped_step_of_the_scaler_counts(tmp_path: Path) -> None:
    """Its batch is used up; overflows now and then are no alarm."""
    capture = install(tmp_path, every=5)
    model, optimizer = _tiny()
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**10)
    for step in range(20):
        optimizer.zero_grad()
        scaler.scale(model(torch.ones(2, 1)).mean()).backward()
        if step == 7:
            next(model.parameters()).grad.fill_(float("inf"))
        scaler.step(optimizer)
        scaler.update()
    capture.close()
    assert [one["step"] for one in lines(tmp_path)] == list(range(20))
    assert not (tmp_path / FOLDER / "alarm.json").exists()


def test_validation_in_between_is_not_training(tmp_path: Path) -> None:
    capture = install(tmp_path, every=5)
    model, optimizer = _tiny()
    for _ in range(10):
        _step(model, optimizer, 1.0)
        model.eval()
        with torch.no_grad():
            model(torch.full((2, 1), 9.0))
        model.train()
    capture.close()
    for file in batch_files(tmp_path / FOLDER).values():
        (batch,) = restored(read_tensors(file))["batches"]
        assert float(batch[0][0, 0]) == 1.0


def test_a_second_capture_of_a_folder_keeps_the_first(tmp_path: Path) -> None:
    for _ in range(2):
        capture = install(tmp_path, every=5)
        train(steps=10)
        capture.close()
    assert len(lines(tmp_path)) == 10
    assert (tmp_path / f"{FOLDER}-2" / "steps.jsonl").exists()


def test_the_other_processes_of_a_distributed_training_write_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    assert not install(tmp_path).is_active
    train(steps=5)
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("every", [0, "often"])
def test_impossible_options_are_refused(tmp_path: Path, every: Any) -> None:
    with pytest.raises(ValueError, match="every is"):
        install(tmp_path, every=every)


SCRIPT = """
import sys
import torch
from torch import nn
torch.manual_seed(0)
model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for step in range(30):
    loss = (model(torch.randn(4, 2)) ** 2).mean() * (float("nan") if step == 25 else 1)
    if torch.isnan(loss):
        print(sys.argv[1:], __name__)
        sys.exit(7)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def test_an_unmodified_script_is_captured(tmp_path: Path) -> None:
    """With its arguments, its exit code, and all that was held when it ended itself."""
    script = tmp_path / "train.py"
    script.write_text(SCRIPT)
    line = [sys.executable, "-m", "logdoctor", "capture", "--run", str(tmp_path / "run"), "--every", "10", "--"]
    line += ["python", "-W", "error", str(script), "--x", "1"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (7, "['--x', '1'] __main__\n", "")
    assert list(state_folders(tmp_path / "run" / FOLDER)) == [10, 20]
    assert max(batch_files(tmp_path / "run" / FOLDER)) == 24


def test_a_script_that_trains_nothing_is_said_to_leave_no_capture(tmp_path: Path) -> None:
    script = tmp_path / "train.py"
    script.write_text("print('no training')\nraise SystemExit(3)")
    line = [sys.executable, "-m", "logdoctor", "capture", "--run", str(tmp_path / "run"), "--", "python", str(script)]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "no training\n")
    assert done.stderr == "logdoctor: nothing was captured: the script never stepped a torch optimizer\n"


def test_a_person_is_told_what_was_captured_and_what_to_do_with_it(tmp_path: Path) -> None:
    assert summary("runs/x", tmp_path).endswith("without an alarm; next: logdoctor replay runs/x --at STEP")
    (tmp_path / ALARM).write_text('{"step": 154, "text": "the gradient norm is inf"}')
    said = summary("runs/x", tmp_path)
    assert said.startswith(f"logdoctor: captured in {tmp_path}, frozen at step 154: the gradient norm is inf; ")
    assert said.endswith("next: logdoctor replay runs/x")
    assert summary("my runs", tmp_path).endswith("next: logdoctor replay 'my runs'")


def test_half_of_an_alarm_costs_a_script_no_exit_code(tmp_path: Path) -> None:
    """The script was killed while it was written."""
    (tmp_path / ALARM).write_text('{"step": 154, "te')
    assert "without an alarm; " in summary("runs/x", tmp_path)


def _tiny(rate: float = 0.01) -> tuple[nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    model = nn.Linear(1, 1)
    return model, torch.optim.SGD(model.parameters(), rate)


def _step(model: nn.Module, optimizer: torch.optim.Optimizer, factor: float) -> None:
    optimizer.zero_grad()
    (functional.mse_loss(model(torch.ones(2, 1)), torch.zeros(2, 1)) * factor).backward()
    optimizer.step()


def test_a_loop_that_fetches_ahead_gets_each_step_its_own_batches(tmp_path: Path) -> None:
    """As Hugging Face's: all batches of a step and one more are fetched first, and their masks are all alike."""
    tokens = torch.arange(64.0).reshape(32, 2)
    loader = iter(DataLoader(TensorDataset(tokens, torch.ones(32, 2)), 2))
    capture = install(tmp_path, every=5)
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), 0.0)
    ahead = next(loader)
    for _ in range(5):
        parts = [ahead, next(loader)]
        ahead = next(loader)
        for values, mask in parts:
            model(values.clone() * mask.clone()).mean().backward()  # elsewhere than the loader left them
        optimizer.step()
    capture.close()
    for step, file in batch_files(tmp_path / FOLDER).items():
        kept = restored(read_tensors(file))["batches"]
        assert [float(values[0, 0]) for values, _ in kept] == [8.0 * step, 8.0 * step + 4.0]


def test_compiled_models_are_compiled_once(tmp_path: Path) -> None:
    compiled = 0

    def backend(module: torch.fx.GraphModule, _: Any) -> Any:
        nonlocal compiled
        compiled += 1
        return module

    model, optimizer = _tiny()
    fast = torch.compile(model, backend=backend)
    capture = install(tmp_path, every=5)
    for _ in range(12):
        _step(fast, optimizer, 1.0)
    capture.close()
    assert compiled == 1
    (weights, _) = read_weights(state_folders(tmp_path / FOLDER)[10] / "model.safetensors")
    assert sorted(weights) == ["bias", "weight"]
