"""Invitations made and accepted through the domain's own verbs, for the tests about them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cohorts.acceptance import Newcomer, Opened, accept, open_with
from cohorts.invitations import Asked, Desk, Place, invite, place_of
from cohorts.models import Role
from people.models import Person
from server.db import Database, Db
from server.languages import languages
from server.mail import Mail
from server.pages import Pages
from tests.world import World

ORIGIN = "https://sweetspot.example"
PAGES = Pages(languages(True), str, 100)


@dataclass
class Guests:
    """A database with the cast, and the present instant."""

    database: Database
    world: World
    now: datetime

    def desk(self) -> Desk:
        return Desk(PAGES, ORIGIN, self.world.people["Farid"], "Farid Okoro")

    def place(self, db: Db) -> Place:
        return place_of(db, team_id=self.world.tide.team)

    def invite(self, email: str, role: Role = Role.MEMBER, *, at: datetime | None = None, name: str = "") -> Asked:
        with self.database.transaction(writing=True) as db:
            place = self.place(db) if role is Role.MEMBER else place_of(db, cohort_id=self.world.tide.cohort)
            return invite(db, self.desk(), place, role, email=email, name=name, now=at or self.now)

    def tokens(self, email: str) -> list[str]:
        """The tokens in the mails to that address, oldest first."""
        with self.database.transaction(writing=False) as db:
            texts = db.execute(select(Mail.text).where(Mail.to == email).order_by(Mail.id)).scalars()  # type: ignore[call-overload]
            return [re.findall(r"/invitations/(\S+)", text)[0] for text in texts]

    def opened(self, token: str, at: datetime | None = None) -> Opened | None:
        with self.database.transaction(writing=False) as db:
            return open_with(db, token, at or self.now)

    def accept(self, token: str, who: Callable[[Db], Person] | Newcomer, at: datetime | None = None) -> bool:
        """Whether somebody new came."""
        with self.database.transaction(writing=True) as db:
            opened = open_with(db, token, at or self.now)
            assert opened is not None
            return accept(db, opened.id, who if isinstance(who, Newcomer) else who(db), at or self.now)[1]

    def newcomer(self, email: str = "") -> Newcomer:
        with self.database.transaction(writing=False) as db:
            home = db.get_one(Person, self.world.people["Amara"]).organisation_id
        return Newcomer("Noor Haddad", email, home, "", "")

    def count(self, table: type) -> int:
        with self.database.transaction(writing=False) as db:
            return len(db.execute(select(table)).all())


def person(id_: int) -> Callable[[Db], Person]:
    return lambda db: db.get_one(Person, id_)
