"""Measured quantities, each computed once per run."""

from logdoctor.signals.adversaries import Adversaries
from logdoctor.signals.broken_gradients import BrokenGradients
from logdoctor.signals.chance import Chance, ChanceLevels
from logdoctor.signals.change import Change
from logdoctor.signals.console import Console
from logdoctor.signals.course import Course
from logdoctor.signals.epochs import Epochs
from logdoctor.signals.explosion import Explosion
from logdoctor.signals.gap import Gap
from logdoctor.signals.gradients import Burst, GradientHistory
from logdoctor.signals.harm import Harm, LossHarm
from logdoctor.signals.holes import Hole, holes, pace_of
from logdoctor.signals.hyperparameters import Hyperparameters
from logdoctor.signals.joint_swings import JointSwings
from logdoctor.signals.latent_code import LatentCode
from logdoctor.signals.loss_scale import LossScaleWalk
from logdoctor.signals.masked import MaskedLoss
from logdoctor.signals.nonfinite import NonFinite, NonFiniteLosses
from logdoctor.signals.period import weight_repeats
from logdoctor.signals.plan import Plan, came_to_its_end, plan_of
from logdoctor.signals.policy import Policy
from logdoctor.signals.rate import given_rate, is_rate, is_seed
from logdoctor.signals.resumes import Resumes
from logdoctor.signals.roughness import Roughness
from logdoctor.signals.schedule import Bounce, Return, Schedule
from logdoctor.signals.set_up import Member, SetUp, set_ups
from logdoctor.signals.siblings import Sibling, Siblings, differing, measure_all, sibling_groups
from logdoctor.signals.speed import Speed
from logdoctor.signals.spikes import Spike, Spikes
from logdoctor.signals.stillness import Stillness
from logdoctor.signals.swings import Swings
from logdoctor.signals.target_variance import TargetVariance
from logdoctor.signals.trend import Trend, Unmeasurable
from logdoctor.signals.twins import Twins, all_twins, main_curve

__all__ = [
    "Adversaries", "Bounce", "BrokenGradients", "Burst", "Chance", "ChanceLevels", "Change", "Console", "Course",
    "Epochs", "Explosion", "Gap", "GradientHistory", "Harm", "Hole", "Hyperparameters", "JointSwings", "LatentCode",
    "LossHarm", "LossScaleWalk", "MaskedLoss", "Member", "NonFinite", "NonFiniteLosses", "Plan", "Policy", "Resumes",
    "Return", "Roughness", "Schedule", "SetUp", "Sibling", "Siblings", "Speed", "Spike", "Spikes", "Stillness",
    "Swings", "TargetVariance", "Trend", "Twins", "Unmeasurable",
    "all_twins", "came_to_its_end", "differing", "given_rate", "holes", "is_rate", "is_seed", "main_curve",
    "measure_all", "pace_of", "plan_of", "set_ups", "sibling_groups", "weight_repeats",
]  # fmt: skip
