"""From files to runs: what belongs together, what is a copy, and what each run is called."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path, PurePosixPath

import numpy as np

from logdoctor.run import Axis, Notice, Run, Series, Setting, SourceFile, State
from logdoctor.run.notice import DUPLICATE
from logdoctor.run.roles import TrainLoss, ValLoss
from logdoctor.run.understand import Overrides, understand
from logdoctor.sources.agreement import Quantity, Relation, quantity, relation, same_values
from logdoctor.sources.discovery import Found
from logdoctor.sources.homes import home_of, home_of_settings, is_of_one_rank, split_hint
from logdoctor.sources.source import Log

WRITING_SECONDS = 600.0
"""A log that changed less than ten minutes ago may still be being written."""

MIN_DUPLICATE_POINTS = 10
"""Curves that are shorter may well be equal by accident."""


DEEPEST_COPY = 3
"""Levels below a run's folder at which a copy of its log is looked for: `lightning_logs/version_0` and one more."""


@dataclass(frozen=True)
class Piece:
    """One log of one file, with the place where its run lives."""

    file: Found
    log: Log
    home: PurePosixPath
    series: tuple[Series, ...] = field(repr=False)

    @cached_property
    def quantities(self) -> Mapping[Quantity, Series]:
        """The first series of each quantity that has points."""
        return {quantity(one): one for one in reversed(self.series) if len(one)}

    @cached_property
    def kind(self) -> object:
        """Format and quantities: what all logs of one program share."""
        return type(self.file.source), frozenset(self.quantities)

    @cached_property
    def fingerprint(self) -> bytes:
        """Where each quantity begins; copies of one log begin alike, however much of it they hold."""
        begins = [(key, one.steps[:1].tobytes() + one.values[:1].tobytes()) for key, one in self.quantities.items()]
        return b"".join(begin for _, begin in sorted(begins))

    @property
    def continues(self) -> bool:
        """Whether other files of its format in the same folder are parts of the same log."""
        return self.file.source.one_run_per_folder


def group(files: Sequence[Found], overrides: Overrides | None = None, now: float | None = None) -> tuple[Run, ...]:
    """Make runs of files: those of one folder that agree or complete each other are one run.

    `now` is the time of the analysis in seconds since 1970; runs are ordered by name.
    """
    logs = [file for file in files if not file.source.only_settings]
    folders = frozenset(file.folder for file in logs)
    pieces = [piece for file in logs for piece in _pieces(file, folders)]
    by_home: dict[tuple[PurePosixPath, str], list[Piece]] = {}
    for piece in pieces:
        by_home.setdefault((piece.home, piece.log.label), []).append(piece)
    apart = [(home, label, cluster) for (home, label), found in by_home.items() for cluster in _clusters(found)]
    clusters = _copies_joined(_ranks_joined(apart))
    per_home: dict[PurePosixPath, int] = {}
    for home, _, _ in clusters:
        per_home[home] = per_home.get(home, 0) + 1
    moment = time.time() if now is None else now
    runs = [
        _run(_name(home, label, cluster, alone=per_home[home] == 1), cluster, overrides, moment)
        for home, label, cluster in clusters
    ]
    described = _described(runs, [file for file in files if file.source.only_settings])
    return _note_duplicates(sorted(_distinct(described), key=lambda run: run.name))


def _described(runs: Sequence[Run], settings: Sequence[Found]) -> list[Run]:
    """Add to every run the settings that lie beside it; what the log itself says goes before them."""
    beside: dict[str, list[Found]] = {}
    for file in settings:
        beside.setdefault(str(home_of_settings(file.folder)), []).append(file)
    return [_with_settings(run, beside[run.home]) if run.home in beside else run for run in runs]


def _with_settings(run: Run, files: Sequence[Found]) -> Run:
    said = {name: value for file in files for log in file.logs for name, value in log.hyperparameters.items()}
    described = [SourceFile(str(file.relative), file.source.name, file.size) for file in files]
    sources = sorted((*run.sources, *described), key=lambda source: source.path)
    return replace(run, hyperparameters={**said, **run.hyperparameters}, sources=tuple(sources))


