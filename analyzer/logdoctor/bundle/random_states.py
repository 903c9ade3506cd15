"""The states of all random number generators that a training draws from implicitly."""

from __future__ import annotations

import random
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class RandomStates:
    """A moment of Python's, NumPy's, torch's and the accelerator's global generators.

    Generators that a script made for itself (`np.random.default_rng()`, `torch.Generator()`) are not known here.
    """

    python: tuple[Any, ...]
    numpy: tuple[Any, ...]
    torch: Tensor
    accelerator: tuple[Tensor, ...] = ()
    """One for each device."""

    def plain(self) -> dict[str, Any]:
        """Return them as tensors and numbers: the tuples of Python and NumPy do not load with `weights_only=True`."""
        version, words, gauss = self.python
        _, keys, position, has_gauss, cached = self.numpy
        return {
            "python": {"version": version, "words": torch.tensor(words), "gauss": gauss},
            "numpy": {
                "keys": torch.from_numpy(keys.astype(np.int64)),
                "position": int(position),
                "has_gauss": int(has_gauss),
                "cached": float(cached),
            },
            "torch": self.torch,
            "accelerator": list(self.accelerator),
        }


def take() -> RandomStates:
    """Return the present states; nothing is drawn."""
    accelerator = _accelerator()
    return RandomStates(
        random.getstate(),
        tuple(np.random.get_state(legacy=True)),  # noqa: NPY002 - the global generator is what scripts use
        torch.get_rng_state(),
        tuple(accelerator.get_rng_state_all()) if accelerator else (),
    )


def put_back(states: Mapping[str, Any]) -> None:
    """Set all generators to what `RandomStates.plain` returned."""
    python, numpy = states["python"], states["numpy"]
    random.setstate((python["version"], tuple(python["words"].tolist()), python["gauss"]))
    keys = numpy["keys"].numpy().astype(np.uint32)
    np.random.set_state(("MT19937", keys, numpy["position"], numpy["has_gauss"], numpy["cached"]))  # noqa: NPY002
    torch.set_rng_state(states["torch"])
    accelerator = _accelerator()
    if accelerator and len(states["accelerator"]) == accelerator.device_count():
        accelerator.set_rng_state_all(states["accelerator"])


def _accelerator() -> Any:
    """Return the module of the accelerator in use (`torch.cuda`), or None; nothing is initialised for it."""
    cuda = sys.modules.get("torch.cuda")
    return cuda if cuda is not None and cuda.is_initialized() else None
