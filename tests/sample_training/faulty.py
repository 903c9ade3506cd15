"""Trainings with a planted fault, unmistakable to whoever sees only the log."""

from .faulty_collapse import COLLAPSE
from .faulty_comparison import COMPARISON
from .faulty_data import DATA
from .faulty_generalization import GENERALIZATION
from .faulty_numerics import NUMERICS
from .faulty_optimization import OPTIMIZATION
from .faulty_process import PROCESS
from .faulty_schedule import SCHEDULE
from .faulty_stability import STABILITY

FAULTY = NUMERICS + STABILITY + OPTIMIZATION + SCHEDULE + GENERALIZATION + DATA + COLLAPSE + PROCESS + COMPARISON
