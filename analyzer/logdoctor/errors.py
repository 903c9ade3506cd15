"""Problems that the user can mend. Each message is one line: what, where, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_KNOWN = 20
"""Names that an error lists before it counts the others."""

MAX_NEAR = 3
"""Names that hold what was said, which an error asks for: more would be a list again."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the hint of an error about an unknown name: the nearest known one, those that hold it, or all."""
    names = list(known)
    near = get_close_matches(name, names, n=1) or [one for one in names if name and name in one][:MAX_NEAR]
    if near:
        return f"; did you mean {' or '.join(map(repr, near))}?"
    more = [f"{len(names) - MAX_KNOWN:,} more"] if len(names) > MAX_KNOWN else []
    return f"; known are {', '.join([*names[:MAX_KNOWN], *more])}"


def reason(problem: OSError) -> str:
    """Return what the system says of a file, in words: its name is said before, its number helps nobody."""
    return (problem.strerror or str(problem)).lower().replace("file or directory", "file or folder")


class LogDoctorError(Exception):
    """Something the user can mend; the command line prints it and exits with 2."""


class ConfigurationError(LogDoctorError):
    """The configuration file or a command-line option cannot be followed."""


class RulePackError(LogDoctorError):
    """No rule pack is installed, or one of its rules cannot be used."""


class NoRunError(LogDoctorError):
    """Nothing below the given paths is a training log; the command line exits with 3."""


class UnreadableLogError(LogDoctorError):
    """A file that was recognised as a log cannot be read at all; it becomes a notice."""


class OutputError(LogDoctorError):
    """A report cannot be written, for want of room or of permission."""

    def __init__(self, name: str, problem: OSError) -> None:
        super().__init__(f"{name} cannot be written: {problem.strerror or problem}")