def _pieces(file: Found, folders: frozenset[PurePosixPath]) -> Iterator[Piece]:
    for log in file.logs or (Log(),):
        home, subfolder = home_of(file.folder, log.series, folders)
        split = split_hint(subfolder, file.path.stem)
        prefix = f"{subfolder}/" if subfolder else ""
        yield Piece(
            file, log, home, tuple(replace(s, name=prefix + s.name, split=s.split or split) for s in log.series)
        )


@dataclass(frozen=True)
class _Cluster:
    """The pieces of one run, as they come together."""

    pieces: list[Piece] = field(default_factory=list)
    quantities: dict[Quantity, Series] = field(default_factory=dict)
    fingerprints: dict[object, set[bytes]] = field(default_factory=dict)
    """How the pieces of each kind begin."""

    def add(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.fingerprints.setdefault(piece.kind, set()).add(piece.fingerprint)
        for key, series in piece.quantities.items():
            self.quantities.setdefault(key, series)

    def relation(self, piece: Piece) -> Relation:
        """Say what a piece is to this run."""
        if piece.continues and any(other.continues for other in self.pieces):
            return Relation.SAME
        if not piece.series:
            return Relation.APART
        alike = self.fingerprints.get(piece.kind)
        if alike is not None and piece.fingerprint not in alike:
            return Relation.CONTRARY  # the same kind of log begins otherwise: of thousands in a folder most end here
        found = relation(piece.quantities, self.quantities)
        same_format = any(type(piece.file.source) is type(other.file.source) for other in self.pieces)
        if (
            found is Relation.APART
            and same_format
            and any(key[0] and key in self.quantities for key in piece.quantities)
        ):
            return Relation.CONTRARY  # two logs of one format and no common step: two runs
        return found


def _clusters(pieces: list[Piece]) -> list[list[Piece]]:
    """Divide the pieces of one folder into runs.

    Event files of one folder are one run, for that is how TensorBoard reads them. Any other piece joins the run that
    holds the same data, or the only run if it shares no quantity with it; else it is a run of its own.
    """
    clusters: list[_Cluster] = []
    for piece in sorted(pieces, key=lambda p: (not p.continues, p.file.folder != p.home, str(p.file.relative))):
        relations = [cluster.relation(piece) for cluster in clusters]
        if Relation.SAME in relations:
            home = clusters[relations.index(Relation.SAME)]
        elif relations == [Relation.APART]:
            (home,) = clusters
        else:
            home = _Cluster()
            clusters.append(home)
        home.add(piece)
    return [cluster.pieces for cluster in clusters]


_Placed = tuple[PurePosixPath, str, list[Piece]]
"""The pieces of one run, with its folder and its label."""


def _ranks_joined(placed: Sequence[_Placed]) -> list[_Placed]:
    """Join the runs of folders such as `rank_0` and `rank_1` that hold the same curves: one run, told by each process.

    Processes that each log the loss of their own share of the data stay apart.
    """
    joined = [one for one in placed if not is_of_one_rank(one[0])]
    ranks = [one for one in placed if is_of_one_rank(one[0])]
    first_of: dict[tuple[PurePosixPath, str, object], list[Piece]] = {}
    for home, label, pieces in sorted(ranks, key=lambda one: (len(one[0].name), str(one[0]))):
        first = first_of.setdefault((home.parent, label, pieces[0].kind), pieces)
        if first is not pieces and _is_same_data(pieces, first):
            first.extend(pieces)
        else:
            joined.append((home, label, pieces))
    return joined


def _copies_joined(placed: Sequence[_Placed]) -> list[_Placed]:
    """Join a run with the only run of other formats below its folder that holds the same data.

    Trainers write one run at several depths: Hugging Face's `trainer_state.json` above `runs/<start>/`, MMEngine's text
    log above `vis_data/`, a table beside a folder of event files.
    """
    homes: dict[PurePosixPath, list[int]] = {}
    for i, (home, _, _) in enumerate(placed):
        homes.setdefault(home, []).append(i)
    below: dict[int, list[int]] = {}
    for lower, (home, _, pieces) in enumerate(placed):
        above = [upper for folder in home.parents[:DEEPEST_COPY] for upper in homes.get(folder, ())]
        same = [upper for upper in above if _is_copy(pieces, placed[upper][2])]
        if len(same) == 1:
            below.setdefault(same[0], []).append(lower)
    lowest = {lower for (lower, *others) in below.values() if not others} - below.keys()
    return [
        (
            home,
            label,
            [*pieces, *(piece for lower in below.get(i, ()) if lower in lowest for piece in placed[lower][2])],
        )
        for i, (home, label, pieces) in enumerate(placed)
        if i not in lowest
    ]


def _is_copy(ours: Sequence[Piece], theirs: Sequence[Piece]) -> bool:
    """Whether two runs of other formats hold the same data."""
    if {piece.file.source.name for piece in ours} & {piece.file.source.name for piece in theirs}:
        return False
    return _is_same_data(ours, theirs)


def _is_same_data(ours: Sequence[Piece], theirs: Sequence[Piece]) -> bool:
    """Whether two runs share a quantity of many points, and what they share agrees."""
    here = {key: series for piece in ours for key, series in piece.quantities.items()}
    there = {key: series for piece in theirs for key, series in piece.quantities.items()}
    long = any(key[0] and min(len(here[key]), len(there[key])) >= MIN_DUPLICATE_POINTS for key in here.keys() & there)
    return long and relation(here, there) is Relation.SAME


def _name(home: PurePosixPath, label: str, cluster: list[Piece], *, alone: bool) -> str:
    if alone:
        return str(home)
    return f"{home}:{label or cluster[0].file.path.stem}"


def _distinct(runs: list[Run]) -> Iterator[Run]:
    """Number the runs of one name: `a.csv` and `a.json` of one folder can tell of different runs."""
    seen: dict[str, int] = {}
    for run in runs:
        seen[run.name] = seen.get(run.name, 0) + 1
        yield run if seen[run.name] == 1 else replace(run, name=f"{run.name}#{seen[run.name]}")


def _run(name: str, cluster: list[Piece], overrides: Overrides | None, now: float) -> Run:
    joined = _join_parts(cluster)
    chosen, winners = _best_copies(joined)
    series = understand(chosen, overrides)
    files = {piece.file.relative: piece.file for piece in cluster}
    used = {piece.file.relative for piece in cluster if piece.continues} | winners
    hyperparameters: dict[str, Setting] = {}
    for piece in reversed(cluster):
        hyperparameters.update(piece.log.hyperparameters)
    notices = [notice for file in files.values() for notice in _relative(file)]
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


def _opened(piece: Piece) -> Path:
    """Return the run's folder as it can be opened: a file may lie in a sub-folder of it."""
    above = len(piece.file.folder.parts) - len(piece.home.parts)
    return piece.file.path.parents[max(above, 0)]


def _relative(file: Found) -> Iterator[Notice]:
    """Yield the notices of a file under its path relative to the argument, as everything in a report is.

    A source that reads several files, as MLflow's folder of metrics, names the one that a notice is about.
    """
    for notice in (*file.notices, *(notice for log in file.logs for notice in log.notices)):
        named = PurePosixPath(notice.path)
        beside = named.is_relative_to(file.path.parent) and named != PurePosixPath(file.path)
        path = file.folder / named.relative_to(file.path.parent) if beside else file.relative
        yield replace(notice, path=str(path))


def _join_parts(cluster: list[Piece]) -> list[tuple[Piece, Series]]:
    """Return every series with the piece it comes from; parts of one curve that lie in several files are put together.

    Files are put in the order of their first wall time: names sort wrongly after a clock was set back. Where a writer
    says that it starts again at a step (`purge_step`), what earlier files of its folder hold from that step on is void.
    The folders beside it, as `add_scalars` makes them, have writers of their own that may be a moment older.
    """
    continuing = sorted((piece for piece in cluster if piece.continues), key=_begins)
    parts: dict[str, list[tuple[Piece, Series]]] = {}
    for i, piece in enumerate(continuing):
        restarts = [later.log.starts_at for later in continuing[i + 1 :] if later.file.folder == piece.file.folder]
        void_from = min((step for step in restarts if step is not None), default=None)
        for series in piece.series:
            valid = series if void_from is None else series.take(series.steps < void_from)
            parts.setdefault(series.name, []).append((piece, valid))
    joined = [(found[0][0], _concatenated([series for _, series in found])) for found in parts.values()]
    return joined + [(piece, series) for piece in cluster if not piece.continues for series in piece.series]


def _begins(piece: Piece) -> tuple[float, str]:
    """When the first point of a file was written; the name decides among files without times."""
    times = [float(s.wall_times[0]) for s in piece.series if s.wall_times is not None and len(s)]
    return min(times, default=0.0), str(piece.file.relative)


def _concatenated(parts: list[Series]) -> Series:
    if len(parts) == 1:
        return parts[0]
    times = [s.wall_times if s.wall_times is not None else np.full(len(s), np.nan) for s in parts]
    return replace(
        parts[0],
        steps=np.concatenate([s.steps for s in parts]),
        values=np.concatenate([s.values for s in parts]),
        wall_times=np.concatenate(times),
    )


def _best_copies(candidates: Iterable[tuple[Piece, Series]]) -> tuple[list[Series], set[PurePosixPath]]:
    """Drop the copies: series of another file that hold the values of a better one; return also whose were kept.

    Better is the one of more points, then the one of the better format, then the one that lies higher.
    """
    by_quantity: dict[Quantity, list[tuple[Piece, Series]]] = {}
    for piece, series in candidates:
        by_quantity.setdefault(quantity(series), []).append((piece, series))
    kept: list[Series] = []
    winners: set[PurePosixPath] = set()
    for alike in by_quantity.values():
        best: list[tuple[Piece, Series]] = []
        for piece, series in sorted(alike, key=_worth, reverse=True):
            copies = (other for owner, other in best if owner.file is not piece.file)
            if not any(same_values(other, series) for other in copies):
                best.append((piece, series))
        kept += [series for _, series in best]
        winners |= {piece.file.relative for piece, _ in best}
    return kept, winners


def _worth(candidate: tuple[Piece, Series]) -> tuple[int, int, int]:
    piece, series = candidate
    return len(series.curve), piece.file.source.precedence, -len(piece.file.relative.parts)


def _state(cluster: list[Piece], series: Sequence[Series], now: float) -> State:
    planned = max((piece.log.planned_steps or 0 for piece in cluster), default=0)
    stepped = [int(one.steps[-1]) for one in series if len(one) and one.axis is Axis.STEP]
    if any(piece.log.finished for piece in cluster) or (planned and stepped and max(stepped) >= planned):
        return State.FINISHED
    # A log that was just copied is new as a file only: where it has times of its own, these decide as well.
    logged = [float(one.wall_times[-1]) for one in series if one.wall_times is not None and len(one)]
    written = min(max(piece.file.modified for piece in cluster), max(logged, default=np.inf))
    if now - written < WRITING_SECONDS:
        return State.WRITING
    if planned or any(piece.log.finished is False for piece in cluster):
        return State.INTERRUPTED
    return State.UNKNOWN


def _note_duplicates(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Note on every run whose main curve is, bit for bit, that of a run before it."""
    seen: dict[bytes, str] = {}
    noted = []
    for run in runs:
        main = run.find(TrainLoss) or run.find(ValLoss)
        if main is None or len(main) < MIN_DUPLICATE_POINTS:
            noted.append(run)
            continue
        key = blake2b(main.steps.tobytes() + main.values.tobytes()).digest()
        first = seen.setdefault(key, run.name)
        if first == run.name:
            noted.append(run)
        else:
            notice = Notice(DUPLICATE, run.sources[0].path, f"{main.name} is identical to that of run {first}")
            noted.append(replace(run, notices=(*run.notices, notice)))
    return tuple(noted)
