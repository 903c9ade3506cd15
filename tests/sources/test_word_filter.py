"""Sieves let pass exactly what asking every text for every word would."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from logdoctor.sources.console.words.word_filter import WordFilter

WORDS = ("oom", "f1", "ep ", "loss is", "xid (", "traceback", "bus error")
PIECES = (*WORDS, *map(str.upper, WORDS), "lo", "ss", " is", "é", "\0", " ", "x", "error", "12")


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=4).map("".join), max_size=8))
def test_a_text_passes_that_has_one_of_the_words(texts: list[str]) -> None:
    assert WordFilter(WORDS).pass_on(texts) == [text for text in texts if any(word in text.lower() for word in WORDS)]


@given(st.lists(st.text(max_size=20), max_size=8))
def test_a_sieve_without_words_holds_all_back(texts: list[str]) -> None:
    assert WordFilter(()).pass_on(texts) == []
