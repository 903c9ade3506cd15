"""The faults that are planted, by name."""

from .data import DATA
from .fault import Fault, Place
from .operations import OPERATIONS
from .optimizers import OPTIMIZERS
from .precision import PRECISION
from .rates import RATES
from .states import STATES

FAULTS: dict[str, Fault] = {
    fault.name: fault for fault in (*DATA, *RATES, *PRECISION, *OPTIMIZERS, *OPERATIONS, *STATES)
}

LEFT_OUT = frozenset(
    "rate-jump-of-a-group fp16-scores rmsprop-epsilon where-trap constant-column corrupted-second-moment "
    "flipped-gradient".split()
)
"""Types whose verdicts nobody looked at while the thresholds and the order of verdicts were set."""

__all__ = ["FAULTS", "LEFT_OUT", "Fault", "Place"]
