"""The tracer names the operation, the line and the phase of planted faults, and blames nothing on sound steps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from logdoctor.replay.birth.locate import trace
from logdoctor.replay.material import Fidelity, Material, Precision, Recipe, State, Training
from logdoctor.replay.meter import Meter
from logdoctor.replay.window.session import Session
from logdoctor.replayed import Birth, Finiteness, Phase

torch.set_num_threads(1)


def line_of(mark: str) -> int:
    """Return the line of this file that carries the mark."""
    lines = Path(__file__).read_text().splitlines()
    (found,) = [at for at, line in enumerate(lines, 1) if line.endswith(f"# born: {mark}")]
    return found


class Two(nn.Module):  # type: ignore[misc]  # torch is not followed
    """Two layers with a function between them."""

    def __init__(self, between: Callable[[Tensor], Tensor] = torch.relu, width: int = 8) -> None:
        super().__init__()
        self.between = between
        self.l1 = nn.Linear(4, width)
        self.l2 = nn.Linear(width, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.l2(self.between(self.l1(x)))


def inputs() -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(6, 4, generator=generator), torch.randint(0, 3, (6,), generator=generator)


def classify(model: nn.Module, batch: Any) -> Tensor:
    return cross_entropy(model(batch[0]), batch[1])


def sgd(model: nn.Module) -> torch.optim.Optimizer:
    return torch.optim.SGD(model.parameters(), 0.1)


@dataclass
class Step:
    """One step to trace."""

    model: Callable[[], nn.Module] = Two
    loss: Callable[[nn.Module, Any], Tensor] = classify
    optimizer: Callable[[nn.Module], torch.optim.Optimizer] = sgd
    batch: Callable[[], Any] = inputs
    precision: Precision = Precision.FP32
    spoil: Callable[[Training], None] = lambda _: None
    train_step: Callable[[Training, Any], Any] | None = None
    scaler: Callable[[], Any] = lambda: None
    clip_norm: float | None = None

    def traced(self) -> tuple[Birth | None, tuple[Birth, ...]]:
        def setup() -> Training:
            torch.manual_seed(0)
            model = self.model()
            return Training(model, self.optimizer(model), scaler=self.scaler())

        recipe = Recipe(
            setup, self.loss, train_step=self.train_step, precision=self.precision, clip_norm=self.clip_norm
        )
        state = State(0, self.spoil, frozenset({"model"}))
        material = Material(recipe, (state,), Fidelity.EXACT, lambda _: self.batch())
        session = Session(material, torch.device("cpu"), Meter(60.0, 1000.0, lambda _: None))
        return trace(session, session.restored(state))

    def blamed(self) -> Birth:
        birth, _ = self.traced()
        assert birth is not None
        return birth


# Forward.


def overflowing(x: Tensor) -> Tensor:
    grown = torch.exp(300 * x)  # born: exp
    return grown / grown.sum(-1, keepdim=True)


def test_an_overflow_is_blamed_and_not_the_division_that_makes_nan_of_it() -> None:
    birth = Step(lambda: Two(overflowing)).blamed()
    assert (birth.operation, birth.phase, birth.result) == ("exp", Phase.FORWARD, Finiteness.INFINITE)
    assert birth.line is not None
    assert (birth.line.line, birth.line.function, birth.line.file) == (line_of("exp"), "overflowing", __file__)
    assert birth.promoted == "div"
    assert birth.terminal == "the loss"
    (operand,) = birth.operands
    assert operand.greatest is not None
    assert operand.greatest > math.log(torch.finfo(torch.float32).max)


def large(x: Tensor) -> Tensor:
    return 6e5 * x.float().abs() + 6e5


def test_an_overflow_of_half_precision_is_blamed_on_the_cast() -> None:
    birth = Step(lambda: Two(large), precision=Precision.FP16).blamed()
    assert (birth.operation, birth.dtype, birth.result) == ("_to_copy", "float16", Finiteness.INFINITE)
    assert birth.operands[0].dtype == "float32"
    assert birth.operands[0].greatest > torch.finfo(torch.float16).max
    assert birth.module == "l2"


def masked(x: Tensor) -> Tensor:
    hidden = torch.ones_like(x, dtype=torch.bool)
    hidden[1:] = False
    scores = x.masked_fill(hidden, -math.inf)  # born: mask
    return torch.softmax(scores, -1)  # born: softmax


def test_a_row_that_is_masked_whole_is_an_infinity_on_purpose_that_became_nan() -> None:
    birth = Step(lambda: Two(masked)).blamed()
    assert (birth.operation, birth.deliberate, birth.promoted) == ("masked_fill", True, "_softmax")
    assert birth.line is not None
    assert birth.promoted_line is not None
    assert (birth.line.line, birth.promoted_line.line) == (line_of("mask"), line_of("softmax"))


def log_loss(model: nn.Module, batch: Any) -> Tensor:
    share = torch.softmax(1e4 * model(batch[0]), -1).gather(1, batch[1][:, None])
    return -torch.log(share).mean()  # born: log


def test_the_logarithm_of_zero_in_a_functional_loss_is_named() -> None:
    birth = Step(loss=log_loss).blamed()
    assert (birth.operation, birth.operands[0].least, birth.module) == ("log", 0.0, "")
    assert birth.line is not None
    assert birth.line.line == line_of("log")


def with_nan() -> tuple[Tensor, Tensor]:
    x, y = inputs()
    x[2, 1] = math.nan
    return x, y


def test_nan_in_the_data_is_a_leaf() -> None:
    birth = Step(batch=with_nan).blamed()
    assert (birth.phase, birth.leaf, birth.operation) == (Phase.BEFORE, "batch[0]", "")


def test_nan_in_the_data_is_found_in_dictionaries_and_behind_a_cast() -> None:
    def batch() -> Any:
        x, y = with_nan()
        return {"x": x.double(), "y": y}

    birth = Step(batch=batch, loss=lambda model, one: cross_entropy(model(one["x"].float()), one["y"])).blamed()
    assert birth.leaf == "batch['x']"


def poison(name: str) -> Callable[[Training], None]:
    def spoil(training: Training) -> None:
        with torch.no_grad():
            training.model.get_parameter(name)[0] = math.nan

    return spoil


def test_nan_in_a_weight_is_a_leaf() -> None:
    birth = Step(spoil=poison("l2.weight")).blamed()
    assert (birth.phase, birth.leaf) == (Phase.BEFORE, "parameter l2.weight")


class Averaging(Two):
    """Keeps a running average under no_grad, which divides zero by zero."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("average", torch.zeros(8))
        self.register_buffer("count", torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.l1(x))
        with torch.no_grad():
            self.average.copy_(self.average / self.count)  # born: average
        return self.l2(hidden)


