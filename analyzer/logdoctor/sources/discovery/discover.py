"""Find the logs below some paths: one walk, in which each file is offered once to each source."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from logdoctor.errors import LogDoctorError, NoRunError
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE, PART
from logdoctor.sources.discovery.compressed import is_archive, is_compressed, is_packed, unpacked
from logdoctor.sources.discovery.installed import installed_sources, is_known, source_of, sources_for
from logdoctor.sources.discovery.standard_input import STANDARD_INPUT, received, standard_input
from logdoctor.sources.discovery.walk import NotRead, files_at, refusal
from logdoctor.sources.nul_bytes import NUL_RUN
from logdoctor.sources.rotated_log import RotatedLog, older_parts
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Source
from logdoctor.workers import Workers

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)
"""How an address begins: `s3://bucket`."""

OPENING_SECONDS = 0.005
"""About how long it takes to recognise and read a small log, whatever its format."""

BYTES_A_SECOND = 40e6
"""About how fast a text log is read, the slowest of the large ones: `tests/benchmarks/text_reading.py`."""


@dataclass(frozen=True)
class Found:
    """One file that a source has claimed and read."""

    path: Path
    relative: PurePosixPath
    """Relative to the argument under which it was found."""
    source: Source
    size: int
    modified: float
    """Seconds since 1970."""
    logs: tuple[Log, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What kept the file from being read at all."""
    piped: bool = False
    """Whether it came through standard input: `path` is but a copy of it."""

    @property
    def folder(self) -> PurePosixPath:
        """The folder of the file, relative to the argument."""
        return self.relative if self.piped else self.relative.parent

    @property
    def place(self) -> Path:
        """The file as the user can open it."""
        return Path(STANDARD_INPUT, STANDARD_INPUT) if self.piped else self.path

    @cached_property
    def oddities(self) -> tuple[Notice, ...]:
        """All notices of the file, each once, but for those that say where in it a run lies."""
        of_logs = (one for log in self.logs for one in log.notices if one.kind != PART)
        return tuple(map(self.located, dict.fromkeys((*self.notices, *of_logs))))

    def located(self, notice: Notice) -> Notice:
        """Return a notice under the path of its file relative to the argument, as everything in a report is.

        A source that reads several files, as MLflow's folder of metrics, names the one that a notice is about.
        """
        named = PurePosixPath(notice.path)
        beside = named.is_relative_to(self.path.parent) and named != PurePosixPath(self.path)
        path = self.folder / named.relative_to(self.path.parent) if beside else self.relative
        return replace(notice, path=str(path))


@dataclass(frozen=True)
class Skipped:
    """What lies at or below the paths and became no run."""

    left_alone: tuple[str, ...] = ()
    """Files whose names suggest a log but which are none, and symbolic links; relative to their argument."""
    not_read: tuple[str, ...] = ()
    """What may hold logs but could not be examined, each with the reason in parentheses."""
    in_doubt: tuple[str, ...] = ()
    """Those of them where a run may be missing: what the system refused, and named folders without a log."""


@dataclass(frozen=True)
class Candidates:
    """The outcome of a walk."""

    found: tuple[Found, ...] = ()
    skipped: Skipped = Skipped()


def discover(paths: Sequence[str | Path], workers: Workers | None = None) -> Candidates:
    """Walk the paths and read every file that a source claims; the text `-` stands for standard input.

    Raises NoRunError for a path that does not exist. Symbolic links below a path are not followed, for trackers link
    their latest run and it would count twice. A file that cannot be read keeps its place, with a notice.
    """
    sources = installed_sources()  # found once, and not in each process
    with ExitStack() as kept:
        piped = kept.enter_context(received(standard_input(), sources)) if STANDARD_INPUT in paths else None
        listed = list(_all_listed(paths, piped))
        looked = (workers or Workers()).each("files read", _look, listed, [_seconds(one.status) for one in listed])
    read = {part for one in looked if isinstance(one, Found) for part in _parts_of(one)}
    passed = [one for one in looked if isinstance(one, _Passed)]
    empty = _empty(paths, list(zip(listed, looked, strict=True)))
    skipped = Skipped(
        left_alone=tuple(one.text for one in passed if not one.may_hold_logs),
        not_read=(*(one.text for one in passed if one.may_hold_logs), *empty),
        in_doubt=(*(one.text for one in passed if one.refused), *empty),
    )
    return Candidates(tuple(one for one in looked if isinstance(one, Found) and one.path not in read), skipped)


