"""Hyper-parameters in event files: the hparams plugin, and the texts in which trainers log their arguments."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

from logdoctor.run import Setting
from logdoctor.sources.event_file.protobuf import BYTES, FIXED64, VARINT, WireError, fields, members
from logdoctor.sources.tables.numbers import number_or_text

_ARGUMENTS = b"args config cfg hparams hyperparameters hyperparams params parameters options settings".split()

TEXTS = {**{name + b"/text_summary": "" for name in _ARGUMENTS}, b"model_config/text_summary": "model_config."}
"""Tags of texts that hold settings, and what goes in front of their names (the last by transformers' integration)."""

_WORDS: dict[str, Setting] = {"True": True, "False": False, "None": None}


def hparams(content: bytes) -> dict[str, Setting]:
    """Read the settings in a `HParamsPluginData` (tensorboard/plugins/hparams/plugin_data.proto).

    Contents of that plugin that describe an experiment or an end hold none; nor does what cannot be read.
    """
    settings: dict[str, Setting] = {}
    try:
        for session_start_info in members(content, 0, len(content), 3):
            for entry in members(content, *session_start_info, 1):
                settings.update(_entry(content, *entry))
    except WireError:
        pass
    return settings


def text_settings(tag: bytes, text: bytes) -> dict[str, Setting]:
    """Read the settings in a text of one of TEXTS: the plain values at the top of its JSON, or those of its table."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = _table(text.decode(errors="backslashreplace"))
    if not isinstance(content, dict):
        return {}
    plain = {name: value for name, value in content.items() if value is None or isinstance(value, str | int | float)}
    return {TEXTS[tag] + name: value for name, value in plain.items()}


def _table(text: str) -> dict[str, Setting]:
    """Read a Markdown table of names and values, which CleanRL logs: `|param|value|`, `|-|-|`, `|gamma|0.99|`."""
    rows = [line.strip().strip("|").split("|", 1) for line in text.splitlines() if line.strip().startswith("|")]
    if len(rows) < 3 or set("".join(rows[1])) - set("-:| "):
        return {}
    pairs = ((row[0].strip(), row[1].strip()) for row in rows[2:] if len(row) == 2)
    return {name: _WORDS[value] if value in _WORDS else number_or_text(value) for name, value in pairs}


def _entry(content: bytes, start: int, end: int) -> dict[str, Setting]:
    """Read an entry of the map `SessionStartInfo.hparams`; lists and structures are no plain values and left out."""
    name, values = "", list[Setting]()
    for number, wire, first, last in fields(content, start, end):
        if number == 1 and wire == BYTES:
            name = _text(content[first:last])
        elif number == 2 and wire == BYTES:
            values += [
                read(content[one.start : one.end])
                for one in fields(content, first, last)
                if (read := _VALUES.get((one.number, one.wire)))
            ]
    return {name: values[-1]} if values else {}


def _text(data: bytes) -> str:
    return data.decode(errors="backslashreplace")


_VALUES: dict[tuple[int, int], Callable[[bytes], Setting]] = {
    (1, VARINT): lambda _: None,
    (2, FIXED64): lambda data: float(struct.unpack("<d", data)[0]),
    (3, BYTES): _text,
    (4, VARINT): lambda data: any(byte & 0x7F for byte in data),
}
"""Fields of google.protobuf.Value by number and wire type, and how each is read."""
