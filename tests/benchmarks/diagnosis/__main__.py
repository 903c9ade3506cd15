"""How right the diagnosis is: score logdoctor, and its peers, on runs with planted faults.

    python tests/benchmarks/diagnosis FOLDER [--baselines] [--verbose] [--markdown] [--invariance]

FOLDER holds logs of really trained runs and a `labels.json` that says what was planted in each. One row a symptom: the
share of runs that show it on which it is found (recall), the share of runs named so that show it (precision), and their
harmonic mean (F1), for logdoctor and with --baselines for the rules of its peers on the same curves.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from tests.benchmarks.diagnosis.command import main

if __name__ == "__main__":
    main()
