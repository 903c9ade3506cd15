"""Other ways of logging the same run, none of which may change a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from logdoctor.run import Axis, Run, Series, Split, naming, roles
from logdoctor.run.roles import Role
from logdoctor.run.understand import understand
from logdoctor.signals import Hyperparameters

THINNABLE = 50
"""Points that every curve must have before dropping some is no more than a coarser log of the same run."""

LOST_SHARE = 0.01
"""Share of points that a careless logger loses."""


@dataclass(frozen=True)
class Change:
    """Another way of logging the same run, which must not change a verdict.

    Dropping points may take the evidence itself away, such as a spike of one point. So there can be several variants: a
    rule must fire in one of them, or be silent in all.
    """

    variants: tuple[Callable[[Run], Run], ...]
    suits: Callable[[Run], bool] = lambda run: bool(run.series)


def _each(change: Callable[[Series], Series]) -> Callable[[Run], Run]:
    return lambda run: replace(run, series=tuple(map(change, run.series)))


def _again(run: Run, series: Iterable[Series]) -> Run:
    """Find the roles again, as if the series had just been read."""
    return replace(run, series=understand(replace(one, split=Split.NONE, role=roles.Unknown) for one in series))


def _in_bits(series: Series) -> Series:
    return replace(series, values=series.values / math.log(2)) if issubclass(series.role, roles.Loss) else series


def _on_steps(factor: int, offset: int, axis: Axis | None = None) -> Callable[[Run], Run]:
    """Count the steps otherwise, of curves, of lines of text and of damage alike."""

    def count(run: Run) -> Run:
        series = (replace(one, steps=one.steps * factor + offset, axis=axis or one.axis) for one in run.series)
        events = (one if one.step is None else replace(one, step=one.step * factor + offset) for one in run.events)
        notices = (one if one.around is None else replace(one, around=counted(one.around)) for one in run.notices)
        return replace(run, series=tuple(series), events=tuple(events), notices=tuple(notices))

    def counted(around: tuple[int | None, int | None]) -> tuple[int | None, int | None]:
        last, first = (None if step is None else step * factor + offset for step in around)
        return last, first

    return count


def _counts_epochs(run: Run) -> bool:
    return any(series.axis is Axis.EPOCH for series in run.series)


def _with_unrelated(run: Run) -> Run:
    """Add a temperature and a quantity of unknown meaning with NaN and infinities in it."""
    longest = max(run.series, key=len)
    heat = 60 + 20 * np.random.default_rng(7).random(len(longest))
    odd = np.where(heat > 75, np.nan, np.where(heat < 62, np.inf, heat**3))
    added = [replace(longest, name="system/gpu_0_temperature", values=heat), replace(longest, name="x17", values=odd)]
    return _again(run, [added[0], *run.series, added[1]])


def _losing(seed: int) -> Callable[[Series], Series]:
    """Lose some points at random, the same of every series: a record that was not written."""

    def lose(series: Series) -> Series:
        n = len(series)
        lost = np.random.default_rng((seed, n)).choice(n, max(1, round(LOST_SHARE * n)), replace=False)
        return series.take(np.delete(np.arange(n), lost))

    return lose


def _is_dense(run: Run) -> bool:
    return all(len(series) >= THINNABLE for series in run.series)


CONVENTIONS: Mapping[str, Mapping[type[Role], str]] = {
    "TensorBoard": {
        roles.TrainLoss: "Loss/train", roles.ValLoss: "Loss/validation", roles.LearningRate: "Train/lr",
        roles.GradNorm: "Train/grad norm", roles.TrainMetric: "{stem}/train", roles.ValMetric: "{stem}/validation",
        roles.TrainError: "{stem}/train", roles.ValError: "{stem}/validation",
    },
    "Keras": {
        roles.TrainLoss: "loss", roles.ValLoss: "val_loss", roles.LearningRate: "learning_rate",
        roles.GradNorm: "gradient_norm", roles.TrainMetric: "{stem}", roles.ValMetric: "val_{stem}",
        roles.TrainError: "{stem}", roles.ValError: "val_{stem}",
    },
    "Hugging Face": {
        roles.TrainLoss: "train/loss", roles.ValLoss: "eval/loss", roles.LearningRate: "train/learning_rate",
        roles.GradNorm: "train/grad_norm", roles.TrainMetric: "train/{stem}", roles.ValMetric: "eval/{stem}",
        roles.TrainError: "train/{stem}", roles.ValError: "eval/{stem}",
    },
    "Lightning": {
        roles.TrainLoss: "train_loss_{grain}", roles.ValLoss: "valid_loss", roles.LearningRate: "lr-Optimizer/pg1",
        roles.GradNorm: "grad_2.0_norm_total", roles.TrainMetric: "train_{stem}_{grain}",
        roles.ValMetric: "valid_{stem}", roles.TrainError: "train_{stem}_{grain}", roles.ValError: "valid_{stem}",
    },
    "Megatron": {
        roles.TrainLoss: "lm loss", roles.ValLoss: "lm loss validation", roles.LearningRate: "learning-rate",
        roles.GradNorm: "grad-norm", roles.LossScale: "loss-scale",
    },
}  # fmt: skip
"""How frameworks spell a role; a metric keeps its stem, and Lightning tells values of steps from those of epochs."""


def _named_as(spelling: Mapping[type[Role], str]) -> Callable[[Run], Run]:
    """Spell every series that has a role as a framework does, as far as it has a name for each.

    Losses of steps that stand behind those of epochs keep their name, for Lightning's would put them first. A rate's
    name that tells the optimizer (`lr-AdamW`) is evidence that would go with it: the settings tell it then.
    """

    def rename(run: Run) -> Run:
        taken: set[str] = set()
        named: set[type[Role]] = set()
        renamed = []
        for one in run.series:
            stem, grain = "_".join(naming.stem_of(one.name)), "epoch" if _is_of_epochs(one, run) else "step"
            name = spelling[one.role].format(stem=stem, grain=grain) if one.role in spelling else one.name
            goes_first = one.role in named and issubclass(one.role, roles.Loss) and name.endswith("_step")
            renamed.append(replace(one, name=name) if name and name not in taken and not goes_first else one)
            taken.add(name)
            named.add(one.role)
        optimizer = Hyperparameters(run).optimizer
        settings = {"optimizer": optimizer, **run.hyperparameters} if optimizer else run.hyperparameters
        return _again(replace(run, hyperparameters=settings), renamed)

    return rename


def _is_of_epochs(series: Series, run: Run) -> bool:
    """Whether a series has a value an epoch, as far as a log shows: it counts them, or is logged with validation."""
    val = run.find(roles.ValLoss)
    return series.axis is Axis.EPOCH or (val is not None and np.array_equal(series.steps, val.steps))


CHANGES: Mapping[str, Change] = {
    "ten times the steps": Change((_on_steps(10, 0),)),
    "steps counted from one": Change((_on_steps(1, 1),)),
    "steps instead of epochs": Change((_on_steps(100, 0, Axis.STEP),), _counts_epochs),
    "bits instead of nats": Change((_each(_in_bits),)),
    "unrelated series": Change((_with_unrelated,)),
    "the series in another order": Change((lambda run: _again(run, reversed(run.series)),)),
    **{f"the names of {who}": Change((_named_as(spelling),)) for who, spelling in CONVENTIONS.items()},
    "every second point": Change(tuple(_each(lambda s, k=k: s.take(slice(k, None, 2))) for k in (0, 1)), _is_dense),  # type: ignore[misc]
    "lost points": Change(tuple(_each(_losing(seed)) for seed in range(3)), _is_dense),
}
"""Every change by its name, as `varies` spells it."""
