"""Generators, policies, latent codes and metrics that collapse."""
