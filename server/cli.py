"""The command line: `sweetspot serve`, `sweetspot demo`, `sweetspot migrate`.

Whatever stops a start is said in one sentence on standard error, with exit status 1.
"""

from __future__ import annotations

import argparse
import errno
import os
import socket
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NoReturn

from server.settings import ROOT, Settings, WrongSetting, read_settings

if TYPE_CHECKING:
    from server.db import Database


class CannotStart(Exception):
    """Carries the one sentence that is shown."""


class Arguments(argparse.ArgumentParser):
    """A wrong argument is refused like a wrong setting, without the usage text above it."""

    def error(self, message: str) -> NoReturn:
        raise CannotStart(f"{message[:1].upper()}{message[1:]}; sweetspot --help shows what there is.")


def parser() -> Arguments:
    found = Arguments(prog="sweetspot", description="Where a public-sector innovation programme runs.")
    commands = found.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Arguments)
    for name, words in (
        ("serve", "run the server"),
        ("demo", "run the server with an invented programme that anyone may enter"),
        ("migrate", "bring the database to the shape this version needs, and stop"),
    ):
        command = commands.add_parser(name, help=words, description=words.capitalize() + ".")
        if name != "migrate":
            command.add_argument("--host", help="the address to listen on (default: SWEETSPOT_HOST or 127.0.0.1)")
            command.add_argument("--port", type=int, help="the port to listen on (default: SWEETSPOT_PORT or 8000)")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    commands: dict[str, Callable[[argparse.Namespace], None]] = {"serve": serve, "demo": demo, "migrate": migrate}
    try:
        given = parser().parse_args(arguments)
        commands[given.command](given)
    except (CannotStart, WrongSetting) as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def serve(given: argparse.Namespace) -> None:
    settings = read_settings(os.environ, host=given.host, port=given.port)
    need_port(settings)
    prepare(settings)
    print(f"Sweetspot is at {settings.origin} (Ctrl-C stops it).", flush=True)
    run(settings)


def demo(given: argparse.Namespace) -> None:
    file = None if os.environ.get("DATABASE_URL") else f"sqlite:///{ROOT / 'var' / 'demo.db'}"
    settings = read_settings(os.environ, demo=True, host=given.host, port=given.port, database_url=file)
    need_port(settings)
    prepare(settings, with_demo=True)
    from demo.cast import cast

    print(f"Sweetspot is at {settings.origin} (Ctrl-C stops it).")
    print("Enter as one of its invented people, for example:")
    members = cast()
    width = max(len(member.name) for member in members)
    for member in members:
        print(f"  {member.name:{width}}  {member.words}")
    sys.stdout.flush()
    run(settings)


def migrate(given: argparse.Namespace) -> None:
    changed = prepare(read_settings(os.environ))
    print("The database is up to date now." if changed else "The database was up to date already.")


def need_port(settings: Settings) -> None:
    """Refuse before anything is printed or written when the server could not listen anyway."""
    if not 0 < settings.port < 65536:
        raise CannotStart(f"A port is a number from 1 to 65535, not {settings.port}.")
    where = f"port {settings.port} of {settings.host}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen(1)
    except socket.gaierror:
        raise CannotStart(f"There is no address {settings.host} on this machine; try 127.0.0.1.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"Something else already uses {where}: stop it, or choose another port "
                f"(make run PORT={settings.port + 1}, or sweetspot with --port {settings.port + 1})."
            ) from None
        if error.errno == errno.EACCES:
            raise CannotStart(f"You may not listen on {where}: choose one above 1023.") from None
        raise CannotStart(f"The server cannot listen on {where}: {error.strerror}.") from None


def open_database(settings: Settings) -> Database:
    """The database of those settings; nothing is read from it yet."""
    from sqlalchemy.exc import ArgumentError

    from server.db import Database

    if settings.database_url in ("sqlite:///", "sqlite:///:memory:"):
        raise CannotStart("DATABASE_URL names no file: write it like sqlite:////srv/sweetspot/sweetspot.db.")
    try:
        return Database(settings.database_url, synchronous=settings.sqlite_synchronous)
    except (ArgumentError, ValueError):
        raise CannotStart("DATABASE_URL must be like postgresql://user:password@host:5432/name.") from None
    except OSError as error:
        raise CannotStart(
            f"{error.filename or 'The folder of the database'} cannot be written ({error.strerror}): use a folder that "
            "you may write to, or name another with DATABASE_URL."
        ) from None


def prepare(settings: Settings, *, with_demo: bool = False) -> bool:
    """Bring the database to its newest shape, with the demo in it if asked; whether its shape had to change."""
    from sqlalchemy.exc import DBAPIError

    from server.migrate import CannotMigrate, reason
    from server.migrate import migrate as bring_up_to_date

    database = open_database(settings)
    try:
        changed = bring_up_to_date(database)
        if with_demo:
            fill_demo(database)
    except CannotMigrate as refusal:
        raise CannotStart(str(refusal)) from None
    except DBAPIError as error:
        raise CannotStart(reason(database, error)) from None
    finally:
        database.close()
    return changed


def fill_demo(database: Database) -> None:
    from demo.state import DemoState, state_of

    state = state_of(database)
    if state is DemoState.REAL:
        raise CannotStart(
            "This database holds real people, and demo mode would let anyone in: "
            "run sweetspot serve, or name another database with DATABASE_URL."
        )
    if state is DemoState.EMPTY:
        from demo.programme import fill

        fill(database)


def run(settings: Settings) -> None:
    from server.app import serve as serve_app

    serve_app(settings)
