"""Rules about the source itself: each says in its name what it forbids, and in its message where it was found."""
