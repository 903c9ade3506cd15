"""Models that give up: generators, policies, metrics that no longer move."""
