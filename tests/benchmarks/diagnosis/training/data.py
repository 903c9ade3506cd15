"""Data beyond that of the sample logs, and what can be wrong with data."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from sklearn import datasets
from tests.sample_training.data import Examples, Task, best_class, right_side, sentence_text, split, standardise
from tests.sample_training.train import Corruption
from torch import Tensor
from torch.nn import functional


def own_loss(output: Tensor, _: Tensor) -> Tensor:
    """Average the losses that a network returns itself."""
    return output.mean()


def self_taught(task: Task) -> Task:
    """Take only the inputs of a task; the network returns its own loss."""
    return Task(task.train, task.validation, own_loss)


# Sequences.


def recall(length: int = 10, symbols: int = 6, n_train: int = 1500) -> Task:
    """Name the symbol that follows the only 0 in a sequence."""
    generator = torch.Generator().manual_seed(0)
    n = n_train + 500
    sequences = torch.randint(1, symbols + 1, (n, length), generator=generator)
    at = torch.randint(0, length - 1, (n, 1), generator=generator)
    sequences.scatter_(1, at, 0)
    target = sequences.gather(1, at + 1).squeeze(1) - 1
    train, validation = split(sequences, target, n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=symbols)


def waveforms(length: int = 16, n_train: int = 1200, noise: float = 0.3) -> Task:
    """Sine, square, saw or two tones, in noise, at any phase: one number at each time."""
    generator = torch.Generator().manual_seed(0)
    n = n_train + 400
    kind = torch.arange(n) % 4
    phase = 6.283 * torch.rand(n, 1, generator=generator)
    angle = phase + torch.linspace(0, 4 * 3.1416, length)
    shapes = [angle.sin(), angle.sin().sign(), (angle / 6.283) % 1 * 2 - 1, angle.sin() * (2.0 * angle).cos()]
    clean = torch.stack(shapes).gather(0, kind.view(1, n, 1).expand(1, n, length))[0]
    waves = clean + noise * torch.randn(n, length, generator=generator)
    train, validation = split(waves.unsqueeze(2), kind, n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=4)


def windows(text: str, context: int, n_train: int, n_validation: int) -> Task:
    """Windows of a text, to be continued at every position; validation comes from later in the text."""
    letters = sorted(set(text))
    codes = torch.tensor([letters.index(letter) for letter in text])
    whole = codes.unfold(0, context + 1, context // 2)
    rows = Examples(whole[:, :-1], whole[:, 1:])
    train, rest = rows.take(slice(n_train)), rows.take(slice(n_train + 2, n_train + 2 + n_validation))
    return Task(train, rest, functional.cross_entropy, classes=len(letters))


def written_sentences(context: int = 16, n_train: int = 2000, n_validation: int = 300) -> Task:
    """The generated sentences of the sample logs."""
    return windows(sentence_text((n_train + n_validation + 4) * context), context, n_train, n_validation)


def written_sums(context: int = 20, n_train: int = 1600, n_validation: int = 300) -> Task:
    """Additions of numbers below twenty, `7+15=22;`, one after the other."""
    chance = random.Random(1)
    text = ""
    while len(text) < (n_train + n_validation + 4) * context:
        one, other = chance.randrange(20), chance.randrange(20)
        text += f"{one}+{other}={one + other};"
    return windows(text, context, n_train, n_validation)


# Tables and images.


def friedman(n_train: int = 1000, noise: float = 1.0, *, scale: float | None = None) -> Task:
    """Friedman's first synthetic regression: five of ten columns count; the target is standardised or scaled."""
    columns, target = datasets.make_friedman1(n_train + 400, noise=noise, random_state=0)
    wanted = torch.tensor(target, dtype=torch.float32).unsqueeze(1)
    wanted = standardise(wanted) if scale is None else wanted * scale
    train, validation = split(standardise(torch.tensor(columns, dtype=torch.float32)), wanted, n_train)
    return Task(train, validation, functional.mse_loss)


