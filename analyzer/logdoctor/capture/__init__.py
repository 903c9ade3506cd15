"""Keeping enough of a running training to replay its last steps. Opt-in; torch is imported on use.

import logdoctor.capture

logdoctor.capture.install("runs/today")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from logdoctor.capture.callbacks import hugging_face_callback as hugging_face_callback
    from logdoctor.capture.callbacks import lightning_callback as lightning_callback
    from logdoctor.capture.capturing import Capture as Capture
    from logdoctor.capture.capturing import install as install

_HOME_OF = {
    "Capture": "logdoctor.capture.capturing",
    "install": "logdoctor.capture.capturing",
    "lightning_callback": "logdoctor.capture.callbacks",
    "hugging_face_callback": "logdoctor.capture.callbacks",
}

__all__ = ["Capture", "hugging_face_callback", "install", "lightning_callback"]


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module 'logdoctor.capture' has no attribute {name!r}")
