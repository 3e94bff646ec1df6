"""The commands of `sweetspot`, a module for each noun; server/cli.py reads their arguments.

A command is a function of its arguments and the environment. It prints what it did, and raises `CannotStart` with one
sentence for whatever keeps it from doing that.
"""

from __future__ import annotations


class CannotStart(Exception):
    """Carries the one sentence that is shown."""
