"""The whole replay on small trainings: what it finds, tests, prescribes, and what it refuses to say."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch
from tests.replay.training import Loop, build, examples, loss_of
from torch import nn

from logdoctor.finding import Confidence
from logdoctor.replay.birth import locate
from logdoctor.replay.birth.tracer import Tracer
from logdoctor.replay.errors import ReplayError
from logdoctor.replay.material import Fidelity, State, Training
from logdoctor.replay.pipeline import Options, Progress, replay
from logdoctor.replayed import Culprits, Outcome, Shift, Symptom, Target, Wording, from_json, to_json

torch.set_num_threads(1)

CPU = Options("cpu")


def spoiled(step: int) -> Any:
    x, y = examples(step)
    if step == 40:
        x = x.clone()
        x[3, 2] = math.nan
    return x, y


class _Flat(torch.autograd.Function):  # type: ignore[misc]  # torch is not followed
    @staticmethod
    def forward(_context: Any, value: Any) -> Any:
        return value.clone()

    @staticmethod
    def backward(_context: Any, _gradient: Any) -> Any:
        raise RuntimeError("no slope here")


def no_backward(model: nn.Module, batch: Any) -> Any:
    return _Flat.apply(loss_of(model, batch))


@pytest.fixture(scope="module")
def nan_run() -> Loop:
    return Loop(batch=spoiled).run()


@pytest.fixture(scope="module")
def sound_run() -> Loop:
    return Loop().run()


def test_a_bad_batch_is_reproduced_named_and_left_out(nan_run: Loop) -> None:
    result = replay(nan_run.material(), Target(40, "nan-loss"), CPU)
    baseline, verdict = result.baseline, result.verdict
    assert baseline is not None
    assert baseline.reproduced
    assert (baseline.state_step, baseline.noise_floor, baseline.largest_difference) == (30, 0.0, 0.0)
    assert baseline.follows_log
    assert baseline.failure is not None
    assert (baseline.failure.step, baseline.failure.symptom) == (40, Symptom.LOSS_NOT_FINITE)
    assert result.birth is not None
    assert result.birth.leaf == "batch[0]"
    assert verdict is not None
    assert (verdict.cause, verdict.confidence) == ("bad-batch", Confidence.HIGH)
    assert verdict.prescription is not None
    assert verdict.prescription.wording is Wording.TESTED
    assert verdict.prescription.trial is not None
    trial = result.trials[verdict.prescription.trial]
    assert (trial.name, trial.outcome) == ("skip", Outcome.REMOVED)
    assert trial.passed == trial.tried == 4
    assert result.culprits == Culprits(32, (3,), None, rest_goes_well=True, told="batch[0] is NaN there")
    assert "example 3 of 32, counted from 0, fails alone; the rest of the batch goes well" in " ".join(verdict.evidence)
    assert 0 < result.cost.steps < 300
    assert to_json(from_json(to_json(result))) == to_json(result)


@pytest.mark.parametrize("only", [frozenset(), frozenset({"skip"}), frozenset({"clip", "loss-scale"})])
def test_nothing_is_tried_but_what_was_asked_for(nan_run: Loop, only: frozenset[str]) -> None:
    result = replay(nan_run.material(), Target(40), Options("cpu", only=only))
    assert {one.name for one in result.trials} == only - {"loss-scale"}
    assert result.birth is not None
    assert result.verdict is not None
    assert (result.verdict.cause, result.verdict.confidence) == ("bad-batch", Confidence.MEDIUM)
    assert ("loss-scale: this training has nothing that it would change" in result.remarks) == ("loss-scale" in only)


def test_two_causes_at_once_are_told_by_a_pair() -> None:
    """A batch with wrong labels where the rate jumps: either alone brings the failure."""

    def setup() -> Training:
        training = build()
        factor = torch.optim.lr_scheduler.LambdaLR(training.optimizer, lambda step: 300.0 if step >= 40 else 1.0)
        return Training(training.model, training.optimizer, factor)

    def heavy(step: int) -> Any:
        x, y = examples(step)
        return (x, (y + 1) % 3) if step == 40 else (x, y)

    result = replay(Loop(setup, batch=heavy, steps=60).run().material(), Target(40), CPU)
    assert result.verdict is not None
    assert {result.verdict.cause, result.verdict.second} == {"bad-batch", "learning-rate-jump"}
    assert result.verdict.confidence is Confidence.LOW
    assert result.verdict.prescription is not None
    assert result.verdict.prescription.wording is Wording.TESTED
    assert ", and " in result.verdict.prescription.text


def test_a_scheduler_that_the_recipe_forgot_is_said_and_blamed_on_nothing() -> None:
    def setup() -> Training:
        training = build()
        factor = torch.optim.lr_scheduler.LambdaLR(training.optimizer, lambda step: 300.0 if step >= 38 else 1.0)
        return Training(training.model, training.optimizer, factor)

    run = Loop(setup).run()
    states = [replace(one, restore=_forgetting(one)) for one in run.states]
    run.setup = build
    result = replay(run.material(states=tuple(states)), Target(40), CPU)
    assert (
        "the training had a scheduler and setup() returns none: the learning rate stays what it was" in result.remarks
    )
    assert result.verdict is not None
    assert (result.verdict.cause, result.verdict.prescription) == ("unknown", None)


def _forgetting(state: Any) -> Any:
    return lambda into: state.restore(_Forgetful(into))


class _Forgetful:
    """A training that takes the state of a scheduler and drops it."""

    def __init__(self, training: Training) -> None:
        self.model, self.optimizer, self.scheduler = training.model, training.optimizer, _Forgets()


class _Forgets:
    def load_state_dict(self, _state: Any) -> None:
        pass


def test_one_step_alone_is_traced(nan_run: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Tracer] = []

    class Counted(Tracer):
        def __enter__(self) -> Tracer:
            made.append(self)
            return super().__enter__()

    monkeypatch.setattr(locate, "Tracer", Counted)
    result = replay(nan_run.material(), Target(40), CPU)
    assert result.birth is not None
    assert len(made) == 1


def test_the_steps_spent_are_those_that_progress_tells(nan_run: Loop) -> None:
    told: list[Progress] = []
    result = replay(nan_run.material(), Target(40), CPU, told.append)
    assert told[-1].steps == pytest.approx(result.cost.steps, abs=0.01)
    assert all(later.steps > earlier.steps for earlier, later in pairwise(told))
    assert len({one.stage for one in told}) >= 4
    assert told[-1].remaining_seconds is not None


def test_a_failure_that_does_not_come_back_gets_no_prescription() -> None:
    def flip(training: Training, step: int) -> None:
        if step == 40:
            with torch.no_grad():
                training.model.last.weight[0, 0] = 1e30

    result = replay(Loop(passing=flip).run().material(), Target(40), CPU)
    assert result.baseline is not None
    assert (result.baseline.reproduced, result.baseline.differs_at) == (False, 40)
    assert result.verdict is not None
    assert result.verdict.cause == "hardware-fault"
    assert result.verdict.prescription is None
    assert result.trials == ()


def test_nothing_is_said_of_a_sound_step(sound_run: Loop) -> None:
    result = replay(sound_run.material(), Target(35), CPU)
    assert result.verdict is not None
    assert (result.verdict.cause, result.verdict.prescription, result.birth) == ("unknown", None, None)


def test_a_recipe_whose_batches_are_off_by_one_is_put_right(nan_run: Loop) -> None:
    result = replay(nan_run.material(batches=lambda step: spoiled(step - 1)), Target(40), CPU)
    assert result.baseline is not None
    assert result.baseline.shift == Shift(batch=1)
    assert result.baseline.follows_log
    assert result.remarks
    assert result.verdict is not None
    assert result.verdict.cause == "bad-batch"


def test_a_log_that_counts_from_one_is_put_right(nan_run: Loop) -> None:
    logged = {step + 1: loss for step, loss in nan_run.losses.items()}
    result = replay(nan_run.material(logged=logged), Target(41), CPU)
    assert result.baseline is not None
    assert result.baseline.shift == Shift(log=1)
    assert result.baseline.failure is not None
    assert result.baseline.failure.step == 40


def test_other_random_numbers_are_not_taken_for_a_shift(sound_run: Loop) -> None:
    def forgetful(step: int) -> Any:
        torch.rand(1)
        return examples(step)

    result = replay(sound_run.material(batches=forgetful, fidelity=Fidelity.NO_RANDOM_STATE), Target(35), CPU)
    assert result.baseline is not None
    assert result.baseline.shift == Shift()
    assert result.baseline.follows_log is False
    assert result.limits


def test_a_failure_that_comes_at_another_step_each_time_gets_no_prescription(sound_run: Loop) -> None:
    calls = 0

    def moody(model: nn.Module, batch: Any) -> Any:
        nonlocal calls
        calls += 1
        return loss_of(model, batch) * (math.nan if calls in (11, 19) else 1.0)

    run = Loop(loss=moody, states=sound_run.states)
    result = replay(run.material(logged={}), Target(40), CPU)
    assert result.baseline is not None
    assert not result.baseline.reproduced
    assert result.verdict is not None
    assert (result.verdict.cause, result.verdict.prescription) == ("unknown", None)
    assert result.trials == ()


def test_a_failure_that_the_log_denies_gets_no_prescription(sound_run: Loop) -> None:
    def other(step: int) -> Any:
        return spoiled(step + 5)

    result = replay(sound_run.material(batches=other), Target(40), CPU)
    assert result.baseline is not None
    assert result.baseline.failure is not None
    assert not result.baseline.reproduced
    assert result.verdict is not None
    assert (result.verdict.cause, result.verdict.prescription) == ("unknown", None)


def test_a_loss_that_agrees_by_chance_is_not_taken_for_a_shift(sound_run: Loop) -> None:
    logged = {step: 2 * loss for step, loss in sound_run.losses.items()}
    logged[31] = sound_run.losses[30]
    result = replay(sound_run.material(logged=logged), Target(40), CPU)
    assert result.baseline is not None
    assert result.baseline.shift == Shift()
    assert result.baseline.follows_log is False


def test_a_rate_that_jumps_is_told_from_one_that_is_merely_too_high() -> None:
    def setup() -> Training:
        training = build()
        factor = torch.optim.lr_scheduler.LambdaLR(training.optimizer, lambda step: 300.0 if step >= 38 else 1.0)
        return Training(training.model, training.optimizer, factor)

    result = replay(Loop(setup).run().material(), Target(40), CPU)
    assert result.verdict is not None
    assert result.verdict.cause == "learning-rate-jump"
    assert result.verdict.prescription is not None
    assert result.verdict.prescription.wording is Wording.TESTED
    assert "0.01" in result.verdict.prescription.text


def test_states_of_a_loss_that_rose_from_the_first_step_are_passed_over_for_the_oldest() -> None:
    def setup() -> Training:
        model = nn.Linear(8, 1)
        return Training(model, torch.optim.SGD(model.parameters(), 3.0))

    def square(model: nn.Module, batch: Any) -> Any:
        return (model(batch[0]) ** 2).mean()

    run = Loop(setup, loss=square, steps=40, saves=(0, 8, 16)).run()
    result = replay(run.material(), Target(20), CPU)
    assert result.baseline is not None
    assert (result.baseline.state_step, result.baseline.reproduced) == (0, True)
    assert result.verdict is not None
    assert result.verdict.prescription is not None
    assert result.verdict.prescription.wording is Wording.TESTED


def test_an_interrupt_keeps_what_was_learnt(nan_run: Loop) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage.startswith("repeats"):
            raise KeyboardInterrupt

    result = replay(nan_run.material(), Target(40), CPU, stop)
    assert result.interrupted == "interrupt"
    assert result.birth is not None
    assert result.verdict is not None
    assert result.verdict.cause == "bad-batch"
    assert result.verdict.prescription is None
    assert to_json(from_json(to_json(result))) == to_json(result)


def test_a_spent_budget_ends_it_early(nan_run: Loop) -> None:
    result = replay(nan_run.material(), Target(40), Options("cpu", steps=30.0))
    assert result.interrupted == "budget"
    assert result.cost.steps <= 30.0
    assert result.baseline is not None


def test_a_capture_whose_batches_end_after_the_failure_is_enough(nan_run: Loop) -> None:
    def batches(step: int) -> Any:
        if step > 43:
            raise LookupError(step)
        return spoiled(step)

    result = replay(nan_run.material(batches=batches), Target(40), CPU)
    assert result.verdict is not None
    assert result.verdict.prescription is not None
    assert result.remarks


def test_an_example_that_comes_again_is_left_out_each_time() -> None:
    """In the next epoch: a fix that leaves out but the first of its batches would only delay the failure."""

    def batches(step: int) -> Any:
        if step != 64:
            return spoiled(step)
        (x, y), (spoiled_x, spoiled_y) = examples(step), spoiled(40)
        return x.index_copy(0, torch.tensor([20]), spoiled_x[3:4]), y.index_copy(0, torch.tensor([20]), spoiled_y[3:4])

    result = replay(Loop(batch=batches, steps=42).run().material(), Target(40), CPU)
    assert result.verdict is not None
    assert (result.verdict.cause, result.verdict.confidence) == ("bad-batch", Confidence.HIGH)
    assert result.verdict.prescription is not None
    assert result.verdict.prescription.wording is Wording.TESTED
    assert "leave out the batches of steps 40 and 64, which share an example" in result.verdict.prescription.text


def test_the_example_is_found_where_losses_are_about_zero() -> None:
    """As of advantages that are normalised in a batch: examples of two batches together have another loss."""

    def batches(step: int) -> Any:
        x, _ = examples(step)
        old = x[:, 1].clone()
        if step == 40:
            old[7] = -200.0
        return x, old, x[:, 0] - x[:, 0].mean()

    def loss(model: nn.Module, batch: Any) -> Any:
        x, old, advantage = batch
        return (torch.exp(x[:, 1] - old + 1e-4 * model(x).sum(1)) * advantage).mean()

    result = replay(Loop(batch=batches, loss=loss).run().material(), Target(40), Options("cpu", only=frozenset()))
    assert result.culprits is not None
    assert result.culprits.examples == (7,)


def test_batches_that_the_broken_model_made_are_no_others(nan_run: Loop) -> None:
    """As an agent's, whose policy is NaN: those before the failure say whether the state alone fails."""

    def batches(step: int) -> Any:
        x, y = spoiled(step)
        return (x.clone().fill_(math.nan), y) if step > 40 else (x, y)

    result = replay(nan_run.material(batches=batches), Target(40), Options("cpu", only=frozenset()))
    assert result.probe is not None
    assert result.probe.now_other is False
    assert all(step < 40 for step in result.probe.other_steps)
    assert result.culprits is not None
    assert result.culprits.examples == (3,)


