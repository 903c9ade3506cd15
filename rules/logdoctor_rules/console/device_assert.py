"""A kernel on the accelerator that refused its input (a device-side assert)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from logdoctor import Finding, Rule, Severity, because, fires, likely_if, silent
from logdoctor.curves import decay
from logdoctor.lines import failure, line_of
from logdoctor.run import TextEvent
from logdoctor.run.text_event import DEVICE_ASSERT, DEVICE_FAULT
from logdoctor.signals import Console

LABEL = "nll_loss_forward_reduce_cuda_kernel_2d: Assertion `t >= 0 && t < n_classes` failed."
TRIGGERED = "RuntimeError: CUDA error: device-side assert triggered"

_ABOUT_AN_INDEX = ("n_classes", "srcindex", "index out of bounds", "idx_dim", "ind >= 0")


@dataclass(frozen=True)
class DeviceAssert(Rule):
    """A check inside a kernel failed, nearly always because an index lies outside its table: a label, a token.

    The device reports it some calls later, so the traceback names the wrong line.
    """

    id = "device-assert"
    title = "A check on the accelerator failed"
    severity = Severity.ERROR
    causes = ("label-out-of-range",)
    references = ("https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",)
    limits = (
        "Needs the text log. Kernels run late: which call was at fault, and with which index, is known only after a "
        "run with CUDA_LAUNCH_BLOCKING=1 or on the CPU."
    )
    explains = ("device-fault", "collective-timeout", "crashed", "interrupted-run")

    examples = (
        fires(
            "a label beyond the classes",
            train_loss=decay(2.3, 0.2),
            events=(
                TextEvent(DEVICE_ASSERT, LABEL, "out.log", 811, 119),
                TextEvent(DEVICE_ASSERT, TRIGGERED, "out.log", 830, 119),
            ),
        ),
        fires("before the first step", events=(TextEvent(DEVICE_ASSERT, TRIGGERED, "out.log", 60),)),
        silent(
            "another error of the device",
            train_loss=decay(2.3, 0.2),
            events=(TextEvent(DEVICE_FAULT, "CUDA error: an illegal memory access", "out.log", 811, 119),),
        ),
    )

    def check(self, console: Console) -> Iterator[Finding]:
        """Report the first such line: it names the check, later ones only that there was one."""
        line = line_of(console, DEVICE_ASSERT)
        if line is None:
            return
        says_index = line.has(*_ABOUT_AN_INDEX)
        causes = (
            because(
                "label-out-of-range",
                likely_if(says_index),
                pro=["the check that failed is one of an index"] if says_index else (),
                contra=() if says_index else ["the line does not name the check"],
            ),
        )
        yield failure(self, line, "a check on the accelerator failed", causes)
