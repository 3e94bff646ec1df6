"""Real servers for tests, each a context manager; one that cannot be had raises with the plain reason."""
