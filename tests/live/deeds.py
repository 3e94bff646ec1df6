"""Everything people do that others may see at once, done through the pages' own forms."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from cohorts import memberships
from cohorts.models import Initiative, Role, Team
from feedback.models import Comment
from people import organisations, persons
from server.clock import utc_now
from tests.house import House
from tests.world import World


@dataclass
class Deeds:
    """What happens in team Tide. Each deed returns when the server has committed it."""

    house: House
    world: World

    def send(self, who: str, path: str, **fields: Any) -> None:
        answer = self.house.visit(self.world.people[who]).post(path, data=fields)
        assert answer.status_code == 303, f"{path} by {who}: {answer.status_code} {answer.text[:2000]}"

    @property
    def thread(self) -> str:
        return f"/threads/{self.world.tide.thread}"

    def comment(self, name: str) -> str:
        return f"/comments/{self.world.tide.comments[name]}"

    def row(self, table: type[Any], id_: int) -> Any:
        with self.house.database() as db:
            return db.get_one(table, id_)

    def say(self, name: str = "Chiara", text: str = "A *new* thought", parent: str = "") -> None:
        self.send(name, f"{self.thread}/comments", text=text, parent=parent, key=secrets.token_hex(8))

    def reply(self) -> None:
        self.say("Amara", "An answer", str(self.world.tide.comments["Chiara"]))

    def first_reply(self) -> None:
        self.say("Amara", "The first answer to this", str(self.world.tide.comments["Esi"]))

    def edit_comment(self, name: str = "Chiara", text: str = "Better **words**") -> None:
        comment = self.row(Comment, self.world.tide.comments[name])
        self.send(name, f"{self.comment(name)}/versions", text=text, version=comment.version)

    def edit_reply(self) -> None:
        self.edit_comment("Amara", "A better answer")

    def withdraw(self, name: str = "Chiara") -> None:
        self.send(name, f"{self.comment(name)}/withdrawal")

    def withdraw_reply(self) -> None:
        self.withdraw("Amara")

    def restore(self, name: str = "Bram") -> None:
        self.send(name, f"{self.comment(name)}/restoration")

    def name_somebody(self) -> None:
        self.say("Farid", "Thank you @Amara, @Tide and the @board")

    def hide(self, name: str = "Esi") -> None:
        self.send("Farid", f"{self.comment(name)}/hidings", reason="It names a neighbour")

    def show_again(self, name: str = "Esi") -> None:
        self.send(name, f"{self.comment(name)}/appeals", words="It is my own street")
        self.send("Farid", f"{self.comment(name)}/decisions", outcome="shown")

    def resolve(self, name: str = "Amara") -> None:
        self.send(name, f"{self.thread}/resolution")

    def reopen(self, name: str = "Farid") -> None:
        self.send(name, f"{self.thread}/reopening")

    def edit_initiative(self, title: str = "Bells for everybody", **changed: str) -> None:
        now = self.row(Initiative, self.world.tide.initiative)
        texts = {name: getattr(now, name) for name in ("challenge", "context", "tried", "asked")}
        texts |= {"title": title, "tried": "Bells, at *night*.", **changed}
        self.send("Amara", f"/initiatives/{now.id}/versions", base=now.version, **texts)

    def release_summary(self, text: str = "What sponsors read.") -> None:
        self.send("Amara", f"/initiatives/{self.world.tide.initiative}/summary", summary=text)

    def rename_team(self, name: str = "High Tide") -> None:
        team = self.row(Team, self.world.tide.team)
        self.send("Farid", f"/teams/{team.id}/details", name=name, part=team.part)

    def edit_cohort(self, name: str = "Flood warnings for all") -> None:
        self.send("Farid", f"/cohorts/{self.world.tide.cohort}/details", name=name, purpose="Another purpose")

    def remove_member(self, name: str = "Amara") -> None:
        self.send("Farid", f"/memberships/{self.world.memberships[name]}/removal")

    def join_member(self) -> None:
        with self.house.database(writing=True) as db:
            place = organisations.add(db, name="New place", country="PT")
            email = f"{secrets.token_hex(4)}@example.org"
            person = persons.add(db, name="Nadia", email=email, organisation_id=place.id or 0)
            memberships.join(db, person=person, role=Role.MEMBER, team_id=self.world.tide.team, now=utc_now())

    def rename_member(self) -> None:
        self.rename_person("Amara", "Amara Renamed")

    def rename_person(self, name: str = "Chiara", to: str = "Chiara Renamed") -> None:
        self.send(name, "/profile/preferences", name=to, time_zone="Europe/Rome", language="en")
