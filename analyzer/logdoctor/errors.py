"""Problems that the user can mend. Each message is one line: what, where, what to do."""


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
