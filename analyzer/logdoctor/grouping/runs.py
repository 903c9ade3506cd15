"""From files to runs: which copy of a curve is used, what each run is called, and how it ended."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path, PurePosixPath

import numpy as np

from logdoctor.grouping.agreement import RAY, Quantity, is_copy, quantity
from logdoctor.grouping.clusters import Piece, RunPieces, clusters
from logdoctor.grouping.continued_curves import joined_curves, without_copies
from logdoctor.grouping.error_streams import with_errors
from logdoctor.grouping.resumed import resumed_joined
from logdoctor.grouping.run_folders import home_of_settings
from logdoctor.grouping.steps_from_copies import with_steps_of_copies
from logdoctor.run import Axis, Notice, Run, Series, Setting, SourceFile, State
from logdoctor.run.notice import DUPLICATE, PART
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.run.run_names import with_name_settings
from logdoctor.run.series import Split
from logdoctor.run.understand import Overrides, split_by_place, understand
from logdoctor.sources.discovery.discover import Found

WRITING_SECONDS = 600.0
"""A log that changed less than ten minutes ago may still be written to."""

MIN_DUPLICATE_POINTS = 10
"""Shorter curves may well be equal by accident."""


def group(files: Sequence[Found], overrides: Overrides | None = None, now: float | None = None) -> tuple[Run, ...]:
    """Make runs from files: those of one folder that agree with or complement each other are one run.

    `now` is the time of the analysis in seconds since 1970; runs are ordered by name.
    """
    found = clusters([file for file in files if not file.source.only_settings and not file.source.only_events])
    per_home: dict[PurePosixPath, int] = {}
    for one in found:
        per_home[one.home] = per_home.get(one.home, 0) + 1
    moment = time.time() if now is None else now
    runs = [_run(_name(one, alone=per_home[one.home] == 1), one.pieces, overrides, moment) for one in found]
    described = _described(runs, [file for file in files if file.source.only_settings])
    described = with_errors(described, [file for file in files if file.source.only_events])
    distinct = sorted(resumed_joined(list(_distinct(described))), key=lambda run: run.name)
    return _note_duplicates(with_name_settings(distinct))


def _described(runs: Sequence[Run], settings: Sequence[Found]) -> list[Run]:
    """Add to every run the settings in its folder; those in the log itself take precedence."""
    beside: dict[str, list[Found]] = {}
    for file in settings:
        beside.setdefault(str(home_of_settings(file.folder)), []).append(file)
    homes = {run.home for run in runs}
    return [_with_settings(run, found) if (found := _settings_of(run, beside, homes)) else run for run in runs]


def _settings_of(run: Run, beside: Mapping[str, list[Found]], homes: AbstractSet[str]) -> list[Found]:
    """Return the settings in the run's folder, else next to a copy of its log in a folder of no other run.

    Else those in the nearest folder above, if this is the only run below it: `config.yaml` beside the folder `tb`.
    """
    if run.home in beside:
        return beside[run.home]
    below = {str(PurePosixPath(source.path).parent) for source in run.sources} - homes
    if found := [file for folder in sorted(below & beside.keys()) for file in beside[folder]]:
        return found
    above = next((folder for folder in PurePosixPath(run.home).parents if str(folder) in beside), None)
    if above is None or any(above in (home, *home.parents) for home in map(PurePosixPath, homes - {run.home})):
        return []
    return beside[str(above)]


def _with_settings(run: Run, files: Sequence[Found]) -> Run:
    settings = {name: value for file in files for log in file.logs for name, value in log.hyperparameters.items()}
    described = [SourceFile(str(file.relative), file.source.name, file.size) for file in files]
    sources = sorted((*run.sources, *described), key=lambda source: source.path)
    return replace(run, hyperparameters={**settings, **run.hyperparameters}, sources=tuple(sources))


def _name(run: RunPieces, *, alone: bool) -> str:
    if alone:
        return str(run.home)
    file = run.pieces[0].file
    # Standard input has no file name that could distinguish runs.
    label = run.label.removeprefix(f"{run.home}, ") if file.piped else run.label
    return f"{run.home}:{label or file.path.stem}"


def _distinct(runs: list[Run]) -> Iterator[Run]:
    """Number runs of the same name: `a.csv` and `a.json` of one folder may hold different runs."""
    seen: dict[str, int] = {}
    for run in runs:
        seen[run.name] = seen.get(run.name, 0) + 1
        yield run if seen[run.name] == 1 else replace(run, name=f"{run.name}#{seen[run.name]}")


def _run(name: str, cluster: Sequence[Piece], overrides: Overrides | None, now: float) -> Run:
    whole = [piece for piece in cluster if not piece.continues]
    continuing = without_copies([piece for piece in cluster if piece.continues])
    joined, noticed = joined_curves(continuing)
    split = ((piece, split_by_place(piece.series) if len(cluster) > 1 else piece.series) for piece in whole)
    whole_curves = with_steps_of_copies([(piece, series) for piece, found in split for series in found])
    chosen, winners = _best_copies([*joined, *whole_curves])
    series = understand(_named_apart(chosen), overrides)
    files = {piece.file.relative: piece.file for piece in cluster}
    used = {piece.file.relative for piece in continuing} | winners
    hyperparameters: dict[str, Setting] = {}
    for piece in reversed(cluster):
        hyperparameters.update(piece.log.hyperparameters)
    places = (piece.file.located(one) for piece in cluster for one in piece.log.notices if one.kind == PART)
    notices = [*noticed, *(one for file in files.values() for one in file.oddities), *places]
    return Run(
        name=name,
        series=series,
        hyperparameters=hyperparameters,
        sources=tuple(
            SourceFile(str(file.relative), file.source.name, file.size, used=not file.logs or file.relative in used)
            for file in sorted(files.values(), key=lambda file: str(file.relative))
        ),
        notices=tuple(sorted(notices, key=lambda n: (n.path, n.byte_start or 0, n.line_start or 0, n.message))),
        events=tuple(replace(event, path=str(piece.file.relative)) for piece in cluster for event in piece.log.events),
        state=_state(cluster, series, now),
        planned_steps=max((piece.log.planned_steps or 0 for piece in cluster), default=0) or None,
        home=str(cluster[0].home),
        folder=str(_opened(cluster[0])),
    )


def _named_apart(series: Sequence[Series]) -> list[Series]:
    """Prefix names that two splits of a run share with the split: `loss` of `train.csv` and of `val.csv`."""
    splits: dict[str, set[Split]] = {}
    for one in series:
        splits.setdefault(one.name, set()).add(one.split)
    return [
        replace(one, name=f"{one.split}/{one.name}") if one.split and len(splits[one.name]) > 1 else one
        for one in series
    ]


def _opened(piece: Piece) -> Path:
    """Return the run's folder as it can be opened; the file may lie in a sub-folder."""
    above = len(piece.file.folder.parts) - len(piece.home.parts)
    return piece.file.place.parents[max(above, 0)]


