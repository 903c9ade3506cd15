"""A TensorBoard tab with the report on its log folder; `pip install 'logdoctor[tensorboard]'` is all it takes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from markupsafe import escape
from tensorboard.plugins.base_plugin import FrontendMetadata, TBContext, TBPlugin
from werkzeug.wrappers import Request, Response

from logdoctor.config import find_config
from logdoctor.diagnosis import analyze
from logdoctor.errors import LogDoctorError
from logdoctor.reports.escaping import printable
from logdoctor.reports.formats import render
from logdoctor.reports.html.page import content_policy
from logdoctor.reports.layout import Page
from logdoctor.reports.report import Report

_FRAME = """
export async function render() {
  const frame = document.createElement("iframe");
  frame.src = "./report";
  frame.title = "logdoctor report";
  Object.assign(frame.style, {position: "fixed", inset: "0", width: "100%", height: "100%", border: "0"});
  document.body.append(frame);
}
"""
"""TensorBoard runs this in the frame of its tab; the report has a policy of its own and gets a frame within it."""

_AS_SAID = {"X-Content-Type-Options": "nosniff"}
"""No browser may guess another content type than the declared one; TensorBoard requires this header."""


class LogdoctorPlugin(TBPlugin):  # type: ignore[misc]
    """Analyzes the log folder anew each time the tab is opened; one analysis runs at a time."""

    plugin_name = "logdoctor"

    def __init__(self, context: TBContext) -> None:
        self._folder = context.logdir
        self._analyzing = threading.Lock()

    def get_plugin_apps(self) -> Mapping[str, Callable[..., Any]]:
        """Return the applications that serve `data/plugin/logdoctor`."""
        return {"/index.js": self._script, "/report": self._report}

    def is_active(self) -> bool:
        """Tell whether there is a folder to analyze; TensorBoard also accepts URLs, logdoctor does not."""
        return bool(self._folder) and Path(self._folder).is_dir()

    def frontend_metadata(self) -> FrontendMetadata:
        """Name the tab and its script."""
        return FrontendMetadata(es_module_path="/index.js", tab_name="logdoctor")

    @Request.application  # type: ignore[arg-type]
    def _script(self, _request: Request) -> Response:
        return Response(_FRAME, content_type="text/javascript; charset=utf-8", headers=_AS_SAID)

    @Request.application  # type: ignore[arg-type]
    def _report(self, _request: Request) -> Response:
        try:
            with self._analyzing:
                diagnosis = analyze(self._folder, config=find_config(Path.cwd()))
                page = render("html", Report(diagnosis), Page())
        except (LogDoctorError, OSError) as problem:
            page = f"<!doctype html><title>logdoctor</title><p>{escape(printable(str(problem)))}</p>"
        headers = {**_AS_SAID, "Content-Security-Policy": content_policy()}
        return Response(page, content_type="text/html; charset=utf-8", headers=headers)
