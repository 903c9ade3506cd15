"""Which logs belong to one run: parts of one log, copies in other formats or folders, ranks of one training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath

from logdoctor.grouping.agreement import Quantity, Relation, quantity, relation
from logdoctor.grouping.opponents import are_opponents
from logdoctor.grouping.run_folders import (
    CAPTURE,
    Folders,
    home_of,
    is_captured_console,
    is_of_one_quantity,
    is_of_one_rank,
    split_hint,
)
from logdoctor.run import Series
from logdoctor.run.averages import averages
from logdoctor.run.naming import role_of
from logdoctor.run.roles import Counter, TrainLoss
from logdoctor.sources.discovery.discover import Found
from logdoctor.sources.source import Log

MIN_SHARED_POINTS = 10
"""Shorter curves may well be equal by accident."""

DEEPEST_COPY = 3
"""Levels below a run's folder down to which copies of its log are searched: `lightning_logs/version_0` and one more."""


@dataclass(frozen=True)
class Piece:
    """One log of one file, with the folder of its run."""

    file: Found
    log: Log
    home: PurePosixPath
    series: tuple[Series, ...] = field(repr=False)

    @cached_property
    def quantities(self) -> Mapping[Quantity, Series]:
        """The first series with points of each quantity."""
        return {quantity(one): one for one in reversed(self.series) if len(one)}

    @cached_property
    def kind(self) -> object:
        """Format and quantities, which all logs of one program share."""
        return type(self.file.source), frozenset(self.quantities)

    @cached_property
    def fingerprint(self) -> bytes:
        """How each quantity begins; copies of a log begin alike, however much of it they hold."""
        begins = [(key, one.steps[:1].tobytes() + one.values[:1].tobytes()) for key, one in self.quantities.items()]
        return b"".join(begin for _, begin in sorted(begins))

    @property
    def is_captured(self) -> bool:
        """Whether `logdoctor.capture` wrote it, in addition to any log of the training itself."""
        return self.home != self.file.folder and self.file.folder.name.startswith(CAPTURE)

    @cached_property
    def continues(self) -> bool:
        """Whether neighbouring files are parts of the same log."""
        return self.file.source.one_run_per_folder or is_of_one_quantity(self.file.folder, self.log.series)


@dataclass(frozen=True)
class RunPieces:
    """The logs of one run."""

    home: PurePosixPath
    """Its folder."""
    label: str
    """Its name in the log, where one log holds several runs."""
    pieces: tuple[Piece, ...]
    """At least one."""


def clusters(files: Sequence[Found]) -> list[RunPieces]:
    """Return the pieces of each run that the files contain."""
    folders = Folders(file.folder for file in files)
    by_home: dict[tuple[PurePosixPath, str], list[Piece]] = {}
    for piece in (piece for file in files for piece in _pieces(file, folders)):
        by_home.setdefault((piece.home, piece.log.label), []).append(piece)
    separate = [RunPieces(*place, tuple(one)) for place, found in by_home.items() for one in _clusters(found)]
    return _copies_joined(_ranks_joined(separate))


def _pieces(file: Found, folders: Folders) -> Iterator[Piece]:
    for log in file.logs or (Log(),):
        home, subfolder = home_of(file.folder, log.series, folders)
        split = split_hint(subfolder, file.path.stem, log.series)
        prefix = f"{subfolder}/" if subfolder else ""
        averaged = averages(file.source.name, log.series, log.hyperparameters)
        series = (
            replace(s, name=prefix + s.name, split=s.split or split, average=averaged.get(s.name, ""))
            for s in log.series
        )
        yield Piece(file, log, home, tuple(series))


@dataclass(frozen=True)
class _Cluster:
    """The pieces of one run found so far."""

    pieces: list[Piece] = field(default_factory=list)
    quantities: dict[Quantity, Series] = field(default_factory=dict)
    fingerprints: dict[object, set[bytes]] = field(default_factory=dict)
    """How the pieces of each kind begin."""

    def add(self, piece: Piece) -> None:
        self.pieces.append(piece)
        self.fingerprints.setdefault(piece.kind, set()).add(piece.fingerprint)
        for key, series in piece.quantities.items():
            self.quantities.setdefault(key, series)

    @property
    def has_loss(self) -> bool:
        """Whether it has a training loss."""
        return any(key[0] == TrainLoss.id for key in self.quantities)

    def relation(self, piece: Piece) -> Relation:
        """Return how a piece relates to this run."""
        if piece.continues and any(other.continues for other in self.pieces):
            return Relation.SAME
        if not piece.series:
            return Relation.APART
        alike = self.fingerprints.get(piece.kind)
        if alike is not None and piece.fingerprint not in alike:
            return Relation.CONTRARY  # the same kind of log begins differently: most of thousands in a folder end here
        found = relation(piece.quantities, self.quantities)
        same_format = any(type(piece.file.source) is type(other.file.source) for other in self.pieces)
        if (
            found is Relation.APART
            and same_format
            and any(key[0] and key in self.quantities for key in piece.quantities)
        ):
            return Relation.CONTRARY  # two logs of one format without a common step are two runs
        return found


