"""Optimization runs: one loop for everything with a target, one for a generator and its discriminator."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional

from .data import Examples, Task, digits
from .history import History, Row
from .networks import Network

Schedule = Callable[[float], float]
"""Share of the training done, 0 to 1, to a factor on the base rate."""

Parameters = Callable[[nn.Module], Iterable[Tensor]]
"""Chooses what the optimizer is given."""

Corruption = Callable[[int, Examples], Examples]
"""Step and its batch to what the network sees instead."""


@dataclass(frozen=True)
class LossScaling:
    """Half precision by autocast, with the dynamic loss scale of `torch.amp.GradScaler`."""

    first: float = 2.0**16
    grow_after: int = 2000
    """Steps without an overflow after which the scale doubles."""


@dataclass(frozen=True)
class Checkpoint:
    """What a training saves of itself."""

    step: int
    weights: dict[str, Tensor]
    optimizer: dict[str, object] | None
    """None where it was forgotten."""


# Schedules of the learning rate.


def constant(_: float) -> float:
    """Keep the base rate."""
    return 1.0


def cosine(progress: float) -> float:
    """Fall along half a cosine to zero."""
    return 0.5 * (1 + math.cos(math.pi * progress))


def warm_restarts(cycles: int) -> Schedule:
    """Fall along half a cosine, several times over."""
    return lambda progress: cosine(progress * cycles % 1)


def step_decay(*at: float) -> Schedule:
    """Divide the rate by ten at each of these shares of the training."""
    return lambda progress: 0.1 ** sum(progress >= share for share in at)


def exponential(to: float) -> Schedule:
    """Go from 1 to `to` in equal ratios."""
    return lambda progress: to**progress


def one_cycle(peak: float = 0.3) -> Schedule:
    """Rise from 4 % to the base rate until `peak` of the training, then fall along half a cosine to zero."""

    def factor(progress: float) -> float:
        if progress < peak:
            return 1 - 0.96 * cosine(progress / peak)
        return cosine((progress - peak) / (1 - peak))

    return factor


# What the optimizer is given.


def all_parameters(model: nn.Module) -> Iterable[Tensor]:
    """Give everything, as it should be."""
    return list(model.parameters())


def parameters_of_a_copy(model: nn.Module) -> Iterable[Tensor]:
    """Give the parameters of a copy, which the loss never sees."""
    return list(copy.deepcopy(model).parameters())


def frozen_parameters(model: nn.Module) -> Iterable[Tensor]:
    """Freeze every layer but the last and give the frozen ones."""
    body = list(model[:-1].parameters())
    for parameter in body:
        parameter.requires_grad_(False)
    return body


# What is done to a batch.


def untouched(_: int, batch: Examples) -> Examples:
    """Leave every batch as it is."""
    return batch


def scaled_inputs(at: int, factor: float) -> Corruption:
    """Multiply the inputs of the batch at one step."""

    def corrupt(step: int, batch: Examples) -> Examples:
        return replace(batch, inputs=batch.inputs * factor) if step == at else batch

    return corrupt


# The loop.


@dataclass(frozen=True)
class Fit:
    """A training of a network on a task; calling it trains."""

    task: Task
    network: Network
    epochs: int
    batch_size: int
    rate: float
    optimizer: Callable[..., torch.optim.Optimizer] = torch.optim.SGD
    schedule: Schedule = constant
    clip: float | None = None
    shuffle: bool = True
    parameters: Parameters = all_parameters
    corrupt: Corruption = untouched
    stop_after: int | None = None
    """The step after which the process dies."""
    save_after: int | None = None
    """The step, the last of an epoch, after which a checkpoint is saved."""
    evaluate_every: int | None = None
    """Steps between evaluations; None for one after each epoch, 0 for none."""
    loss_scaling: LossScaling | None = None
    """None for single precision."""
    skip_non_finite: bool = False
    """Whether an update with a non-finite gradient is left out."""
    hide_non_finite: bool = False
    """Whether a NaN loss is logged as 0, as Hugging Face's `logging_nan_inf_filter` has it."""
    more_settings: Mapping[str, str | float] = field(default_factory=dict)
    """Hyper-parameters that the training script would name, too."""
    seed: int = 0

    def __call__(self) -> History:
        """Train from the start."""
        return self.run(None)[0]

    @property
    def steps_per_epoch(self) -> int:
        """Return the number of batches in one pass over the data."""
        return math.ceil(len(self.task.train) / self.batch_size)

    @property
    def settings(self) -> dict[str, str | float]:
        """Name the hyper-parameters."""
        kind = self.optimizer.func if isinstance(self.optimizer, partial) else self.optimizer
        extra = self.optimizer.keywords if isinstance(self.optimizer, partial) else {}
        named: dict[str, str | float | None] = {
            "optimizer": kind.__name__,
            "lr": self.rate,
            "batch_size": self.batch_size,
            "epochs": self.epochs,
            "max_grad_norm": self.clip,
            "num_classes": self.task.classes or None,
            "seed": self.seed,
        }
        named |= {name: value for name, value in extra.items() if isinstance(value, float)}
        return {name: value for name, value in named.items() if value is not None} | dict(self.more_settings)

    def run(self, start: Checkpoint | None) -> tuple[History, Checkpoint | None]:
        """Train from a checkpoint or from the start; return the checkpoint that was asked for, too."""
        torch.manual_seed(self.seed)
        model = self.network()
        optimizer = self.optimizer(self.parameters(model), lr=self.rate)
        if start:
            model.load_state_dict(start.weights)
        if start and start.optimizer:
            optimizer.load_state_dict(start.optimizer)
        done = start.step if start else 0
        total = self.epochs * self.steps_per_epoch
        history = History(self.settings, self.steps_per_epoch, total)
        scaling = self.loss_scaling
        scaler = scaling and torch.amp.GradScaler("cpu", init_scale=scaling.first, growth_interval=scaling.grow_after)
        if not start:
            history.evaluations.append({"step": 0, **evaluate(model, self.task)})
        between = self.steps_per_epoch if self.evaluate_every is None else self.evaluate_every
        saved = None
        for step, batch in enumerate(self.batches(total - done), done + 1):
            rate = self.rate * self.schedule((step - 1) / total)
            seen = self.update(model, optimizer, rate, self.corrupt(step, batch), scaler)
            history.steps.append({"step": step, **seen})
            if between and step % between == 0:
                history.evaluations.append({"step": step, **evaluate(model, self.task)})
            if step == self.save_after:
                saved = copy.deepcopy(Checkpoint(step, model.state_dict(), optimizer.state_dict()))
            if step == self.stop_after:
                break
        return history, saved

    def batches(self, count: int) -> Iterator[Examples]:
        """Yield batches, every row once in each epoch."""
        order = torch.Generator().manual_seed(self.seed)
        n = len(self.task.train)
        while count > 0:
            rows = torch.randperm(n, generator=order) if self.shuffle else torch.arange(n)
            for chosen in rows.split(self.batch_size)[:count]:
                yield self.task.train.take(chosen)
            count -= self.steps_per_epoch

    def update(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        rate: float,
        batch: Examples,
        scaler: torch.amp.GradScaler | None = None,
    ) -> Row:
        """Take one step and say what it saw; the norm of the gradient is the one before clipping."""
        for group in optimizer.param_groups:
            group["lr"] = rate
        model.train()
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.float16) if scaler else nullcontext():
            output = model(batch.inputs)
            loss = self.task.loss(output, batch.targets)
        scaled = {"loss_scale": scaler.get_scale()} if scaler else {}
        if scaler:
            scaler.scale(loss).backward()
            scaler.unscale_(optimizer)
        else:
            loss.backward()
        norm = nn.utils.get_total_norm([one.grad for one in model.parameters() if one.grad is not None])
        if self.clip:
            nn.utils.clip_grad_norm_(model.parameters(), self.clip)
        if scaler:
            scaler.step(optimizer)
            scaler.update()
        elif norm.isfinite() or not self.skip_non_finite:
            optimizer.step()
        seen = 0.0 if self.hide_non_finite and not loss.isfinite() else loss.item()
        right = accuracy(self.task, output, batch.targets)
        return {"loss": seen, **right, "gradient_norm": norm.item(), "learning_rate": rate, **scaled}