def test_dropout_whose_numbers_were_not_saved_is_no_fault_of_the_recipe(nan_run: Loop) -> None:
    states = tuple(
        replace(one, restore=_with_other_numbers(one), holds=one.holds - {"random"}) for one in nan_run.states
    )
    result = replay(nan_run.material(states=states, fidelity=Fidelity.NO_RANDOM_STATE), Target(40), CPU)
    assert result.baseline is not None
    assert result.baseline.follows_log is False
    assert not any("check the recipe" in one for one in result.remarks)
    assert result.verdict is not None
    assert (result.verdict.cause, result.verdict.confidence) == ("bad-batch", Confidence.HIGH)


def _with_other_numbers(state: State) -> Any:
    def restore(training: Training) -> None:
        state.restore(training)
        torch.manual_seed(77)

    return restore


def test_an_empty_batch_is_the_end_of_the_data(nan_run: Loop) -> None:
    """What a slice behind the last example is: its loss is NaN, and no failure of the training."""

    def batches(step: int) -> Any:
        x, y = spoiled(step)
        return (x, y) if step <= 70 else (x[:0], y[:0])

    result = replay(nan_run.material(batches=batches), Target(40), CPU)
    assert result.verdict is not None
    assert result.verdict.prescription is not None
    assert result.verdict.prescription.wording is Wording.TESTED
    assert any("there is no batch from step 71 on" in one for one in result.remarks)


