"""Shell patterns of the settings: what they fit, and what a misspelt one was meant for."""

from __future__ import annotations

import pytest

from logdoctor.run.patterns import fits, meant


@pytest.mark.parametrize(
    ("name", "pattern", "fit"),
    [("loss[0]", "loss[0]", True), ("loss0", "loss[0]", True), ("train/loss", "*loss", True), ("loss", "Loss", False)],
)
def test_a_pattern_fits_its_own_text_too(name: str, pattern: str, fit: bool) -> None:
    assert fits(name, pattern) is fit


@pytest.mark.parametrize(
    ("pattern", "hint"),
    [
        ("GAN-*", "; did you mean 'gan-1' or 'gan-2'?"),
        ("gna-*", "; did you mean 'gan-1'?"),
        ("resnt*", "; did you mean 'vision/resnet50'?"),
        ("*/resnet05", "; did you mean 'vision/resnet50'?"),
        ("resnet50", "; did you mean 'vision/resnet50'?"),
        ("gan-11", "; did you mean 'gan-1'?"),
        ("zzz*", "; known are gan-1, gan-2, vision/resnet50"),
    ],
)
def test_what_a_pattern_that_fits_nothing_was_meant_for(pattern: str, hint: str) -> None:
    assert meant(pattern, ["gan-1", "gan-2", "vision/resnet50"]) == hint
