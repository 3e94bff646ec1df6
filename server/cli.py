"""The command line: `sweetspot COMMAND`. What each command does is in server/commands.

Whatever stops a command is said in one sentence on standard error, with exit status 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from server.commands import CannotStart
from server.settings import WrongSetting

# Which module holds the function of a command: only that one is loaded.
MODULES = {
    "serve": "serving",
    "demo": "serving",
    "migrate": "databases",
    "backup": "backups",
    "restore": "backups",
    "move": "moving",
    "doctor": "doctor",
    "erase": "persons",
}


class Arguments(argparse.ArgumentParser):
    """A wrong argument is refused like a wrong setting, without the usage text above it."""

    def error(self, message: str) -> NoReturn:
        raise CannotStart(f"{message[:1].upper()}{message[1:]}; sweetspot --help shows what there is.")


def parser() -> Arguments:
    found = Arguments(prog="sweetspot", description="Where a public-sector innovation programme runs.")
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Arguments)

    def command(name: str, words: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=words, description=words.capitalize() + ".")

    for one in (
        command("serve", "run the server"),
        command("demo", "run the server with an invented programme that anyone may enter"),
    ):
        one.add_argument("--host", help="the address to listen on (default: SWEETSPOT_HOST or 127.0.0.1)")
        one.add_argument("--port", type=int, help="the port to listen on (default: SWEETSPOT_PORT or 8000)")
        if one.prog.endswith(" serve"):
            one.add_argument("--workers", type=int, default=1, metavar="N", help="how many processes (default: 1)")
    command("migrate", "bring the database to the shape this version needs, and stop")
    command("doctor", "say what is wrong with this installation, and what to do")
    one = command("backup", "copy the SQLite database to a file, while the server runs")
    one.add_argument("file", nargs="?", metavar="FILE", help="the new file, or a folder (default: var/backups)")
    one = command("restore", "put a backup in the place of the SQLite database")
    one.add_argument("file", metavar="FILE", help="a file made by sweetspot backup")
    one = command("move", "copy everything into another, empty database, and compare it row by row")
    one.add_argument("--to", required=True, metavar="URL", help="like postgresql://user:password@host/name")
    one = command("erase", "erase a person's name, address and logins, at their wish")
    one.add_argument("person", metavar="PERSON", help="their e-mail address, or their number")
    one.add_argument("--words", action="store_true", help="what they wrote as well")
    one.add_argument("--yes", action="store_true", help="do not ask before")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    try:
        given = parser().parse_args(arguments)
        run = getattr(import_module(f"server.commands.{MODULES[given.command]}"), given.command)
        status: int | None = run(given, os.environ)
    except (CannotStart, WrongSetting) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status or 0