def test_without_optimizer_state_nothing_is_tried(nan_run: Loop) -> None:
    result = replay(nan_run.material(fidelity=Fidelity.WEIGHTS_ONLY), Target(40), CPU)
    assert result.birth is not None
    assert result.probe is not None
    assert result.trials == ()


def test_the_users_loop_is_stepped_and_changed_from_outside() -> None:
    def train_step(training: Training, batch: Any) -> float:
        assert training.optimizer is not None
        training.optimizer.zero_grad()
        loss = loss_of(training.model, batch)
        loss.backward()
        training.optimizer.step()
        return float(loss.detach())

    def steep(model: nn.Module, batch: Any) -> Any:
        return loss_of(model, batch)

    result = replay(Loop(batch=spoiled, loss=steep).run().material(train_step=train_step), Target(40), CPU)
    assert result.baseline is not None
    assert result.baseline.largest_difference == 0.0
    assert result.verdict is not None
    assert result.verdict.cause == "bad-batch"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batches": lambda step: {}[step]}, "there is no batch of step 30"),
        ({"accumulate": 4}, "a list of 4 batches"),
        (
            {"batches": lambda step: (torch.zeros(2, 5), torch.zeros(2).long())},
            "loss() of a batch (float32[2, 5], int64[2]) raised RuntimeError: mat1",
        ),
        (
            {"loss": lambda model, batch: loss_of(model, batch).detach()},
            "without a gradient; it must depend on the model",
        ),
        ({"loss": no_backward}, "the backward pass of loss() raised RuntimeError: no slope here"),
    ],
    ids=["no batch", "no list", "wrong shape", "no gradient", "no backward pass"],
)
def test_a_recipe_that_cannot_be_used_is_one_clear_line(nan_run: Loop, changes: Any, message: str) -> None:
    with pytest.raises(ReplayError) as caught:
        replay(nan_run.material(**changes), Target(40), CPU)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_step_before_every_state_is_an_error(nan_run: Loop) -> None:
    with pytest.raises(ReplayError, match="no saved state lies before step 10; the oldest is of step 30"):
        replay(nan_run.material(states=tuple(nan_run.states[-1:])), Target(10), CPU)


