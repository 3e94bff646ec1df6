"""The frame: what would make sense in another product too."""
