"""Streams to parts: what each stream measures, and under which name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Split
from logdoctor.run.naming import names_a_return, role_of, split_of, stem_of, words
from logdoctor.run.roles import KlDivergence, Loss, Unknown
from logdoctor.run.vocabulary import AVERAGE_OF_EPISODES
from logdoctor.sources.console.forms.form import Field, Kind
from logdoctor.sources.console.rows.parts import Clock, LineNumbers, Numbers, Part
from logdoctor.sources.console.rows.streams import Rows
from logdoctor.sources.console.words.vocabulary import LAST, SPLIT_ROLES
from logdoctor.sources.tables.compact.growing import places_of
from logdoctor.sources.tables.counters import normal

_ENOUGH_PAIRS = 3
"""Lines that were printed twice before two of what is printed are taken for one."""

_ENOUGH_LAST = 3
"""Places at which a last value is told before it is one of each epoch."""

_ENOUGH_COUNTS = 10
"""Lines before which a number rises evenly, before it counts them: fewer may be of processes that each print one."""

_OF_DATA = (KlDivergence, Unknown)
"""Further quantities that differ from one split to the other: a term that lines tell of both is two curves."""

_OF_LOOP = frozenset("temperature temp tau weight coef coeff coefficient beta alpha patience counter wait".split())
"""Last words of what a loop sets or counts, whatever data stand beside it: `val_loss 0.5, kl_weight 0.1`."""

EPISODE = "episode"

NEAR = 3
"""Lines below a heading such as `Test Error:` at which what it speaks of begins at the latest."""

Within = tuple[str, Numbers, Numbers | None]
"""What is counted within an epoch, where each row stands in it, and how long it is."""

Told = tuple[Part, Within | None]
"""A part, and where its rows stand within epochs if they say so."""


def of_one_rank(rows: Rows) -> Rows:
    """Keep the lines of the process that printed most, the first of equals: the others repeat it or log their share.

    But what rises evenly from each line of many to the next is no process: it counts, as `12: loss=0.5` does.
    """
    if rows.ranks is None or len(rows.ranks) != len(rows):
        return rows
    if len(rows) >= _ENOUGH_COUNTS and not rows.of(Kind.COUNTER) and _rise_evenly(rows.ranks):
        fields = (Field(Kind.COUNTER, "step", 0), *rows.form.fields)
        form = replace(rows.form, fields=fields, counter_first=True)
        return replace(rows, form=form, numbers=(rows.ranks, *rows.numbers))
    ranks, counts = np.unique(rows.ranks, return_counts=True)
    return rows.take(rows.ranks == ranks[np.argmax(counts)])


def _rise_evenly(numbers: Numbers) -> bool:
    moves = np.diff(numbers)
    return bool(moves[0] > 0 and (moves == moves[0]).all())


def printed_once(rows: Rows) -> Rows:
    """Keep one of two equal lines where every line comes twice at once: two handlers of a logger print it.

    Lines that count need none of it, for what is printed again at one position is no other value.
    """
    pairs = len(rows) // 2
    if pairs < _ENOUGH_PAIRS or len(rows) % 2 or rows.form.is_bar or rows.of(Kind.COUNTER):
        return rows
    at_once = (rows.lines[1::2] - rows.lines[::2] <= NEAR).all()
    twice = at_once and all(np.array_equal(one[::2], one[1::2], equal_nan=True) for one in rows.numbers)
    varied = any(bool((one[:1] != one[::2]).any()) for one in rows.numbers)
    return rows.take(np.arange(len(rows)) % 2 == 0) if twice and varied else rows


def is_held_out(rows: Rows) -> bool:
    """Tell whether lines say that they speak of validation or test."""
    return split_of(rows.form.split).is_held_out


def part_of(rows: Rows, *, averages: bool = False) -> Told:
    """Name what a stream measures; with `averages`, take the running average where there is one."""
    plans, values = rows.of(Kind.PLAN), dict(rows.of(Kind.VALUE))
    for name in values.keys() & plans.keys():
        if _counts_out_of(values[name], plans[name]):
            with np.errstate(all="ignore"):
                values[name] = values[name] / plans[name]  # `Accuracy: 9838/10000`
    if averages:
        values |= rows.of(Kind.AVERAGE)
    split = rows.form.split
    counters = dict(rows.of(Kind.COUNTER))
    if EPISODE in counters:
        first = next(iter(values), "") if len(counters) == 1 else ""
        values = {_of_episode(name, alone=name == first): at for name, at in values.items()}
    told = "" if split or rows.form.in_table else _split_of_results(list(values))
    named = {_of_results(name, told) if told else with_split(name, split): at for name, at in values.items()}
    within = next(iter(rows.of(Kind.WITHIN).items()), None)
    length = next(iter(rows.of(Kind.LENGTH).values()), None)
    part = Part(rows.form, rows.lines, counters, named, {k: v for k, v in plans.items() if k in counters})
    return part, None if within is None else (*within, length)


def _split_of_results(names: Sequence[str]) -> str:
    """Return the held-out data that a line is of whose first name says so: `test_loss: 0.52, accuracy: 0.81, kl: 0.1`.

    Its other losses are of those data too, and no other name says that it is of others, nor stands there with a split
    and without one.
    """
    if len(names) < 2 or not split_of(names[0]).is_held_out:
        return ""
    losses = [name for name in names if issubclass(role_of(name, split_of(name)), Loss)]
    told, others = split_of(names[0]), {split_of(name) for name in names if name not in losses}
    alike = {split_of(name) for name in losses} == {told}
    plain, of_split = (
        {tuple(stem_of(name)) for name in names if bool(split_of(name)) is split} for split in (False, True)
    )
    sure = alike and names[0] in losses and plain.isdisjoint(of_split)
    return told.value if sure and Split.NONE in others <= {Split.NONE, told} else ""


def _of_results(name: str, split: str) -> str:
    """Name what is measured on the data of a line after them: not the learning rate, nor how fast it goes."""
    measured = issubclass(role_of(name, Split.NONE), (*SPLIT_ROLES, *_OF_DATA)) and words(name)[-1] not in _OF_LOOP
    return with_split(name, split) if measured else name


def _of_episode(name: str, *, alone: bool) -> str:
    """Name a score that a line tells of an episode after that, whose return it is: `Episode 100  Score: 12.5`.

    So is an average with nothing before it that it could be of: `Episode 100  Avg: 12.5`.
    """
    whole = f"{EPISODE}/{name}"
    averaged = alone and AVERAGE_OF_EPISODES.fullmatch(whole)
    return whole if averaged or names_a_return(frozenset(words(name))) else name


def of_each_epoch(parts: Sequence[Part]) -> list[Part]:
    """Name what each epoch tells as its last value without that word, for it is a curve: `Epoch 3 | Final Loss: 0.52`.

    What is told so at one place alone, or beside the quantity itself, sums up: it is no point of a curve.
    """
    known = {_curve_of(name) for part in parts for name in part.values if not _is_last(name)}

    def named(part: Part) -> Part:
        last = {name: _without_last(name) for name in part.values if _is_last(name)}
        moves = any(len(np.unique(at)) >= _ENOUGH_LAST for at in part.counters.values())
        curves = {name: curve for name, curve in last.items() if moves and _curve_of(curve) not in known}
        sums = {name for name in last.keys() - curves.keys() if issubclass(role_of(name, Split.NONE), SPLIT_ROLES)}
        values = {curves.get(name, name): at for name, at in part.values.items() if name not in sums}
        return replace(part, values=values) if last else part

    return list(map(named, parts))


def _curve_of(name: str) -> object:
    """Return what a name measures of which data, training where it does not say."""
    return split_of(name) or Split.TRAIN, quantity_of(normal(name))


def _is_last(name: str) -> bool:
    return bool(LAST.intersection(words(name)[:1])) and issubclass(
        role_of(_without_last(name), Split.NONE), SPLIT_ROLES
    )


def _without_last(name: str) -> str:
    return name[len(words(name)[0]) :].lstrip(" _-/")


def _counts_out_of(counts: Numbers, totals: Numbers) -> bool:
    """Tell a share that is written as two counts from two measures: not `loss: 0.52/0.61`."""
    finite = np.isfinite(counts) & np.isfinite(totals)
    return bool((counts[finite] <= totals[finite]).all() and (totals[finite] == np.floor(totals[finite])).all())


def with_split(name: str, split: str) -> str:
    """Name what was logged under a word for its split after it, if the split makes a difference."""
    if not split or split_of(name):
        return name
    held_out = split_of(split).is_held_out
    return f"{split.lower()}/{name}" if held_out or issubclass(role_of(name, Split.NONE), SPLIT_ROLES) else name


def quantity_of(name: str) -> object:
    """Return what a name measures, whatever kind of average: `loss` of a bar is `avg loss` of a line."""
    role = role_of(name, split_of(name))
    return (role, *stem_of(name)) if issubclass(role, SPLIT_ROLES) else name


def under_sections(parts: Sequence[Part], streams: Sequence[Rows], epochs: Clock) -> list[Part]:
    """Name what stands below a heading such as `Test Error:` after its split; the next heading or epoch ends it."""
    clocks: dict[str, LineNumbers] = {}
    for rows in headings_of(streams):
        split = rows.form.split
        clocks[split] = merged([clocks[split], rows.lines]) if split in clocks else rows.lines
    measured = merged([part.lines for part in parts if part.values and not part.counters])
    named = [
        _under_section(part, clocks, epochs, measured) if not part.counters and not part.form.split else [part]
        for part in parts
    ]
    return [one for several in named for one in several]


def _under_section(part: Part, headings: dict[str, LineNumbers], epochs: Clock, measured: LineNumbers) -> list[Part]:
    """Name all rows after the headings above them, or none."""
    if not len(part) or not headings:
        return [part]
    above = {split: last_above(lines, part.lines) for split, lines in headings.items()}
    last = np.max(list(above.values()), axis=0)
    ended = ~same_epoch(epochs, part.lines, last) | begins_anew(epochs, part.lines, last, measured)
    if (last < 0).any() or ended.any() or not is_below(part.lines, last, measured).all():
        return [part]
    below = [(split, part.take(lines == last)) for split, lines in above.items() if (lines == last).any()]
    return [
        replace(rows, values={with_split(name, split): at for name, at in rows.values.items()}) for split, rows in below
    ]


def headings_of(streams: Sequence[Rows]) -> list[Rows]:
    """Return the lines that say what the next ones measure: `Test Error:`, `Epoch 3 validation`.

    One that counts and says that it is of training heads whatever an epoch prints, where none is of held-out data.
    """
    counting = [rows for rows in streams if rows.form.heads]
    bare = [rows for rows in streams if not rows.form.fields]
    return bare + counting if any(map(is_held_out, counting)) else bare


def is_below(lines: LineNumbers, headings: LineNumbers, measured: LineNumbers) -> NDArray[np.bool_]:
    """Tell which lines stand right below the heading above them, or below it with nothing but such lines between.

    `measured` are all lines that measure and count nothing: those of one block follow each other.
    """
    parted = np.append(0, np.cumsum(np.diff(measured) > 1))
    first = np.append(measured, -1)[places_of(measured, headings, behind=True)]
    begins = np.append(parted, -1)[places_of(measured, headings, behind=True)]
    same_block = np.append(parted, -2)[places_of(measured, lines)] == begins
    below: NDArray[np.bool_] = (lines - headings <= NEAR) | (same_block & (first - headings <= NEAR))
    return below


def merged(lines: Sequence[LineNumbers]) -> LineNumbers:
    """Return the lines of several parts together, rising."""
    return np.sort(np.concatenate([np.empty(0, np.int64), *lines]))


def same_epoch(epochs: Clock, lines: LineNumbers, headings: LineNumbers) -> NDArray[np.bool_]:
    """Tell which lines stand in the epoch of the heading above them, which may itself say the epoch, or a line below.

    So does the line that repeats it: `Validation:`, below it `[Epoch: 3, numImages: 1449]`.
    """
    here, there = (np.nan_to_num(epochs.before(one), nan=-1.0) for one in (lines, headings))
    same: NDArray[np.bool_] = here == there
    return same


def begins_anew(epochs: Clock, lines: LineNumbers, headings: LineNumbers, measured: LineNumbers) -> NDArray[np.bool_]:
    """Tell which lines have the beginning of an epoch above them, and above that what their heading spoke of.

    Another run may begin so, with the epoch in which the one before it ended.
    """
    begun = np.append(epochs.lines, -1)[places_of(epochs.lines, lines) - 1]
    told = places_of(measured, np.maximum(begun, headings)) > places_of(measured, headings)
    anew: NDArray[np.bool_] = (begun > headings) & (begun < lines) & told
    return anew


def last_above(headings: LineNumbers, lines: LineNumbers) -> LineNumbers:
    """Return the line of the last heading above each line, -1 where there is none."""
    found = places_of(headings, lines) - 1
    return np.where(found >= 0, headings[np.maximum(found, 0)], -1)
