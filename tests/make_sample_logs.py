"""Really train the small runs of sample_logs/ and write their logs.

python tests/make_sample_logs.py [--only NAME]
"""

import runpy

if __name__ == "__main__":
    runpy.run_module("sample_training", run_name="__main__")
