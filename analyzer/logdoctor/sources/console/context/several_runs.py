"""Several runs in one log: a script trains model after model, or fold after fold, and says so before each.

Parted is only where three things come together: a heading that says something new, a counter that begins anew, and
losses that begin anew where those of an earlier run began. A run that was resumed, one that crashed and was started
again, the phases of one training and a second call of `fit` stay one run.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from logdoctor.run import Setting
from logdoctor.run.naming import role_of, split_of
from logdoctor.run.roles import Loss
from logdoctor.run.starting_over import starts_over
from logdoctor.sources.console.context.headings import ARGUMENTS, Heading
from logdoctor.sources.console.context.line_labels import LABEL
from logdoctor.sources.console.context.settings import pairs_in
from logdoctor.sources.console.rows.parts import Clock, LineNumbers, Part
from logdoctor.sources.console.words.run_words import REPEATS
from logdoctor.sources.tables.compact.pieces import falls
from logdoctor.sources.tables.likeness import tells_performance

LONGEST_NAME = 80
"""Characters of the name of a run."""

_SETS_NOTHING = frozenset(REPEATS) - {"seed"}
"""Kinds of headings whose number alone sets nothing: such runs are repeats of each other. A seed is set."""

_BETWEEN = " ,;:=#|-"
"""What stands between the pairs of a heading and around them."""

_NUMBERED = re.compile(r"#?\d+(?:\s*(?:/|of|out of)\s*\d+)?")


@dataclass(frozen=True)
class Announced:
    """One of several runs in a log."""

    first: int
    """The cleaned line from which on all lines are the run's."""
    heading_line: int
    """The first line that announces it."""
    name: str
    """What the headings say in which the runs differ."""
    settings: Mapping[str, Setting]
    """What they set."""
    by_turns: bool = False
    """Whether its lines stand between those of the other runs."""


@dataclass(frozen=True)
class _Start:
    headings: Mapping[str, Heading]
    """The last one of each kind."""
    first: int
    """The line from which on everything belongs to the run: of the first heading that says something new."""
    begins: int
    """The line of its first count."""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(one.text for _, one in sorted(self.headings.items()))


def announced_runs(parts: Sequence[Part], clock: Clock, headings: Sequence[Heading]) -> list[Announced]:
    """Return the runs of a log in their order, the first one from line 0 on; none where the log holds one run."""
    if not headings or not falls(clock.at):
        return []
    first, *later = _starts(clock, headings)
    if not _labels_fit([first, *later], headings):
        return announced_runs(parts, clock, [one for one in headings if one.kind != LABEL])
    if not later:
        return []
    values = list(_curves(parts))
    verdicts = [_most_start_over(values, before, at) for before, at in _stretches(first, later)]
    if 2 * sum(verdict is True for verdict in verdicts) < len(verdicts):
        return []
    labelled = LABEL in first.headings  # each line says of which run it is
    starts = [first, *(one for one, verdict in zip(later, verdicts, strict=True) if labelled or verdict is not False)]
    starts = _named_by_differences(starts)
    kinds = [kind for kind in first.headings if len({one.headings[kind].text for one in starts}) > 1]
    return [] if len(starts) < 2 else [_announced(one, kinds) for one in starts]


def by_turns(label: Heading) -> Announced:
    """Return a run among others that write to the log by turns, by the label of its lines."""
    return replace(_announced(_Start({label.kind: label}, 0, label.line), [label.kind]), by_turns=True)


def _starts(clock: Clock, headings: Sequence[Heading]) -> Iterator[_Start]:
    """Yield the first start, and every later one where the counter begins anew under headings not seen together."""
    lines = [one.line for one in headings]
    begin = int(clock.lines[0])
    said = {one.kind: one for one in headings[: bisect_right(lines, begin)]}
    start = _Start(said, 0, begin)
    yield start
    known = {start.texts}
    moves = np.diff(clock.at)
    forward = moves[moves > 0]
    anew = clock.at[0] + (float(np.median(forward)) if len(forward) else 0.0)
    for i in (np.flatnonzero((moves < 0) & (clock.at[1:] <= anew)) + 1).tolist():
        before, begins = int(clock.lines[i - 1]), int(clock.lines[i])
        here = [one for one in headings[bisect_right(lines, before) : bisect_right(lines, begins)] if one.kind in said]
        now = said | {one.kind: one for one in here}
        new = [one.line for kind, one in now.items() if one.text != said[kind].text]
        if not new:
            continue
        start = _Start(now, min(new), begins)
        said = now
        if start.texts not in known:
            known.add(start.texts)
            yield start