def _parts_of(found: Found) -> Sequence[Path]:
    """Return the files that were read with a log: a shell may have named them too."""
    return older_parts(found.path) if isinstance(found.source, RotatedLog) else ()


def _empty(paths: Sequence[str | Path], looked: Sequence[tuple[_Listed, Found | _Passed]]) -> list[str]:
    """Name the folders that were given beside others and hold no log, as far as the system allows to look.

    Where files of the same place were given too, a shell has expanded `run/*`, which includes checkpoints.
    """
    logs = [one.real for one, was in looked if isinstance(was, Found) and not was.source.only_settings]
    refused = [one.real for one, was in looked if isinstance(was, _Passed) and was.refused]
    within = {above for real in (*logs, *refused) for above in (real, *real.parents)}
    named = [Path(one) for one in paths if one != STANDARD_INPUT]
    expanded = {one.parent for one in named if not one.is_dir()}
    folders = (one for one in named if one.is_dir() and one.parent not in expanded)
    return [f"{one} (holds no training log)" for one in folders if one.resolve() not in within] if logs else []


@dataclass(frozen=True)
class _Listed:
    """A file whose name some source knows, or that was named."""

    file: Path
    real: Path
    """Where it lies, whatever links led to it."""
    relative: PurePosixPath
    status: os.stat_result | NotRead
    piped: bool = False


def _seconds(status: os.stat_result | NotRead) -> float:
    """Estimate how long it takes to read a file; only the distribution of the work depends on it."""
    return OPENING_SECONDS + (0 if isinstance(status, NotRead) else status.st_size) / BYTES_A_SECOND


def _all_listed(paths: Sequence[str | Path], piped: Path | None) -> Iterator[_Listed]:
    seen: set[Path] = set()
    if piped is not None:
        yield _Listed(piped, piped, PurePosixPath(STANDARD_INPUT), piped.stat(), piped=True)
    for one in (one for one in paths if one != STANDARD_INPUT):
        if not os.path.exists(one):
            raise NoRunError(_missing(str(one)))
        path = Path(one)
        root = path if path.is_dir() else path.parent
        resolved = path.resolve()  # below it no link is followed
        prefix = PurePosixPath(root.as_posix()) if len(paths) > 1 else PurePosixPath()
        for file, status in files_at(path):
            if (real := resolved / file.relative_to(path)) not in seen:  # the paths may overlap
                seen.add(real)
                yield _Listed(file, real, prefix / PurePosixPath(file.relative_to(root).as_posix()), status)


def _missing(path: str) -> str:
    if _ADDRESS.match(path):
        return f"{path}: an address, and logdoctor opens no connection; copy or mount what lies there"
    return f"{path}: no such file or folder"


def is_log(path: Path) -> bool:
    """Tell whether a file would be read where it lies, as a log or as settings beside one."""
    try:
        return is_known(path.name) and path.is_file() and source_of(_head(path, path.stat().st_size)) is not None
    except OSError:
        return False


@dataclass(frozen=True)
class _Passed:
    """A file that is not read."""

    text: str
    """Its path, relative to its argument, with the reason in parentheses where it needs one."""
    may_hold_logs: bool
    refused: bool = False
    """Whether the system refused access."""


