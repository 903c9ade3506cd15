"""The tab in TensorBoard itself: a real server, a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.reports.html.browser.conftest import SAMPLES

START_SECONDS, TAB_SECONDS = 60, 60
"""TensorBoard imports TensorFlow's substitutes at its start, and the tab analyzes the folder."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serve two runs, one of them bad, and return the address of TensorBoard."""
    for name in ("divergence", "plateau"):
        shutil.copytree(SAMPLES / name, tmp_path / "runs" / name)
    line = [sys.executable, "-m", "tensorboard.main", "--logdir", "runs", "--port", "0", "--load_fast", "false"]
    server = subprocess.Popen(
        line, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )
    assert server.stderr is not None
    watchdog = threading.Timer(START_SECONDS, server.kill)
    watchdog.start()
    said = []
    try:
        for text in server.stderr:
            said.append(text)
            if found := re.search(r"TensorBoard \S+ at (http://localhost:\d+/)", text):
                watchdog.cancel()
                yield found[1]
                return
        pytest.fail(f"TensorBoard did not start: {''.join(said)}", pytrace=False)
    finally:
        watchdog.cancel()
        server.kill()
        server.communicate()


def test_the_tab_shows_the_report_and_its_script_works(browser: Any, address: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 1000}, locale="en-US")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    foreign: list[str] = []
    page.on("request", lambda request: foreign.append(request.url) if not request.url.startswith(address) else None)
    page.goto(f"{address}#logdoctor")
    page.get_by_role("tab", name="logdoctor").wait_for(timeout=TAB_SECONDS * 1000)
    report = page.frame_locator("iframe").frame_locator("iframe[title='logdoctor report']")
    report.locator("h1").wait_for(timeout=TAB_SECONDS * 1000)
    assert report.locator("h1").inner_text() == "1 of 4 runs failed: the training loss rises for good"
    assert report.locator("#filter").is_visible()
    report.locator("button.explore").first.click()
    report.locator(".uplot canvas").first.wait_for()
    assert [one for one in complaints if "logdoctor" in one or "report" in one] == []
    assert [url for url in foreign if not url.startswith(("data:", "blob:"))] == []
    context.close()
