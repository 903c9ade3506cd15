"""Spikes, swings and explosions of a loss or a gradient, and what became of the loss after them."""
