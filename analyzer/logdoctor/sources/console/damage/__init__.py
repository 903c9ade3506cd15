"""Damage within lines, told before they are read: what ran into each other or broke off."""