def _look(listed: _Listed) -> Found | _Passed:
    """Read a file by the source that claims it."""
    file, relative, status = listed.file, listed.relative, listed.status
    if isinstance(status, NotRead):
        return _Passed(f"{relative} ({status.reason})", status.may_hold_logs, status.refused)
    if is_compressed(file.name) and not is_known(file.name):
        return _look_into(file, relative, status)
    try:
        head = _head(file, status.st_size)
    except OSError as error:
        return _locked(file, relative, status, refusal(error).reason)
    if (source := source_of(head)) is None:
        if is_packed(head.start):
            return _look_into(file, relative, status)
        if lost := _lost_beginning(head):
            return _Passed(f"{relative} ({lost})", may_hold_logs=True, refused=head.whole)
        return _Passed(str(relative), may_hold_logs=False)
    reading = replace(_read(file, relative, source, status), piped=listed.piped)
    if not (reading.notices and source.only_events):
        return reading
    why = reading.notices[0].message.removeprefix(f"{relative}: ")  # there is no run that could say so
    return _Passed(f"{relative} ({why})", may_hold_logs=True)


def _lost_beginning(head: Head) -> str:
    """Say what happened to a text file that begins with NUL bytes, or holds nothing else; empty for binary data."""
    rest = head.start.lstrip(b"\0")
    if head.start and not rest:
        return "nothing but NUL bytes, as storage leaves them after a crash"
    is_text = rest.isascii() and b"\0" not in rest
    return "begins with NUL bytes where its header was" if is_text and len(head.start) - len(rest) >= NUL_RUN else ""


def _look_into(file: Path, relative: PurePosixPath, status: os.stat_result) -> Found | _Passed:
    """Read what a compressed file holds by the source that claims that."""
    try:
        with unpacked(file) as plain:
            if not plain.size and plain.whole:
                return _Passed(str(relative), may_hold_logs=False)
            if not plain.size:
                return _Passed(f"{relative} (compressed; nothing could be unpacked)", may_hold_logs=True, refused=True)
            head = _head(plain.path, plain.size)
            source = None if is_archive(head.start) else source_of(head)
            if source is None or source.only_settings or source.only_events:
                return _Passed(str(relative), may_hold_logs=False)
            reading = _read(plain.path, relative, source, status)
            return replace(reading, path=file, logs=plain.as_packed(reading.logs))
    except OSError as error:
        return _Passed(f"{relative} ({refusal(error).reason})", may_hold_logs=True, refused=True)


def _locked(file: Path, relative: PurePosixPath, status: os.stat_result, why: str) -> Found | _Passed:
    """Keep the place of a file that cannot be opened where its name alone shows a run: that of an event file."""
    source = next((one for one in sources_for(file.name) if one.one_run_per_folder), None)
    if source is None:
        return _Passed(f"{relative} ({why})", may_hold_logs=True, refused=True)
    notice = Notice(DAMAGE, str(relative), f"{relative}: cannot be read: {why}", 0, status.st_size)
    return Found(file, relative, source, status.st_size, status.st_mtime, notices=(notice,))


def _head(path: Path, size: int) -> Head:
    """Return the beginning of a file; raises OSError, also where the path is no longer a regular file."""
    with open(path, "rb", opener=_open_without_waiting) as file:
        return Head(path, size, file.read(HEAD_BYTES))


def _open_without_waiting(path: str, flags: int) -> int:
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file")
    return descriptor


def _read(path: Path, relative: PurePosixPath, source: Source, status: os.stat_result) -> Found:
    logs: tuple[Log, ...] = ()
    notices: tuple[Notice, ...] = ()
    try:
        logs = tuple(source.read(path))
    except (LogDoctorError, OSError) as error:
        notices = (Notice(DAMAGE, str(relative), f"{relative}: cannot be read: {error}", 0, status.st_size),)
    except Exception as error:  # noqa: BLE001 - one file, however strange, must not cost the others
        text = f"{relative}: cannot be read ({type(error).__name__}: {error}); please report this file"
        notices = (Notice(DAMAGE, str(relative), text, 0, status.st_size),)
    return Found(path, relative, source, status.st_size, status.st_mtime, logs, notices)
