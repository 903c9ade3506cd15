"""The page as text: one file with its style, scripts and data, and a security policy that allows nothing else."""

from __future__ import annotations

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from logdoctor.reports.html.document import Document, byte_words

if TYPE_CHECKING:
    from jinja2 import Environment

LONG_WORD = 28
"""Characters from which a word may have to break on a phone."""

PACKAGE = "logdoctor.reports.html"


def page(document: Document) -> str:
    """Write a document down."""
    script, plotter, style = _inlined()
    # What stands in a style or script element is no markup; the hashes in the policy are of exactly these bytes.
    text = (
        _environment()
        .get_template("report.html")
        .render(
            doc=document,
            policy=content_policy(),
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            plotter=Markup(plotter),  # noqa: S704 - the vendored library
            data=Markup(document.data),  # noqa: S704 - JSON without a character that markup is made of
        )
    )
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def content_policy() -> str:
    """Return the content security policy of every page, for whoever serves one: nothing but what stands in it."""
    script, plotter, style = map(_source_hash, _inlined())
    return (
        f"default-src 'none'; style-src {style}; script-src {script} {plotter}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _inlined() -> tuple[str, str, str]:
    """Return the script, the plotting library and the style that stand in every page."""
    style = _asset("uplot/uPlot.min.css") + "\n" + _asset("static/report.css")
    return _asset("static/report.js"), _asset("uplot/uPlot.iife.min.js"), style


def _source_hash(text: str) -> str:
    """Return how a content security policy names an inline style or script."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


@lru_cache
def _asset(name: str) -> str:
    return files(PACKAGE).joinpath(name).read_text(encoding="utf-8").strip()


@lru_cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(PACKAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["px"] = _px
    environment.filters["bytes"] = byte_words
    environment.filters["thousands"] = lambda n: f"{n:,}"
    environment.filters["breakable"] = _breakable
    environment.filters["unbroken"] = _unbroken
    return environment


def _px(value: float) -> str:
    """Write a length or share with one decimal, none where it is whole."""
    return f"{value:.1f}".removesuffix(".0")


def _unbroken(text: str) -> Markup:
    """Keep short words with a hyphen on one line, the ids of rules and numbers such as 2.5e-4, and a percent sign."""
    kept = Markup('<span class="nowrap">{}</span>')
    words = text.replace(" %", "\u00a0%").split(" ")
    return Markup(" ").join(kept.format(word) if "-" in word and len(word) < LONG_WORD else word for word in words)


def _breakable(text: str) -> Markup:
    """Let a long name break after a slash."""
    return Markup("/<wbr>").join(text.split("/"))
