"""Work shared among processes: the results, and their order, do not depend on how many there are."""

from __future__ import annotations

import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

MOST_JOBS = 8
"""Processes started by default: the files lie on one disk, and a machine has other users."""

CHUNKS_PER_JOB = 8
"""Portions that each process gets in turn: few enough to cost nothing, small enough to keep all busy at the end."""

START = "fork" if sys.platform == "linux" else "spawn"
"""How a process starts. A fork has everything loaded; on other systems, libraries do not tolerate one."""

WORTH_SECONDS = {"fork": 0.4, "spawn": 3.0}
"""Seconds of work that justify one more process: starting it takes about a tenth of that."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def _ignore(_doing: str, _done: int, _of: int) -> None:
    """Report nothing."""


@dataclass(frozen=True)
class Workers:
    """How many processes share the work, and what follows their progress."""

    jobs: int | None = 1
    """None for as many as there are processors and the work justifies."""
    progress: Progress = _ignore

    def each(
        self, doing: str, work: Callable[[_Item], _Result], items: Sequence[_Item], seconds: Sequence[float]
    ) -> list[_Result]:
        """Return the result for each item, in their order; `seconds` estimate how long each takes.

        Items and results should be picklable; what cannot be shared, for whatever reason, is done in this process.
        """
        jobs = self._jobs(seconds)
        if jobs > 1:
            with suppress(_NoProcess):
                return self._shared(doing, work, items, _chunks(seconds, jobs), jobs)
        results = []
        for done, item in enumerate(items):
            self.progress(doing, done, len(items))
            results.append(work(item))
        return results

    def _jobs(self, seconds: Sequence[float]) -> int:
        if self.jobs is None:
            return min(processors(), MOST_JOBS, int(sum(seconds) / WORTH_SECONDS[START]), len(seconds))
        return min(self.jobs, len(seconds))

    def _shared(
        self,
        doing: str,
        work: Callable[[_Item], _Result],
        items: Sequence[_Item],
        chunks: Sequence[Sequence[int]],
        jobs: int,
    ) -> list[_Result]:
        from concurrent.futures import BrokenExecutor, as_completed

        found: dict[int, _Result] = {}
        with _pool(min(jobs, len(chunks)), work, items) as pool:
            try:
                portions = {pool.submit(_do, chunk): chunk for chunk in chunks}
            except (OSError, BrokenExecutor) as error:  # the system allows no more of them, or ends them at once
                raise _NoProcess from error
            for portion in as_completed(portions):
                chunk = portions[portion]
                try:
                    results = portion.result()
                except Exception:  # noqa: BLE001 - the process died, or cannot hand it back: what is wrong shows here
                    results = [work(items[at]) for at in chunk]
                found.update(zip(chunk, results, strict=True))
                self.progress(doing, len(found), len(items))
        return [found[at] for at in range(len(items))]


class _NoProcess(Exception):
    """No process can be started here."""


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunks(seconds: Sequence[float], jobs: int) -> list[list[int]]:
    """Divide the items into portions of about equal length, the longest items first, so that none is left for last."""
    enough = sum(seconds) / (jobs * CHUNKS_PER_JOB)
    chunks: list[list[int]] = []
    held = enough
    for at in sorted(range(len(seconds)), key=lambda at: -seconds[at]):
        if held >= enough:
            chunks.append([])
            held = 0.0
        chunks[-1].append(at)
        held += seconds[at]
    return chunks


@contextmanager
def _pool(jobs: int, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[ProcessPoolExecutor]:
    """Yield processes that know the work; none of them outlives the block."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    others = set(multiprocessing.active_children())
    context = multiprocessing.get_context(START)
    try:
        pool = ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(work, items))
    except (OSError, ImportError, NotImplementedError) as error:  # a system without shared memory for locks
        raise _NoProcess from error
    try:
        with warnings.catch_warnings():  # no thread of ours runs, and those of numerical libraries bear a fork
            warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
            yield pool
    except BaseException:  # interrupted: nobody waits for what they are at
        for worker in set(multiprocessing.active_children()) - others:
            worker.terminate()
            worker.join()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


_task: tuple[Callable[[Any], Any], Sequence[Any]]
"""The work of this process, and all items."""


def _begin(work: Callable[[Any], Any], items: Sequence[Any]) -> None:
    """Prepare a process to end silently when it is interrupted, or when the one that started it ends."""
    from multiprocessing import parent_process

    global _task  # noqa: PLW0603 - handed over once, when the process begins
    _task = (work, items)
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_DFL)
    if parent := parent_process():
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(parent: int) -> None:
    from multiprocessing.connection import wait

    wait([parent])
    os._exit(1)


def _do(chunk: Sequence[int]) -> list[Any]:
    work, items = _task
    return [work(items[at]) for at in chunk]
