"""A log of which parts could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from logdoctor import (
    Cause,
    Confidence,
    Finding,
    Quantity,
    Rule,
    Run,
    Severity,
    Span,
    Strength,
    TrainLoss,
    ValLoss,
    because,
    fires,
    ranked,
    silent,
)
from logdoctor.curves import decay
from logdoctor.finding import Place
from logdoctor.run import Notice, Series, State
from logdoctor.run.notice import DAMAGE, INTERRUPTED_WRITE, PADDING, STORAGE_FAULT, TWO_WRITERS
from logdoctor.signals import Hole, holes
from logdoctor.wording import counted, place

MAX_PLACES = 10
"""Places that a finding points at; the notices of the run have all."""

FAR_WIDER = 4
"""Records of a hole in units of the narrowest, from which the way of logging that makes that one does not make it."""

FILE = "events.out.tfevents.1"
TORN = Notice(DAMAGE, FILE, "Left out 10 records in a row with a wrong checksum.", 4_000, 4_560, cause=STORAGE_FAULT)
CUT = Notice(DAMAGE, FILE, "The last record ends after 20 bytes.", 9_000, 9_020, cause=INTERRUPTED_WRITE)
PLACED = replace(TORN, around=(59, 61))
GLUED = Notice(
    DAMAGE, "log.jsonl", "Line 7 is not one record; 2 whole records on it were used.", 300, 360, 7, 7, TWO_WRITERS
)
STRANGE = Notice(DAMAGE, "log.csv", "Line 7 has 3 cells where the header has 4.", 300, 360, 7, 7)


@dataclass(frozen=True)
class DamagedLog(Rule):
    """Bytes or lines of the log could not be read; all that lies around them was.

    It is a warning where the training or validation loss has a hole because of it, or nothing of the run is left, since
    the other findings rest on those losses; otherwise a note. The truncated end of a log that is still being written is
    not damage.
    """

    id = "damaged-log"
    title = "Part of the log could not be read"
    severity = Severity.WARNING
    causes = ("interrupted-write", "storage-fault", "two-writers", "unknown")
    references = ("https://github.com/tensorflow/tensorboard/issues/1562",)
    limits = (
        "Sees only what could not be read. A wrong value that is well formed goes unnoticed, and a file that lost its "
        "end between two records looks complete."
    )
    explains = ("missing-steps",)

    examples = (
        fires("ten records of the loss are lost", notices=(TORN,), train_loss=decay(2.3, 0.2).without(60, 69)),
        fires("the end is cut off", notices=(CUT,), train_loss=decay(2.3, 0.2)),
        fires(
            "the end is cut off, and a step was not logged", notices=(CUT,), train_loss=decay(2.3, 0.2).without(60, 60)
        ),
        fires("two processes wrote", notices=(GLUED,), train_loss=decay(2.3, 0.2)),
        fires("a line of another length", notices=(STRANGE,), train_loss=decay(2.3, 0.2)),
        fires("nothing could be read", notices=(Notice(DAMAGE, FILE, "The file is a web page.", 0, 812),)),
        fires(
            "ten records of the loss are lost, and some that were never logged",
            notices=(TORN,),
            train_loss=decay(2.3, 0.2).without(110, 110).without(90, 90).without(60, 69).without(30, 30),
        ),
        fires(
            "a record that is lost among others like it, but the file shows at which step it is damaged",
            notices=(PLACED,),
            train_loss=decay(2.3, 0.2).without(90, 90).without(60, 60).without(30, 30),
        ),
        fires(
            "a record that is lost among others like it (a note)",
            notices=(TORN,),
            train_loss=decay(2.3, 0.2).without(90, 90).without(60, 60).without(30, 30),
        ),
        silent("the end is still being written", notices=(CUT,), state=State.WRITING, train_loss=decay(2.3, 0.2)),
        silent("padding", notices=(Notice(PADDING, "log.csv", "2 rows of nan"),), train_loss=decay(2.3, 0.2)),
        silent("a step was not logged", train_loss=decay(2.3, 0.2).without(60, 60)),
    )

    def check(self, run: Run) -> Iterator[Finding]:
        """Report all damage of the run at once, with the steps of the losses that it cost."""
        writing = run.state is State.WRITING
        damage = [n for n in run.notices if n.kind == DAMAGE and not (writing and n.cause == INTERRUPTED_WRITE)]
        if not damage:
            return
        lost = list(_lost(run, damage if _goes_on(run) else [one for one in damage if _is_within(one)]))
        grave = bool(lost) or not run.series
        yield self.finding(
            f"{_amount(damage)} could not be read; {_consequence(run, lost)}",
            *(Span(series.name, hole.before, hole.after, "lost") for series, hole in lost),
            places=[Place(n.path, n.line_start, n.line_end, n.byte_start, n.byte_end) for n in damage[:MAX_PLACES]],
            confidence=Confidence.HIGH,
            severity=Severity.WARNING if grave else Severity.NOTE,
            causes=_causes(damage) if run.series else (because("unknown"),),
            evidence={
                "damaged places": Quantity(len(damage)),
                **({"bytes": Quantity(_bytes(damage), "bytes")} if _bytes(damage) else {}),
                "records of the losses missing": Quantity(sum(hole.records for _, hole in lost), "records"),
                "first": Quantity(damage[0].message),
            },
        )


def _goes_on(run: Run) -> bool:
    """Whether the run has two files of a kind: one may go on where the other breaks off."""
    formats = [source.format for source in run.sources if source.used]
    return len(set(formats)) < len(formats)


def _is_within(damage: Notice) -> bool:
    """Whether it may have cost records before the last: a write that was interrupted is the end of its file."""
    return damage.cause != INTERRUPTED_WRITE


def _lost(run: Run, damage: Sequence[Notice]) -> Iterator[tuple[Series, Hole]]:
    """Yield the holes of the losses that damage made.

    Where the file shows at which step it is damaged, those that lie there. Else, and where no hole lies there, all:
    more holes than damaged places come from the way of logging, but for far wider ones. No cut end makes others.
    """
    unplaced = [one for one in damage if one.around is None or _is_within(one)]
    for series in (run.find(TrainLoss), run.find(ValLoss)):
        every = holes(series, paces=1.5) if series is not None else ()
        found = [hole for hole in every if any(_lies_in(hole, one) for one in damage)]
        if not found and unplaced:
            narrowest = min((hole.records for hole in every), default=0)
            many = len(every) > len(unplaced)
            found = [hole for hole in every if not many or hole.records >= FAR_WIDER * narrowest]
            found = found if len(found) <= len(unplaced) else []
        if series is not None:
            yield from ((series, hole) for hole in found)


def _lies_in(hole: Hole, damage: Notice) -> bool:
    """Whether the steps around damage are known, and lie around a hole or at its edges."""
    if damage.around is None:
        return False
    last, first = damage.around
    return (last is None or hole.before <= last < hole.after) and (first is None or hole.before < first <= hole.after)


def _amount(damage: Sequence[Notice]) -> str:
    """Say how much is damaged, in lines where the files have lines: `4 lines of log.csv`."""
    files = {n.path for n in damage}
    where = PurePath(damage[0].path).name if len(files) == 1 else counted(len(files), "file")
    if all(n.line_start is not None and n.line_end is not None for n in damage):
        return f"{counted(sum((n.line_end or 0) - (n.line_start or 0) + 1 for n in damage), 'line')} of {where}"
    if _bytes(damage):
        return f"{_bytes(damage):,} bytes of {where}"
    return f"{counted(len(damage), 'part')} of {where}"


def _bytes(damage: Sequence[Notice]) -> int:
    return sum((n.byte_end or 0) - (n.byte_start or 0) for n in damage)


def _consequence(run: Run, lost: Sequence[tuple[Series, Hole]]) -> str:
    if not run.series:
        return "nothing is left of the run"
    if not lost:
        judged = [one.name for one in (run.find(TrainLoss), run.find(ValLoss)) if one is not None]
        return f"no step of {' and '.join(judged) or 'the rest'} is seen to be missing"
    series, hole = lost[0]
    more = f", and {counted(len(lost) - 1, 'more hole')}" if len(lost) > 1 else ""
    records = counted(hole.records, "record")
    return f"{series.name} lacks {records} between {place(series, hole.before)} and {hole.after:,}{more}"


def _causes(damage: Sequence[Notice]) -> tuple[Cause, ...]:
    """Return the causes that the notices name; where none does, what mostly damages a log."""
    named = list(dict.fromkeys(n.cause for n in damage if n.cause))
    if not named:
        return tuple(because(cause, Strength.POSSIBLE) for cause in (STORAGE_FAULT, TWO_WRITERS))
    shows = {cause: [n.message for n in damage if n.cause == cause] for cause in named}
    return ranked(*(because(cause, Strength.LIKELY, pro=messages[:1]) for cause, messages in shows.items()))
