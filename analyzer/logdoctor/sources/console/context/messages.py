"""Lines that matter besides numbers: errors, warnings, changes of schedule, the end of a run.

The wording is that of the programs that print it: PyTorch, TensorFlow, JAX, apex, DeepSpeed, fairseq, Megatron-LM,
Keras, Lightning, Hugging Face, scikit-learn, LightGBM, CatBoost, skorch, spaCy, the Linux kernel, Slurm, LSF. Patterns
see lines without their numbers, so that each wording is matched once in a log however often it comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from logdoctor.run import TextEvent
from logdoctor.run import text_event as kinds
from logdoctor.sources.console.rows.parts import Clock
from logdoctor.sources.console.rows.streams import Taken
from logdoctor.sources.console.text.passages import Passage
from logdoctor.sources.console.text.prefixes import strip
from logdoctor.sources.console.words.word_filter import WordFilter

MOST_EVENTS = 1000
"""Events of one kind that are kept; the first and the last tell enough, and thousands of overflows are one."""

LONGEST_TEXT = 500
"""Characters of a line that are kept."""

_LONGEST_SHAPE = 10 * LONGEST_TEXT
"""Characters of a line without its numbers that are looked at."""

_LONGEST_TRACEBACK = 400
"""Lines of a traceback before its last one is given up."""

WORDINGS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (kinds.OUT_OF_MEMORY, ("memory", "oom", "alloc_failed"), (
        r"OutOfMemoryError", r"(?:CUDA|HIP|XPU|MPS backend)(?: error:)? out of memory", r"CUBLAS_STATUS_ALLOC_FAILED",
        r"OOM when allocating tensor", r"RESOURCE_EXHAUSTED: Out of memory", r"CUDNN_STATUS_ALLOC_FAILED",
    )),
    (kinds.WORKER_KILLED, ("dataloader worker", "shared memory", "unable to"), (
        r"DataLoader worker \(pid.*(?:is killed by signal|exited unexpectedly)", r"insufficient shared memory",
        r"unable to (?:write to|open) (?:file|shared memory).*(?:torch_|shm)",
    )),
    (kinds.HOST_KILLED, ("kill", "exitcode", "bus error", "memlimit", "memory limit"), (
        r"^Killed$", r": (?:\0 )?Killed\b", r"oom[-_]kill", r"Out of memory: Kill", r"exitcode *: -\0", r"\(SIGKILL\)",
        r"signal \0 \(Killed\)", r"died with <Signals\.SIGKILL", r"Bus error \(core dumped\)", r"TERM_MEMLIMIT",
        r"Exceeded job memory limit",
    )),
    (kinds.DISK_FULL, ("no space", "quota", "enforce fail"), (
        r"No space left on device", r"Disk quota exceeded", r"\[enforce fail at inline_container",
    )),
    (kinds.DEVICE_ASSERT, ("assert", "out of bounds"), (
        r"device-side assert triggered", r"Assertion `[^`]*`? ?failed", r"Target \0 is out of bounds",
        r"(?:IndexKernel|ClassNLLCriterion).*Assertion",
    )),
    (kinds.COLLECTIVE_TIMEOUT, (
        "timeout", "timed out", "ncclsystemerror", "nccl error", "connection closed", "distbackend",
    ), (
        r"Watchdog caught collective operation timeout", r"NCCL (?:watchdog )?timeout", r"ncclSystemError",
        r"NCCL error", r"Timed out initializing process group", r"Some NCCL operations have failed or timed out",
        r"Connection closed by peer \[", r"DistBackendError",
    )),
    (kinds.DEVICE_FAULT, (
        "illegal memory", "cuda error", "launch failure", "cudnn_status", "ecc error", "xid (", "gpu is lost",
        "fallen off",
    ), (
        r"illegal memory access", r"CUDA error: (?!out of memory|device-side)", r"unspecified launch failure",
        r"CUDNN_STATUS_\w*(?:ERROR|FAILED)", r"uncorrectable ECC error", r"Xid \(PCI", r"GPU is lost",
        r"fallen off the bus",
    )),
    (kinds.NON_FINITE_STOP, (
        "loss scale", "terminating", "loss is", "loss became", "loss ret", "loss expl", "loss div", "finite",
        "nan",
    ), (
        r"Minimum loss scale reached", r"Current loss scale already at minimum", r"Invalid loss, terminating training",
        r"Loss is (?:nan|inf|NaN|Inf|-inf)\b", r"Loss became infinite or NaN", r"loss returned in `training_step` is",
        r"is not finite\. Previous best", r"found NaN in", r"Unexpected result nan", r"NanLossDuringTrainingError",
        r"Model diverged with loss = NaN", r"returned nan values in its", r"Loss NaN/Inf detected",
        r"NaN or Inf found in input tensor", r"NaN detected in (?:train|eval) loss",
        r"[Ll]oss (?:exploded|diverged|is NaN|became NaN)",
        r"(?:NaN|nan|non-finite) (?:loss|gradient|grad norm)s?\b.{0,30}(?:detected|found|encountered|stopp|[Aa]bort)",
    )),
    (kinds.GRADIENT_OVERFLOW, ("overflow", "loss scale", "skip"), (
        r"[Gg]radient overflow", r"\boverflow detected, (?:ignoring|setting|skipping)", r"\bOVERFLOW! Rank",
        r"OVERFLOW! .*Skipping step", r"Skipping step, loss scaler",
        r"reducing loss scale to",
        r"grad(?:ient)?s?(?: norm)? (?:are|is|has|contain)[^.]{0,20}(?:nan|inf|NaN|Inf).{0,40}[Ss]kip",
    )),
    (kinds.SCHEDULER_ORDER, ("lr_scheduler",), (r"call of `lr_scheduler\.step\(\)` before `optimizer\.step\(\)`",)),
    (kinds.SHAPE_BROADCAST, ("target size",), (r"Using a target size \(.*\) that is different to the input size",)),
    (kinds.NO_GRADIENT, ("requires_grad=true", "not require grad", "gradients"), (
        r"None of the inputs have requires_grad=True", r"does not require grad and does not have a grad_fn",
        r"Gradients do not exist for variables", r"No gradients provided for any variable",
    )),
    (kinds.DATA_EXHAUSTED, ("ran out",), (r"[Yy]our input ran out of data",)),
    (kinds.RATE_REDUCED, ("reducing",), (
        r"ReduceLROnPlateau reducing learning rate", r"reducing learning rate of group", r"ReduceLROnPlateau: reducing",
    )),
    (kinds.EARLY_STOP, ("early", "signaling", "did not improve", "overfitting detector", "stopping since"), (
        r"(?<!meet )[Ee]arly[ _-]?[Ss]topping(?: at| triggered| after|!|\.|$|: (?:no|patience|stop))",
        r": early stopping",
        r"stopping_early", r"Signaling Trainer to stop", r"EarlyStopping: (?:Stopping|Training stopped)",
        r"[Ee]arly stopping, best iteration is", r"did not improve more than tol=.{0,80}Stopping\.",
        r"Stopped by overfitting detector", r"^Stopping since \S+ has not improved",
    )),
    (kinds.PREEMPTED, (
        "time limit", "runlimit", "exceeded", "interrupt", "preempt", "cancelled", "sigterm", "death signal",
        "term_owner",
    ), (
        r"DUE TO TIME LIMIT", r"TERM_RUNLIMIT", r"[Ww]all ?time exceeded", r"^KeyboardInterrupt",
        r"\bKeyboardInterrupt$", r"DUE TO PREEMPTION", r"CANCELLED AT", r"Detected KeyboardInterrupt",
        r"SIGTERM received", r"[Rr]eceived (?:signal )?SIGTERM", r"Received \0 death signal", r"TERM_OWNER",
        r"\(SIGTERM\)",
    )),
    (kinds.RESUMED, ("resum", "checkpoint", "will skip"), (
        r"(?i:resum(?:e|ed|ing) (?:training )?(?:from|at|training))", r"(?i:continuing training from checkpoint)",
        r"(?i:restor(?:ed|ing) (?:all states )?from (?:the )?checkpoint)", r"(?i:will skip the first)",
        r"=> loaded checkpoint", r"successfully loaded checkpoint from .* (?:at|iteration)",
    )),
    (kinds.FINISHED, ("training", "trainer", "maximum", "did not meet early", "bestiteration", "saved pipeline"), (
        r"(?i:^\W*(?:model )?training (?:is )?(?:completed?|finished|done|ended|over)\b)", r"(?i:^finished training)",
        r"(?i:^end of training)", r"(?i:^done training)", r"Trainer\.fit`? stopped: `?max_(?:epochs|steps|time)",
        r"(?i:training successfully completed)", r"Maximum iterations \(\0\) reached and the optimization",
        r"Maximum number of iteration reached before convergence",
        r"Did not meet early stopping\. Best iteration is", r"^bestIteration = \0",
        r"Saved pipeline to output directory",
    )),
)  # fmt: skip
"""What is told: words of which such a line has at least one, in any case, and how it is worded. Earlier ones go before
later ones."""

_TRACEBACK = "Traceback (most recent call last)"

_KINDS = tuple((kind, hints, re.compile("|".join(wordings))) for kind, hints, wordings in WORDINGS)
_SIEVE = WordFilter({hint for _, hints, _ in _KINDS for hint in hints} | {"traceback"})

_LAUNCHER = "ChildFailedError"

_EXCEPTION = re.compile(
    r"(?:[A-Za-z_][\w]*\.)*[A-Z][\w]*(?:Error|Exception|Interrupt|Exit|Warning|Iteration|Fault)?(?::|$)"
)
_ANNOUNCED = re.compile(r"^\s|^[\s^~]*$")

_SIGNAL = re.compile(r"exitcode *: -([0-9]+)")
_KILL = 9
"""SIGKILL, which the kernel sends when the machine has no memory left; -15 is the launcher's own clearing up."""


