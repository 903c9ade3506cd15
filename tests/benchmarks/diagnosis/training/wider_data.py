"""Data of the wider part: generated, but for the wines."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
from sklearn import datasets
from tests.sample_training.data import Examples, Task, best_class, right_side, split, standardise
from torch.nn import functional

from .data import windows


def spirals(n_train: int = 900, arms: int = 3, noise: float = 0.08) -> Task:
    """Points of the plane that lie on one of several spirals."""
    generator = torch.Generator().manual_seed(1)
    n = n_train + 450
    kind = torch.arange(n) % arms
    along = torch.rand(n, generator=generator)
    angle = 2 * math.pi * (kind / arms + 0.75 * along)
    points = (0.2 + along).unsqueeze(1) * torch.stack([angle.cos(), angle.sin()], 1)
    points = 2 * (points + noise * torch.randn(n, 2, generator=generator))
    train, validation = split(points, kind, n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=arms)


def majority(length: int = 12, symbols: int = 4, n_train: int = 1200) -> Task:
    """Name the symbol that occurs most often in a sequence; the first of them where several do."""
    generator = torch.Generator().manual_seed(1)
    sequences = torch.randint(0, symbols, (n_train + 400, length), generator=generator)
    counts = functional.one_hot(sequences, symbols).sum(1)
    train, validation = split(sequences, counts.argmax(1), n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=symbols)


def motifs(length: int = 40, kinds: int = 4, n_train: int = 1000) -> Task:
    """Sequences of four letters, each with one of a few words of eight somewhere in it; one letter may be wrong."""
    generator = torch.Generator().manual_seed(1)
    n = n_train + 400
    letters = torch.randint(0, 4, (n, length), generator=generator)
    words = torch.randint(0, 4, (kinds, 8), generator=generator)
    kind = torch.arange(n) % kinds
    at = torch.randint(0, length - 8, (n,), generator=generator)
    wrong = torch.randint(0, 16, (n,), generator=generator)
    for row, (start, which, miss) in enumerate(zip(at.tolist(), kind.tolist(), wrong.tolist(), strict=True)):
        letters[row, start : start + 8] = words[which]
        if miss < 8:
            letters[row, start + miss] = (letters[row, start + miss] + 1) % 4
    train, validation = split(letters, kind, n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=kinds)


def chain(letters: int = 12, context: int = 16, n_train: int = 1500, n_validation: int = 300) -> Task:
    """A text in which two letters decide how likely each next one is: half of its entropy is never learnt."""
    generator = torch.Generator().manual_seed(1)
    likely = (2.0 * torch.randn(letters, letters, letters, generator=generator)).softmax(-1).cumsum(-1).tolist()
    draws = torch.rand((n_train + n_validation + 4) * context, generator=generator).tolist()
    codes = [0, 1]
    for draw in draws:
        codes.append(min(sum(draw > share for share in likely[codes[-2]][codes[-1]]), letters - 1))
    return windows("".join(chr(97 + code) for code in codes), context, n_train, n_validation)


def arm(n_train: int = 1000, noise: float = 0.05, *, scale: float = 1.0) -> Task:
    """Three angles of a robot's arm to where its hand is, measured with some noise."""
    generator = torch.Generator().manual_seed(1)
    turns = 3 * torch.rand(n_train + 400, 3, generator=generator) - 1.5
    reach = turns.cumsum(1)
    hand = torch.stack([reach.cos().sum(1), reach.sin().sum(1)], 1)
    hand = scale * (standardise(hand) + noise * torch.randn(hand.shape, generator=generator))
    train, validation = split(turns, hand, n_train)
    return Task(train, validation, functional.mse_loss)


def sparse(n_train: int = 600, columns: int = 20) -> Task:
    """Many columns of which four decide the target, with noise as large as half of it."""
    inputs, target = datasets.make_sparse_uncorrelated(n_train + 300, columns, random_state=1)
    wanted = standardise(torch.tensor(target, dtype=torch.float32).unsqueeze(1))
    train, validation = split(torch.tensor(inputs, dtype=torch.float32), wanted, n_train)
    return Task(train, validation, functional.mse_loss)


def shells(n_train: int = 1200) -> Task:
    """Whether a point of ten dimensions lies outside a sphere (Hastie et al. 2009, example 10.2)."""
    points, side = datasets.make_hastie_10_2(n_train + 500, random_state=1)
    labels = torch.tensor(side > 0, dtype=torch.float32).unsqueeze(1)
    train, validation = split(torch.tensor(points, dtype=torch.float32), labels, n_train)
    return Task(train, validation, functional.binary_cross_entropy_with_logits, right_side, classes=2)


def wines(n_train: int = 120, *, raw: bool = False) -> Task:
    """Thirteen measurements of a wine, from 0.1 to 1680 where they are raw, to one of three vineyards; 178 rows."""
    table = datasets.load_wine()
    columns = torch.tensor(table.data, dtype=torch.float32)
    inputs = columns if raw else standardise(columns)
    train, validation = split(inputs, torch.tensor(table.target), n_train)
    return Task(train, validation, functional.cross_entropy, best_class, classes=3)


def rare_shells(positives: float, n_train: int = 1200) -> Task:
    """The same points with few of one side."""
    whole = shells(3 * n_train)
    inside = whole.train.targets.flatten() < 0.5
    outside = (~inside).nonzero().flatten()
    rows = torch.cat([inside.nonzero().flatten()[:n_train], outside[: round(positives * n_train)]])
    kept = whole.train.take(rows)
    train, validation = split(kept.inputs, kept.targets, round(0.7 * len(kept)))
    return Task(train, validation, whole.loss, right_side, classes=2)


def leaking(task: Task, n: int) -> Task:
    """Validate on rows that the network is trained on."""
    rows = Examples(task.train.inputs[:n], task.train.targets[:n])
    return Task(task.train, rows, task.loss, task.correct, task.classes)


def flipped(task: Task, share: float) -> Task:
    """Swap the label of a share of the training rows of two classes."""
    chosen = torch.rand(task.train.targets.shape, generator=torch.Generator().manual_seed(1)) < share
    targets = torch.where(chosen, 1 - task.train.targets, task.train.targets)
    return replace(task, train=replace(task.train, targets=targets))
