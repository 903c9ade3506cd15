"""What is learnt: the data sets that scikit-learn brings along, and generated text."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
from sklearn import datasets
from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]
"""Output of the network and target to a scalar."""

Correct = Callable[[Tensor, Tensor], Tensor]
"""Output of the network and target to a tensor of booleans."""

Measure = Callable[[Tensor, Tensor], float]
"""Output of the network and target to a figure of merit over all rows."""


@dataclass(frozen=True)
class Examples:
    """Inputs and targets, one row each."""

    inputs: Tensor
    targets: Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    def take(self, rows: Tensor | slice) -> Examples:
        """Keep only some rows."""
        return Examples(self.inputs[rows], self.targets[rows])


@dataclass(frozen=True)
class Task:
    """Something to learn: both splits, the loss, and what counts as right where that makes sense."""

    train: Examples
    validation: Examples
    loss: Loss
    correct: Correct | None = None
    classes: int = 0
    """0 where there are none."""
    measures: Mapping[str, Measure] = field(default_factory=dict)
    """What else is measured at evaluations, by name."""


def split(inputs: Tensor, targets: Tensor, n_train: int) -> tuple[Examples, Examples]:
    """Shuffle the same way every time and cut after `n_train` rows."""
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(0))
    whole = Examples(inputs[order], targets[order])
    return whole.take(slice(n_train)), whole.take(slice(n_train, None))


def standardise(columns: Tensor) -> Tensor:
    """Give every column mean 0 and deviation 1."""
    return (columns - columns.mean(0)) / columns.std(0)


def best_class(output: Tensor, target: Tensor) -> Tensor:
    """Tell where the largest output is the target class."""
    return output.argmax(-1) == target


def single_best_class(output: Tensor, target: Tensor) -> Tensor:
    """Tell where the largest of a single output, always number 0, is the target: a mistake."""
    return output.argmax(-1, keepdim=True) == target


def right_side(output: Tensor, target: Tensor) -> Tensor:
    """Tell where a single logit has the sign of its label 0 or 1."""
    return (output > 0) == (target > 0.5)


def naive_binary_cross_entropy(logit: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy as in the textbook: 0 * log(0) is NaN once a probability rounds to 0 or 1."""
    probability = torch.sigmoid(logit)
    return -(target * probability.log() + (1 - target) * (1 - probability).log()).mean()


def gaussian_nll(output: Tensor, target: Tensor) -> Tensor:
    """Negative log density, given a mean and a log deviation for each target; negative where it is narrow."""
    mean, log_deviation = output.chunk(2, dim=-1)
    normal = torch.distributions.Normal(mean, log_deviation.exp())
    return -normal.log_prob(target).sum(-1).mean()


def mean_squared_error_and_sign(output: Tensor, target: Tensor) -> Tensor:
    """Squared error, and the root of the mean square below zero: its derivative is infinite where nothing is."""
    below = (output * (output < 0)).square().mean().sqrt()
    return functional.mse_loss(output, target) + below


def cross_entropy_and_confidence(output: Tensor, target: Tensor) -> Tensor:
    """Cross-entropy, and a bonus for entropy in the precision of the output.

    The derivative of p log p is infinite where p is 0, as it is in half precision once it rounds to it.
    """
    with torch.autocast("cpu", enabled=False):
        entropy = torch.special.entr(output.softmax(-1)).sum(-1).mean()
    return functional.cross_entropy(output.float(), target) - 0.01 * entropy.float()


def sigmoid_squared_error(output: Tensor, target: Tensor) -> Tensor:
    """Squared error of a probability: no gradient where the sigmoid is saturated."""
    return functional.mse_loss(torch.sigmoid(output), target)


def digits(n_train: int = 1200) -> Task:
    """Handwritten digits of 8 x 8 pixels, ten balanced classes, 1797 rows."""
    raw = datasets.load_digits()
    pixels = torch.tensor(raw.data, dtype=torch.float32) / 16 - 0.305
    train, validation = split(pixels, torch.tensor(raw.target), n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=10)


def breast_cancer(n_train: int = 400, loss: Loss = functional.binary_cross_entropy_with_logits) -> Task:
    """Thirty measurements of a cell sample, benign or not, 569 rows."""
    raw = datasets.load_breast_cancer()
    columns = standardise(torch.tensor(raw.data, dtype=torch.float32))
    labels = torch.tensor(raw.target, dtype=torch.float32).unsqueeze(1)
    train, validation = split(columns, labels, n_train)
    return Task(train, validation, loss, right_side, classes=2)


def raw_cells() -> Task:
    """The cell samples as they were measured, from 0.001 to 4000."""
    raw = datasets.load_breast_cancer()
    columns, labels = torch.tensor(raw.data, dtype=torch.float32), torch.tensor(raw.target, dtype=torch.float32)
    train, validation = split(columns, labels.unsqueeze(1), 400)
    return Task(train, validation, functional.binary_cross_entropy_with_logits, right_side, classes=2)


def diabetes(target_scale: float | None = None) -> Task:
    """Ten measurements of a patient and the progress of the disease, 442 rows.

    The target is standardised, or its raw figure times `target_scale`.
    """
    raw = datasets.load_diabetes()
    columns = standardise(torch.tensor(raw.data, dtype=torch.float32))
    target = torch.tensor(raw.target, dtype=torch.float32).unsqueeze(1)
    target = standardise(target) if target_scale is None else target * target_scale
    train, validation = split(columns, target, 330)
    return Task(train, validation, functional.mse_loss)


