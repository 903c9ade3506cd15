"""Adversarial losses, latent codes and policies."""
