"""Measured quantities, each computed once per run.

What any curve can be asked lies in `statistics`, what a run was told in `settings`; what tells of one kind of fault
lies in a package of the name that rules and evidence for it have (`stability`, `optimization` ...). Import from here.
"""

from logdoctor.signals.collapse.adversaries import Adversaries
from logdoctor.signals.collapse.latent_code import LatentCode
from logdoctor.signals.collapse.policy import Policy
from logdoctor.signals.collapse.representation import Representation
from logdoctor.signals.comparison.outcome import measure_all
from logdoctor.signals.comparison.set_up import Member, SetUp, set_ups
from logdoctor.signals.comparison.siblings import Sibling, Siblings, sibling_groups
from logdoctor.signals.comparison.ties import differing
from logdoctor.signals.data.epoch_course import EpochCourse
from logdoctor.signals.data.epochs import Epochs
from logdoctor.signals.data.period import weight_repeats
from logdoctor.signals.generalization.gap import Gap
from logdoctor.signals.generalization.joint_swings import JointSwings
from logdoctor.signals.generalization.roughness import Roughness
from logdoctor.signals.logging.console import Console
from logdoctor.signals.logging.duplicates import Duplicates, find_duplicates, main_curve
from logdoctor.signals.logging.holes import Hole, holes, pace_of
from logdoctor.signals.logging.resumes import Resumes
from logdoctor.signals.logging.speed import Speed
from logdoctor.signals.numerics.broken_gradients import BrokenGradients
from logdoctor.signals.numerics.loss_scale import LossScaleWalk
from logdoctor.signals.numerics.masked import MaskedLoss
from logdoctor.signals.numerics.nonfinite import NonFinite, NonFiniteLosses
from logdoctor.signals.optimization.chance import Chance, ChanceLevels
from logdoctor.signals.optimization.target_variance import TargetVariance
from logdoctor.signals.optimization.update_signs import UpdateSigns
from logdoctor.signals.schedule.plan import Plan, came_to_its_end, plan_of, stopped_on_its_way
from logdoctor.signals.schedule.schedule import RateRebound, RateReset, Schedule
from logdoctor.signals.settings.hyperparameters import Hyperparameters
from logdoctor.signals.settings.learning_rate import given_rate, is_rate, is_seed
from logdoctor.signals.stability.batch_noise import BatchNoise
from logdoctor.signals.stability.change import Change
from logdoctor.signals.stability.explosion import Explosion
from logdoctor.signals.stability.gradient_history import Burst, GradientHistory
from logdoctor.signals.stability.loss_impact import Impact, LossImpact
from logdoctor.signals.stability.spikes import Spike, Spikes
from logdoctor.signals.stability.swings import Swings
from logdoctor.signals.statistics.trend import Trend
from logdoctor.signals.statistics.unmeasurable import Unmeasurable

__all__ = [
    "Adversaries", "BatchNoise", "BrokenGradients", "Burst", "Chance", "ChanceLevels", "Change", "Console",
    "Duplicates", "EpochCourse", "Epochs", "Explosion", "Gap", "GradientHistory", "Hole", "Hyperparameters", "Impact",
    "JointSwings", "LatentCode", "LossImpact", "LossScaleWalk", "MaskedLoss", "Member", "NonFinite", "NonFiniteLosses",
    "Plan", "Policy", "RateRebound", "RateReset", "Representation", "Resumes", "Roughness", "Schedule", "SetUp",
    "Sibling", "Siblings", "Speed", "Spike", "Spikes", "Swings", "TargetVariance", "Trend", "Unmeasurable",
    "UpdateSigns", "came_to_its_end", "differing", "find_duplicates", "given_rate", "holes", "is_rate", "is_seed",
    "main_curve", "measure_all", "pace_of", "plan_of", "set_ups", "sibling_groups", "stopped_on_its_way",
    "weight_repeats",
]  # fmt: skip