def test_nan_in_a_buffer_is_found_though_no_loss_and_no_gradient_shows_it() -> None:
    birth = Step(Averaging).blamed()
    assert (birth.operation, birth.terminal) == ("div", "buffer average")
    assert birth.line is not None
    assert birth.line.line == line_of("average")


# Backward.


def rooted(x: Tensor) -> Tensor:
    return torch.sqrt((x * 0).square().sum(-1, keepdim=True)) + x  # born: sqrt


def test_the_root_of_zero_breaks_the_backward_pass_and_its_forward_line_is_told() -> None:
    birth = Step(lambda: Two(rooted)).blamed()
    assert (birth.phase, birth.node) == (Phase.BACKWARD, "SqrtBackward0")
    assert birth.line is not None
    assert birth.line.line == line_of("sqrt")
    assert birth.terminal.startswith("gradient of l1")


def trapped(x: Tensor) -> Tensor:
    power = x * 0
    logged = torch.log(power)  # born: where
    return torch.where(power > 0, logged, 0.0) + x


def test_a_branch_that_where_discards_still_breaks_the_gradient() -> None:
    birth, harmless = Step(lambda: Two(trapped)).traced()
    assert birth is not None
    assert birth.line is not None
    assert birth.line.line == line_of("where")
    # The infinity of the forward pass reached nothing; the division in the backward pass did.
    assert (birth.phase, birth.node) == (Phase.BACKWARD, "LogBackward0")
    assert ("log", Phase.FORWARD) in {(one.operation, one.phase) for one in harmless}


class Broken(torch.autograd.Function):  # type: ignore[misc]
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return gradient / torch.zeros_like(gradient)  # born: own backward


def test_the_users_own_backward_function_is_named_with_its_line() -> None:
    birth = Step(lambda: Two(Broken.apply)).blamed()
    assert (birth.phase, birth.operation) == (Phase.BACKWARD, "div")
    assert "Broken" in birth.node
    assert birth.line is not None
    assert birth.line.line == line_of("own backward")


def test_gradients_that_overflow_without_nan_are_found() -> None:
    birth = Step(loss=lambda model, batch: OverflowingScale.apply(model(batch[0])).mean()).blamed()
    assert (birth.phase, birth.result) == (Phase.BACKWARD, Finiteness.INFINITE)
    assert birth.operation == "mm"
    assert birth.node == "AddmmBackward0"


