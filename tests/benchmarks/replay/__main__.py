"""How right a replay is: train small models with planted faults, replay them, and score what it says.

python tests/benchmarks/replay [--part dev|test] [--seeds 5] [--jobs 2] [--only FAULT ...] [--sound 60] [--verbose]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.benchmarks.replay.command import main

if __name__ == "__main__":
    main()
