"""Feedback rounds: each team gives feedback to others by a protocol, hidden until the reveal.

A facilitator plans a round, allocates and releases it (rounds.py, allocation.py, pairs.py); the teams write, sign, read
and answer (giving.py, items.py, answers.py). What may be done when follows from the clock alone (phases.py).
"""
