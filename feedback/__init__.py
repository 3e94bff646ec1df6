"""What they tell each other: threads and comments on initiatives (rounds and prompts to come)."""
