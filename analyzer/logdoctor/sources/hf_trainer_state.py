"""`trainer_state.json` of Hugging Face's Trainer: the whole history, carried along in every checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from logdoctor.run import Setting
from logdoctor.sources.source import Log, Sample
from logdoctor.sources.tables.json.json_file import Document
from logdoctor.sources.tables.json.known_document import KnownDocument
from logdoctor.sources.tables.json.records import is_run_summary, settings_of, summary_of, table_of
from logdoctor.sources.tables.table_logs import read_logs

_HISTORY = "log_history"
_SETTINGS = (
    "max_steps", "num_train_epochs", "train_batch_size", "logging_steps", "eval_steps", "save_steps", "trial_params",
)  # fmt: skip


class TrainerState(KnownDocument):
    """Rows of training and of evaluation with their step, and at the end a row of averages over the run.

    The `train_loss` of that last row is no point of the curve; it becomes the setting `summary.train_loss`.
    """

    name = "trainer-state"
    patterns = ("*.json",)
    precedence = 40
    lacks = "the history of the run is missing"
    samples = (
        Sample(
            "two steps, an evaluation and the averages of the run",
            "trainer_state.json",
            """{
              "epoch": 1.0, "global_step": 20, "max_steps": 20, "log_history": [
                {"epoch": 0.5, "grad_norm": NaN, "learning_rate": 0.5, "loss": 2.25, "step": 10},
                {"epoch": 1.0, "grad_norm": 1.5, "learning_rate": 0.25, "loss": 1.75, "step": 20},
                {"epoch": 1.0, "eval_loss": 1.5, "eval_runtime": 3.5, "step": 20},
                {"epoch": 1.0, "step": 20, "total_flos": 1e18, "train_loss": 2.0, "train_runtime": 60.5}
              ]}""",
            {
                "epoch": [(10, 0.5), (20, 1.0), (20, 1.0)],
                "grad_norm": [(10, float("nan")), (20, 1.5)],
                "learning_rate": [(10, 0.5), (20, 0.25)],
                "loss": [(10, 2.25), (20, 1.75)],
                "eval_loss": [(20, 1.5)],
                "eval_runtime": [(20, 3.5)],
            },
        ),
        Sample("the results beside it", "all_results.json", '{"epoch": 1.0, "train_loss": 2.0}', None),
    )

    def curves_of(self, content: Any) -> Mapping[str, Any] | None:
        """Return the state of a Trainer, told by its history beside the global step."""
        is_state = isinstance(content, dict) and isinstance(content.get(_HISTORY), list) and "global_step" in content
        return content if is_state else None

    def logs_of(self, path: Path, state: Mapping[str, Any], document: Document) -> Iterator[Log]:
        """Read the history against `step`."""
        history = [row for row in state[_HISTORY] if isinstance(row, dict)]
        averages = [row for row in history if is_run_summary(row)]
        planned = state.get("max_steps")
        planned = planned if isinstance(planned, int) and planned > 0 else None
        for log in read_logs(table_of(path, [row for row in history if not is_run_summary(row)]), document.notices):
            yield replace(
                log,
                hyperparameters=_settings(state, averages),
                planned_steps=planned,
                finished=bool(averages) or _is_done(state, planned) or None,
            )


def _settings(state: Mapping[str, Any], averages: list[dict[str, Any]]) -> dict[str, Setting]:
    settings = settings_of({name: state[name] for name in _SETTINGS if name in state})
    for row in averages:
        settings |= summary_of(row)
    return settings


def _is_done(state: Mapping[str, Any], planned: int | None) -> bool:
    """Tell whether the planned steps were taken; a checkpoint on the way does not say how the run went on."""
    step = state.get("global_step")
    return isinstance(step, int) and planned is not None and step >= planned
