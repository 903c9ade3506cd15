"""Run the command line: `python -m logdoctor`."""

import sys

from logdoctor.cli import main

sys.exit(main())