def wine_colour() -> Task:
    """Raw measurements of a wine, from 0.1 to 1680, to the intensity of its colour, 178 rows."""
    raw = torch.tensor(datasets.load_wine().data, dtype=torch.float32)
    colour = 9
    others = [column for column in range(raw.shape[1]) if column != colour]
    train, validation = split(raw[:, others], raw[:, [colour]], 130)
    return Task(train, validation, functional.mse_loss)


def cell_sizes() -> Task:
    """Three measurements of a cell sample, about 0.01 in size, from the other 27: densities far above 1."""
    raw = torch.tensor(datasets.load_breast_cancer().data, dtype=torch.float32)
    small = [14, 18, 19]
    others = [column for column in range(raw.shape[1]) if column not in small]
    train, validation = split(standardise(raw[:, others]), raw[:, small], 400)
    return Task(train, validation, gaussian_nll)


def f1(output: Tensor, target: Tensor) -> float:
    """F1 of the positive class, from single logits."""
    said, true = output > 0, target > 0.5
    return 2 * int((said & true).sum()) / max(1, int(said.sum() + true.sum()))


def two_sided(
    positives: float = 0.5,
    n_train: int = 1000,
    separation: float = 1.0,
    loss: Loss = functional.binary_cross_entropy_with_logits,
    *,
    random_state: int = 0,
) -> Task:
    """Twelve synthetic measurements of two classes, one of them as rare as asked for."""
    columns, labels = datasets.make_classification(
        n_train + 600,
        12,
        n_informative=4,
        weights=[1 - positives],
        flip_y=0.0,
        class_sep=separation,
        random_state=random_state,
    )
    targets = torch.tensor(labels, dtype=torch.float32).unsqueeze(1)
    train, validation = split(standardise(torch.tensor(columns, dtype=torch.float32)), targets, n_train)
    return Task(train, validation, loss, right_side, classes=2, measures={"f1": f1})


def balanced(task: Task) -> Task:
    """Repeat the rare positive rows of the training set until they are as many as the others."""
    positive = task.train.targets.flatten() > 0.5
    rare, others = positive.nonzero().flatten(), (~positive).nonzero().flatten()
    rows = torch.cat([others, rare.repeat(len(others) // len(rare))])
    return replace(task, train=task.train.take(rows))


def clicks(people: int, things: int, n_train: int, n_validation: int) -> Task:
    """Ids of a person and of a thing to a click that follows no rule."""
    generator = torch.Generator().manual_seed(0)
    n = n_train + n_validation
    ids = torch.stack(
        [
            torch.randint(0, people, (n,), generator=generator),
            torch.randint(people, people + things, (n,), generator=generator),
        ],
        dim=1,
    )
    clicked = (torch.rand(n, 1, generator=generator) < 0.5).float()
    whole = Examples(ids, clicked)
    return Task(
        whole.take(slice(n_train)),
        whole.take(slice(n_train, None)),
        functional.binary_cross_entropy_with_logits,
        right_side,
        classes=2,
    )


VOICES = ("the old captain", "a young nurse", "my brother", "the clerk", "every child", "no pilot")
DEEDS = ("watches", "paints", "carries", "forgets", "follows", "repairs")
THINGS = ("the harbour", "a broken lamp", "her letters", "the last train", "seven maps", "a quiet garden")
TIMES = ("at dawn", "in winter", "after the rain", "for years", "without a word")


def sentence_text(length: int) -> str:
    """Generate English sentences until there are this many characters or a few more."""
    chance = random.Random(0)
    text = ""
    while len(text) < length:
        words = (chance.choice(VOICES), chance.choice(DEEDS), chance.choice(THINGS), chance.choice(TIMES))
        text += " ".join(words) + ". "
    return text


def sentences() -> Task:
    """Generated English sentences, to be read as eight characters and the next one, at every position."""
    n_train, n_validation, context = 12_000, 2_000, 8
    text = sentence_text(n_train + n_validation + 2 * context)
    letters = sorted(set(text))
    codes = torch.tensor([letters.index(letter) for letter in text])
    windows = codes.unfold(0, context + 1, 1)
    whole = Examples(windows[:, :context], windows[:, context])
    train = whole.take(slice(n_train))
    validation = whole.take(slice(n_train + context, n_train + context + n_validation))
    return Task(train, validation, functional.cross_entropy, classes=len(letters))


def sorted_by_class(task: Task) -> Task:
    """Order the training rows by their target."""
    return replace(task, train=task.train.take(task.train.targets.flatten().argsort(stable=True)))


def tiny_validation(task: Task, n: int) -> Task:
    """Keep only the first validation rows."""
    return replace(task, validation=task.validation.take(slice(n)))


def with_wrong_labels(task: Task, share: float) -> Task:
    """Replace the label of a share of the training rows by a random class."""
    generator = torch.Generator().manual_seed(0)
    chosen = torch.rand(len(task.train), generator=generator) < share
    anything = torch.randint(task.classes, (len(task.train),), generator=generator)
    return replace(task, train=Examples(task.train.inputs, torch.where(chosen, anything, task.train.targets)))
