"""Words that announce runs, and words that are said of one training only, in headings and in labels of lines alike."""

from __future__ import annotations

import re

REPEATS = ("fold", "run", "trial", "split", "repeat", "repetition", "replicate", "seed")
"""Words whose number tells repeats of one training apart."""

NO_RUN = re.compile(
    r"\b(?:stage|phase|warm-?up|fine-?tun\w*|unfre\w*|freez\w*|resum\w*|continu\w*|restart\w*|reload\w*|recover\w*|"
    r"attempt|retry|checkpoint\w*|load(?:ed|ing)|sav(?:ed|ing)|results?|summary|best|final\w*|complet\w*|finish\w*|done|"
    r"took|elapsed|ended|average|mean|scores?|predict\w*|report|metrics?|samples|images|examples|time|data ?loader|"
    r"test(?:ing)?|eval\w*|validat(?:ion|ing|e)(?! fold)|"
    r"(?:run|experiment|trial)[ _]id)\b"
    r"|\b(?:task|session) \0|"
    r"\bfor \0 (?:epochs|steps|iterations)|^(?:epoch|step|iter(?:ation)?|batch|round|episode)s?\b",
    re.I,
)
"""What is said of one training: its phases, the tasks that one model learns in turn, how it goes on, its results."""
