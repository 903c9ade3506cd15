"""Batches whose epoch stands before a slash, where others have their total behind it: `Batch 3/100`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from logdoctor.sources.console.forms.form import Field, Kind
from logdoctor.sources.console.rows.parts import BATCH, EPOCH, Numbers
from logdoctor.sources.console.rows.quantities import is_held_out
from logdoctor.sources.console.rows.streams import Rows


def of_epochs(rows: Rows) -> Rows:
    """Take `Batch 3/100` for batch 100 of epoch 3 where what seems the total counts, as WeNet prints it.

    On held-out data the batch is a place within one evaluation.
    """
    counters = rows.of(Kind.COUNTER)
    epochs, batches = counters.get(BATCH), rows.of(Kind.PLAN).get(BATCH)
    if epochs is None or batches is None or EPOCH in counters or not _is_counted(epochs, batches):
        return rows
    kind = Kind.WITHIN if is_held_out(rows) else Kind.COUNTER

    def counted(one: Field) -> Field:
        if one.name != BATCH or one.kind not in {Kind.COUNTER, Kind.PLAN}:
            return one
        return replace(one, name=EPOCH) if one.kind is Kind.COUNTER else replace(one, kind=kind)

    return replace(rows, form=replace(rows.form, fields=tuple(map(counted, rows.form.fields))))


def _is_counted(before: Numbers, behind: Numbers) -> bool:
    """Tell whether the number behind the slash counts: it goes on while the one before rests, or is below most."""
    rests, goes_on = np.diff(before) == 0, np.diff(behind) != 0
    counts = np.count_nonzero(rests & goes_on) > np.count_nonzero(~rests & ~goes_on)
    return bool(counts or 2 * np.count_nonzero(before > behind) > len(before))
