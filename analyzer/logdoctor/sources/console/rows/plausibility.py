"""Which parts are believed to be data.

A part is believed when it has come three times, counts, and measures something; so that source code, settings and
prose in the log are no data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np

from logdoctor.run import Split
from logdoctor.run.naming import role_of, split_of
from logdoctor.run.roles import GradNorm, LearningRate, Loss, TrainError
from logdoctor.sources.console.forms.form import Kind
from logdoctor.sources.console.rows.parts import EPOCH, INDEX, Clock, Numbers, Part
from logdoctor.sources.console.rows.placing import clock_of
from logdoctor.sources.console.rows.quantities import NEAR
from logdoctor.sources.tables.likeness import is_of_training, is_set_of_curves, names_splits, tells_performance

LONGEST_NAME = 3
"""Words of the name of a loss that one line is believed to tell, as in `mean validation loss`; a sentence has more."""

ENOUGH_LINES = 3
"""Lines of one form before it is believed."""

_ENOUGH_SURE = 2
"""The same where only a training prints such a line, as Ultralytics after each epoch, or where they tell a loss that is
not finite and few epochs pass: many stop such a run soon."""

_ENOUGH_ROWS = 2
"""Rows below a header before they are believed."""

_ENOUGH_ALONE = 10
"""Lines that measure without counting before they are believed."""

_ENOUGH_HEADINGS = 2
"""Headings with finite values below them, from which a line is compared with itself."""

_OTHER_CURVE = 1.5
"""Median step from a line to the next, in median changes of a line from heading to heading, above which the two lines
are of different curves: where one curve falls, or scatters, the step is no larger than the change."""

_ENOUGH_TOLD = 6
"""Quantities, the rate and the norm of the gradient among them, that no sentence lists."""

_HIGHEST_UNNAMED = 0.01
"""Rate up to which a list without names is believed to end in one: an accuracy is above it, and so is a size."""

_ADVANCING = 2 / 3
"""Share of neighbouring rows without a counter between which the log must have gone on, for them to be a curve."""


def believed_of(parts: Sequence[Part], epochs: Clock) -> list[Part]:
    """Return the parts that are data."""
    parts = [_without_rounds(part, epochs) for part in parts if not part.form.is_unnamed or _ends_in_a_rate(part)]
    measuring = [_without_rank(part, epochs) for part in parts if part.values and len(part)]
    counted = _by_their_counts([part for part in measuring if part.counters])
    placed = counted or [part for part in measuring if not part.counters]
    clock = clock_of(placed, epochs, [part for part in parts if not part.values])
    if believed := counted + _by_the_counts_above(measuring, counted, clock, epochs):
        return believed
    if unmistakable := [part for part in measuring if _is_unmistakable(part, parts, epochs)]:
        return unmistakable
    return [] if any(map(_counts_on, parts)) else _by_themselves([replace(part, counters={}) for part in measuring])


def _ends_in_a_rate(part: Part) -> bool:
    """Tell lists of the step and the rate from those of anything else, as of sizes or of boxes in a picture."""
    rates = [at for name, at in part.values.items() if role_of(name, split_of(name)) is LearningRate]
    return all(bool((at <= _HIGHEST_UNNAMED).all()) for at in rates)


def _counts_on(part: Part) -> bool:
    """Tell lines that count further than one value, which an epoch that has only begun does not."""
    return any(bool((at != at[0]).any()) or name != EPOCH for name, at in part.counters.items() if len(at))


def _by_their_counts(counting: Sequence[Part]) -> list[Part]:
    """Return the parts that count and come regularly, and what is seldom but belongs to those."""
    tabled = [part for part in counting if part.form.in_table]
    regular = tabled if sum(map(len, tabled)) >= _ENOUGH_ROWS else []
    often = _often(counting)
    regular += [part for part in counting if not part.form.in_table and _is_regular(part, often)]
    known = {name for part in regular for name in part.counters}
    taken = set(map(id, regular))
    return regular + [
        part
        for part in counting
        if id(part) not in taken
        and (
            _is_rare(part, known)
            or _is_beside(part, known)
            or _is_shortened(part, regular)
            or _is_dict_beside(part, regular)
        )
    ]


def _by_the_counts_above(measuring: Sequence[Part], counted: Sequence[Part], clock: Clock, epochs: Clock) -> list[Part]:
    """Return the parts that count nothing, but come as the log counts on and measure what no counting line does."""
    names = {name for part in counted for name in part.values}
    passed = _epochs_of(counted)
    ended_soon = 0 < max(len(np.unique(one.at)) for one in (epochs, passed)) <= ENOUGH_LINES

    def fails_soon(part: Part) -> bool:
        return ended_soon and _has_failed(part)

    alone = [
        part
        for part in measuring
        if not part.counters
        and len(part) >= (_ENOUGH_SURE if fails_soon(part) or part.form.is_of_training else ENOUGH_LINES)
        and not names.issuperset(part.values)
    ]
    headed = [part for part in alone if any(_moves_on(part, one.before(part.lines)) for one in (clock, passed))]
    if not len(epochs.lines) and not any(_tells_course(name) for part in headed for name in part.values):
        return []
    believed = [part for part in headed if any(map(is_of_training, part.values)) or names_splits(part.values)]
    return believed + [part for part in measuring if _accompanies(part, believed, names)]


def _epochs_of(counted: Sequence[Part]) -> Clock:
    """Return the epochs that rows tell besides their steps, which may begin anew in each."""
    return Clock.of([(part.lines, part.counters[EPOCH]) for part in counted if EPOCH in part.counters])


def _accompanies(part: Part, believed: Sequence[Part], names: AbstractSet[str]) -> bool:
    """Tell lines that stand beside each of a believed part: `mean loss: 0.5`, below it `accuracy: 0.8`."""
    if part.counters or names >= part.values.keys() or not all(map(is_of_training, part.values)):
        return False
    return any(
        len(part) == len(one)
        and 0 < abs(apart := int(part.lines[0] - one.lines[0])) <= NEAR
        and bool((part.lines - one.lines == apart).all())
        for one in believed
        if part is not one
    ) and not any(part is one for one in believed)


def _by_themselves(measuring: Sequence[Part]) -> list[Part]:
    """Return the curves of a log that counts nothing, and what takes turns with them."""
    curves = [part for part in measuring if _is_curve_by_itself(part)]
    taken = set(map(id, curves))
    others = [part for part in measuring if id(part) not in taken and _takes_turns(part, curves)]
    return _numbered([*curves, *others]) if others else curves


def _moves_on(part: Part, position: Numbers) -> bool:
    """Tell lines between most of which the log counts on, or between all of whose counts they come alike."""
    return bool(np.mean(np.diff(position) > 0) >= _ADVANCING) or _comes_alike(part, position)


def _comes_alike(part: Part, position: Numbers) -> bool:
    """Tell losses that come as often between all counts of the log: `loss: 0.5`, eight times below each epoch."""
    if not part.form.value_first or len(part) < _ENOUGH_ALONE or np.isnan(position).any():
        return False
    often = np.unique(position, return_counts=True)[1]
    alike = len(often) > 1 and bool((often[:-1] == often[0]).all()) and often[-1] <= often[0]
    losses = [at for name, at in part.values.items() if issubclass(role_of(name, split_of(name)), Loss)]
    return alike and bool(losses) and all(_is_one_curve(at, int(often[0])) for at in losses)


def _is_one_curve(values: Numbers, often: int) -> bool:
    """Tell values that go on from line to line from those of several curves in turn, as of two passes or of folds.

    Then a line usually differs from the one before it by more than by what it changes from one heading to the next.
    """
    rows = values[: len(values) // often * often].reshape(-1, often)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < _ENOUGH_HEADINGS:
        return False
    with np.errstate(over="ignore", invalid="ignore"):  # a loss may be as large as numbers can be
        changes = np.median(np.abs(np.diff(rows, axis=0)))
        steps = np.abs(np.median(np.diff(rows, axis=1), axis=0))
    return bool((steps <= _OTHER_CURVE * changes).all())


def _tells_course(name: str) -> bool:
    return tells_performance(name) or issubclass(role_of(name, split_of(name)), TrainError)


def _without_rank(part: Part, epochs: Clock) -> Part:
    """Leave out the only counter of some lines that rests while epochs pass: `[0] loss=0.5` tells the rank."""
    rests = len(part.counters) == 1 and all(bool((at == at[0]).all()) for at in part.counters.values())
    passes = rests and len(part) >= ENOUGH_LINES and len(np.unique(epochs.before(part.lines))) == len(part)
    return replace(part, counters={}) if passes else part


def _without_rounds(part: Part, epochs: Clock) -> Part:
    """Leave out the only counter of some lines that goes round where no epochs pass, and through which a loss goes on.

    Processes take turns so, and the batches of epochs that are not told: `[0] loss=0.5`, `[1] loss=0.6`, then `[0]`.
    """
    if len(epochs.lines) or len(part.counters) != 1 or len(part) < ENOUGH_LINES:
        return part
    [at] = part.counters.values()
    return replace(part, counters={}) if _goes_round(part, at) else part


def _goes_round(part: Part, at: Numbers) -> bool:
    """Tell a counter that runs from 0 by one to the same number, time and again, while every loss is one curve."""
    length = int(np.nanmax(at)) + 1 if np.isfinite(at).all() else 0
    if not 1 < length <= len(at) / ENOUGH_LINES or not np.array_equal(at, np.arange(len(at)) % length):
        return False
    losses = [one for name, one in part.values.items() if issubclass(role_of(name, split_of(name)), Loss)]
    return bool(losses) and all(_is_one_curve(one, length) for one in losses)


def _is_unmistakable(part: Part, parts: Sequence[Part], epochs: Clock) -> bool:
    """Tell what only a training prints, however short: where a log has nothing else, one line of it is believed.

    A progress bar with a loss below the heading of an epoch, as of Keras; the losses of a split, on a line that says
    which epoch of how many it is, or below one; those of both splits below headings that say but which, as of nnU-Net,
    where epochs pass or a loss is not finite, for notes tell of one epoch too; a loss beside a rate and the iteration,
    as of Darknet, or in a dictionary with the epoch, as of Hugging Face's Trainer, or beside a rate, the gradient
    norm and more, as of fairseq, which may print one line before it gives up and says the epoch and the step: a summary
    says of which epoch the best was. Any loss that is not finite does, on a line that begins with the epoch or says of
    how many, or below one: where training fails at once, that is all.
    """
    losses = _losses_of(part)
    if not losses:
        return False
    planned = [one for one in parts if EPOCH in one.plans and one.form.counter_first]  # in prose, words go before it
    if part.form.is_bar:
        return bool(planned) and bool((epochs.before(part.lines) >= 0).all())
    failed = _has_failed(part)
    if failed and part.counters and (_says_how_far(part) or (part.form.counter_first and EPOCH in part.counters)):
        return True
    roles = {role_of(name, split_of(name)) for name in part.values}
    if LearningRate in roles:
        is_placed = len(part.counters) > 1 or bool(part.plans)
        is_record = GradNorm in roles and len(part.values) >= _ENOUGH_TOLD and is_placed
        return (part.form.counter_first or part.form.is_dict or is_record) and bool(part.counters)
    headings = [one for one in parts if not one.values and one.counters]
    if failed:
        planned += [one for one in headings if _says_how_far(one) or one.form.heads]
    elif not any(map(split_of, losses)):
        return False
    if _tell_losses_of_both(parts):
        heading = [one for one in headings if EPOCH in one.counters and one.form.counter_first]
        beside_failed = not _are_finite(at for one in parts for at in one.values.values())
        planned += heading if beside_failed or any(map(_counts_on, heading)) else []
    return _stand_below(planned, part, parts)


def _losses_of(part: Part) -> list[str]:
    """Return the names of the losses that lines tell; what is longer than a name is prose."""
    names = [name for name in part.values if len(name.split()) <= LONGEST_NAME]
    return [name for name in names if issubclass(role_of(name, split_of(name)), Loss)]


def _has_failed(part: Part) -> bool:
    """Tell lines with a loss that is not finite, and that are not about one: `found a NaN in loss: nan`."""
    return not part.form.speaks_of_failure and not _are_finite(part.values[name] for name in _losses_of(part))


def _are_finite(values: Iterable[Numbers]) -> bool:
    return all(bool(np.isfinite(one).all()) for one in values)


def _says_how_far(part: Part) -> bool:
    """Tell lines that say of how many: `iteration 8391/10000`, `Epoch [1][500/2931]`."""
    return any(one.kind in (Kind.PLAN, Kind.LENGTH) for one in part.form.fields)


def _stand_below(headings: Sequence[Part], part: Part, parts: Sequence[Part]) -> bool:
    """Tell lines that are headings, or stand below one with few lines between any two that count or measure."""
    told = np.unique(np.concatenate([one.lines for one in parts if one.values or one.counters]))
    blocks = told[np.append(True, np.diff(told) > NEAR)]
    above = Clock.of([(one.lines, one.lines.astype(float)) for one in headings]).before(part.lines)
    return bool((above >= Clock(blocks, blocks.astype(float)).before(part.lines)).all())


def _tell_losses_of_both(parts: Sequence[Part]) -> bool:
    """Tell whether some lines name a loss of training, and some one of held-out data."""
    splits = {
        split_of(name) for part in parts for name in part.values if issubclass(role_of(name, split_of(name)), Loss)
    }
    return Split.TRAIN in splits and any(one.is_held_out for one in splits)


def _is_curve_by_itself(part: Part) -> bool:
    """Tell lines of a log that counts nothing, and does nothing but measure: `loss:0.53, accuracy:0.81`.

    The epoch before them counts nothing as long as it is the first: `Epoch 0, loss: 0.53`.
    """
    main = next((at for name, at in part.values.items() if issubclass(role_of(name, split_of(name)), Loss)), None)
    leads = part.form.value_first or part.form.counter_first
    alone = leads and len(part) >= _ENOUGH_ALONE and is_set_of_curves(part.values)
    return alone and main is not None and bool((main != main[0]).any())


def _takes_turns(part: Part, curves: Sequence[Part]) -> bool:
    """Tell lines that measure the run between those of a curve: `Training loss: 0.12`, below it `Test error: 0.4`."""
    if len(part) < ENOUGH_LINES or not any(map(tells_performance, part.values)):
        return False
    return any(np.mean(np.diff(np.searchsorted(one.lines, part.lines)) > 0) >= _ADVANCING for one in curves)


def _numbered(parts: Sequence[Part]) -> list[Part]:
    """Count the rows of the longest part, and place what stands between two of them at the first."""
    longest = max(parts, key=len)
    rounds = Clock(longest.lines, np.arange(len(longest), dtype=float))
    return [replace(part, counters={INDEX: np.nan_to_num(rounds.before(part.lines))}) for part in parts]


def _often(parts: Sequence[Part]) -> set[str]:
    """Return the counters with which enough lines begin that measure the run, whatever else they tell."""
    positions: dict[str, list[Numbers]] = {}
    for part in parts:
        if part.form.counter_first and any(map(tells_performance, part.values)):
            for name, at in part.counters.items():
                positions.setdefault(name, []).append(at)
    return {name for name, found in positions.items() if _is_enough(*found)}


def _is_enough(*positions: Numbers) -> bool:
    told = [one for one in positions if len(one)]
    return sum(map(len, told)) >= ENOUGH_LINES and any(bool((one != told[0][0]).any()) for one in told)


def _is_regular(part: Part, often: AbstractSet[str]) -> bool:
    """Tell what has come often enough; lines that begin with the same counter and measure the run count together."""
    varied = any(map(_is_enough, part.counters.values()))
    measures = any(map(tells_performance if EPOCH not in part.plans else _tells_course, part.values))
    if not part.form.counter_first:
        return varied and (measures or names_splits(part.values))
    return varied or (measures and bool(often & part.counters.keys()))


def _is_rare(part: Part, known: AbstractSet[str]) -> bool:
    """Tell what comes seldom beside regular lines that count alike: an evaluation, the last line of a run."""
    if len(part) >= ENOUGH_LINES:
        return False
    if part.form.counter_first:
        measures = [split_of(name) for name in part.values if tells_performance(name)]
        whole = Split.TRAIN in measures and any(one.is_held_out for one in measures)  # the first epoch of many steps
        return bool(known & part.counters.keys()) or (len(part) > 1 and bool(measures)) or (bool(known) and whole)
    named = any(split_of(name).is_held_out and tells_performance(name) for name in part.values)  # `| valid loss  2.02`
    held_out = named or split_of(part.form.split).is_held_out
    return held_out and bool(known & part.counters.keys()) and any(map(tells_performance, part.values))


def _is_dict_beside(part: Part, regular: Sequence[Part]) -> bool:
    """Tell a dictionary that comes seldom beside those of training: an evaluation of Hugging Face's Trainer."""
    known = {name for other in regular if other.form.is_dict for name in other.counters}
    return part.form.is_dict and bool(known & part.counters.keys()) and any(map(tells_performance, part.values))


def _is_beside(part: Part, known: AbstractSet[str]) -> bool:
    """Tell what regular lines say of training on a counter that others count on: Composer has one quantity a line."""
    counted = known & part.counters.keys()
    return any(_is_enough(part.counters[name]) for name in counted) and all(map(is_of_training, part.values))


def _is_shortened(part: Part, regular: Sequence[Part]) -> bool:
    """Tell a line that leaves out what is not finite: Megatron the loss, fairseq the norm of the gradient."""
    return len(part.values) > 1 and any(
        part.counters.keys() == other.counters.keys()
        and part.form.split == other.form.split
        and part.values.keys() < other.values.keys()
        for other in regular
    )
