"""Markdown for job summaries and comments."""
