"""What the benchmark trains: families of models and data, faults planted in them, sound recipes, and their logs."""
