"""Every point of every series for other programs, in the order of writing and produced piece by piece."""

from __future__ import annotations

import csv as csv_format
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logdoctor.errors import LogDoctorError
from logdoctor.reports.escaping import harmless
from logdoctor.reports.strict_json import quoted
from logdoctor.run import Run, Series

PIECE = 65_536
"""Points written at a time."""

ROW_GROUP = 1_000_000
"""Points of a row group of Parquet, as its authors advise."""

JSON_VALUES = {
    "nan": 'null, "nonfinite": "nan"',
    "inf": 'null, "nonfinite": "inf"',
    "-inf": 'null, "nonfinite": "-inf"',
}
JSON_TIMES = {"nan": "null", "inf": "null", "-inf": "null"}
CSV_VALUES = {"nan": "nan", "inf": "inf", "-inf": "-inf"}
CSV_TIMES = {"nan": "", "inf": "", "-inf": ""}

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - wide forms count too where East Asian text is written
"""How a cell begins that a spreadsheet would run (https://owasp.org/www-community/attacks/CSV_Injection)."""


def jsonl(runs: Iterable[Run]) -> Iterator[str]:
    """Yield one JSON object a point: run, series, step, value, wall_time."""
    for run, series in _all_series(runs):
        start = f'{{"run": {quoted(run)}, "series": {quoted(series.name)}, "step": '
        for part in _parts(series):
            rows = zip(part.steps.tolist(), _values(part, JSON_VALUES), _times(part, JSON_TIMES), strict=True)
            yield "".join([f'{start}{s}, "value": {v}, "wall_time": {t}}}\n' for s, v, t in rows])


def csv(runs: Iterable[Run]) -> Iterator[str]:
    """Yield a table with a header; a number reads back as the same number.

    Spreadsheets and terminals show it, so no name is a formula or a control sequence: one that would be begins with an
    apostrophe, or is escaped. JSON lines have every name as it is.
    """
    yield "run,series,step,value,wall_time\n"
    for run, series in _all_series(runs):
        start = _cells(run, series.name)
        for part in _parts(series):
            rows = zip(part.steps.tolist(), _values(part, CSV_VALUES), _times(part, CSV_TIMES), strict=True)
            yield "".join([f"{start},{s},{v},{t}\n" for s, v, t in rows])


def parquet(runs: Iterable[Run]) -> Iterator[bytes]:
    """Yield a Parquet file of the same columns: values may be NaN or infinite, and no wall time is a null.

    Raises LogDoctorError where pyarrow is missing.
    """
    try:
        import pyarrow
        from pyarrow.parquet import ParquetWriter
    except ImportError:
        raise LogDoctorError("Parquet needs pyarrow: pip install 'logdoctor[parquet]'") from None

    text, number = pyarrow.string(), pyarrow.float64()
    columns = {"run": text, "series": text, "step": pyarrow.int64(), "value": number, "wall_time": number}
    schema = pyarrow.schema(list(columns.items()))
    written = _Written()
    with ParquetWriter(written, schema) as file:
        for group in _groups(runs):
            tables = [_table(pyarrow, schema, run, part) for run, part in group]
            file.write_table(pyarrow.concat_tables(tables))
            yield written.taken()
    yield written.taken()


class _Written(io.RawIOBase):
    """What a library writes to as to a file, for others to take away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _groups(runs: Iterable[Run]) -> Iterator[list[tuple[str, Series]]]:
    """Yield points enough for a row group at a time: a reader can skip those that it does not want."""
    group: list[tuple[str, Series]] = []
    held = 0
    for run, series in _all_series(runs):
        for part in _parts(series):
            group.append((run, part))
            held += len(part)
            if held >= ROW_GROUP:
                yield group
                group, held = [], 0
    if group:
        yield group


def _table(pyarrow: Any, schema: Any, run: str, part: Series) -> Any:
    n = len(part)
    times = np.full(n, np.nan) if part.wall_times is None else part.wall_times
    arrays = [
        *(
            pyarrow.repeat(pyarrow.scalar(one.encode(errors="backslashreplace").decode()), n)
            for one in (run, part.name)
        ),
        pyarrow.array(part.steps),
        pyarrow.array(part.values),
        pyarrow.array(times, mask=~np.isfinite(times)),
    ]
    return pyarrow.table(arrays, schema=schema)


def _all_series(runs: Iterable[Run]) -> Iterator[tuple[str, Series]]:
    for run in runs:
        for series in run.series:
            yield run.name, series


def _parts(series: Series) -> Iterator[Series]:
    for start in range(0, len(series), PIECE):
        yield series.take(slice(start, start + PIECE))


def _values(series: Series, spelled: Mapping[str, str]) -> list[str]:
    return _texts(series.values, spelled)


def _times(series: Series, spelled: Mapping[str, str]) -> list[str]:
    return [spelled["nan"]] * len(series) if series.wall_times is None else _texts(series.wall_times, spelled)


def _texts(numbers: NDArray[np.float64], spelled: Mapping[str, str]) -> list[str]:
    """Write numbers in the shortest form that reads back the same; those that are not finite as spelled."""
    texts = list(map(repr, numbers.tolist()))
    for at in np.flatnonzero(~np.isfinite(numbers)).tolist():
        texts[at] = spelled[texts[at]]
    return texts


def _cells(*texts: str) -> str:
    row = io.StringIO()
    writer = csv_format.writer(row, lineterminator="")
    writer.writerow([harmless(f"'{text}" if text.startswith(FORMULA_STARTS) else text) for text in texts])
    return row.getvalue()
