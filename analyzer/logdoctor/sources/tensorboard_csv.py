"""TensorBoard's "download as CSV": one series, named by the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import nan
from pathlib import Path

from logdoctor.run.vocabulary import SPLIT_WORDS
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.separated.delimited import head_table, read_table
from logdoctor.sources.tables.separated.table_form import Form
from logdoctor.sources.tables.table_logs import read_logs
from logdoctor.sources.tables.text import readable

_FILE_NAME = re.compile(r"run-(?P<run>.*?)-tag-(?P<tag>.+)")


class TensorBoardCsv(Source):
    """At most 1,000 sampled points of one tag; a browser replaced each `/` in the names of run and tag."""

    name = "tensorboard-csv"
    patterns = ("*.csv",)
    precedence = 20
    samples = (
        Sample(
            "the validation loss of a Keras run",
            "run-validation-tag-epoch_loss.csv",
            "Wall time,Step,Value\n1654943296.2150984,0,59.25\n1654943313.7791796,1,nan\n",
            {"validation/epoch_loss": [(0, 59.25), (1, nan)]},
        ),
        Sample("another table", "run-a-tag-b.csv", "Wall time,Step,loss\n1654943296.2,0,1.5\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell the download by its header."""
        table = head_table(head)
        return table is not None and _is_download(table.form)

    def read(self, path: Path) -> Iterator[Log]:
        """Read the series of the file."""
        reading = read_table(path)
        run, tag = run_and_tag(path)
        for log in read_logs(reading.table.renamed({"Value": tag}), reading.notices):
            yield replace(log, label=readable(run))


def _is_download(form: Form) -> bool:
    """Tell whether a table is such a download."""
    return form.header == ("Wall time", "Step", "Value")


def run_and_tag(path: Path) -> tuple[str, str]:
    """Return run and tag of `run-<run>-tag-<tag>.csv`; a file of another name is one run's, and its stem the tag.

    A run called by a split is the folder of Keras' writer: `run-a_validation-tag-loss.csv` is `validation/loss` of `a`.
    """
    named = _FILE_NAME.fullmatch(path.stem)
    if named is None:
        return "", path.stem
    run, _, last = named["run"].rpartition("_")
    if last.lower() in SPLIT_WORDS:
        return run, f"{last}/{named['tag']}"
    return named["run"].removeprefix("."), named["tag"]
