"""What a log reports besides values: errors, warnings, ends, restarts, stages of the training."""

from __future__ import annotations

from dataclasses import dataclass

OUT_OF_MEMORY = "out-of-memory"
"""The device had no memory left."""

HOST_KILLED = "host-killed"
"""The operating system killed the process: memory of the host, a signal."""

WORKER_KILLED = "worker-killed"
"""A data-loading process died."""

DISK_FULL = "disk-full"
"""A file could not be written for lack of space."""

DEVICE_ASSERT = "device-assert"
"""A check on the device failed: most often a label or token id out of range."""

DEVICE_FAULT = "device-fault"
"""An illegal memory access or another error of the device."""

COLLECTIVE_TIMEOUT = "collective-timeout"
"""Processes of a distributed run timed out waiting for each other."""

NON_FINITE_STOP = "non-finite-stop"
"""The trainer stopped because a loss or gradient was not finite."""

GRADIENT_OVERFLOW = "gradient-overflow"
"""A step was skipped because its scaled gradients overflowed."""

SCHEDULER_ORDER = "scheduler-order-warning"
"""torch warns that the scheduler was stepped before the optimizer."""

SHAPE_BROADCAST = "shape-broadcast-warning"
"""torch warns that targets and outputs of a loss differ in shape."""

NO_GRADIENT = "no-gradient-warning"
"""Parameters or inputs that should have a gradient have none."""

DATA_EXHAUSTED = "data-exhausted"
"""The data ended before the planned steps."""

TRACEBACK = "traceback"
"""The program ended with an exception; the text is its last line."""

PREEMPTED = "preempted"
"""The job was stopped from outside: time limit, preemption, an interrupt from the keyboard."""

RESUMED = "resumed"
"""Training went on from a checkpoint."""

STAGE_BEGUN = "stage-begun"
"""From here on the log names another stage of the training: another objective, task or part of the model."""

MOST_STAGES = 20
"""Stages of one training: what tells more of them apart may be the tasks of mixed batches."""

RATE_REDUCED = "learning-rate-reduced"
"""A callback lowered the learning rate."""

EARLY_STOP = "early-stop"
"""A callback ended the training because nothing improved."""

FINISHED = "finished"
"""The trainer reported that it was done."""

CRASHES = frozenset({
    OUT_OF_MEMORY, HOST_KILLED, WORKER_KILLED, DISK_FULL, DEVICE_ASSERT, DEVICE_FAULT, COLLECTIVE_TIMEOUT, TRACEBACK,
})  # fmt: skip
"""Kinds of lines with which a program dies, unless more is logged after them."""

STOPS = CRASHES | {PREEMPTED}
"""These, and what stops a program from outside."""

FATAL = STOPS | {NON_FINITE_STOP}
"""These, and what makes a trainer give up: a run has ended with it, unless more is logged after it."""

ENDS = frozenset({FINISHED, EARLY_STOP})
"""Kinds of lines with which a training ends as intended."""


@dataclass(frozen=True, slots=True)
class TextEvent:
    """A line of a text log that matters: an error, a warning, a change of schedule."""

    kind: str
    """One of the constants of this module."""
    text: str
    path: str
    line: int
    """Counted from 1."""
    step: int | None = None
    """The last step logged before it; the first of the stage that begins."""
    is_behind_all: bool = False
    """Whether no values follow it in the text."""
