"""Streams of rows to parts that are believed: what each measures, and where its rows stand."""
