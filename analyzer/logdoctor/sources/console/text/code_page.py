"""How a printed log spells characters: UTF-8, UTF-16, or the code page that Python writes to a file with on Windows."""

from __future__ import annotations

import codecs
from dataclasses import replace

from logdoctor.run.translations import foreign_words
from logdoctor.sources.tables.text import Encoding, encoding_of

CODE_PAGES = ("gb18030", "big5", "cp949", "cp932", "cp1251", "cp1252")
"""Of the languages in which loops print: Chinese in both scripts, Korean, Japanese, Russian, and western Europe."""


def printed_encoding(start: bytes) -> Encoding:
    """Find out the encoding of a printed log from its first bytes.

    Bytes that are no UTF-8 are in the code page in which most words of training are found; without any, a few damaged
    bytes are nearer.
    """
    encoding = encoding_of(start)
    if encoding.name != "utf-8" or encoding.mark or start.isascii() or _is_utf8(start):
        return encoding
    found = {name: foreign_words(start.decode(name, "replace")) for name in ("utf-8", *CODE_PAGES)}
    return replace(encoding, name=max(found, key=lambda name: found[name]))


def _is_utf8(start: bytes) -> bool:
    """Tell whether bytes are UTF-8, but for a last character that may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return False
    return True
