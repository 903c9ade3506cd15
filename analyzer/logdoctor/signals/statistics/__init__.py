"""Measures of any one curve, which all other signals share: its level and noise, fits, correlation."""
