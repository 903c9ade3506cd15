"""Several runs that write to one log by turns, each of whose lines says of which it is: `Run: cnn | Epoch 3 | ...`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logdoctor.run.naming import split_of
from logdoctor.sources.console.context.headings import MOST_HEADINGS, Heading
from logdoctor.sources.console.context.line_labels import LABEL
from logdoctor.sources.console.forms.form import Kind
from logdoctor.sources.console.rows.streams import Rows


@dataclass(frozen=True)
class Turns:
    """The streams of one of the runs."""

    label: Heading
    """What the first of its lines says of which run it is."""
    streams: list[Rows]


def interleaved_runs(
    streams: Sequence[Rows], headings: Sequence[Heading], labelled: Collection[int]
) -> tuple[list[Turns], list[Rows]]:
    """Return the runs that take turns, in the order in which they begin, and the streams of lines without a label.

    `labelled` are the first lines of statements that print one.
    There are none where every run is over before the next begins, and where what counts does not go on from one line of
    a run to its next: the clients of a federation begin anew in each round. Nor are there any where all lines together
    count on, as those of the stages of one run do, nor where what they say is a split.
    """
    labels = [one for one in headings if one.kind == LABEL and one.word]
    firsts = {one.text: one for one in reversed(labels)}
    if len(labels) >= MOST_HEADINGS or not 1 < len(firsts) < len(labels) or any(map(split_of, firsts)):
        return [], list(streams)
    changes = np.array([one.line for one in labels])
    said = [one for one in streams if len(one) and int(one.lines[0]) in labelled]
    texts = np.array([one.text for one in labels])
    runs = [
        Turns(first, [taken for rows in said if len(taken := rows.take(_says(rows, text, changes, texts)))])
        for text, first in sorted(firsts.items(), key=lambda one: one[1].line)
    ]
    if all(map(_counts_on, said)) or not all(run.streams and all(map(_counts_on, run.streams)) for run in runs):
        return [], list(streams)
    return runs, [one for one in streams if not any(one is other for other in said)]


def _says(rows: Rows, text: str, changes: NDArray[np.int64], texts: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Tell which rows stand under a label; none does before the first."""
    under = np.searchsorted(changes, rows.lines, side="right") - 1
    return np.asarray((under >= 0) & (texts[under] == text))


def _counts_on(rows: Rows) -> bool:
    """Whether a counter goes on from each row to the next, and none goes back."""
    moves = [np.diff(at) for at in rows.of(Kind.COUNTER).values()]
    return bool(moves) and all((one >= 0).all() for one in moves) and any((one > 0).all() for one in moves)
