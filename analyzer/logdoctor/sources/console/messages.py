"""Lines that matter besides numbers: errors, warnings, changes of schedule, the end of a run.

The wording is that of the programs that print it: PyTorch, TensorFlow, JAX, apex, DeepSpeed, fairseq, Megatron-LM, Keras,
Lightning, Hugging Face, the Linux kernel, Slurm, LSF. Patterns see lines without their numbers, so that each wording is
matched once in a log however often it comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from logdoctor.run import TextEvent
from logdoctor.run import event_kinds as kinds
from logdoctor.sources.console.masking import MASK
from logdoctor.sources.console.parts import Clock
from logdoctor.sources.console.passages import Passage
from logdoctor.sources.console.prefixes import strip

MOST_EVENTS = 1000
"""Events of one kind that are kept; the first and the last tell the story, and thousands of overflows are one."""

LONGEST_TEXT = 500
"""Characters of a line that are kept."""

_LONGEST_TRACEBACK = 400
"""Lines of a traceback before its last one is given up."""

_N = MASK

_PATTERNS: tuple[tuple[str, str], ...] = (
    (
        kinds.OUT_OF_MEMORY,
        r"OutOfMemoryError|(?:CUDA|HIP|XPU|MPS backend)(?: error:)? out of memory|CUDA error: out of memory|CUBLAS_STATUS_ALLOC_FAILED|"
        r"OOM when allocating tensor|RESOURCE_EXHAUSTED: Out of memory|CUDNN_STATUS_ALLOC_FAILED",
    ),
    (
        kinds.WORKER_KILLED,
        r"DataLoader worker \(pid.*(?:is killed by signal|exited unexpectedly)|insufficient shared memory|"
        r"unable to (?:write to|open) (?:file|shared memory).*(?:torch_|shm)",
    ),
    (
        kinds.HOST_KILLED,
        r"^Killed$|: Killed\b|oom[-_]kill|Out of memory: Kill|exitcode *: -\0|Signal \0 \(SIGKILL\)|signal \0 \(Killed\)|"
        r"died with <Signals\.SIGKILL|Bus error \(core dumped\)|TERM_MEMLIMIT|Exceeded job memory limit",
    ),
    (kinds.DISK_FULL, r"No space left on device|Disk quota exceeded|\[enforce fail at inline_container"),
    (
        kinds.DEVICE_ASSERT,
        r"device-side assert triggered|Assertion `[^`]*`? ?failed|CUBLAS_STATUS_NOT_INITIALIZED.*cublasCreate|"
        r"Target \0 is out of bounds|IndexKernel\.cu.*Assertion|ClassNLLCriterion.*Assertion",
    ),
    (
        kinds.COLLECTIVE_TIMEOUT,
        r"Watchdog caught collective operation timeout|NCCL (?:watchdog )?timeout|ncclSystemError|NCCL error|"
        r"Timed out initializing process group|Some NCCL operations have failed or timed out|"
        r"Connection closed by peer \[|DistBackendError",
    ),
    (
        kinds.DEVICE_FAULT,
        r"illegal memory access|CUDA error: (?!out of memory|device-side)|unspecified launch failure|CUDNN_STATUS_\w*(?:ERROR|FAILED)|"
        r"uncorrectable ECC error|Xid \(PCI|GPU is lost|fallen off the bus",
    ),
    (kinds.RANK_FAILED, r"ChildFailedError|torch\.distributed\.elastic.*(?:FAILED|failed \(exitcode)|: FAILED\b.*rank"),
    (
        kinds.LOSS_SCALE_EXHAUSTED,
        r"Minimum loss scale reached|Current loss scale already at minimum|loss scale (?:is|has) (?:reached|hit) (?:the )?min",
    ),
    (
        kinds.GRADIENT_OVERFLOW,
        r"[Gg]radient overflow|\bOVERFLOW! Rank|OVERFLOW! .*Skipping step|Skipping step, loss scaler|overflow detected|"
        r"reducing loss scale to|grad(?:ient)?s? (?:are|is|has|contain)[^.]{0,20}(?:nan|inf|NaN|Inf).{0,40}[Ss]kip",
    ),
    (
        kinds.NAN_STOP,
        r"Invalid loss, terminating training|Loss is (?:nan|inf|NaN|Inf|-inf)\b|Loss became infinite or NaN|"
        r"loss returned in `training_step` is|is not finite\. Previous best|found NaN in|Unexpected result nan|"
        r"NanLossDuringTrainingError|Model diverged with loss = NaN|returned nan values in its|Loss NaN/Inf detected|"
        r"NaN or Inf found in input tensor|(?:NaN|nan|non-finite) (?:loss|gradient|grad norm)s?\b.{0,30}(?:detected|found|encountered|"
        r"[Ss]topping|[Ss]kipping|[Aa]bort)|[Ll]oss (?:exploded|diverged|is NaN|became NaN)|encountered (?:NaN|nan|Inf)",
    ),
    (kinds.SCHEDULER_ORDER_WARNING, r"call of `lr_scheduler\.step\(\)` before `optimizer\.step\(\)`"),
    (kinds.SHAPE_WARNING, r"Using a target size \(.*\) that is different to the input size"),
    (
        kinds.NO_GRADIENT,
        r"None of the inputs have requires_grad=True|does not require grad and does not have a grad_fn|"
        r"Gradients do not exist for variables|No gradients provided for any variable|"
        r"parameters that were not used in producing loss",
    ),
    (kinds.DATA_EXHAUSTED, r"[Yy]our input ran out of data|[Dd]ataset is exhausted before|StopIteration$"),
    (
        kinds.RATE_REDUCED,
        r"ReduceLROnPlateau reducing learning rate|reducing learning rate of group|ReduceLROnPlateau: reducing",
    ),
    (
        kinds.EARLY_STOPPING,
        r"[Ee]arly[ _-]?[Ss]topping(?: at| triggered| after|!|\.|$|: (?:no|patience|stop))|: early stopping|stopping_early|"
        r"Signaling Trainer to stop|EarlyStopping: Stopping|EarlyStopping: Training stopped",
    ),
    (kinds.TIME_LIMIT, r"DUE TO TIME LIMIT|TERM_RUNLIMIT|[Ww]all ?time (?:limit|exceeded)"),
    (
        kinds.INTERRUPTED,
        r"^KeyboardInterrupt|\bKeyboardInterrupt$|DUE TO PREEMPTION|CANCELLED AT|Detected KeyboardInterrupt|"
        r"SIGTERM received|[Rr]eceived (?:signal )?SIGTERM|Received \0 death signal|TERM_OWNER|Signal \0 \(SIGTERM\)",
    ),
    (
        kinds.RESUMED,
        r"(?i:resum(?:e|ed|ing) (?:training )?(?:from|at|training)|continuing training from checkpoint|"
        r"restor(?:ed|ing) (?:all states )?from (?:the )?checkpoint|will skip the first|=> loaded checkpoint|"
        r"successfully loaded checkpoint from .* (?:at|iteration))",
    ),
    (
        kinds.FINISHED,
        r"(?i:^\W*(?:model )?training (?:is )?(?:completed?|finished|done|ended|over)\b|^finished training|^end of training|"
        r"^done training|`?Trainer\.fit`? stopped: `?max_(?:epochs|steps|time)|training successfully completed|"
        r"\bdone training in|^\W*after training is done)",
    ),
)  # fmt: skip

_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_HINT = re.compile(
    r"[Oo]ut of memory|OutOfMemory|OOM|oom|ALLOC_FAILED|[Kk]ill|KILL|memory|exitcode|signal|SIG|died|No space|quota|enforce|"
    r"assert|Assert|bounds|timeout|imed out|NCCL|nccl|Connection|Dist|CUDA|CUDNN|CUBLAS|Xid|GPU|launch|ECC|Failed|FAILED|"
    r"scale|overflow|OVERFLOW|terminating|[Ll]oss|finite|NaN|nan|NAN|Inf|inf|lr_scheduler|target size|grad|Grad|ran out|"
    r"exhausted|StopIter|reducing|[Ee]arly|early|[Ss]top|TIME LIMIT|TERM_|[Ww]all|KeyboardI|PREEMPT|CANCELLED|death|[Rr]esum|"
    r"RESUM|[Cc]heckpoint|[Rr]estor|skip the|[Ff]inished|FINISHED|[Tt]raining|TRAINING|End of|Trainer|parameters that"
)
"""Words of which every line that matters has at least one."""

_TRACEBACK = "Traceback (most recent call last)"
_EXCEPTION = re.compile(r"(?:[A-Za-z_][\w]*\.)*[A-Z][\w]*(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Fault)?(?::|$)")
_ANNOUNCED = re.compile(r"^\s|^[\s^~]*$")

_FATAL_SIGNAL = re.compile(r"exitcode *: (-[0-9]+)|Signal ([0-9]+)")
_KILL = 9


@dataclass(frozen=True)
class Message:
    """A line that matters, before it is known where the run stood."""

    kind: str
    text: str
    line: int
    """Number of the cleaned line, counted through the whole log."""
    place: int
    """Line of the file, counted from 1."""


class MessageReader:
    """Collects the lines that matter from passage after passage."""

    def __init__(self) -> None:
        self._found: dict[str, list[Message]] = {}
        self._told: dict[str, str] = {}
        """Kinds by shape."""
        self._traceback: int | None = None
        """Lines since a traceback began whose last line is still to come."""

    def take(self, passage: Passage, shapes: list[str], fresh: list[str], first: int) -> None:
        """Take the lines of a passage, given their shapes, those not seen before, and the number of the first line."""
        for shape in fresh:
            kind = kind_of(shape)
            if kind:
                self._told[shape] = kind
        if self._traceback is None and not any(shape in self._told for shape in set(shapes)):
            return
        lines: list[str] | None = None
        for i, shape in enumerate(shapes):
            kind = self._told.get(shape, "")
            if not kind and self._traceback is None:
                continue
            lines = passage.text.split("\n") if lines is None else lines
            if kind == kinds.TRACEBACK:
                self._traceback = 0
                continue
            if self._traceback is not None and not kind:
                kind = self._last_line(shape)
            elif self._traceback is not None and not _ANNOUNCED.match(strip(shape).text):
                self._traceback = None  # the last line has a kind of its own
            if kind:
                self._add(kind, lines[i], first + i, int(passage.places[i]))

    def events(self, path: Path, clock: Clock) -> tuple[TextEvent, ...]:
        """Return all events in the order of the log, with the step at which the run stood."""
        import numpy as np

        found = sorted((one for many in self._found.values() for one in many), key=lambda one: one.line)
        steps = clock.before(np.array([one.line for one in found], np.int64))
        return tuple(
            TextEvent(one.kind, one.text, str(path), one.place, None if np.isnan(step) else int(step))
            for one, step in zip(found, steps.tolist(), strict=True)
        )

    def last(self) -> Message | None:
        """Return the last line that tells how the run ended."""
        ends = kinds.FATAL_KINDS | {kinds.FINISHED, kinds.EARLY_STOPPING}
        found = [one for kind, many in self._found.items() if kind in ends for one in many]
        return max(found, key=lambda one: one.line, default=None)

    def _last_line(self, shape: str) -> str:
        """Tell whether a line ends the traceback that is open; return its kind, or nothing."""
        assert self._traceback is not None
        self._traceback += 1
        text = strip(shape).text
        if _ANNOUNCED.match(text):
            self._traceback = None if self._traceback > _LONGEST_TRACEBACK else self._traceback
            return ""
        self._traceback = None
        return kinds.TRACEBACK if _EXCEPTION.match(text) else ""

    def _add(self, kind: str, line: str, number: int, place: int) -> None:
        if kind == kinds.HOST_KILLED and (signal := _FATAL_SIGNAL.search(line)):
            if abs(int(signal[1] or signal[2])) != _KILL:
                return
        text = line.strip()[:LONGEST_TEXT]
        found = self._found.setdefault(kind, [])
        if found and found[-1].text == text and number - found[-1].line <= 1:
            return
        if len(found) >= MOST_EVENTS:
            found.pop()  # the last one is always kept
        found.append(Message(kind, text, number, place))


def kind_of(shape: str) -> str:
    """Return what a line without its numbers tells, or nothing."""
    if _TRACEBACK in shape:
        return kinds.TRACEBACK
    if len(shape) > 10 * LONGEST_TEXT or not _HINT.search(shape):
        return ""
    text = strip(shape).text
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), "")
