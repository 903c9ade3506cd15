"""A diagnosis shows itself in a notebook that really runs."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

import logdoctor

SAMPLES = Path(__file__).parents[1] / "sample_logs"


def test_a_notebook_draws_the_table_of_findings() -> None:
    code = f"import logdoctor\nlogdoctor.analyze({str(SAMPLES / 'divergence')!r})"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    NotebookClient(notebook, timeout=120).execute()
    (output,) = notebook.cells[0].outputs
    drawn = output.data["text/html"]
    assert "2 runs: 1 error, 0 warnings" in drawn
    assert "train/loss rises from 2.25 to 31,000" in drawn
    assert "lower the learning rate from 1 to 0.1" in drawn


def test_python_shows_a_line_for_each_finding() -> None:
    shown = repr(logdoctor.analyze(SAMPLES / "overfitting")).splitlines()
    assert shown[0].startswith("overfitting: warning overfitting: loss_val/loss rises")
    assert shown[1:] == ["1 run, 3 series, 300 points, 0 errors, 1 warning, 0 damaged files"]


def test_names_from_logs_are_text(tmp_path: Path) -> None:
    folder = tmp_path / "<img src=x onerror=alert(1)>"
    folder.mkdir()
    rows = "".join(f"{step},{'nan' if step > 20 else 1.0 / (step + 1)}\n" for step in range(40))
    (folder / "metrics.csv").write_text("step,train_loss\n" + rows)
    drawn = logdoctor.analyze(tmp_path)._repr_html_()
    assert "&lt;img src=x onerror=alert(1)&gt;" in drawn
    assert "<img" not in drawn
