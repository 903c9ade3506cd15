"""Mutation fuzzing of every reader, with the truth known: `python -m tests.fuzz --mutations 2000000`.

A module here is a family of formats, and its name is the family's. It names the `SOURCES` that it reads files with, of
which none may be missing (tests/test_fuzz.py), and defines `trial(rng, folder)`, which makes a file
of known content, damages it at random, reads it, and asserts that what was read is true and what was lost is said. A
trial that fails is repeated with the seed that is printed. Its find becomes a test beside those of the reader.
"""
