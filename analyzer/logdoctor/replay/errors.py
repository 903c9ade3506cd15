"""Errors about a recipe or a checkpoint."""

from __future__ import annotations

import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from logdoctor.errors import LogDoctorError

_LIBRARIES = tuple(sysconfig.get_path(one) for one in ("stdlib", "platstdlib", "purelib", "platlib"))


class ReplayError(LogDoctorError):
    """The recipe or a checkpoint cannot be used; the message says which line."""


@contextmanager
def blaming(path: Path | None, name: str) -> Iterator[None]:
    """Turn what the user's own function raises into one line that names the function, the file and the line."""
    try:
        yield
    except (LogDoctorError, KeyboardInterrupt):
        raise
    except SystemExit as end:
        raise ReplayError(
            f"{place_of(end, path)}: {name} ended Python itself ({end.code or 0}); a recipe defines functions that "
            "return, and trains nothing"
        ) from None
    except Exception as error:
        first_line = (str(error).strip() or "without a message").splitlines()[0]
        raise ReplayError(f"{place_of(error, path)}: {name} raised {type(error).__name__}: {first_line}") from error


def place_of(error: BaseException, path: Path | None) -> str:
    """Return the user's file and line that an error came from: the innermost that is no library's."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if _is_users(one, path)] or frames[-1:]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else str(path)


def _is_users(frame: traceback.FrameSummary, path: Path | None) -> bool:
    if path is not None and Path(frame.filename) in (path, path.absolute()):
        return True
    return not frame.filename.startswith((*_LIBRARIES, str(Path(__file__).parent.parent), "<"))