def covers(n_train: int = 1400) -> Task:
    """Thirty synthetic measurements of a patch of land to one of seven kinds of forest."""
    columns, kinds = datasets.make_classification(
        n_train + 500, 30, n_informative=12, n_classes=7, n_clusters_per_class=1, class_sep=1.8, random_state=0
    )
    train, validation = split(
        standardise(torch.tensor(columns, dtype=torch.float32)), torch.tensor(kinds, dtype=torch.long), n_train
    )
    return Task(train, validation, functional.cross_entropy, best_class, classes=7)


def shapes(n_train: int = 1200, noise: float = 0.35) -> Task:
    """Noisy images of 10 x 10 pixels: a bar across, a bar upright, a diagonal, a cross or a square, anywhere."""
    generator = torch.Generator().manual_seed(0)
    drawn = torch.zeros(5, 5, 5)
    drawn[0, 2, :] = drawn[1, :, 2] = 1
    drawn[2] = torch.eye(5)
    drawn[3, 2, :] = drawn[3, :, 2] = 1
    drawn[4] = 1
    drawn[4, 1:4, 1:4] = 0
    n = n_train + 500
    kind = torch.arange(n) % 5
    images = noise * torch.randn(n, 10, 10, generator=generator)
    corner = torch.randint(0, 6, (n, 2), generator=generator)
    for image, (row, column), which in zip(images, corner.tolist(), kind.tolist(), strict=True):
        image[row : row + 5, column : column + 5] += drawn[which]
    train, validation = split(images.flatten(1), kind, n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=5)


def clicks(people: int, things: int, n_train: int, *, order: int = 2) -> Task:
    """Ids of a person, a thing and, where asked for, a page, to a click that depends little on them."""
    generator = torch.Generator().manual_seed(0)
    n = n_train + 800
    sizes = (people, things, 10)[:order]
    ids = torch.stack([torch.randint(0, size, (n,), generator=generator) for size in sizes], dim=1)
    taste = [torch.randn(size, generator=generator) for size in sizes]
    leaning = sum(one[column] for one, column in zip(taste, ids.unbind(1), strict=True))
    clicked = torch.rand(n, generator=generator) < torch.sigmoid(torch.as_tensor(leaning))
    train, validation = split(ids, clicked.float().unsqueeze(1), n_train)
    return Task(train, validation, functional.binary_cross_entropy_with_logits, right_side, classes=2)


def parity(bits: int, among: int, n_train: int) -> Task:
    """Whether an odd number of the first few of many signs are negative."""
    generator = torch.Generator().manual_seed(0)
    signs = torch.randint(0, 2, (n_train + 500, among), generator=generator) * 2.0 - 1
    odd = (signs[:, :bits].prod(1) < 0).float().unsqueeze(1)
    train, validation = split(signs, odd, n_train)
    return Task(train, validation, functional.binary_cross_entropy_with_logits, right_side, classes=2)


def rankings(features: int, answers: int, n_train: int) -> Task:
    """Prompts and two answers, the better one first as a linear taste has it, with some disagreement."""
    generator = torch.Generator().manual_seed(0)
    n = n_train + 400
    prompts = torch.randn(n, features, generator=generator)
    worth = prompts @ torch.randn(features, answers, generator=generator)
    pair = torch.stack([torch.randperm(answers, generator=generator)[:2] for _ in range(n)])
    noisy = worth.gather(1, pair) + torch.randn(n, 2, generator=generator)
    pair = pair.gather(1, noisy.argsort(1, descending=True))
    train, validation = split(torch.cat([prompts, pair.float()], 1), torch.zeros(n), n_train)
    return Task(train, validation, own_loss)


# What can be wrong with data.


def few(task: Task, n: int) -> Task:
    """Keep only the first training rows."""
    return replace(task, train=task.train.take(slice(n)))


def inputs_as(task: Task, change: Callable[[Tensor], Tensor], *, only_validation: bool = False) -> Task:
    """Preprocess inputs otherwise, in both sets or in validation alone."""
    train, held_out = task.train, task.validation
    changed = replace(held_out, inputs=change(held_out.inputs))
    return replace(
        task, train=train if only_validation else replace(train, inputs=change(train.inputs)), validation=changed
    )


def targets_as(task: Task, change: Callable[[Tensor], Tensor]) -> Task:
    """Change the targets of both sets."""
    train, held_out = (replace(part, targets=change(part.targets)) for part in (task.train, task.validation))
    return replace(task, train=train, validation=held_out)


