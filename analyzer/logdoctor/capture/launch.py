"""Runs an unmodified script with a capture: `python -m logdoctor.capture.launch OPTIONS SCRIPT ...`.

`logdoctor capture` starts this in a process of its own. The hooks are installed when the script has imported torch.
"""

from __future__ import annotations

import importlib.util
import json
import runpy
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


class _AfterImport:
    """Finds one module as the others would have, and calls a function when it has been imported."""

    def __init__(self, name: str, then: Callable[[], object]) -> None:
        self._name = name
        self._then = then

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:  # noqa: ARG002
        """Return the spec of the module with a loader that calls the function, once."""
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            self._follow(spec)
        return spec

    def _follow(self, spec: ModuleSpec) -> None:
        loader: Any = spec.loader
        execute = loader.exec_module

        def executed(module: ModuleType) -> None:
            execute(module)
            self._then()

        loader.exec_module = executed


def main(arguments: Sequence[str]) -> None:
    """Run a script, or a module after `-m`, as Python itself would; the first argument is the options as JSON."""
    options, *command = arguments
    settings = json.loads(options)
    sys.meta_path.insert(0, _AfterImport("torch", lambda: _install(settings)))
    if command[0] == "-m":
        sys.argv = command[1:]
        runpy.run_module(command[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = command
    sys.path[0] = str(Path(command[0]).resolve().parent)
    runpy.run_path(command[0], run_name="__main__")


def _install(settings: dict[str, Any]) -> None:
    from logdoctor.capture import install

    install(settings.pop("folder"), **settings)


if __name__ == "__main__":
    main(sys.argv[1:])
