"""Problems that the user can mend. Each message is one line: what, where, what to do."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the hint of an error about an unknown name: the nearest known one, or all of them."""
    names = list(known)
    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(names)}"


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
        super().__init__(f"{name} cannot be written: {reason(problem)}")
