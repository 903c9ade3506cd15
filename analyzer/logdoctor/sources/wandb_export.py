"""The CSV export of a panel of Weights & Biases: the curves of several runs side by side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from logdoctor.run import Notice
from logdoctor.run.notice import INTERPRETATION
from logdoctor.sources.source import Head, Log, Sample, Source
from logdoctor.sources.tables.separated.delimited import head_table, read_table
from logdoctor.sources.tables.separated.table_form import Form
from logdoctor.sources.tables.table import Column
from logdoctor.sources.tables.table_logs import read_logs

_BETWEEN = " - "
_ENVELOPE = ("__MIN", "__MAX")


class WandbExport(Source):
    """The panel's axis, then for each run `<run> - <metric>` with its `__MIN` and `__MAX` over the sampled steps.

    Names of runs may hold ` - ` themselves, so that the metric is what follows the last one.
    """

    name = "wandb-export"
    patterns = ("*.csv",)
    precedence = 20
    samples = (
        Sample(
            "one run",
            "wandb_export_2025-04-17T22_06_37.csv",
            '"Step","a - b - lm_loss","a - b - lm_loss__MIN","a - b - lm_loss__MAX"\n'
            '"4","12.25","12.25","12.25"\n"52","9.5","9.5","9.75"\n',
            {"lm_loss": [(4, 12.25), (52, 9.5)]},
        ),
        Sample("names with a dash in a table of another kind", "t.csv", "Step,train - loss\n1,0.5\n", None),
    )

    def recognizes(self, head: Head) -> bool:
        """Tell the export by the columns `__MIN` and `__MAX` of a column that names run and metric."""
        reading = head_table(head)
        return reading is not None and _is_export(reading.form)

    def read(self, path: Path) -> Iterator[Log]:
        """Read the runs one by one."""
        reading = read_table(path)
        axis = [column for column in reading.table.columns if column.name == reading.form.header[0]]
        message = "The columns __MIN and __MAX repeat the others within the sampled steps and were left out."
        notices = (Notice(INTERPRETATION, str(path), message), *reading.notices)
        runs: dict[str, list[Column]] = {}
        for column in reading.table.columns:
            if column.name == reading.form.header[0] or column.name.endswith(_ENVELOPE):
                continue
            run, _, metric = column.name.rpartition(_BETWEEN)
            runs.setdefault(run, []).append(replace(column, name=metric))
        for run, columns in runs.items():
            for log in read_logs(reading.table.with_columns((*axis, *columns)), notices):
                yield replace(log, label=run)
            notices = ()


def _is_export(form: Form) -> bool:
    """Tell whether a table is such an export."""
    names = set(form.header)
    return any(_BETWEEN in name and names.issuperset(name + end for end in _ENVELOPE) for name in names)
