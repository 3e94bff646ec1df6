"""The room: a slot while it runs live, and what is remembered of it."""
