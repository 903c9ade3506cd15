"""HTML pages that hold the table of a training: the output of pandas' `to_html`, reports and notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from logdoctor.errors import UnreadableLogError
from logdoctor.run import Notice
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.console.printed import assembled_of, logs_of
from logdoctor.sources.console.text.html_tables import drawn
from logdoctor.sources.console.text.passages import passages_of
from logdoctor.sources.source import HEAD_BYTES, Head, Log, Sample, Source
from logdoctor.sources.tables.text import encoding_of

MOST_BYTES = 4 * 1024 * 1024
"""A longer page is no table of epochs; those of notebooks carry their pictures with them."""

_OURS = b'<meta name="generator" content="logdoctor'
"""What a report of logdoctor says of itself, which may lie beside the log that it is of."""

_ROW = "<tr><td>{}</td><td>{}</td><td>{}</td></tr>"
_TABLE = "".join(_ROW.format(*cells) for cells in (("epoch", "train_loss", "val_loss"), (1, 0.5, 0.75), (2, 0.25, 0.5)))
_CURVES = {"train_loss": [(1, 0.5), (2, 0.25)], "val_loss": [(1, 0.75), (2, 0.5)]}


class HtmlPage(Source):
    """The rows of its tables, read as a text that draws them; scripts, pictures and prose are left out."""

    name = "html"
    patterns = ("*.html", "*.htm")
    precedence = 0
    samples = (
        Sample("a table within a page", "run.html", f"<html><p>Run 7</p><table>{_TABLE}</table></html>", _CURVES),
        Sample(
            "pandas' to_html, with its index",
            "history.html",
            '<table border="1" class="dataframe">\n  <thead>\n    <tr style="text-align: right;">\n      <th></th>\n'
            "      <th>loss</th>\n      <th>val_loss</th>\n    </tr>\n  </thead>\n  <tbody>\n"
            "    <tr>\n      <th>0</th>\n      <td>0.50</td>\n      <td>0.75</td>\n    </tr>\n"
            "    <tr>\n      <th>1</th>\n      <td>0.25</td>\n      <td>0.50</td>\n    </tr>\n  </tbody>\n</table>",
            {"loss": [(0, 0.5), (1, 0.25)], "val_loss": [(0, 0.75), (1, 0.5)]},
        ),
        Sample("our own report", "report.html", f'<meta name="generator" content="logdoctor 1"><table>{_TABLE}', None),
        Sample("a page about losses", "index.html", "<html><p>epoch 1 loss 0.5</p></html>", None),
        Sample(
            "results of models",
            "results.html",
            "<table><tr><th></th><th>model</th><th>loss</th></tr><tr><td>0</td><td>cnn</td><td>0.5</td></tr></table>",
            None,
        ),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell it by a table of a training at its beginning."""
        if head.size > MOST_BYTES or b"<td" not in head.start.lower() or _OURS in head.start:
            return False
        return bool(assembled_of(head.path, passages_of(_rows(head.start), 1)))

    def read(self, path: Path) -> Iterator[Log]:
        """Read the tables; their lines are those of the table and not of the page."""
        rows = _rows(path.read_bytes()[:MOST_BYTES])
        if not rows:
            raise UnreadableLogError(f"{path}: no table can be read")
        told = "The rows of the tables of this page were read as a log."
        notices: tuple[Notice, ...] = (Notice(INTERPRETATION, str(path), told),)
        for log in logs_of(path, passages_of(rows, 1), is_file=False):
            label = f"{path.stem}, {log.label}" if log.label else ""
            yield replace(log, label=label, notices=(*notices, *log.notices), events=())
            notices = ()


def _rows(page: bytes) -> str:
    return drawn(encoding_of(page[:HEAD_BYTES]).decode(page))
