"""How a validation loss far above the training loss is described."""

from __future__ import annotations

from pathlib import Path

import pytest

from logdoctor import analyze

TRAIN = (0.42, 0.18, 0.16, 0.15, 0.17, 0.145, 0.14, 0.135, 0.134, 0.133)
JUMPING = (3.5, 50000.0, 2.1, 45.0, 2.5, 0.6, 80.0, 3.1, 2.3, 2.6)
JUMPING_LATE = (0.73, 0.5, 0.39, 0.52, 0.33, 0.44, 5.0, 7.2, 1.7, 1.2)
RESTING = (3.5, 2.7, 2.5, 2.6, 2.55, 2.6, 2.65, 2.6, 2.55, 2.6)


@pytest.mark.parametrize(
    ("validation", "course"),
    [
        (JUMPING, "jumps about and ends at 2.6"),
        (JUMPING_LATE, "jumps about and ends at 1.7"),
        (RESTING, "stands still at 2.6"),
    ],
    ids=["jumps over decades", "jumps late", "rests"],
)
def test_only_what_rests_is_said_to_stand_still(tmp_path: Path, validation: tuple[float, ...], course: str) -> None:
    rows = [f"{epoch},{train},{val}\n" for epoch, (train, val) in enumerate(zip(TRAIN, validation, strict=True))]
    (tmp_path / "history.csv").write_text("epoch,training_loss,val_loss\n" + "".join(rows))
    told = [finding.message for _, finding in analyze(tmp_path).findings() if finding.rule == "generalization-gap"]
    assert told
    assert course in told[0]
