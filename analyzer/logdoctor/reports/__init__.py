"""Renderings of a diagnosis: pure functions to text, without any analysis."""
