"""Thematic sessions: for now the themes a programme's sessions will be about; slots and rooms stand on them."""
