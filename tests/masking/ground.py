"""A cohort where nobody is named, and speakers whose every trait is a word that occurs nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field

from cohorts import memberships
from cohorts.models import Membership, Role, Team
from people import organisations, persons
from people.models import Person
from server.clock import utc_now
from server.db import Db
from tests.access.walk import ids_in
from tests.house import House
from tests.lived import live_through
from tests.lived_forms import carried
from tests.world import Place, World

# Who speaks, and the country they are from: nobody else in this world is.
SPEAKERS = {"Amara": ("BT", "Bhutan"), "Esi": ("TV", "Tuvalu")}
BOARD = ("Nadia", "Oskar")
# A word that stands in a note on the run sheet, and nowhere else.
FOR_THE_SHEET = "Zqharbour"


@dataclass(frozen=True)
class Canary:
    """A word that tells who somebody is. `kind`: name, mail, organisation, country or team."""

    who: str
    kind: str
    word: str


@dataclass
class Masked:
    """The house, its world, and the ids and names that were added to it."""

    house: House
    world: World
    people: dict[str, int]
    lived: dict[str, int] = field(default_factory=dict)

    def ids(self, place: Place) -> dict[str, object]:
        """What addresses may name in that place."""
        return ids_in(place, self.world) | (self.lived if place.cohort == self.world.tide.cohort else {})

    def carried(self, place: Place) -> dict[str, object]:
        """What forms of the room there carry at this moment."""
        return carried(self.house, self.world.slots[place.cohort][0], self.world.sessions[place.cohort])

    def held(self, who: str) -> int:
        """The id of the one membership that person has."""
        (mine,) = (one for one in self.house.rows(Membership) if one.person_id == self.people[who])
        return int(mine.id or 0)

    def canaries(self) -> list[Canary]:
        found = []
        for who, (_, country) in SPEAKERS.items():
            words = {"name": f"Zqname{who}", "mail": f"zqmail{who}".lower(), "organisation": f"Zqorg{who}"}
            found += [Canary(who, kind, word) for kind, word in (words | {"country": country}).items()]
        return [*found, Canary("Amara", "team", "Zqteam")]


def lay(house: House, world: World) -> Masked:
    """Put the canaries into that world, in which everybody is still named."""
    people = dict(world.people)
    with house.database(writing=True) as db:
        for who, (code, _) in SPEAKERS.items():
            _mark(db, world.people[who], who, code)
        db.get_one(Team, world.tide.team).name = "Zqteam"
        for name in BOARD:
            people[name] = _adviser(db, world, name)
    return Masked(house, world, people)


def set_rule(masked: Masked, attribution: str) -> None:
    """The facilitator chooses it for the cohort, in its form."""
    fields = {"name": "Flood warnings", "purpose": "", "attribution": attribution}
    path = f"/cohorts/{masked.world.tide.cohort}/details"
    assert masked.house.visit(masked.people["Farid"]).post(path, data=fields).status_code == 303


def meet(masked: Masked, *others: str) -> None:
    """The cohort's session is lived through: Farid runs it, Amara says everything, the others are with her in the open
    room and in its group. On the run sheet stands a sentence for Farid alone."""
    tide = masked.world.tide
    masked.lived = live_through(masked.house, masked.world, tide.cohort, "Farid", "Amara")
    room, apart = f"/slots/{masked.world.slots[tide.cohort][0]}/room", masked.carried(tide)["round"]
    told = {f"{room}/entry": {}, f"{room}/groups/place": {"round": apart, "group": 0}}
    for name in others:
        for path, data in told.items():
            assert masked.house.visit(masked.people[name]).post(path, data=data).status_code == 303
    note = {"note": f"{FOR_THE_SHEET} is to speak last", "version": 0}
    sheet = f"{room}/run-sheet/{masked.lived['line']}"
    assert masked.house.visit(masked.people["Farid"]).post(sheet, data=note).status_code == 303
    recap = f"/sessions/{masked.world.sessions[tide.cohort]}/recap"
    for path in (room, f"{room}/projector", f"{room}/groups/{masked.lived['group']}", recap, f"{recap}/pdf"):
        assert masked.house.visit(masked.people[others[0]]).get(path).status_code == 200, path


def say(masked: Masked, who: str, place: Place, text: str, **fields: str) -> int:
    """Somebody comments there in the form; the id of the comment."""
    path = f"/threads/{place.thread}/comments"
    answer = masked.house.visit(masked.people[who]).post(path, data={"text": text, **fields})
    assert answer.status_code == 303, answer.text[:2000]
    return int(answer.headers["location"].rpartition("-")[2])


def _mark(db: Db, person_id: int, who: str, code: str) -> None:
    person = db.get_one(Person, person_id)
    # Not that of the team: it stands on the pages of the team's work.
    person.organisation_id = organisations.add(db, name=f"Zqorg{who}", country=code, time_zone="Asia/Thimphu").id or 0
    person.name, person.email = f"Zqname{who}", f"zqmail{who}@example.org".lower()


def _adviser(db: Db, world: World, name: str) -> int:
    home = organisations.add(db, name=f"House of {name}", country="PT").id or 0
    person = persons.add(db, name=f"{name} Okoro", email=f"{name.lower()}@example.org", organisation_id=home)
    memberships.join(db, person=person, role=Role.ADVISER, cohort_id=world.tide.cohort, now=utc_now())
    assert person.id is not None
    return person.id
