"""Who may see what, and what every answer carries, over every route there is."""
