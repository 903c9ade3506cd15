"""An error of the accelerator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Finding, Rule, Severity, because, fires, likely_if, ranked, silent
from logdoctor.curves import decay
from logdoctor.lines import failure, line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import DEVICE_ASSERT, DEVICE_FAULT
from logdoctor.signals import Console

_HARDWARE = ("xid", "ecc", "fallen off the bus", "unspecified launch failure", "nvlink", "uncorrectable")
_KERNEL = ("illegal memory access", "illegal instruction", "misaligned", "invalid device function")


@dataclass(frozen=True)
class DeviceFault(Rule):
    """An illegal access, a failed launch, a lost device: errors other than want of memory or a failed check.

    It is reported some calls after it happened, so the traceback names the wrong line.
    """

    id = "device-fault"
    title = "The accelerator reported an error"
    severity = Severity.ERROR
    causes = ("faulty-kernel", "hardware-fault")
    references = ("https://docs.nvidia.com/deploy/xid-errors/index.html",)
    limits = (
        "Needs the text log. One line seldom tells a faulty kernel from faulty hardware; whether the error follows the "
        "program or the machine, only another run shows."
    )
    explains = ("collective-timeout", "crashed", "interrupted-run")

    examples = (
        fires(
            "an illegal access",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(DEVICE_FAULT, "CUDA error: an illegal memory access was encountered", "out.log", 812, 119),
            ),
        ),
        fires(
            "a lost device",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(
                    DEVICE_FAULT, "NVRM: Xid (PCI:0000:3b:00): 79, GPU has fallen off the bus.", "out.log", 812, 119
                ),
            ),
        ),
        fires(
            "before the first step", events=(TextEvent(DEVICE_FAULT, "CUDNN_STATUS_EXECUTION_FAILED", "out.log", 60),)
        ),
        silent(
            "a failed check",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(DEVICE_ASSERT, "CUDA error: device-side assert triggered", "out.log", 812, 119),),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the line that ended the run, or the last of those that it survived."""
        line = line_of(console, DEVICE_FAULT)
        if line is None:
            return
        hardware, kernel = line.has(*_HARDWARE), line.has(*_KERNEL)
        causes = ranked(
            because(
                "faulty-kernel",
                likely_if(kernel),
                pro=["the line tells of an access outside of memory"] if kernel else (),
            ),
            because(
                "hardware-fault",
                likely_if(hardware),
                pro=["the line comes from the device itself"] if hardware else (),
            ),
        )
        yield failure(self, line, "the accelerator reported an error", causes)
