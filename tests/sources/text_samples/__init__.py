"""Text logs as the programs print them, written from their sources; those really printed are fixtures."""

from __future__ import annotations

from tests.sources.text_samples import (
    by_hand,
    counters,
    gradient_boosting,
    language_models,
    languages,
    left_alone,
    other_frameworks,
    pytorch,
    reinforcement_learning,
    splits,
    tensorflow,
    vision,
)

SAMPLES = (
    *by_hand.SAMPLES,
    *counters.SAMPLES,
    *gradient_boosting.SAMPLES,
    *language_models.SAMPLES,
    *languages.SAMPLES,
    *left_alone.SAMPLES,
    *other_frameworks.SAMPLES,
    *pytorch.SAMPLES,
    *reinforcement_learning.SAMPLES,
    *splits.SAMPLES,
    *tensorflow.SAMPLES,
    *vision.SAMPLES,
)
"""What the source of text logs is tested with: logs, and the points that are in them."""
