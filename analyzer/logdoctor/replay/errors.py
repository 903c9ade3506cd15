"""What can be wrong with a recipe or a checkpoint."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from logdoctor.errors import LogDoctorError


class ReplayError(LogDoctorError):
    """The recipe or a checkpoint cannot be used; the message says which line."""


@contextmanager
def blaming(path: Path | None, name: str) -> Iterator[None]:
    """Turn what the user's own function raises into one line that names the function, the file and the line."""
    try:
        yield
    except (ReplayError, KeyboardInterrupt):
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [one for one in frames if path is not None and Path(one.filename) == path] or frames[-1:]
        first_line = (str(error).strip() or "without a message").splitlines()[0]
        where = f"{own[-1].filename}:{own[-1].lineno}" if own else str(path)
        raise ReplayError(f"{where}: {name} raised {type(error).__name__}: {first_line}") from error
