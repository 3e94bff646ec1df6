"""`sweetspot serve` and `sweetspot demo`."""

from __future__ import annotations

import argparse
import errno
import socket
from collections.abc import Mapping, Sequence
from contextlib import closing

from server import vendored
from server.commands import CannotStart
from server.commands.databases import open_database, prepare
from server.settings import ROOT, Settings, read_settings

MOST_WORKERS = 64


def serve(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    settings = read_settings(environment, host=given.host, port=given.port)
    if not 0 < given.workers <= MOST_WORKERS:
        raise CannotStart(f"--workers is a number from 1 to {MOST_WORKERS}, not {given.workers}.")
    need_port(settings)
    prepare(settings)
    words = [f"Sweetspot is at {settings.origin} (Ctrl-C stops it)."]
    if not settings.demo and (link := first_owner(settings)):
        words.append(f"Nobody runs this installation yet. To become its owner, open this within 24 hours: {link}")
    if given.workers > 1 and not settings.redis_url:
        words.append("Without REDIS_URL, what happens in one worker is seen in the others up to a second later.")
    run(settings, environment, words, given.workers)


def demo(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    file = None if environment.get("DATABASE_URL") else f"sqlite:///{ROOT / 'var' / 'demo.db'}"
    settings = read_settings(environment, demo=True, host=given.host, port=given.port, database_url=file)
    need_port(settings)
    prepare(settings, with_demo=True)
    from demo.cast import cast

    words = [f"Sweetspot is at {settings.origin} (Ctrl-C stops it)."]
    words.append("Enter as one of its invented people, for example:")
    members = cast()
    width = max(len(member.name) for member in members)
    words += [f"  {member.name:{width}}  {member.words}" for member in members]
    run(settings, environment, words)


def first_owner(settings: Settings) -> str | None:
    """A new link that makes the first owner; None where somebody runs the installation already."""
    from cohorts.acceptance import first_owner_link
    from server.clock import utc_now

    with closing(open_database(settings)) as database, database.transaction(writing=True) as db:
        return first_owner_link(db, settings.origin, utc_now())


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


def run(settings: Settings, environment: Mapping[str, str], words: Sequence[str], workers: int = 1) -> None:
    """Serve, and say `words` as soon as the address answers: who opens it at once finds somebody in."""
    if missing := vendored.trouble():
        words = [*words, missing]

    def serving() -> None:
        print("".join(f"{line}\n" for line in words), end="", flush=True)

    if workers > 1:
        from server.workers import CannotServe, serve_many

        try:
            return serve_many(settings, workers, environment, serving)
        except CannotServe as refusal:
            raise CannotStart(str(refusal)) from None
    from server.app import serve as serve_app

    serve_app(settings, serving=serving)
