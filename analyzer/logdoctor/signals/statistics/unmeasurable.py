"""Why a signal has no value for a run."""

from __future__ import annotations


class Unmeasurable(Exception):
    """A series on which a signal cannot be measured; its text says why."""