def noisy_targets(task: Task, deviation: float) -> Task:
    """Add noise to the training targets of a regression."""
    noise = deviation * torch.randn(task.train.targets.shape, generator=torch.Generator().manual_seed(0))
    return replace(task, train=replace(task.train, targets=task.train.targets + noise))


def validation_of_classes(task: Task, classes: Sequence[int]) -> Task:
    """Keep only some classes in the validation set."""
    kept = torch.isin(task.validation.targets, torch.tensor(classes))
    return replace(task, validation=task.validation.take(kept))


def heavy_tails(task: Task) -> Task:
    """Add Student noise of three degrees of freedom to the targets, judged by a loss that bears it."""
    torch.manual_seed(0)
    student = torch.distributions.StudentT(torch.tensor(3.0))
    noisy = targets_as(task, lambda target: target + 0.4 * student.sample(target.shape))
    return replace(noisy, loss=functional.smooth_l1_loss)


def nan_in_validation(task: Task) -> Task:
    """Leave a NaN in one input of the validation set."""
    inputs = task.validation.inputs.clone()
    inputs[7].flatten()[0] = torch.nan
    return replace(task, validation=replace(task.validation, inputs=inputs))


# What can be done to a batch.


def nan_inputs(at: int) -> Corruption:
    """Put a NaN into the batch at one step."""

    def corrupt(step: int, batch: Examples) -> Examples:
        inputs = batch.inputs.clone()
        if step == at:
            inputs[0, 0] = torch.nan
        return replace(batch, inputs=inputs)

    return corrupt


def scaled_targets(at: int, factor: float) -> Corruption:
    """Multiply the targets of the batch at one step."""

    def corrupt(step: int, batch: Examples) -> Examples:
        return replace(batch, targets=batch.targets * factor) if step == at else batch

    return corrupt


def unpaired(_: int, batch: Examples) -> Examples:
    """Give every input the target of another."""
    return replace(batch, targets=batch.targets[torch.randperm(len(batch))])


def noise_after(at: int, deviation: float) -> Corruption:
    """Add noise to the inputs from a step on."""

    def corrupt(step: int, batch: Examples) -> Examples:
        noise = deviation * torch.randn(batch.inputs.shape)
        return replace(batch, inputs=batch.inputs + noise) if step > at else batch

    return corrupt


def both(first: Corruption, then: Corruption) -> Corruption:
    """Do one after the other."""
    return lambda step, batch: then(step, first(step, batch))


def zeros_from(at: int, *, every: int = 1) -> Corruption:
    """From a step on, make every so many batches rows of zeros, inputs and targets."""

    def corrupt(step: int, batch: Examples) -> Examples:
        empty = step >= at and step % every == 0
        return Examples(batch.inputs * 0, batch.targets * 0) if empty else batch

    return corrupt


def empty_row_from(at: int, *, every: int = 1) -> Corruption:
    """From a step on, make the first row of every so many batches zeros, inputs and targets; the others are sound."""

    def corrupt(step: int, batch: Examples) -> Examples:
        if step < at or step % every:
            return batch
        inputs, targets = batch.inputs.clone(), batch.targets.clone()
        inputs[0], targets[0] = 0, 0
        return Examples(inputs, targets)

    return corrupt


def scaled_inputs_from(at: int, factor: float) -> Corruption:
    """From a step on, multiply the inputs: the pipeline lost its normalisation."""
    return lambda step, batch: replace(batch, inputs=batch.inputs * factor) if step >= at else batch


def unpaired_at(at: int) -> Corruption:
    """Give every input of the batch at one step the target of another."""
    return lambda step, batch: unpaired(step, batch) if step == at else batch


# Losses with a flaw.


def distance_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean distance as the root of a squared error: its derivative at zero is infinite."""
    return (output - target).square().sum(-1).sqrt().mean()


def root_of_own_loss(output: Tensor, _: Tensor) -> Tensor:
    """The same of the errors that a network returns itself."""
    return output.sqrt().mean()


def naive_cross_entropy(output: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy from exponentials without subtracting the maximum."""
    exponentials = output.exp()
    return -(exponentials / exponentials.sum(1, keepdim=True)).gather(1, target.unsqueeze(1)).log().mean()
