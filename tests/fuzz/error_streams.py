"""Error streams of jobs: whatever is damaged in them, no line is told that is not there, and no curve."""

from __future__ import annotations

import random
from pathlib import Path

from tests.damaged.lines import damaged, read

from logdoctor.sources.error_stream import ErrorStream

SOURCES = (ErrorStream,)

MUTATIONS = 2000

_STREAM = (
    b"UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`.\n"
    b" 50%|#####     | 5/10 [00:01<00:01,  5.00it/s]\n"
    b'Traceback (most recent call last):\n  File "train.py", line 10, in <module>\n    main()\n'
    b"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.\n"
    b"slurmstepd: error: Detected 1 oom-kill event(s) in StepId=7.batch.\n"
)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one stream and read it."""
    data = damaged(_STREAM, rng)
    for log in read(ErrorStream(), folder / "job.err", data) or ():
        assert not log.series
        for event in log.events:
            assert event.text
            assert 1 <= event.line <= data.count(b"\n") + data.count(b"\r") + 1
