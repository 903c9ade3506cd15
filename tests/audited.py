"""Run `logdoctor` in a process in which nothing it asks of the machine goes unseen.

    python tests/audited.py RECORD ARGUMENTS...

What Python reports to audit hooks (https://docs.python.org/3/library/audit_events.html) while the command runs is
written to the file RECORD as JSON: the name of each event that matters, with its arguments as texts.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

WATCHED = (
    "socket.", "http.", "urllib.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "webbrowser.",
    "subprocess.", "os.", "pty.", "pickle.", "marshal.load", "exec", "compile", "import", "open", "ctypes.dlopen",
    "shutil.", "tempfile.", "sqlite3.", "code.__new__", "mmap.",
)  # fmt: skip


def texts(event: str, arguments: tuple[object, ...]) -> Iterator[str]:
    """Spell the arguments of an event: of code its file, of a source its beginning, of a path its whole."""
    for argument in arguments:
        if event == "exec":
            yield str(getattr(argument, "co_filename", argument))
        elif isinstance(argument, bytes | bytearray):
            yield os.fsdecode(bytes(argument[:10_000]))
        elif argument is None or isinstance(argument, int):
            yield str(argument)
        elif isinstance(argument, str | os.PathLike):
            yield str(argument)[:10_000]
        else:
            yield type(argument).__name__


def main() -> None:
    """Install the hook, run the command, write the record."""
    record, *arguments = sys.argv[1:]
    events: list[list[str]] = []
    seen: set[tuple[str, ...]] = set()
    listening = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event.startswith(WATCHED):
            found = (event, *texts(event, arguments))
            if found not in seen:
                seen.add(found)
                events.append(list(found))

    sys.addaudithook(hook)
    from logdoctor.cli import main as logdoctor

    sys.argv = ["logdoctor", *arguments]
    try:
        logdoctor()
    except SystemExit as end:
        code = end.code
    else:
        code = 0
    listening = False
    Path(record).write_text(json.dumps({"code": code, "events": events}), "utf-8")


if __name__ == "__main__":
    main()