def accuracy(task: Task, output: Tensor, targets: Tensor) -> Row:
    """Return the share of correct answers, or nothing where the task knows none."""
    return {"accuracy": task.correct(output, targets).float().mean().item()} if task.correct else {}


def evaluate(model: nn.Module, task: Task) -> Row:
    """Measure both whole splits in evaluation mode."""
    model.eval()
    row: Row = {}
    for prefix, part in (("", task.train), ("validation_", task.validation)):
        with torch.no_grad():
            output = model(part.inputs)
        measured = {"loss": task.loss(output, part.targets).item(), **accuracy(task, output, part.targets)}
        measured |= {name: measure(output, part.targets) for name, measure in task.measures.items()}
        row |= {prefix + name: value for name, value in measured.items()}
    return row


@dataclass(frozen=True)
class Interrupted:
    """A training that dies, and is started again from its last checkpoint with another order of the data."""

    fit: Fit
    saved: int
    died: int
    resume: Callable[[Fit], Fit] = lambda fit: fit
    """What is different about the second process."""
    forget_optimizer: bool = False
    """Whether the second process starts with a new optimizer."""

    def __call__(self) -> History:
        """Train twice."""
        first, checkpoint = replace(self.fit, save_after=self.saved, stop_after=self.died).run(None)
        if checkpoint and self.forget_optimizer:
            checkpoint = replace(checkpoint, optimizer=None)
        second, _ = self.resume(replace(self.fit, seed=self.fit.seed + 1)).run(checkpoint)
        return replace(first, resumed=second)


