"""The live engine: a log of what changed, and a hub that shows it to whoever is looking."""
