"""Why generators, policies and metrics collapse."""
