"""Measured quantities, each computed once per run."""

from logdoctor.signals.chance import Chance, ChanceLevels
from logdoctor.signals.gap import Gap
from logdoctor.signals.hyperparameters import Hyperparameters
from logdoctor.signals.nonfinite import NonFinite, NonFiniteLosses
from logdoctor.signals.rate import given_rate, is_rate, is_seed
from logdoctor.signals.schedule import Schedule
from logdoctor.signals.set_up import Member, SetUp, set_ups
from logdoctor.signals.siblings import Sibling, Siblings, measure_all, sibling_groups
from logdoctor.signals.spikes import Spike, Spikes
from logdoctor.signals.swings import Swings
from logdoctor.signals.trend import Trend, Unmeasurable

__all__ = [
    "Chance", "ChanceLevels", "Gap", "Hyperparameters", "Member", "NonFinite", "NonFiniteLosses", "Schedule",
    "SetUp", "Sibling", "Siblings", "Spike", "Spikes", "Swings", "Trend", "Unmeasurable", "given_rate", "is_rate",
    "is_seed", "measure_all", "set_ups", "sibling_groups",
]  # fmt: skip
