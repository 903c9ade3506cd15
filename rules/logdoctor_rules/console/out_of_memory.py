"""An accelerator that ran out of memory."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from logdoctor import Finding, Fix, Quantity, Rule, Severity, Strength, because, fires, silent
from logdoctor.curves import decay
from logdoctor.lines import Line, failure, line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import HOST_KILLED, OUT_OF_MEMORY
from logdoctor.signals import Console, Hyperparameters
from logdoctor.wording import number

_ALLOCATION = re.compile(r"[Tt]ri(?:ed|es) to allocate ([\d.]+ ?[KMGT]i?B)")
_UNUSED = re.compile(r"([\d.]+ ?[KMGT]i?B) is reserved by PyTorch but unallocated")

TORCH = (
    "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 15.77 GiB "
    "of which 91.25 MiB is free. Of the allocated memory 12.10 GiB is allocated by PyTorch, and 2.41 GiB is reserved "
    "by PyTorch but unallocated."
)


@dataclass(frozen=True)
class OutOfMemory(Rule):
    """The accelerator had no memory left for a tensor.

    In the first steps, the model and the batch simply do not fit. Later, a longer batch came, an evaluation needed
    more, or memory grew from step to step because the program keeps tensors; a log cannot distinguish these.
    """

    id = "out-of-memory"
    title = "The accelerator ran out of memory"
    severity = Severity.ERROR
    causes = ("out-of-memory",)
    references = ("https://docs.pytorch.org/docs/stable/notes/cuda.html#memory-management",)
    limits = (
        "Needs the error in the text log: memory that comes near the limit is not judged. What took it, batch, "
        "evaluation or leak, is not known without the allocated memory of each step."
    )
    explains = ("collective-timeout", "device-fault", "worker-killed", "crashed", "interrupted-run", "still-improving")

    examples = (
        fires(
            "ends the run", train_loss=decay(2.3, 0.2), events=(TextEvent(OUT_OF_MEMORY, TORCH, "out.log", 812, 119),)
        ),
        fires(
            "the batch size is known",
            settings={"per_device_train_batch_size": 16, "gradient_accumulation_steps": 2},
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(OUT_OF_MEMORY, TORCH, "out.log", 812, 119),),
        ),
        fires(
            "before anything was logged",
            events=(TextEvent(OUT_OF_MEMORY, "RESOURCE_EXHAUSTED: Out of memory", "out.log", 40),),
        ),
        fires(
            "the trainer tries again with a smaller batch",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(OUT_OF_MEMORY, "CUDA out of memory with batch size 32", "out.log", 40, 1),),
        ),
        silent(
            "the memory of the machine, not of the device",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(HOST_KILLED, "slurmstepd: error: Detected 1 oom_kill event", "out.log", 812, 119),),
        ),
    )

    def check(self, console: Console, settings: Hyperparameters) -> Iterator[Finding]:
        """Report the line that ended the run, or the last of those that it survived."""
        line = line_of(console, OUT_OF_MEMORY)
        if line is None:
            return
        asked = _ALLOCATION.search(line.event.text)
        causes = (
            because(
                "out-of-memory",
                Strength.LIKELY,
                pro=[self._when(line)],
                fixes=[*self._smaller_batch(settings), *self._fragmentation(line)],
            ),
        )
        yield failure(
            self,
            line,
            "the accelerator ran out of memory",
            causes,
            {"tried to allocate": Quantity(asked[1])} if asked else {},
        )

    @staticmethod
    def _when(line: Line) -> str:
        if line.event.step is None:
            return "no step was logged before: model and batch do not fit"
        return (
            "all before it fitted: a longer batch, an evaluation, or memory that grows from step to step was too much; "
            "log the allocated memory to tell which"
        )

    @staticmethod
    def _smaller_batch(settings: Hyperparameters) -> Sequence[Fix]:
        batch, steps = settings.micro_batch, settings.accumulation
        if batch is None or batch < 2:
            return ()
        text = (
            f"lower the batch from {number(batch)} to {number(batch // 2)} and raise the accumulation from "
            f"{number(steps)} to {number(2 * steps)}, which leaves the update as it is"
        )
        return (Fix(text, basis="this run's batch size"),)

    @staticmethod
    def _fragmentation(line: Line) -> Sequence[Fix]:
        unused = _UNUSED.search(line.event.text)
        if unused is None:
            return ()
        text = f"set PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True: {unused[1]} is reserved but not used"
        return (Fix(text, basis="the text of the error"),)
