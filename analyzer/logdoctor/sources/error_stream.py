"""The error stream of a program, where a scheduler writes it to a file of its own: `job.err`."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from logdoctor.run import TextEvent
from logdoctor.run.text_event import FATAL
from logdoctor.sources.console.context.messages import MessageReader
from logdoctor.sources.console.damage.mending import mended
from logdoctor.sources.console.forms.line import BAR
from logdoctor.sources.console.rows.parts import Clock
from logdoctor.sources.console.rows.streams import StreamReader
from logdoctor.sources.console.text.passages import Passage, end_passage, head_passage, read_passages
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Sample, Source
from logdoctor.sources.tables.lost_lines import Span

LAST_WORDS = 200
"""Lines from the end of the file in which a failure is the program's last: the tracebacks of eight processes and what
their launcher says of each."""

_BARS_CLOSED = 2
"""Progress bars that are drawn once more as the program ends, behind its traceback: one of epochs, one of batches."""
_FULL = "100%|"
"""How a bar ends whose loop did."""

_STREAM = re.compile(r"(?:^|[._-])(?:std)?(?:out|err)(?=$|[._-])|[.](?:log|txt)$", re.I)
"""What tells the two streams of one job apart by name: `job_7.out`, `train_err.txt`."""
_NUMBERED = re.compile(r"\.[oe]([0-9]+)$")
"""The same of PBS and Grid Engine: `train.o123`, `train.e123`."""

_ERRORS = ("*.err", "*.stderr", "*.e[0-9]*", "stderr*", "err.*", "*[._-]err.*", "*[._-]stderr.*")
_OUTPUT = ("*.log", "*.out", "*.stdout", "*.o[0-9]*", "stdout*", "*log*.txt", "*out*.txt", "*train*.txt")
"""Names of what was meant to hold the curves, of which none came."""


class ErrorStream(Source):
    """Errors and warnings without any curve, beside the file in which the job's output was kept or all there is."""

    name = "error-stream"
    patterns = (*_ERRORS, *_OUTPUT)
    precedence = -1  # what holds a curve is a log
    only_events = True
    samples = (
        Sample("Slurm's", "job_7.err", "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n", {}),
        Sample(
            "what bars of tqdm show once more as the program ends",
            "console.log",
            "Epoch 1:   0%|          | 0/15 [00:00<?, ?it/s]Traceback (most recent call last):\n"
            '  File "train.py", line 3, in step\n    raise ArithmeticError("NaN detected in train loss")\n'
            "ArithmeticError: NaN detected in train loss\nEpoch 1:   7%|6         | 1/15 [00:00<00:01,  8.08it/s]\n",
            {},
        ),
        Sample("of two words", "train_err.txt", "slurmstepd: error: Detected 1 oom-kill event(s) in StepId=7.\n", {}),
        Sample("nothing that matters", "job_7.err", "Downloading: 100%|####| 9/9 [00:01<00:00, 9.00it/s]\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by a line that matters, at the beginning or at the end."""
        return bool(_events([head_passage(head)]) or (not head.whole and _events([end_passage(head.path)])))

    def read(self, path: Path) -> Iterator[Log]:
        """Read every line that matters."""
        yield Log(events=tuple(replace(event, path=str(path)) for event in _events(read_passages(path))))


def is_stream(name: str) -> bool:
    """Tell from its name whether a file holds the errors of a job and not its output."""
    return any(fnmatch(name.lower(), pattern) for pattern in _ERRORS)


def stream_of(name: str) -> str:
    """Return a file's name without what tells the output of a job from its errors, which both have in common."""
    return _NUMBERED.sub(r".\1", _STREAM.sub("", _STREAM.sub("", name))).lower()


def last_failure(path: Path) -> str:
    """Return what a program said as it failed, at the end of a file of text; empty where it said of no failure."""
    is_short = path.stat().st_size <= HEAD_BYTES
    found = _events(read_passages(path) if is_short else [end_passage(path)])
    return next((one.text for one in reversed(found) if one.kind in FATAL), "")


def _events(passages: Iterator[Passage | Span] | list[Passage]) -> tuple[TextEvent, ...]:
    """Return what matters; of failures those after which nothing more was done, as far as the stream tells."""
    rows, messages = StreamReader(), MessageReader()
    moved = deque([0] * (1 + _BARS_CLOSED), maxlen=1 + _BARS_CLOSED)
    for piece in passages:
        if isinstance(piece, Span):
            continue
        passage, _ = mended(piece)
        taken = rows.take(passage)
        messages.take(passage, taken)
        bars = [i for i, shape in enumerate(taken.shapes) if BAR.search(shape)]
        lines = passage.text.split("\n") if bars else []
        for i in bars[-1 - _BARS_CLOSED :]:
            place = passage.places.at(i)
            moved.extend([place] * (moved.maxlen or 1) if _FULL in lines[i] else [place])
        last = passage.places.at(len(taken.shapes) - 1)
    ends = max(moved[0], last - LAST_WORDS) if rows.lines else 0
    found = messages.events(Path(), Clock.of([]), range(rows.lines), rows.lines, rows.lines)
    return tuple(one for one in found if one.kind not in FATAL or one.line > ends)
