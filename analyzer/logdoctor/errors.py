"""Problems that the user can fix. Each message is one line: what, where, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_KNOWN = 20
"""Names that an error lists before it counts the rest."""

MAX_NEAR = 3
"""Names containing the unknown one that an error suggests; more would be a list again."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the hint for an unknown name: the nearest known one, those that contain it, or all."""
    names = list(known)
    near = get_close_matches(name, names, n=1) or [one for one in names if name and name in one][:MAX_NEAR]
    if near:
        return f"; did you mean {' or '.join(map(repr, near))}?"
    more = [f"{len(names) - MAX_KNOWN:,} more"] if len(names) > MAX_KNOWN else []
    return f"; known are {', '.join([*names[:MAX_KNOWN], *more])}"


def reason(problem: OSError) -> str:
    """Return the system's message about a file, without its name and the error number."""
    return (problem.strerror or str(problem)).lower().replace("file or directory", "file or folder")


class LogDoctorError(Exception):
    """Something the user can fix; the command line prints it and exits with 2."""


class ConfigurationError(LogDoctorError):
    """The configuration file or a command-line option is not valid."""


class RulePackError(LogDoctorError):
    """No rule pack is installed, or one of its rules cannot be used."""


class NoRunError(LogDoctorError):
    """Nothing below the given paths is a training log; the command line exits with 3."""


class UnreadableLogError(LogDoctorError):
    """A file that was recognised as a log cannot be read at all; it becomes a notice."""


class OutputError(LogDoctorError):
    """A report cannot be written, for lack of space or permission."""

    def __init__(self, name: str, problem: OSError) -> None:
        super().__init__(f"{name} cannot be written: {problem.strerror or problem}")