def _labels_fit(starts: Sequence[_Start], headings: Sequence[Heading]) -> bool:
    """Tell whether the labels of lines change only where runs begin, and none of them is of a phase among runs.

    Clients that take turns, say, come back under a label that was there before: a cut would mix them.
    """
    began = {one.headings[LABEL] for one in starts if LABEL in one.headings}
    changed = {one for one in headings if one.kind == LABEL and one.line > starts[0].begins}
    return changed <= began and (len(began) < 2 or all(one.text for one in began))


def _stretches(first: _Start, later: Sequence[_Start]) -> Iterator[tuple[list[int], int]]:
    """Yield, for every later start, where all before it begin, and where it does."""
    bounds = [first.first, *(one.first for one in later)]
    for i, at in enumerate(bounds[1:], 1):
        yield bounds[:i], at


_Curve = tuple[LineNumbers, NDArray[np.float64]]


def _curves(parts: Sequence[Part]) -> Iterator[_Curve]:
    """Yield the losses with their lines; where none is logged, what else measures the run."""
    named: dict[str, list[_Curve]] = {}
    for part in parts:
        for name, at in part.values.items():
            named.setdefault(name, []).append((part.lines, at))
    losses = [name for name in named if issubclass(role_of(name, split_of(name)), Loss)]
    for name in losses or filter(tells_performance, named):
        lines = np.concatenate([one for one, _ in named[name]])
        values = np.concatenate([one for _, one in named[name]])
        order = np.argsort(lines, kind="stable")
        yield lines[order], values[order]


def _most_start_over(curves: Sequence[_Curve], before: Sequence[int], at: int) -> bool | None:
    """Tell whether most curves begin anew at a line, given where the runs before begin; None where none tells."""
    told = [verdict for curve in curves if (verdict := _starts_over(*curve, before, at)) is not None]
    return None if not told else 2 * sum(told) > len(told)


def _starts_over(lines: LineNumbers, values: NDArray[np.float64], before: Sequence[int], at: int) -> bool | None:
    cuts = np.searchsorted(lines, [*before, at])
    begins = [float(values[cut]) for cut in cuts[:-1] if cut < cuts[-1]]
    return starts_over(begins, values[cuts[-2] : cuts[-1]], values[cuts[-1] :])


def _named_by_differences(starts: Sequence[_Start]) -> list[_Start]:
    """Say of what the script was called with only what is not the same for all runs, if that tells them apart."""
    called = [one.headings[ARGUMENTS] for one in starts if ARGUMENTS in one.headings]
    given = [_given(one.text) for one in called]
    short = [", ".join(one for one in options if not all(one in other for other in given)) for options in given]
    if not called or len(set(short)) < len({one.text for one in called}):
        return list(starts)
    return [
        replace(one, headings={**one.headings, ARGUMENTS: replace(heading, text=text or heading.text)})
        for one, heading, text in zip(starts, called, short, strict=True)
    ]


def _given(call: str) -> dict[str, None]:
    """Return the options of a call as they are written, in order: pairs, then those without a value (`--amp`)."""
    pairs = dict.fromkeys(written for _, _, written in pairs_in(call))
    return pairs | dict.fromkeys(word for word in call.split() if word.startswith("--"))


def _announced(start: _Start, kinds: Sequence[str]) -> Announced:
    headings = sorted((start.headings[kind] for kind in kinds), key=lambda one: one.line)
    settings: dict[str, Setting] = {}
    for one in headings:
        settings.update(_settings(one))
    name = ", ".join(dict.fromkeys(one.text for one in headings))[:LONGEST_NAME].strip()
    return Announced(start.first, headings[0].line, name, settings)


def _settings(heading: Heading) -> Iterator[tuple[str, Setting]]:
    """Yield what a heading sets: its pairs, and what else it says under the word that it begins with."""
    rest = heading.text
    for name, value, written in pairs_in(heading.text):
        rest = rest.replace(f"({written})", "").replace(written, "")
        yield name, value
    rest = re.sub(rf"(?i)^{heading.word}\b", "", rest).strip(_BETWEEN)
    if rest and not (heading.word in _SETS_NOTHING and _NUMBERED.fullmatch(rest)):
        yield heading.word or "heading", rest
