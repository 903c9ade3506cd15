"""Measured quantities, each computed once per run."""

from logdoctor.signals.broken_gradients import BrokenGradients
from logdoctor.signals.chance import Chance, ChanceLevels
from logdoctor.signals.change import Change
from logdoctor.signals.gap import Gap
from logdoctor.signals.gradients import Burst, GradientHistory
from logdoctor.signals.harm import Harm, LossHarm
from logdoctor.signals.hyperparameters import Hyperparameters
from logdoctor.signals.loss_scale import LossScaleWalk
from logdoctor.signals.masked import MaskedLoss
from logdoctor.signals.nonfinite import NonFinite, NonFiniteLosses
from logdoctor.signals.rate import given_rate, is_rate, is_seed
from logdoctor.signals.schedule import Schedule
from logdoctor.signals.siblings import Sibling, Siblings, measure_all, sibling_groups
from logdoctor.signals.spikes import Spike, Spikes
from logdoctor.signals.swings import Swings
from logdoctor.signals.trend import Trend, Unmeasurable

__all__ = [
    "BrokenGradients", "Burst", "Chance", "ChanceLevels", "Change", "Gap", "GradientHistory", "Harm", "Hyperparameters",
    "LossHarm", "LossScaleWalk", "MaskedLoss", "NonFinite", "NonFiniteLosses", "Schedule", "Sibling", "Siblings",
    "Spike", "Spikes", "Swings", "Trend", "Unmeasurable", "given_rate", "is_rate", "is_seed", "measure_all",
    "sibling_groups",
]  # fmt: skip
