"""Files with the settings of a run and none of its curves: `hparams.yaml`, `args.yaml`, `config.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from logdoctor.run import Setting
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.json.records import settings_of
from logdoctor.sources.tables.numbers import number_or_text
from logdoctor.sources.tables.yaml_text import load_yaml

LARGEST = 1024 * 1024
"""Bytes of the largest file that is read: settings that people choose take a few kilobytes."""

MOST_VISITED = 5000
"""Entries of one file that are looked at; a YAML file of a few lines can name itself into billions."""

DEEPEST = 8

WRAPPED = frozenset({"value", "desc", "sort"})
"""W&B writes every setting as `{"desc": null, "value": 3}`, SwanLab with its place in the order as well."""


class SettingsFile(Source):
    """The settings that Lightning, Ultralytics, timm, Hydra, Sacred, Ray Tune and W&B write beside their logs.

    Tags that build Python objects (`!!python/object`) are read as the plain values below them; nothing is built.
    """

    name = "settings"
    patterns = (
        "hparams.yaml", "hparams.yml", "hparams.json", "args.yaml", "args.yml", "args.json", "opt.yaml", "hyp.yaml",
        "config.yaml", "config.yml", "config.json", "params.yaml", "params.json", "training_args.json",
        "training_args.yaml", "overrides.yaml",
    )  # fmt: skip
    precedence = 1
    only_settings = True
    samples = (
        Sample("Lightning's", "hparams.yaml", "lr: 1e-3\nbatch_size: 32\nmodel:\n  width: 64\n", {}),
        Sample("with an object in it", "args.yaml", "lr: 0.1\npath: !!python/object:pathlib.PosixPath [runs]\n", {}),
        Sample("Hydra's, of one job", "overrides.yaml", "- lr=0.1\n- +model.width=64\n- ~logger\n", {}),
        Sample("Sacred's", "config.json", '{"lr": 0.1, "seed": 7}', {}),
        Sample("a list", "config.json", "[1, 2]", None),
        Sample("no YAML", "config.yaml", "a: [1,\n}", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by its name, and by plain values in it."""
        return head.whole and bool(_read(head.path, head.start))

    def read(self, path: Path) -> Iterator[Log]:
        """Read all plain values, nested names joined with a dot."""
        with path.open("rb") as file:
            yield Log(hyperparameters=_read(path, file.read(LARGEST)))


def _read(path: Path, content: bytes) -> dict[str, Setting]:
    text = content.decode("utf-8-sig", "replace")
    try:
        document = json.loads(text) if path.suffix.lower() == ".json" else load_yaml(text)
    except (ValueError, RecursionError):
        return {}
    if path.stem == "overrides" and isinstance(document, list):
        document = dict(_overridden(document))
    if not isinstance(document, dict):
        return {}
    plain = {name: value for name, value in islice(_visited(document), MOST_VISITED) if not isinstance(value, dict)}
    settings = settings_of(plain)
    # YAML 1.1 takes `1e-3` for a text, since it has no dot.
    return {name: number_or_text(value) if isinstance(value, str) else value for name, value in settings.items()}


def _overridden(lines: list[Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a job of Hydra changes: `lr=0.1`, `+model.width=64`; what it takes out sets nothing."""
    for line in lines:
        name, equals, value = str(line).lstrip("+").partition("=")
        if name and equals and not name.startswith("~"):
            yield name, _typed(value)


def _typed(value: str) -> Any:
    """Return what a value is in the configuration beside it: `amp=true` is no text there."""
    try:
        return load_yaml(value)
    except (ValueError, RecursionError):
        return value


def _visited(document: Mapping[Any, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield everything in nested mappings under joined names, the mappings themselves too, for a reader to stop."""
    for name, entry in document.items():
        wrapped = isinstance(entry, dict) and entry.keys() <= WRAPPED and "value" in entry
        value = entry["value"] if wrapped else entry
        yield f"{prefix}{name}", value
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _visited(value, f"{prefix}{name}.", depth + 1)
