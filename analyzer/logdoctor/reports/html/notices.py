"""Notices about files in the report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from logdoctor.diagnosis import Diagnosis
from logdoctor.reports.escaping import printable
from logdoctor.reports.html.chart import DASH
from logdoctor.reports.html.names import RunName
from logdoctor.run import Notice
from logdoctor.run.notice import DAMAGE


@dataclass(frozen=True)
class NoticeView:
    """An oddity of a file, with the exact lines or bytes."""

    kind: str
    run: RunName
    path: str
    where: str
    message: str
    is_damage: bool


def notice_views(diagnosis: Diagnosis, names: Mapping[str, RunName]) -> tuple[NoticeView, ...]:
    """Return the notices, damage first; one that several runs of a file share appears once."""
    made = {
        (notice.path, notice.kind, notice.message): NoticeView(
            notice.kind,
            names[one.run.name],
            printable(notice.path),
            _where(notice),
            printable(_without_path(notice)),
            notice.kind == DAMAGE,
        )
        for one in diagnosis.runs
        for notice in one.run.notices
    }
    return tuple(sorted(made.values(), key=lambda one: (not one.is_damage, one.kind, one.run.anchor, one.path)))


def _without_path(notice: Notice) -> str:
    text = notice.message.removeprefix(notice.path).lstrip(":, ")
    return text[:1].upper() + text[1:]


def _where(notice: Notice) -> str:
    if notice.line_start is not None:
        last = notice.line_end
        one_line = last in (None, notice.line_start)
        return f"line {notice.line_start:,}" if one_line else f"lines {notice.line_start:,}{DASH}{last:,}"
    if notice.byte_start is not None:
        end = notice.byte_end
        return f"bytes {notice.byte_start:,}{DASH}{end:,}" if end is not None else f"from byte {notice.byte_start:,}"
    return ""