def _best_copies(candidates: Iterable[tuple[Piece, Series]]) -> tuple[list[Series], set[PurePosixPath]]:
    """Drop copies, series that repeat a better one of another file; return also the files of which series were kept.

    Better is the series with more points, then that of the better format, then that in the higher folder.
    """
    by_quantity: dict[Quantity, list[tuple[Piece, Series]]] = {}
    for piece, series in candidates:
        by_quantity.setdefault(quantity(series), []).append((piece, series))
    chosen: list[Series] = []
    winners: set[PurePosixPath] = set()
    for alike in by_quantity.values():
        best: list[tuple[Piece, Series]] = []
        for piece, series in sorted(alike, key=_worth, reverse=True):
            copies = (other for owner, other in best if owner.file is not piece.file)
            if not any(is_copy(other, series) for other in copies):
                best.append((piece, series))
        chosen += [series for _, series in best]
        winners |= {piece.file.relative for piece, _ in best}
    return chosen, winners


def _worth(candidate: tuple[Piece, Series]) -> tuple[int, bool, int, int]:
    piece, series = candidate
    own = not series.name.startswith(RAY)
    return len(series.curve), own, piece.file.source.precedence, -len(piece.file.relative.parts)


def _state(cluster: Sequence[Piece], series: Sequence[Series], now: float) -> State:
    planned = max((piece.log.planned_steps or 0 for piece in cluster), default=0)
    stepped = [one.last_step for one in series if len(one) and one.axis is Axis.STEP]
    if any(piece.log.finished for piece in cluster) or (planned and stepped and max(stepped) >= planned):
        return State.FINISHED
    # A log that was just copied is only new as a file: where it has wall times, these count as well.
    logged = [float(one.wall_times[-1]) for one in series if one.wall_times is not None and len(one)]
    written = min(max(piece.file.modified for piece in cluster), max(logged, default=np.inf))
    if now - written < WRITING_SECONDS:
        return State.WRITING
    if planned or any(piece.log.finished is False for piece in cluster):
        return State.INTERRUPTED
    return State.UNKNOWN


def _note_duplicates(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Add a notice to every run whose main curve is identical, bit for bit, to that of an earlier run."""
    seen: dict[bytes, str] = {}
    noted = []
    for run in runs:
        main = run.find(TrainLoss) or run.find(ValLoss)
        if main is None or len(main) < MIN_DUPLICATE_POINTS:
            noted.append(run)
            continue
        digest = blake2b(np.ascontiguousarray(main.steps).data)
        digest.update(np.ascontiguousarray(main.values).data)
        key = digest.digest()
        first = seen.setdefault(key, run.name)
        if first == run.name:
            noted.append(run)
        else:
            notice = Notice(DUPLICATE, run.sources[0].path, f"{main.name} is identical to that of run {first}")
            noted.append(replace(run, notices=(*run.notices, notice)))
    return tuple(noted)