_FROM_THE_START = re.compile(r"resuming from iteration 0, ")
"""What Ignite says where MONAI starts a training, and each evaluation of it."""


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

    def take(self, passage: Passage, taken: Taken) -> None:
        """Take the lines of a passage, of which the shapes are known."""
        shapes = taken.shapes
        for shape in _SIEVE.pass_on(taken.fresh):
            if kind := kind_of(shape):
                self._told[shape] = kind
        if self._traceback is None and self._told.keys().isdisjoint(shapes):
            return
        lines: list[str] | None = None
        for i, shape in enumerate(shapes):
            kind = self._told.get(shape, "")
            if not kind and self._traceback is None:
                continue
            if kind == kinds.TRACEBACK:
                self._traceback = 0
                continue
            if self._traceback is not None:
                kind = self._within_traceback(shape, kind)
            if kind:
                lines = passage.text.split("\n") if lines is None else lines
                self._add(kind, lines[i], taken.first + i, passage.places.at(i))

    def events(
        self, path: Path, clock: Clock, lines: range, first: int, last: int, more: Sequence[Message] = ()
    ) -> tuple[TextEvent, ...]:
        """Return the events of some lines, and more of them, in the order of the log: with the step of the run there.

        `first` and `last` are the lines between which something is measured. A count above the first that is greater
        than the next one is a plan: `epochs: 25`.
        """
        held = (one for many in self._found.values() for one in many if one.line in lines)
        found = sorted((*held, *more), key=lambda one: one.line)
        at = np.array([one.line for one in found], np.int64)
        steps = clock.before(at)
        is_plan = (at < first) & (steps > clock.after(at))
        return tuple(
            TextEvent(one.kind, one.text, str(path), one.place, None if np.isnan(step) else int(step), one.line > last)
            for one, step in zip(found, np.where(is_plan, np.nan, steps).tolist(), strict=True)
        )

    def last(self, lines: range) -> Message | None:
        """Return the last one of some lines that tells how the run ended."""
        tells = self._found.keys() & (kinds.FATAL | kinds.ENDS)
        found = [one for kind in tells for one in self._found[kind] if one.line in lines]
        return max(found, key=lambda one: one.line, default=None)

    def _within_traceback(self, shape: str, kind: str) -> str:
        """Return the kind of a line of the traceback that is open, which its last line closes.

        Lines of source code have none, whatever message they hold.
        """
        seen = (self._traceback or 0) + 1
        text = strip(shape[:_LONGEST_SHAPE]).text
        if _ANNOUNCED.match(text):
            self._traceback = None if seen > _LONGEST_TRACEBACK else seen
            return kind if _EXCEPTION.match(text.lstrip()) else ""
        self._traceback = None
        return kind or (kinds.TRACEBACK if _EXCEPTION.match(text) else "")

    def _add(self, kind: str, line: str, number: int, place: int) -> None:
        signal = _SIGNAL.search(line) if kind == kinds.HOST_KILLED else None
        if signal and int(signal[1]) != _KILL:
            return
        if kind == kinds.RESUMED and _FROM_THE_START.search(line):
            return
        if kind == kinds.TRACEBACK and _LAUNCHER in line and kinds.FATAL & self._found.keys():
            return  # the launcher tells once more what one of its processes told
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
    if len(shape) > _LONGEST_SHAPE:
        return ""
    lower, text = shape.lower(), strip(shape).text
    return next((kind for kind, hints, said in _KINDS if any(map(lower.__contains__, hints)) and said.search(text)), "")
