"""Losses and gradients that diverge, spike or oscillate."""
