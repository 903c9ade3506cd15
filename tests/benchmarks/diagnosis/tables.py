"""Scores as text: a table with one row a symptom, the lines below it, and what went wrong run by run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .scoring import Said, Score, Verdict, share

Grid = Sequence[Sequence[str]]
"""Rows of cells; the first is the header, the first cell of a row its name."""


def grid(scores: Mapping[str, Score]) -> Grid:
    """Lay out the F1 of each tool, with the recall and precision of the first before it."""
    ours, *others = scores.values()
    rows = [["symptom", "runs", "recall", "precision", *(f"F1 {name}" for name in scores)]]
    for at, one in enumerate(ours.symptoms):
        rows.append([one.name, str(one.planted), f"{one.recall:.2f}", f"{one.precision:.2f}", f"{one.f1:.2f}"])
        rows[-1] += [f"{other.symptoms[at].f1:.2f}" for other in others]
    both = (ours, *others)
    rows.append(["macro F1", "", "", "", *(f"{one.macro_f1:.3f}" for one in both)])
    rows.append(["planted symptoms found", str(ours.planted), "", "", *(percent(s.found, s.planted) for s in both)])
    rows.append(["sound runs alarmed", str(ours.sound), "", "", *(percent(s.sound_alarmed, s.sound) for s in both)])
    return rows


def percent(part: int, whole: int) -> str:
    return f"{100 * share(part, whole):.1f} %"


def aligned(rows: Grid) -> Iterator[str]:
    """Yield the lines of a table for a terminal: names to the left, figures to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for name, *cells in rows:
        figures = (f"{cell:>{width}}" for cell, width in zip(cells, widths[1:], strict=True))
        yield "  ".join((f"{name:<{widths[0]}}", *figures)).rstrip()


def markdown(rows: Grid) -> Iterator[str]:
    """Yield the lines of a table in Markdown."""
    header, *body = rows
    yield f"| {' | '.join(header)} |"
    yield f"|---{'|---:' * (len(header) - 1)}|"
    for row in body:
        yield f"| {' | '.join(row)} |"


def summary(ours: Score, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield what the table does not hold: alarms on sound runs by rule, causes, confidence, and what was left out."""
    alarms = sorted(ours.sound_alarms.items(), key=lambda pair: (-pair[1], pair[0]))
    raised = ", ".join(f"{name} {count}" for name, count in alarms) or "none"
    yield f"{'alarms on sound runs':<24}{ours.sound_alarmed} of {ours.sound} runs: {raised}"
    causes = ours.causes
    for place, right in (("first", causes.first), ("among three", causes.among_three)):
        yield (
            f"{f'right cause {place}':<24}{right} of {causes.found} found ({percent(right, causes.found)}), "
            f"of {causes.labelled} with a labelled cause ({percent(right, causes.labelled)})"
        )
    for level in ("high", "medium", "low"):
        right, count = ours.calibration.get(level, (0, 0))
        yield f"{f'confidence {level}':<24}right in {right} of {count} findings above a note ({percent(right, count)})"
    shown = [one for one in verdicts if one.label.shown]
    unread = sum(not one.read for one in shown)
    hidden = len(verdicts) - len(shown)
    yield f"{'scored runs':<24}{len(shown)}, of which {unread} not read; {hidden} left out because nothing shows"


def mistakes(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield one line for each miss, each run with false alarms and each wrong first cause."""
    for one in verdicts:
        label = one.label
        if not label.shown:
            continue
        if label.expect and one.hit is None:
            said = ", ".join(map(_told, one.said)) or ("nothing" if one.read else "nothing: not read")
            yield f"miss   {label.path}: {label.fault}; expected {' or '.join(label.expect)}; said {said}"
        if one.false_alarms:
            yield f"alarm  {label.path}: {label.fault}; said {', '.join(map(_told, one.false_alarms))}"
        if one.hit is not None and label.causes and one.cause_rank != 0:
            causes = ", ".join(one.hit.causes) or "none"
            yield f"cause  {label.path}: {label.fault}; expected {' or '.join(label.causes)}; {one.hit.name}: {causes}"


def _told(said: Said) -> str:
    marks = [mark for mark, holds in (("note", not said.loud), ("folded", said.folded)) if holds]
    marks += [said.confidence] if said.confidence else []
    return f"{said.name} ({', '.join(marks)})" if marks else said.name