def _clusters(pieces: list[Piece]) -> list[list[Piece]]:
    """Divide the pieces of one folder into runs.

    Event files of one folder are one run, because TensorBoard reads them so. Any other piece joins the run that holds
    the same data, or the only run if they share no quantity; otherwise it is a run of its own. A capture always belongs
    to the only run; its curves, which are counted and named differently, are used only if the training logged no loss.
    """
    clusters: list[_Cluster] = []
    for piece in sorted(
        _named_as_opponents(pieces),
        key=lambda p: (p.is_captured, not p.continues, p.file.folder != p.home, str(p.file.relative)),
    ):
        relations = [cluster.relation(piece) for cluster in clusters]
        if piece.is_captured and len(clusters) == 1:
            (home,) = clusters
            piece = replace(piece, series=()) if home.has_loss else piece  # noqa: PLW2901
        elif Relation.SAME in relations:
            home = clusters[relations.index(Relation.SAME)]
        elif relations == [Relation.APART]:
            (home,) = clusters
        else:
            home = _Cluster()
            clusters.append(home)
        home.add(piece)
    return [cluster.pieces for cluster in clusters]


def _named_as_opponents(pieces: list[Piece]) -> list[Piece]:
    """Name the curves of two alike logs after the networks that their files are named after: `generator/loss`."""
    alike: dict[object, list[Piece]] = {}
    for piece in pieces:
        alike.setdefault(piece.kind, []).append(piece)
    apart = {
        id(one) for found in alike.values() if len(found) == 2 and are_opponents(one.file.path.stem for one in found)
        for one in found
    }  # fmt: skip
    return [_under_its_stem(one) if id(one) in apart else one for one in pieces]


def _under_its_stem(piece: Piece) -> Piece:
    stem = piece.file.path.stem
    counted = (role_of(one.name, one.split) is Counter for one in piece.series)
    named = (
        one if counts else replace(one, name=f"{stem}/{one.name}")
        for one, counts in zip(piece.series, counted, strict=True)
    )
    return replace(piece, series=tuple(named))


def _ranks_joined(runs: Sequence[RunPieces]) -> list[RunPieces]:
    """Join the runs of folders such as `rank_0` and `rank_1` with the same curves: one run, logged by each process.

    Processes that each log the loss on their own share of the data stay separate.
    """
    joined = [one for one in runs if not is_of_one_rank(one.home)]
    ranks = [one for one in runs if is_of_one_rank(one.home)]
    first_of: dict[tuple[PurePosixPath, str, object], int] = {}
    for one in sorted(ranks, key=lambda one: (len(one.home.name), str(one.home))):
        first = first_of.setdefault((one.home.parent, one.label, one.pieces[0].kind), len(joined))
        if first < len(joined) and _is_same_data(one.pieces, joined[first].pieces):
            joined[first] = replace(joined[first], pieces=(*joined[first].pieces, *one.pieces))
        else:
            joined.append(one)
    return joined


def _copies_joined(runs: Sequence[RunPieces]) -> list[RunPieces]:
    """Join a run with the only run of other formats below its folder that holds the same data.

    Trainers write one run at several depths: Hugging Face's `trainer_state.json` above `runs/<start>/`, MMEngine's text
    log above `vis_data/`, a table beside a folder of event files. The joined run has the place of the upper one, unless
    further runs lie below the upper folder: then its log was merely kept there, as console output is.
    """
    homes: dict[PurePosixPath, list[int]] = {}
    for i, one in enumerate(runs):
        homes.setdefault(one.home, []).append(i)
    below: dict[int, list[int]] = {}
    for lower, one in enumerate(runs):
        above = [upper for folder in one.home.parents[:DEEPEST_COPY] for upper in homes.get(folder, ())]
        same = [upper for upper in above if _is_copy(one.pieces, runs[upper].pieces)]
        if len(same) == 1:
            below.setdefault(same[0], []).append(lower)
    lowest = {lower for (lower, *others) in below.values() if not others} - below.keys()
    copy_of = {upper: lower for upper, found in below.items() for lower in found if lower in lowest}
    kept = [i for i in range(len(runs)) if i not in lowest]
    folders_of_runs = {folder for i in kept for folder in runs[i].home.parents}
    joined = []
    for i in kept:
        parts = (runs[i], runs[copy_of[i]]) if i in copy_of else (runs[i],)
        if runs[i].home in folders_of_runs:
            parts = parts[::-1]
        joined.append(replace(parts[0], pieces=tuple(piece for part in parts for piece in part.pieces)))
    return joined


def _is_copy(ours: Sequence[Piece], theirs: Sequence[Piece]) -> bool:
    """Whether two runs of other formats hold the same data."""
    if _formats(ours) & _formats(theirs):
        return False
    return _is_same_data(ours, theirs)


def _formats(pieces: Sequence[Piece]) -> set[str]:
    """Return the formats of a run, without the console output that a tracker kept, which repeats the others."""
    return {piece.file.source.name for piece in pieces if not is_captured_console(piece.file.relative)}


def _is_same_data(ours: Sequence[Piece], theirs: Sequence[Piece]) -> bool:
    """Whether two runs share a quantity with many points, and the shared quantities agree."""
    here, there = _longest_of_each(ours), _longest_of_each(theirs)
    long = any(key[0] and min(len(here[key]), len(there[key])) >= MIN_SHARED_POINTS for key in here.keys() & there)
    return long and relation(here, there) is Relation.SAME


def _longest_of_each(pieces: Sequence[Piece]) -> dict[Quantity, Series]:
    """Return for each quantity the series with the most points, the first of equals: others may be epoch means."""
    found: dict[Quantity, Series] = {}
    for key, series in (pair for piece in pieces for pair in piece.quantities.items()):
        if key not in found or len(series) > len(found[key]):
            found[key] = series
    return found
