"""Measures of any one curve, which all the others share: its level and noise, a fit, what two curves have in common."""
