"""Takes the picture of the report that the README shows: `python -m tests.reports.html.picture .github/report.png`.

Needs Chromium and playwright. What it shows is the report of some of the sample logs, nothing made for the picture.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from tests.reports.html.browser.conftest import NOW, SAMPLES, chosen, written

from logdoctor.diagnosis import analyze

WIDTH, HEIGHT, COLORS = 1440, 1260, 200
SHOWN = ("divergence", "nan-loss", "overfitting", "loss-spike", "rate-sweep", "restart-overlap", "still-improving")


def take(target: Path) -> None:
    from PIL import Image
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = written(Path(folder) / "report.html", chosen(analyze(SAMPLES, now=NOW), SHOWN))
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, locale="en-US", color_scheme="light")
        page.goto(f"file://{report}")
        page.screenshot(path=target)
        browser.close()
    Image.open(target).convert("RGB").quantize(COLORS).save(target, optimize=True)


if __name__ == "__main__":
    take(Path(sys.argv[1]))
