"""The run model: series, roles, runs and notices."""

from logdoctor.run.notice import Notice
from logdoctor.run.roles import ROLES, Role
from logdoctor.run.run import Run, Setting, SourceFile, State, as_number
from logdoctor.run.series import Axis, Series, Split
from logdoctor.run.text_event import TextEvent

__all__ = [
    "ROLES", "Axis", "Notice", "Role", "Run", "Series", "Setting", "SourceFile", "Split", "State", "TextEvent",
    "as_number",
]  # fmt: skip
