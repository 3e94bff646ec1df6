"""Advice: prompts of the advisory board, what teams answer, and what came of it."""
