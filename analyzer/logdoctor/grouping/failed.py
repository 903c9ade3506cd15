"""Which run the errors in a file of their own are of, and that it ended with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from logdoctor.run import Run, SourceFile, State, TextEvent
from logdoctor.run.roles import TrainLoss
from logdoctor.sources.console.messages import FATAL
from logdoctor.sources.discovery import Found
from logdoctor.sources.error_stream import stream_of


def with_errors(runs: Sequence[Run], streams: Sequence[Found]) -> list[Run]:
    """Add to runs what their jobs said on the error stream.

    That is what lies beside a run in a file of the same name but for the stream; without one, the only such file beside
    the only run of a folder. What is neither tells of some other job.
    """
    told = list(runs)
    for file in streams:
        beside = [i for i, run in enumerate(told) if run.home == str(file.folder)]
        named = [i for i in beside if any(_is_of_one_job(file, source) for source in told[i].sources)]
        alone = len(beside) == 1 and sum(other.folder == file.folder for other in streams) == 1
        of = named if named or not alone else beside
        if len(of) == 1:
            told[of[0]] = _ended(told[of[0]], file)
    return told


def _is_of_one_job(file: Found, source: SourceFile) -> bool:
    other = PurePosixPath(source.path)
    return other.parent == file.folder and stream_of(other.name) == stream_of(file.path.name)


def _ended(run: Run, file: Found) -> Run:
    """Put the failures at the end of a run: a program that fails says so last."""
    said = [_placed(run, file, event) for log in file.logs for event in log.events]
    fails = any(event.kind in FATAL for event in said) and run.state is not State.FINISHED
    source = SourceFile(str(file.relative), file.source.name, file.size)
    return replace(
        run,
        events=(*run.events, *said),
        sources=tuple(sorted((*run.sources, source), key=lambda one: one.path)),
        state=State.INTERRUPTED if fails else run.state,
    )


def _placed(run: Run, file: Found, event: TextEvent) -> TextEvent:
    main = run.find(TrainLoss) or next((one for one in run.series if len(one)), None)
    at_the_end = event.kind in FATAL and main is not None and len(main)
    step = int(main.steps.max()) if at_the_end and main is not None else None
    return replace(event, path=str(file.relative), step=step)
