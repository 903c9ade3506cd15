"""Errors and warnings that a program printed."""