class OverflowingScale(torch.autograd.Function):  # type: ignore[misc]
    """A gradient near the largest number of its type."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        return torch.full_like(gradient, 3e38)


def clamped(x: Tensor) -> Tensor:
    return (x * 0).reciprocal().clamp(max=1.0) + x  # born: reciprocal


def test_an_infinity_that_is_clamped_away_is_blamed_for_the_nan_of_its_backward_pass() -> None:
    birth = Step(lambda: Two(clamped)).blamed()
    assert (birth.operation, birth.phase) == ("reciprocal", Phase.FORWARD)
    assert birth.promoted
    assert birth.line is not None
    assert birth.line.line == line_of("reciprocal")


# The snippets of pytorch issue 160016, in spirit.


def twice_rooted(x: Tensor) -> Tensor:
    inner = torch.sqrt(x - 1e3)  # born: first of two
    return torch.sqrt(inner)


def test_the_first_of_two_roots_is_named() -> None:
    birth = Step(lambda: Two(twice_rooted)).blamed()
    assert birth.operation == "sqrt"
    assert birth.line is not None
    assert birth.line.line == line_of("first of two")


def test_a_loss_that_is_nan_though_every_gradient_is_fine_is_found() -> None:
    def loss(model: nn.Module, batch: Any) -> Tensor:
        value = classify(model, batch)
        return value + torch.log(-value.detach())  # born: silent

    birth = Step(loss=loss).blamed()
    assert birth.operation == "log"
    assert birth.line is not None
    assert birth.line.line == line_of("silent")


# Optimizer.


def adam(**options: Any) -> Callable[[nn.Module], torch.optim.Optimizer]:
    def make(model: nn.Module) -> torch.optim.Optimizer:
        return torch.optim.Adam(model.parameters(), 1e-3, eps=0.0, **options)

    return make


class Idle(Two):
    """Half of its first layer gets a gradient of zero."""

    def forward(self, x: Tensor) -> Tensor:
        hidden = torch.relu(self.l1(x))
        kept = torch.cat([hidden[:, :4], hidden[:, 4:] * 0], 1)
        return self.l2(kept)


@pytest.mark.parametrize(
    ("options", "operations"),
    [
        ({"foreach": False, "fused": False}, {"addcdiv_"}),
        ({"foreach": True}, {"_foreach_addcdiv_"}),
        ({"fused": True}, {"_fused_adam_"}),
    ],
    ids=["for-loop", "foreach", "fused"],
)
def test_adam_without_epsilon_divides_zero_by_zero(options: Any, operations: set[str]) -> None:
    birth = Step(Idle, optimizer=adam(**options)).blamed()
    assert birth.phase is Phase.OPTIMIZER
    assert birth.operation in operations
    assert birth.module == "l1.weight"
    assert birth.node == "Adam"
    assert birth.terminal == "parameter l1.weight"


# Checkpointed activations.


class Recomputing(Two):
    """Recomputes the activations between its layers in the backward pass."""

    reentrant = False

    def forward(self, x: Tensor) -> Tensor:
        hidden = self.l1(x)
        return self.l2(checkpoint(self.between, hidden, use_reentrant=self.reentrant))


class RecomputingReentrant(Recomputing):
    reentrant = True


@pytest.mark.parametrize("model", [Recomputing, RecomputingReentrant])
def test_checkpointing_changes_nothing_of_the_place(model: type[Two]) -> None:
    forward = Step(lambda: model(overflowing)).blamed()
    assert (forward.operation, forward.phase) == ("exp", Phase.FORWARD)
    assert forward.line is not None
    assert forward.line.line == line_of("exp")
    backward = Step(lambda: model(rooted)).blamed()
    assert (backward.phase, backward.node) == (Phase.BACKWARD, "SqrtBackward0")
    assert backward.line is not None
    assert backward.line.line == line_of("sqrt")


# Loops of the user's own.


def test_a_loop_of_the_users_own_that_returns_a_float_is_followed() -> None:
    def train_step(training: Training, batch: Any) -> float:
        assert training.optimizer is not None
        training.optimizer.zero_grad()
        loss = log_loss(training.model, batch)
        loss.backward()
        training.optimizer.step()
        return float(loss.item())

    birth = Step(train_step=train_step).blamed()
    assert (birth.operation, birth.terminal) == ("log", "the loss")


# Sound steps.


def causal(x: Tensor) -> Tensor:
    size = x.shape[-1]
    scores = x[:, :, None] * x[:, None, :]
    later = torch.ones(size, size, dtype=torch.bool).triu(1)
    return (torch.softmax(scores.masked_fill(later, -math.inf), -1) @ x[:, :, None]).squeeze(-1)


def hidden_nan(x: Tensor) -> Tensor:
    with torch.no_grad():
        share = torch.nan_to_num(x.detach() * 0 / (x.detach() * 0))
    return x + share


def sound() -> Iterable[Any]:
    yield pytest.param(Step(), 0, id="plain")
    yield pytest.param(Step(lambda: Two(causal)), 1, id="causal mask")
    yield pytest.param(Step(lambda: Two(hidden_nan)), 1, id="nan_to_num")
    yield pytest.param(Step(precision=Precision.FP16), 0, id="fp16")
    yield pytest.param(Step(precision=Precision.BF16), 0, id="bf16")
    yield pytest.param(Step(optimizer=lambda m: torch.optim.AdamW(m.parameters(), fused=True)), 0, id="fused AdamW")
    yield pytest.param(Step(clip_norm=0.1), 0, id="clipped")
    yield pytest.param(Step(Recomputing), 0, id="checkpointed")
    overflow = Step(scaler=lambda: torch.amp.GradScaler("cpu", init_scale=2.0**127), precision=Precision.FP16)
    yield pytest.param(overflow, None, id="the scaler skips an overflow")


@pytest.mark.parametrize(("step", "least"), list(sound()))
def test_nothing_is_blamed_on_a_sound_step(step: Step, least: int | None) -> None:
    birth, harmless = step.traced()
    assert birth is None
    if least is not None:
        assert len(harmless) >= least
        assert bool(harmless) == bool(least)
