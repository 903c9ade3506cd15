"""Settings in YAML and JSON: damaged bytes, tags, anchors and nesting; whatever is there, plain values are read."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.damaged.lines import DAMAGE, damaged, read
from tests.damaged.pieces import Damage, Pieces

from logdoctor.sources.settings_file import SettingsFile

SOURCES = (SettingsFile,)

_YAML = (
    b"lr: 1e-3\nbatch_size: 32\nmodel:\n  width: 64\n  layers: [1, 2, 3]\nname: red owl\nseed: 7\n",
    b"lr: 0.1\npath: !!python/object:pathlib.PosixPath [runs]\nbase: &base {a: 1, b: 2}\nother: *base\n",
    b"optimizer: {desc: null, value: {lr: 0.01, betas: [0.9, 0.999]}}\n_wandb: {desc: null, value: {cli: 1}}\n",
    b"defaults:\n- _self_\n- model: large\nlr: 0x10\nflag: yes\nwhen: 2024-01-02\nratio: 1:30\nnone: ~\n",
)
_PIECES = (
    b"!!python/object/apply:os.system ['true']", b"&a [*a, *a]", b"*a", b"{<<: *base}", b"[" * 200, b"{a: " * 100,
    b"!!binary aGk=", b"!!set {a, b}", b"!!timestamp 2024-13-45", b"!<tag:x> 1", b"9" * 5000, b"1_000", b".inf",
    b".nan",
    b"? [a, b]\n: 1", b"\"\\x00\"", b"- " * 300, b"%YAML 1.1", b"---", b"...", b"!!int '0o17'", b"1:2:3:4:5:6",
    b"!!float '1e'", b"0b1111", b"190:20:30", b"!!omap [a: 1]", b"!!null x", b"!!bool maybe", b"\xc2\x85", b"\t",
)  # fmt: skip


def _odd_value(file: Pieces, rng: random.Random) -> Pieces:
    """Put a value in that YAML reads in a way of its own."""
    places = [i + 1 for i, byte in enumerate(file.data) if byte == ord(" ")] or [0]
    return file.replaced(rng.choice(places), rng.randrange(4), rng.choice(_PIECES))


_DAMAGE: tuple[Damage, ...] = (*DAMAGE, *(_odd_value,) * 10)


def trial(rng: random.Random, folder: Path) -> None:
    """Damage one file of settings and read it."""
    if rng.random() < 0.2:
        document = {"lr": 0.001, "model": {"width": 64, "layers": [1, 2]}, "name": "red owl", "seed": 7}
        name, content = "config.json", json.dumps(document).encode()
    else:
        name, content = "hparams.yaml", rng.choice(_YAML)
    logs = read(SettingsFile(), folder / name, damaged(content, rng, _DAMAGE))
    for log in logs or ():
        assert not log.series
        for key, value in log.hyperparameters.items():
            assert type(key) is str
            assert type(value) in (str, int, float, bool), (key, value)