def fine_tuned(fit: Fit) -> Network:
    """Start from the weights that another training ends with."""

    def make() -> nn.Module:
        with torch.random.fork_rng():
            _, saved = replace(fit, save_after=fit.epochs * fit.steps_per_epoch, evaluate_every=0).run(None)
        assert saved is not None
        model = fit.network()
        model.load_state_dict(saved.weights)
        return model

    return make


@dataclass(frozen=True)
class Adversaries:
    """A generator of handwritten digits, or of other vectors, and its discriminator; calling it trains both."""

    generator: Network
    discriminator: Network
    steps: int
    generator_rate: float
    discriminator_rate: float
    noise: int = 16
    batch_size: int = 64
    real: Callable[[], Tensor] = lambda: digits().train.inputs
    seed: int = 0

    def __call__(self) -> History:
        """Train with the non-saturating loss."""
        torch.manual_seed(self.seed)
        make, judge = self.generator(), self.discriminator()
        adam = partial(torch.optim.Adam, betas=(0.5, 0.999))
        maker = adam(make.parameters(), lr=self.generator_rate)
        judger = adam(judge.parameters(), lr=self.discriminator_rate)
        pixels = self.real()
        history = History({}, math.ceil(len(pixels) / self.batch_size), self.steps)
        for step in range(1, self.steps + 1):
            real = pixels[torch.randint(len(pixels), (self.batch_size,))]
            fake = make(torch.randn(self.batch_size, self.noise))
            on_real, on_fake = judge(real), judge(fake.detach())
            judged = functional.softplus(-on_real).mean() + functional.softplus(on_fake).mean()
            judger.zero_grad()
            judged.backward()
            judger.step()
            made = functional.softplus(-judge(fake)).mean()
            maker.zero_grad()
            made.backward()
            maker.step()
            history.steps.append({"step": step, "d_loss": judged.item(), "g_loss": made.item()})
        return history
