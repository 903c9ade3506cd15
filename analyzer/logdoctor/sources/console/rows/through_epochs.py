"""Positions that begin anew with each epoch, counted on through all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from logdoctor.run import Axis
from logdoctor.run.naming import split_of
from logdoctor.sources.console.forms.form import SAMPLES
from logdoctor.sources.console.rows.parts import EPOCH, Clock, LineNumbers, Numbers, Part
from logdoctor.sources.console.rows.quantities import Within
from logdoctor.sources.tables.counters import LARGEST_STEP, axis_of, rank_of
from logdoctor.sources.tables.likeness import shows_progress

_ENOUGH_ROWS = 3
"""Rows from which a counter can be seen to begin anew."""

_PASS = 0.5
"""Farthest position above the first epoch, in units of the farthest below it, from which a pass went before it."""

_NEARER = 0.5
"""Distance of a value from the one before, as a share of that from the first, up to which its curve goes on."""

_MOSTLY = 2 / 3
"""Share of the passes without a name that must begin near where the one before ended; single batches scatter."""

_ITERATIONS = ("iter", "iteration")
"""Two words for one counter."""


def first_epoch(parts: Iterable[tuple[Part, Within | None]], epochs: Clock) -> float:
    """Return the lowest epoch of rows that count within epochs, whatever their form; 1 where none is told.

    A loss that has become NaN gives its lines another form, and what begins there begins in no first epoch.
    """
    return _lowest(_epoch_of_rows(part, within, epochs) for part, within in parts if within or part.plans)


def counted_through(part: Part, within: Within | None, epochs: Clock, first: float) -> Part:
    """Count positions within epochs on through all of them; an epoch that no line names is told from the header.

    `first` is the lowest epoch of all rows that are counted so.
    """
    counters = {name: at for name, at in part.counters.items() if name != EPOCH}
    epoch = _epoch_of_rows(part, within, epochs)
    if epoch is None and not np.isfinite(epochs.before(part.lines)).any():
        epoch = _passes(part, within)
    if within is None:
        inner = [name for name in counters if axis_of(name) is Axis.STEP and name in part.plans]
        if epoch is None or len(inner) != 1 or not restarts(counters[inner[0]], epoch):
            return part
        within = (inner[0], counters[inner[0]], part.plans[inner[0]])  # YOLOX: `epoch: 1/300, iter: 10/500`
    name, at, length = within
    if any(axis_of(other) is Axis.STEP for other in counters if other != name):
        return part  # fairseq: `num_updates` counts through by itself
    if length is not None and (length != np.floor(length)).any():
        return part  # `7/795e-01` is torn
    if epoch is not None and length is not None and not np.isnan(epoch).any() and restarts(at, epoch):
        through = _through(at, epoch, length, first)
        if through is None:
            return part
        at = through
    plans = {key: value for key, value in part.plans.items() if key != name}
    return replace(part, counters=part.counters | {"iter" if name == SAMPLES else name: at}, plans=plans)


def _epoch_of_rows(part: Part, within: Within | None, epochs: Clock) -> Numbers | None:
    """Return the epoch of each row: what its line names, or else that of the header."""
    if EPOCH in part.counters:
        return part.counters[EPOCH]
    headed = epochs.before(part.lines)
    if not np.isfinite(headed).any():
        return None
    planned = (at for name, at in part.counters.items() if name in part.plans)
    inside = within[1] if within is not None else next(planned, None)
    headed = headed if inside is None else _of_epochs_below(inside, headed)
    return headed if within is not None or bool((np.diff(headed) > 0).any()) else None


def _lowest(told: Iterable[Numbers | None]) -> float:
    finite = (epoch[np.isfinite(epoch)] for epoch in told if epoch is not None)
    return min((float(epoch.min()) for epoch in finite if len(epoch)), default=1.0)


def _passes(part: Part, within: Within | None) -> Numbers | None:
    """Return the pass of each row where no line names one: `batch 500/500`, then `batch 1/500` at the loss it had.

    Another run begins anew, too; its loss then begins where that of the first had begun.
    """
    counted = [(at, part.plans[name]) for name, at in part.steps.items() if name in part.plans]
    counted = counted if within is None or within[2] is None else [(within[1], within[2])]
    if len(counted) != 1:
        return None
    ((at, length),) = counted
    moves = np.diff(at)
    anew = moves < 0
    if not anew.any() or not (moves > 0).any() or not _goes_on(part, at, _MOSTLY):
        return None
    ended = at[:-1][anew] + np.median(moves[moves > 0]) > length[:-1][anew]
    return np.append(0.0, np.cumsum(anew)) if ended.all() else None


def through_headed_epochs(parts: Sequence[Part], epochs: Clock) -> list[Part]:
    """Count the one counter of rows on, where it begins anew with each epoch that a line above or below them tells.

    PyTorch's tutorial: `EPOCH 2:`, below it `  batch 1000 loss: 0.47`. The farthest position that rows with the same
    counter reach is the length of an epoch. The batches of an evaluation, which count by themselves beside those of
    training, stand where training was.
    """
    if not len(epochs.lines):
        return list(parts)
    begun = [_begins_with_headed_epochs(part, epochs) for part in parts]
    lengths: dict[str, float] = {}
    first = _lowest(begun)
    for part, epoch in zip(parts, begun, strict=True):
        if epoch is not None:
            (name,) = part.steps
            lengths[name] = max(lengths.get(name, 0.0), _length(part.counters[name]))
    counted = [
        part if epoch is None else _counted_on(part, epoch, lengths, first)
        for part, epoch in zip(parts, begun, strict=True)
    ]
    trained: dict[str, list[tuple[LineNumbers, Numbers]]] = {}
    for part in counted:
        if part.values and not _is_evaluation(part):
            for name, at in part.steps.items():
                trained.setdefault(name, []).append((part.lines, at))
    return [
        part if epoch is None or not _is_evaluation(part) else _where_training_was(part, trained)
        for part, epoch in zip(counted, begun, strict=True)
    ]


def _through(at: Numbers, epoch: Numbers, length: Numbers | float, first: float) -> Numbers | None:
    """Return positions within epochs of some length counted through all of them; None where a step would be too far.

    They are counted from epoch 1, or from the first where that is lower.
    """
    through = (epoch - min(1.0, first, float(epoch.min()))) * length + at
    return through if (np.abs(through) < LARGEST_STEP).all() else None


def _counted_on(part: Part, epoch: Numbers, lengths: Mapping[str, float], first: float) -> Part:
    (name,) = part.steps
    through = _through(part.counters[name], epoch, lengths[name], first)
    return part if through is None else replace(part, counters=part.counters | {name: through, EPOCH: epoch})


def _is_evaluation(part: Part) -> bool:
    return bool(part.values) and all(split_of(name).is_held_out for name in part.values)


def _where_training_was(part: Part, trained: Mapping[str, list[tuple[LineNumbers, Numbers]]]) -> Part:
    (name,) = part.steps
    at = Clock.of(trained.get(name, [])).before(part.lines)
    return part if np.isnan(at).any() else replace(part, counters=part.counters | {name: at})


def _begins_with_headed_epochs(part: Part, epochs: Clock) -> Numbers | None:
    """Return the epochs that lines above or below some rows tell, if their counter falls back with each and only so."""
    names = list(part.steps)
    if len(names) != 1 or names[0] in part.plans or EPOCH in part.counters or len(part) < _ENOUGH_ROWS:
        return None
    at, headed = part.counters[names[0]], epochs.before(part.lines)
    epoch = _of_epochs_below(at, headed)
    advances = np.diff(epoch) > 0
    # `Epoch 5: early stopping`, and the run was started again: then its loss, too, begins where it had begun.
    few = 1 if np.isnan(headed).any() and not _goes_on(part, at) else 0
    begins = not np.isnan(epoch).any() and few < np.count_nonzero(advances) < len(advances)
    return epoch if begins and np.array_equal(advances, np.diff(at) <= 0) else None


def _goes_on(part: Part, at: Numbers, share: float = 1.0) -> bool:
    """Tell whether what is measured goes on where a position falls back: nearer to where it was than to its first."""
    told = [values for name, values in part.values.items() if shows_progress(name)]
    anew = np.flatnonzero(np.diff(at) <= 0) + 1
    near = [np.abs(one[anew] - one[anew - 1]) < _NEARER * np.abs(one[anew] - one[0]) for one in told]
    return bool(told) and all(np.count_nonzero(one) >= share * len(anew) for one in near)


def _length(at: Numbers) -> float:
    moves = np.diff(at)
    usual = float(np.median(moves[moves > 0])) if (moves > 0).any() else 1.0
    return float(at.max() - at.min()) + usual


def _of_epochs_below(at: Numbers, epoch: Numbers) -> Numbers:
    """Return the epochs of positions whose epoch is told below them: `batch 8/32`, ..., `Epoch 1, validation loss 2.1`.

    Then a whole pass stands above the first epoch. A line or two there, of a trial run, are no pass.
    """
    first = np.isnan(epoch)
    if not first.any() or first.all() or at[first].max() < _PASS * at[~first].max():
        return epoch
    return np.where(first, epoch[~first][0] - 1, epoch)


def restarts(at: Numbers, epoch: Numbers) -> bool:
    """Tell whether a position falls back where the epoch advances; with one epoch, whether it may be a later one."""
    advances = np.diff(epoch) > 0
    return bool((np.diff(at)[advances] <= 0).mean() > 0.5) if advances.any() else True


def counted_alike(parts: Sequence[Part]) -> list[Part]:
    """Give rows that count batches alone the step that other rows tell beside the batches, so many to a step.

    LitGPT: `iter 16 step 4 | loss train: 3.195`, and `iter 40: val loss 1.921`.
    """
    best = min({name for part in parts for name in part.steps}, key=rank_of, default="")
    telling = [part for part in parts if best in part.steps and len(part.steps) > 1]
    return [_with_step(part, best, telling) if best not in part.steps else part for part in parts]


def in_one_word(parts: Sequence[Part]) -> list[Part]:
    """Call `iter` what other rows of the log call `iteration`, where both count the same: one trainer, two printers."""
    short, long = _ITERATIONS
    said = {name: [part.counters[name] for part in parts if name in part.counters] for name in _ITERATIONS}
    if not all(said.values()) or any(short in part.counters and long in part.counters for part in parts):
        return list(parts)
    fewer, more = sorted((np.unique(np.concatenate(at)) for at in said.values()), key=len)
    return [_renamed(part, short, long) for part in parts] if np.isin(fewer, more).all() else list(parts)


def _renamed(part: Part, name: str, to: str) -> Part:
    counters = {to if one == name else one: at for one, at in part.counters.items()}
    return replace(part, counters=counters, plans={to if one == name else one: at for one, at in part.plans.items()})


def _with_step(part: Part, step: str, telling: Sequence[Part]) -> Part:
    for name, at in part.steps.items():
        both = [(other.counters[name], other.counters[step]) for other in telling if name in other.counters]
        if both:
            batches, steps = (np.concatenate(found) for found in zip(*both, strict=True))
            per_step = batches[-1] / steps[-1]
            if per_step > 1 and len(steps) > 1 and (np.abs(batches / steps - per_step) < 1 / steps).all():
                return replace(part, counters=part.counters | {step: np.floor(at / per_step)})
    return part
