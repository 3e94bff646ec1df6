"""What the two commands do before anything is installed."""
