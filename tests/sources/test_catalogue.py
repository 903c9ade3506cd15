"""Every format of the catalogue is read and understood: one run, each role's curve, its axis, the settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.sources.catalogue import CASES, Points

from logdoctor import load
from logdoctor.run import Series


MAIN = ("train-loss", "validation-loss", "learning-rate", "gradient-norm")
"""Roles of which rules judge the first series alone."""


def is_truth(series: Series, truth: Points) -> bool:
    """Tell whether a series is a curve of the catalogue."""
    same = series.steps.tolist() == list(truth)
    return same and bool(np.allclose(series.values, list(truth.values()), rtol=1e-6, equal_nan=True))


@pytest.mark.parametrize("name", CASES)
def test_a_format_is_understood(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    case.write(tmp_path)
    (run,) = load(tmp_path)
    by_role: dict[str, list[Series]] = {}
    for one in run.series:
        by_role.setdefault(one.role.id, []).append(one)
    for role, truth in case.roles.items():
        found = [one for one in by_role.get(role, []) if is_truth(one, truth)]
        best = by_role[role][:1] if role in MAIN else by_role[role]
        assert any(one in best for one in found), (role, by_role)
        assert found[0].axis is case.axis, (role, found)
    assert {key: run.hyperparameters.get(key) for key in case.settings} == case.settings
