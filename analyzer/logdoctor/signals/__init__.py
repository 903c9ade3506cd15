"""Measured quantities, each computed once per run."""

from logdoctor.signals.adversaries import Adversaries
from logdoctor.signals.chance import Chance, ChanceLevels
from logdoctor.signals.epochs import Epochs
from logdoctor.signals.gap import Gap
from logdoctor.signals.hyperparameters import Hyperparameters
from logdoctor.signals.nonfinite import NonFinite, NonFiniteLosses
from logdoctor.signals.policy import Policy
from logdoctor.signals.rate import given_rate, is_rate, is_seed
from logdoctor.signals.roughness import Roughness
from logdoctor.signals.schedule import Schedule
from logdoctor.signals.siblings import Sibling, Siblings, measure_all, sibling_groups
from logdoctor.signals.spikes import Spike, Spikes
from logdoctor.signals.swings import Swings
from logdoctor.signals.trend import Trend, Unmeasurable

__all__ = [
    "Adversaries", "Chance", "ChanceLevels", "Epochs", "Gap", "Hyperparameters", "NonFinite", "NonFiniteLosses",
    "Policy", "Roughness", "Schedule", "Sibling", "Siblings", "Spike", "Spikes", "Swings", "Trend",
    "Unmeasurable", "given_rate", "is_rate", "is_seed", "measure_all", "sibling_groups",
]  # fmt: skip
