"""`sweetspot erase PERSON`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from people.erasure import CannotErase, find
from people.erasure import erase as erase_person
from people.models import Erasure, Person
from server.app import PANELS
from server.clock import utc_now
from server.commands import CannotStart
from server.commands.databases import current_database
from server.db import Db


def erase(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    with current_database(environment) as database:
        with database.transaction(writing=False) as db:
            person_id, shown = whom(db, given.person)
        if not given.yes:
            confirm(shown, words=given.words)
        with database.transaction(writing=True) as db:
            try:
                erase_person(db, person_id, now=utc_now(), words=given.words, tell=PANELS["person erased"])
            except CannotErase as refusal:
                raise CannotStart(refusal.message.msgid) from None
    print(f"{shown} is erased{', with everything they wrote' if given.words else ''}.")
    print("Backups made before still hold it: delete them when you no longer need them.")


def whom(db: Db, who: str) -> tuple[int, str]:
    """The person that is meant, and how to name them in a question."""
    person = find(db, who)
    if person is None:
        raise CannotStart(f"Nobody here has the address or number {who}.")
    assert person.id is not None
    if db.get(Erasure, person.id) is not None:
        raise CannotStart(f"Person {person.id} is erased already.")
    return person.id, described(person)


def described(person: Person) -> str:
    return f"{person.name} <{person.email}>, person {person.id},"


def confirm(shown: str, *, words: bool) -> None:
    """Ask, because nothing brings it back."""
    if not sys.stdin.isatty():
        raise CannotStart("Erasing cannot be undone, so say --yes where nobody can be asked.")
    what = "their name, address and logins, and everything they wrote" if words else "their name, address and logins"
    print(f"This erases {shown}: {what}. It cannot be undone.")
    if input("Type yes to go on: ").strip().lower() != "yes":
        raise CannotStart("Nothing was erased.")
