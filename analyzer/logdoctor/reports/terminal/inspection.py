"""What was read and how it was interpreted, without any judgement."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from logdoctor.diagnosis import Diagnosis, Examined
from logdoctor.finding import Outcomes
from logdoctor.reports import json_v1
from logdoctor.reports.escaping import printable
from logdoctor.reports.layout import Page, cells, hanging, table, wrapped
from logdoctor.reports.strict_json import written
from logdoctor.run import Notice, Run, Series
from logdoctor.run.reasons import BY_NAME, guesses, reason
from logdoctor.run.roles import Loss, Reward, TrainLoss, Unknown
from logdoctor.wording import counted, shown_name, shown_state

MAX_EVENTS = 10
"""Lines of a text log that are listed; --output-format json has all."""

MAX_SETTINGS = 12
MAX_NAME = 40


def render(runs: Sequence[Run], left_alone: Sequence[str], page: Page, unmatched: Sequence[str] = ()) -> str:
    """Return every run with its files, series, settings and notices, then the files left alone.

    `unmatched` are sentences about settings that name nothing here.
    """
    sections = [list(_run(run, page)) for run in runs]
    sections.append(list(_left_alone(left_alone, page)))
    sections.append([line for one in unmatched for line in wrapped(page.printable(one), page.width)])
    sections.append(list(_hint(runs)))
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def render_json(runs: Sequence[Run], left_alone: Sequence[str]) -> str:
    """Return the same as JSON: the runs as in the report of an analysis, with counts for each series."""
    plain = json_v1.document(Diagnosis(tuple(Examined(run, Outcomes()) for run in runs)))["runs"]
    document = {
        "runs": [_document(run, known) for run, known in zip(runs, plain, strict=True)],
        "left_alone": list(left_alone),
    }
    return written(document, indent=1)


def _document(run: Run, known: dict[str, Any]) -> dict[str, Any]:
    counts = [
        {"because": reason(one), "average": one.average, "non_finite": non_finite(one), "rewinds": len(one.rewinds)}
        for one in run.series
    ]
    series = [{**one, **count} for one, count in zip(known["series"], counts, strict=True)]
    judged = ("findings", "replay", "passed", "not_applicable", "crashed")
    return {**{key: value for key, value in known.items() if key not in judged}, "series": series}


def non_finite(series: Series) -> int:
    """Count the values that are NaN or infinite."""
    return int(np.count_nonzero(~np.isfinite(series.values)))


def _run(run: Run, page: Page) -> Iterator[str]:
    yield from page.beside("", page.printable(shown_name(run)), f"state {shown_state(run) or run.state}")
    yield from _files(run, page)
    yield from _series(run, page)
    yield from _settings(run, page)
    for notice in run.notices:
        text = f"{_where(notice)}: {notice.message}"
        yield from hanging(f"  {page.dim(notice.kind)}  ", page.printable(text), page.width)
    for event in run.events[:MAX_EVENTS]:
        text = f"{event.path}, line {event.line:,}: {event.text}"
        yield from hanging(f"  {page.dim(event.kind)}  ", page.printable(text), page.width)
    if len(run.events) > MAX_EVENTS:
        yield f"  and {counted(len(run.events) - MAX_EVENTS, 'more such line')}"


def _files(run: Run, page: Page) -> Iterator[str]:
    home = f"{run.name.partition(':')[0]}/"
    paths = [page.printable(one.path.removeprefix(home)) for one in run.sources]
    formats = [f"{one.format}, {one.bytes:,} bytes{'' if one.used else ', a copy: not used'}" for one in run.sources]
    for path, aside in zip(paths, formats, strict=True):
        yield from page.beside("  ", path, aside)


def _series(run: Run, page: Page) -> Iterator[str]:
    if not run.series:
        yield "  no series"
        return
    described = [_described(one, page) for one in run.series]
    header = ("series", "role", "split", "axis", "points", "steps", "")
    lines = table([header, *described], right=(4,))
    over = max(map(cells, lines)) + 2 - page.width
    if over > 0:  # names give way: the rest is what one has come to see
        widest = max(cells(row[0]) for row in described)
        described = [(page.shortened(row[0], max(widest - over, 8)), *row[1:]) for row in described]
        lines = table([header, *described], right=(4,))
    yield f"  {page.dim(lines[0])}"
    yield from (f"  {line}" for line in lines[1:])


def _described(series: Series, page: Page) -> tuple[str, ...]:
    steps = f"{series.first_step:,}-{series.last_step:,}" if len(series) else "none"
    oddities = [why] if (why := reason(series)) != BY_NAME else []
    oddities += [series.average] if series.average else []
    oddities += [f"{bad:,} not finite"] if (bad := non_finite(series)) else []
    oddities += [counted(len(series.rewinds), "rewind")] if len(series.rewinds) else []
    name = page.shortened(page.printable(series.name), MAX_NAME)
    split = str(series.split) or "-"
    return name, series.role.id, split, str(series.axis), f"{len(series):,}", steps, ", ".join(oddities)


def _settings(run: Run, page: Page) -> Iterator[str]:
    if not run.hyperparameters:
        return
    own_first = sorted(run.hyperparameters.items(), key=lambda item: item[0].startswith("_"))  # RLlib's `_enable_...`
    shown = [f"{name} {value}" for name, value in islice(own_first, MAX_SETTINGS)]
    rest = len(run.hyperparameters) - len(shown)
    text = ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")
    yield from hanging(f"  {page.dim('settings')}  ", page.printable(text), page.width)


def _where(notice: Notice) -> str:
    """Say the file and the exact bytes or lines; both ends are part of the stretch."""
    if notice.line_start is not None:
        last = notice.line_end or notice.line_start
        lines = f"line {last:,}" if last == notice.line_start else f"lines {notice.line_start:,}-{last:,}"
        return f"{notice.path}, {lines}"
    if notice.byte_start is not None and notice.byte_end is not None:
        return f"{notice.path}, bytes {notice.byte_start:,}-{max(notice.byte_end - 1, notice.byte_start):,}"
    return notice.path


def _left_alone(paths: Sequence[str], page: Page) -> Iterator[str]:
    if paths:
        yield f"{counted(len(paths), 'file')} looked at and left alone:"
    for path in paths:
        yield from hanging("  ", page.printable(path), page.width)


def _hint(runs: Iterable[Run]) -> Iterator[str]:
    """Say how a role is given, where no loss was recognised or more than its name decided what a loss is."""
    runs = tuple(runs)
    without_loss = [run for run in runs if run.series and not run.all(Loss) and not run.all(Reward)]
    unknown = dict.fromkeys(one.name for run in without_loss for one in run.series if one.role is Unknown)
    guessed = [one for run in runs for one in guesses(run.series)]
    if unknown:
        yield "no loss was recognised in some runs, so that no rule can judge them; to name theirs, for example:"
        role, name = TrainLoss.id, next(iter(unknown))
    elif guessed:
        yield "some losses are guessed from more than their names; where a guess is wrong, name the right curve here:"
        role, name = guessed[0].role.id, guessed[0].name
    else:
        return
    yield "  # logdoctor.toml"
    yield "  [roles]"
    yield printable(f"  {role} = [{json.dumps(glob.escape(name))}]")