@pytest.mark.parametrize("name", ["gpu0", "meta", "xpu"])
def test_an_unknown_device_is_an_error(nan_run: Loop, name: str) -> None:
    with pytest.raises(ReplayError, match="no device"):
        replay(nan_run.material(), Target(40), Options(name))
    if not torch.cuda.is_available():
        with pytest.raises(ReplayError, match="sees no CUDA"):
            replay(nan_run.material(), Target(40), Options("cuda"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "fp16", "bf16"])
def test_on_a_gpu_the_same_is_found(precision: str) -> None:
    from logdoctor.replay.material import Precision

    def setup() -> Training:
        training = build()
        training.model.cuda()
        optimizer = torch.optim.AdamW(training.model.parameters(), 1e-2, fused=True)
        scaler = torch.amp.GradScaler("cuda") if precision == "fp16" else None
        return Training(training.model, optimizer, None, scaler)

    def on_gpu(step: int) -> Any:
        return tuple(one.cuda() for one in spoiled(step))

    run = Loop(setup, batch=on_gpu).run()
    result = replay(run.material(precision=Precision(precision), logged={}), Target(40), Options("cuda"))
    assert result.baseline is not None
    assert result.baseline.reproduced
    assert result.baseline.noise_floor == 0.0
    assert result.birth is not None
    assert result.birth.leaf == "batch[0]"
    assert result.verdict is not None
    assert result.verdict.cause == "bad-batch"
