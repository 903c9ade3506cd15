"""A replayed step is the training's step, bit by bit, and a changed one is what a changed loop would do."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import torch
from tests.replay.training import Net, build, examples, loss_of
from torch import Tensor, nn

from logdoctor.replay.material import Fidelity, Material, Precision, Recipe, Training
from logdoctor.replay.window.dials import UNCHANGED, Dials
from logdoctor.replay.window.snapshot import Snapshot
from logdoctor.replay.window.stepping import Seen, Stepper
from logdoctor.replayed import Symptom

torch.set_num_threads(1)

CPU = torch.device("cpu")
STEPS = 8
TYPES = {Precision.FP16: torch.float16, Precision.BF16: torch.bfloat16}


def weights(training: Training) -> list[Tensor]:
    return [one.detach().clone() for one in training.model.parameters()]


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


def stepped(
    setup: Callable[[], Training], dials: Dials = UNCHANGED, batch: Callable[[int], Any] = examples, **recipe: Any
) -> tuple[Training, list[Seen]]:
    training = setup()
    stepper = Stepper(Material(Recipe(setup, loss_of, **recipe), (), Fidelity.EXACT, batch), training, CPU)
    torch.manual_seed(3)
    return training, [stepper.step(at, dials, measure=True) for at in range(STEPS)]


def by_hand(
    setup: Callable[[], Training],
    *,
    batches: Callable[[int], list[Any]] = lambda step: [examples(step)],
    precision: Precision = Precision.FP32,
    clip_norm: float | None = None,
    before_update: Callable[[Training, int], None] = lambda _training, _step: None,
) -> tuple[Training, list[float]]:
    """Return a training after some steps of a loop as people write it."""
    training, losses = setup(), []
    model, optimizer, scaler = training.model, training.optimizer, training.scaler
    assert optimizer is not None
    torch.manual_seed(3)
    for step in range(STEPS):
        optimizer.zero_grad()
        total = 0.0
        for batch in (parts := batches(step)):
            with torch.autocast("cpu", dtype=TYPES[precision]) if precision in TYPES else nullcontext():
                loss = loss_of(model, batch) / len(parts)
            (scaler.scale(loss) if scaler is not None else loss).backward()
            total += loss.item()
        if clip_norm is not None:
            if scaler is not None:
                scaler.unscale_(optimizer)
            nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        before_update(training, step)
        if scaler is not None:
            scaler.step(optimizer)
            scaler.update()
        else:
            optimizer.step()
        if training.scheduler is not None:
            training.scheduler.step()
        losses.append(total)
    return training, losses


def having(optimizer: Callable[[nn.Module], Any], scheduler: Any = None, scaler: Any = None) -> Callable[[], Training]:
    def setup() -> Training:
        torch.manual_seed(0)
        model = Net()
        made = optimizer(model)
        return Training(model, made, scheduler(made) if scheduler else None, scaler() if scaler else None)

    return setup


def adam(rate: float = 1e-2, **options: Any) -> Callable[[nn.Module], Any]:
    return lambda model: torch.optim.Adam(model.parameters(), rate, **options)


def scaler() -> Any:
    return torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=3)


@pytest.mark.parametrize("kind", [{}, {"foreach": True}, {"fused": True}], ids=["for-loop", "foreach", "fused"])
@pytest.mark.parametrize("precision", list(Precision))
def test_a_step_is_that_of_the_loop_bit_by_bit(kind: Any, precision: Precision) -> None:
    setup = having(
        adam(**kind),
        lambda made: torch.optim.lr_scheduler.CosineAnnealingLR(made, 10),
        scaler if precision is Precision.FP16 else None,
    )
    expected, losses = by_hand(setup, precision=precision, clip_norm=0.5)
    training, seen = stepped(setup, precision=precision, clip_norm=0.5)
    assert [one.loss for one in seen] == losses
    assert same(weights(training), weights(expected))
    assert all(one.broken is None for one in seen)


def test_accumulated_gradients_are_averaged() -> None:
    def parts(step: int) -> list[Any]:
        return [examples(3 * step + at) for at in range(3)]

    expected, losses = by_hand(build, batches=parts)
    training, seen = stepped(build, batch=parts, accumulate=3)
    assert [one.loss for one in seen] == losses
    assert same(weights(training), weights(expected))


def own_loop(training: Training, batch: Any) -> Tensor:
    assert training.optimizer is not None
    training.optimizer.zero_grad()
    loss = loss_of(training.model, batch)
    loss.backward()
    training.optimizer.step()
    return loss


CHANGES = {
    "a tenth of the rate": (Dials(rate_factor=0.1), having(adam(1e-3)), None),
    "a rate of its own": (Dials(rates=(5e-3,)), having(adam(5e-3)), None),
    "another epsilon": (Dials(epsilon=1e-3), having(adam(eps=1e-3)), None),
    "another beta2": (Dials(beta2=0.9), having(adam(betas=(0.9, 0.9))), None),
    "clipping": (Dials(clip_norm=0.1), having(adam()), 0.1),
}


@pytest.mark.parametrize("own", [False, True], ids=["the recipe's step", "the user's loop"])
@pytest.mark.parametrize(("dials", "changed", "clip"), CHANGES.values(), ids=CHANGES)
def test_a_change_from_outside_is_that_of_a_changed_loop(
    dials: Dials, changed: Callable[[], Training], clip: float | None, *, own: bool
) -> None:
    expected, losses = by_hand(changed, clip_norm=clip)
    training, seen = stepped(having(adam()), dials, train_step=own_loop if own else None)
    assert [one.loss for one in seen] == losses
    assert same(weights(training), weights(expected))
    assert training.optimizer is not None
    group = training.optimizer.param_groups[0]
    assert (group["lr"], group["eps"], group["betas"]) == (1e-2, 1e-8, (0.9, 0.999))


def test_a_warm_up_starts_low_and_ends_at_the_rate() -> None:
    _, seen = stepped(having(adam()), Dials(warm_up=(2, 4)))
    assert [one.run_up.learning_rate for one in seen[2:]] == pytest.approx([0.0025, 0.005, 0.0075, 0.01, 0.01, 0.01])


def test_a_step_that_is_left_out_changes_nothing_and_the_schedule_goes_on() -> None:
    setup = having(adam(), lambda made: torch.optim.lr_scheduler.StepLR(made, 1, 0.5))
    training, seen = stepped(setup, Dials(skip=frozenset(range(STEPS))))
    assert same(weights(training), weights(setup()))
    assert all(one.left_out for one in seen)
    assert training.optimizer is not None
    assert training.optimizer.param_groups[0]["lr"] == pytest.approx(1e-2 * 0.5**STEPS)


def test_a_batch_can_be_swapped() -> None:
    asked: list[int] = []

    def batch(step: int) -> Any:
        asked.append(step)
        return examples(step)

    stepped(build, Dials(swap={3: 100}), batch=batch)
    assert asked == [0, 1, 2, 100, 4, 5, 6, 7]


def test_forgotten_moments_are_those_of_a_new_optimizer() -> None:
    def renew(training: Training, step: int) -> None:
        if step == 4:
            assert training.optimizer is not None
            training.optimizer.state.clear()

    expected, losses = by_hand(having(adam()), before_update=renew)
    training, seen = stepped(having(adam()), Dials(forget_moments=4))
    assert [one.loss for one in seen] == losses
    assert same(weights(training), weights(expected))


def test_a_clipped_update_is_no_longer_than_its_limit() -> None:
    free = stepped(having(adam(betas=(0.9, 0.9999))))[1]
    clipped = stepped(having(adam(betas=(0.9, 0.9999))), Dials(update_clip=0.01))[1]
    pairs = zip(clipped, free, strict=True)
    ratio = [(one.run_up.update_ratio or 0.0) / (other.run_up.update_ratio or 1.0) for one, other in pairs]
    assert all(0 < one < 0.05 for one in ratio[1:]), "there is no second moment before the first update"


def test_the_users_own_autocast_is_overridden() -> None:
    types: list[torch.dtype] = []

    def step(training: Training, batch: Any) -> Tensor:
        with torch.autocast("cpu", dtype=torch.float16):
            output = training.model(batch[0])
            types.append(output.dtype)
            return output.float().sum()

    for precision in (None, Precision.FP32, Precision.BF16):
        stepped(build, Dials(precision=precision), train_step=step)
    assert types == [torch.float16] * STEPS + [torch.float32] * STEPS + [torch.bfloat16] * STEPS


def test_a_fused_optimizer_under_a_scaler_shows_gradients_without_the_scale() -> None:
    def step(training: Training, batch: Any) -> Tensor:
        assert training.optimizer is not None
        training.optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.float16):
            loss = loss_of(training.model, batch)
        training.scaler.scale(loss).backward()
        training.scaler.step(training.optimizer)
        training.scaler.update()
        return loss

    fused = having(adam(fused=True), scaler=scaler)
    own = [one.run_up.gradient_norm for one in stepped(fused, train_step=step)[1]]
    ours = [one.run_up.gradient_norm for one in stepped(fused, precision=Precision.FP16)[1]]
    assert own == pytest.approx(ours, rel=1e-3)


@pytest.mark.parametrize("fused", [False, True])
def test_an_update_that_the_scaler_skips_is_no_failure(*, fused: bool) -> None:
    setup = having(adam(fused=fused), scaler=lambda: torch.amp.GradScaler("cpu", init_scale=2.0**40))
    training, seen = stepped(setup, precision=Precision.FP16)
    assert all(one.run_up.skipped for one in seen)
    assert all(one.broken is None for one in seen)
    assert same(weights(training), weights(setup()))


def test_what_breaks_is_named() -> None:
    def bad(step: int) -> Any:
        x, y = examples(step)
        return x * (math.inf if step == 5 else 1.0), y

    _, seen = stepped(build, batch=bad)
    assert [one.broken for one in seen[:5]] == [None] * 5
    assert seen[5].broken is Symptom.LOSS_NOT_FINITE
    training = having(adam())()
    training.model.register_buffer("mask", torch.tensor([0.0, -math.inf]))
    material = Material(Recipe(build, loss_of), (), Fidelity.EXACT, examples)
    stepper = Stepper(material, training, CPU)
    assert stepper.step(0).broken is None, "a mask is meant to hold infinities"
    training.model.register_buffer("average", torch.tensor([math.nan]))
    assert (stepper.step(1).broken, stepper.step(2).where) == (Symptom.STATE_NOT_FINITE, "buffer average")


class Counting(Net):
    """Keeps numbers beside its parameters, and draws from Python's generator."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.average = torch.zeros(3)
        self.register_buffer("hidden", torch.zeros(3), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        import random

        out = super().forward(x) * (1 + 1e-2 * random.random())
        self.calls += 1
        self.average = 0.9 * self.average + 0.1 * out.detach().mean(0)
        self.hidden += out.detach().mean(0)
        return out + self.average + self.hidden * 1e-3 + 1e-3 * self.calls


def test_a_snapshot_brings_back_everything_that_a_step_changes() -> None:
    def setup() -> Training:
        torch.manual_seed(0)
        model = Counting()
        optimizer = torch.optim.SGD(model.first.parameters(), 0.1, momentum=0.9)
        return Training(model, optimizer, torch.optim.lr_scheduler.StepLR(optimizer, 2, 0.5))

    def grow(training: Training, batch: Any) -> Tensor:
        """Let gradients add up, and thaw a layer on the way."""
        optimizer = training.optimizer
        assert optimizer is not None
        if training.model.calls == 5 and len(optimizer.param_groups) == 1:
            optimizer.add_param_group({"params": list(training.model.last.parameters())})
        loss = loss_of(training.model, batch)
        loss.backward()
        optimizer.step()
        return loss

    training = setup()
    material = Material(Recipe(setup, loss_of, train_step=grow), (), Fidelity.EXACT, examples)
    stepper = Stepper(material, training, CPU)
    for at in range(3):
        stepper.step(at)
    snapshot = Snapshot(training, 3, CPU)
    first = [stepper.step(at).loss for at in range(3, 9)]
    for _ in range(2):
        snapshot.put_back()
        assert [stepper.step(at).loss for at in range(3, 9)] == first
