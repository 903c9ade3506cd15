"""Files that hold nothing but errors: the end of a run beside them, or a run that failed before its first step."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import PurePosixPath

from logdoctor.run import Run, SourceFile, State, TextEvent
from logdoctor.run.roles import TrainLoss
from logdoctor.run.text_event import (
    COLLECTIVE_TIMEOUT,
    DEVICE_ASSERT,
    DEVICE_FAULT,
    FATAL,
    NON_FINITE_STOP,
    OUT_OF_MEMORY,
    WORKER_KILLED,
)
from logdoctor.sources.discovery.discover import Found
from logdoctor.sources.error_stream import is_stream, stream_of

_OF_TRAINING = frozenset({
    COLLECTIVE_TIMEOUT, DEVICE_ASSERT, DEVICE_FAULT, NON_FINITE_STOP, OUT_OF_MEMORY, WORKER_KILLED,
})  # fmt: skip
"""Failures that only a training has: a log with nothing else belongs to one that failed before its first step."""


def with_errors(runs: Sequence[Run], streams: Sequence[Found]) -> list[Run]:
    """Add the error streams of their jobs to the runs, and add the runs that failed before they logged anything.

    A stream belongs to the run in its folder whose file has the same name but for the stream; if there is no such run,
    to the only run of the folder, provided that it is the only stream there. Any other belongs to some other job.
    """
    ended = list(runs)
    for file in streams:
        beside = [i for i, run in enumerate(ended) if run.home == str(file.folder)]
        named = [i for i in beside if any(_is_of_one_job(file, source) for source in ended[i].sources)]
        errors = [other for other in streams if other.folder == file.folder and is_stream(other.path.name)]
        owners = named or (beside if len(beside) == 1 and errors == [file] else [])
        if len(owners) == 1:
            ended[owners[0]] = _ended(ended[owners[0]], file)
    homes = {run.home for run in runs}
    return ended + [_never_begun(file, streams) for file in streams if _failed_at_once(file, homes)]


def _failed_at_once(file: Found, homes: AbstractSet[str]) -> bool:
    """Tell whether a log has no curve but says how a training failed, and lies in no run's folder."""
    within = any(str(folder) in homes for folder in (file.folder, *file.folder.parents))
    return not within and any(event.kind in _OF_TRAINING for log in file.logs for event in log.events)


def _never_begun(file: Found, streams: Sequence[Found]) -> Run:
    alone = sum(other.folder == file.folder for other in streams) == 1
    return Run(
        name=str(file.folder) if alone else f"{file.folder}:{file.path.stem}",
        sources=(SourceFile(str(file.relative), file.source.name, file.size),),
        events=tuple(replace(event, path=str(file.relative)) for log in file.logs for event in log.events),
        state=State.INTERRUPTED,
        home=str(file.folder),
        folder=str(file.place.parent),
    )


def _is_of_one_job(file: Found, source: SourceFile) -> bool:
    other = PurePosixPath(source.path)
    return other.parent == file.folder and stream_of(other.name) == stream_of(file.path.name)


def _ended(run: Run, file: Found) -> Run:
    """Put failures at the end of the run: they are the last thing that a program writes."""
    events = [_placed(run, file, event) for log in file.logs for event in log.events]
    fails = any(event.kind in FATAL for event in events) and run.state is not State.FINISHED
    source = SourceFile(str(file.relative), file.source.name, file.size)
    return replace(
        run,
        events=(*run.events, *events),
        sources=tuple(sorted((*run.sources, source), key=lambda one: one.path)),
        state=State.INTERRUPTED if fails else run.state,
    )


def _placed(run: Run, file: Found, event: TextEvent) -> TextEvent:
    main = run.find(TrainLoss) or next((one for one in run.series if len(one)), None)
    step = None
    if event.kind in FATAL and main is not None and len(main):
        step = int(main.steps.max())
    return replace(event, path=str(file.relative), step=step)
