"""Every test begins and ends without a capture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from logdoctor.capture import capturing


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    torch.set_num_threads(1)
    yield
    for one in capturing._active:
        one.close()
    capturing._active.clear()
