"""Measured quantities, each computed once per run."""

from logdoctor.signals.chance import Chance, ChanceLevels
from logdoctor.signals.gap import Gap
from logdoctor.signals.hyperparameters import Hyperparameters
from logdoctor.signals.nonfinite import NonFinite, NonFiniteLosses
from logdoctor.signals.rate import given_rate, is_rate, is_seed
from logdoctor.signals.resumes import Resumes
from logdoctor.signals.schedule import Bounce, Return, Schedule
from logdoctor.signals.siblings import Sibling, Siblings, measure_all, sibling_groups
from logdoctor.signals.spikes import Spike, Spikes
from logdoctor.signals.stillness import Stillness
from logdoctor.signals.swings import Swings
from logdoctor.signals.trend import Trend, Unmeasurable

__all__ = [
    "Bounce", "Chance", "ChanceLevels", "Gap", "Hyperparameters", "NonFinite", "NonFiniteLosses", "Resumes",
    "Return", "Schedule", "Sibling", "Siblings", "Spike", "Spikes", "Stillness", "Swings", "Trend", "Unmeasurable",
    "given_rate", "is_rate", "is_seed", "measure_all", "sibling_groups",
]  # fmt: skip
