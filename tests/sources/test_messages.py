"""Lines that matter are asked for their kinds only if they have one of its words; none of its wordings is without."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logdoctor.reading import load
from logdoctor.sources.console.context.messages import WORDINGS, kind_of

ASCII = st.characters(max_codepoint=127, exclude_characters="\n\r")


@pytest.mark.parametrize(
    ("kind", "hints", "wording"), [(kind, hints, wording) for kind, hints, worded in WORDINGS for wording in worded]
)
@settings(max_examples=20)
@given(data=st.data())
def test_every_wording_has_a_word_of_its_kind(
    kind: str, hints: tuple[str, ...], wording: str, data: st.DataObject
) -> None:
    line = data.draw(st.from_regex(wording, alphabet=ASCII))
    assert any(hint in line.lower() for hint in hints)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("RuntimeError: DataLoader worker (pid(s) \0) exited unexpectedly", "worker-killed"),
        ("RuntimeError: unable to write to file </torch_\0_\0_\0>", "worker-killed"),
        ("[rank0]: torch.distributed.DistBackendError: NCCL error in: ProcessGroupNCCL.cpp:\0", "collective-timeout"),
        ("WARNING: The grad norm is nan. Skipping updating the model.", "gradient-overflow"),
        ("node0:\0:\0 [0] NCCL INFO Channel \0/\0 : 0[0] -> 1[1] via P2P/IPC/read", ""),
    ],
)
def test_a_line_is_of_the_kind_that_its_words_tell(line: str, kind: str) -> None:
    assert kind_of(line) == kind


@pytest.mark.parametrize(("above", "step"), [("epochs: 25", None), ("--lr 0.1 --epochs 25", None), ("Epoch 1/25", 1)])
def test_a_warning_below_the_number_of_planned_epochs_comes_before_the_first(
    tmp_path: Path, above: str, step: int | None
) -> None:
    warning = "UserWarning: Using a target size (torch.Size([32])) that is different to the input size"
    rows = [f"epoch {i} | train loss {2 / i:.4f} | val loss {2.1 / i:.4f}" for i in range(1, 26)]
    (tmp_path / "out.txt").write_text("\n".join([above, warning, *rows]))
    (run,) = load(tmp_path)
    assert [event.step for event in run.events] == [step]
