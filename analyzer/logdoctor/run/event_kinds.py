"""What a line of a text log can tell besides numbers: the kinds of a run's text events, which rules ask for."""

from __future__ import annotations

OUT_OF_MEMORY = "out-of-memory"
"""The accelerator had no memory left."""

HOST_KILLED = "host-killed"
"""The operating system killed a process, mostly because the machine had no memory left."""

WORKER_KILLED = "worker-killed"
"""A process that loads data was killed, or found no shared memory."""

DISK_FULL = "disk-full"
"""Nothing more could be written."""

DEVICE_ASSERT = "device-assert"
"""A kernel on the accelerator refused its input, such as a label beyond the number of classes."""

DEVICE_FAULT = "device-fault"
"""Another error of the accelerator: an illegal memory access, a failed launch, a lost device."""

COLLECTIVE_TIMEOUT = "collective-timeout"
"""One process of a distributed training waited for another in vain."""

RANK_FAILED = "rank-failed"
"""A launcher says that one of its processes ended with an error."""

NAN_STOP = "nan-stop"
"""The trainer met a value that is not finite and says so, with or without stopping."""

GRADIENT_OVERFLOW = "gradient-overflow"
"""A step was skipped because its gradients overflowed half precision; the loss scale was lowered."""

LOSS_SCALE_EXHAUSTED = "loss-scale-exhausted"
"""The loss scale reached its minimum."""

SCHEDULER_ORDER_WARNING = "scheduler-order-warning"
"""The learning-rate scheduler was stepped before the optimizer."""

SHAPE_WARNING = "shape-warning"
"""Target and prediction have different shapes, so that the loss broadcasts over them."""

NO_GRADIENT = "no-gradient"
"""Nothing, or not everything, that should be trained has a gradient."""

DATA_EXHAUSTED = "data-exhausted"
"""The data ran out before the planned number of steps."""

RATE_REDUCED = "rate-reduced"
"""A scheduler that watches a metric lowered the learning rate."""

EARLY_STOPPING = "early-stopping"
"""The trainer stopped because a metric no longer improved."""

TRACEBACK = "traceback"
"""Python's last line about an exception that no other kind covers."""

TIME_LIMIT = "time-limit"
"""The scheduler of the cluster ended the job because its time was up."""

INTERRUPTED = "interrupted"
"""A person or the cluster ended the job."""

RESUMED = "resumed"
"""The trainer went on from a checkpoint."""

FINISHED = "finished"
"""The trainer says that it came to its end."""

FATAL_KINDS = frozenset({
    OUT_OF_MEMORY, HOST_KILLED, WORKER_KILLED, DISK_FULL, DEVICE_ASSERT, DEVICE_FAULT, COLLECTIVE_TIMEOUT, RANK_FAILED,
    TRACEBACK, TIME_LIMIT, INTERRUPTED,
})  # fmt: skip
"""Kinds after which a run does not go on, unless more is logged behind them."""
