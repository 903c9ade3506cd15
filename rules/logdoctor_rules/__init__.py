"""The built-in rules of logdoctor: one file for each, by category."""
