"""The cast: named people in every role, one who was removed, and a whole other programme that must stay unseen.

    programme "Borders and beyond", run by Farid; Greta sponsors it, Hana runs the installation
      cohort "Flood warnings"     Esi advises
        team Tide    asks      Amara, Bram     initiative with a talk: Amara, Chiara, Esi, Farid; one withdrawn
        team Reed    brings    Chiara          initiative with an open talk
      cohort "Care at home"
        team Lantern learns    Dmitri          initiative
      Ivo was in team Tide and was removed
    a mail of the installation that its server refused
    programme "CANARY …": Jun and Kofi, with a cohort, a team, an initiative and a talk of their own; Lena's team beside
    a feedback round in "Flood warnings" and in the canary's cohort, in which the teams write now
    a session in both, published, with two slots to come: Farid's, and Kofi's with the canary

Built once per database through the domain's own verbs, then copied for each test.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cohorts import cohorts, initiatives, memberships, programmes, teams
from cohorts.audiences import vantage_in_team
from cohorts.invitations import LASTS
from cohorts.models import Cohort, Invitation, Membership, Part, Role
from feedback import comments, threads, withdrawals
from feedback.rounds import pairs as pairs_of
from feedback.rounds.giving import TEXT_KIND
from feedback.rounds.models import RoundTeam
from people import organisations, persons
from people.models import Person
from server.clock import utc_now
from server.db import Database, Db
from server.live.texts import new_text
from server.mail import REFUSED, Mail
from tests.advised import prompted
from tests.attached import attach_picture
from tests.imported import imported
from tests.quoted import asked_quotes
from tests.rounds import give, pair_of, plan_of, released
from tests.scheduled import met_in

CANARY = "CANARY"
ZONES = {"Amara": "Africa/Lagos", "Bram": "Europe/Amsterdam", "Chiara": "Europe/Rome", "Esi": "Africa/Accra"}


@dataclass(frozen=True)
class Place:
    """The ids of one team's corner: its team, initiative and talk, and the comments in it by the name of the author."""

    programme: int
    cohort: int
    team: int
    initiative: int
    thread: int
    comments: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class World:
    """Who and what there is. `people` and `memberships` by first name, the rest by cohort."""

    people: dict[str, int]
    emails: dict[str, str]
    memberships: dict[str, int]
    tide: Place
    reed: Place
    lantern: Place
    foreign: Place
    failed_mail: int
    imports: dict[int, int]
    invitations: dict[int, int]
    attachments: dict[int, int] = field(default_factory=dict)
    rounds: dict[int, int] = field(default_factory=dict)
    pairs: dict[int, int] = field(default_factory=dict)
    prompts: dict[int, int] = field(default_factory=dict)
    quotes: dict[int, int] = field(default_factory=dict)
    items: dict[int, int] = field(default_factory=dict)
    texts: dict[int, int] = field(default_factory=dict)
    sessions: dict[int, int] = field(default_factory=dict)
    slots: dict[int, tuple[int, ...]] = field(default_factory=dict)


# The roles towards team Tide, each with the person who has it.
ROLES = {
    "anonymous": None,
    "outsider": "Jun",
    "removed": "Ivo",
    "member": "Amara",
    "colleague": "Bram",
    "peer": "Chiara",
    "elsewhere": "Dmitri",
    "adviser": "Esi",
    "facilitator": "Farid",
    "sponsor": "Greta",
    "owner": "Hana",
}


def of(id_: int | None) -> int:
    """The id of a row that was written."""
    assert id_ is not None
    return id_


class Builder:
    """Builds the world in one transaction."""

    def __init__(self, db: Db) -> None:
        self.db, self.now = db, utc_now()
        self.people: dict[str, Person] = {}
        self.memberships: dict[str, int] = {}

    def person(self, name: str, organisation: str = "Port City", country: str = "NL", *, mark: str = "") -> Person:
        """Somebody with an organisation of their own; `mark` goes into every text about them."""
        zone = ZONES.get(name, "Europe/Paris")
        house = organisations.add(self.db, name=f"{mark}{organisation}", country=country, time_zone=zone)
        assert house.id is not None
        email = f"{name.lower()}@example.org"
        made = persons.add(
            self.db,
            name=f"{mark}{name} Okoro",
            email=email,
            organisation_id=house.id,
            time_zone=zone,
            language="en",
            sample=not mark,
        )
        self.people[name] = made
        return made

    def join(self, name: str, role: Role, **where: int | None) -> None:
        made = memberships.join(self.db, person=self.people[name], role=role, now=self.now, **where)
        assert made.id is not None
        self.memberships[name] = made.id

    def place(self, cohort: Cohort, name: str, part: Part, members: tuple[str, ...], mark: str = "") -> Place:
        """A team with its people, its initiative and its talk."""
        house = organisations.by_id(self.db, self.people[members[0]].organisation_id)
        assert house is not None
        team = teams.create(self.db, cohort, house, name=f"{mark}{name}", part=part)
        for member in members:
            self.join(member, Role.MEMBER, team_id=team.id)
        initiative = initiatives.start(
            self.db,
            team,
            title=f"{mark}{name}: reach everybody in time",
            challenge=f"{mark}Warnings reach *half* of the people of {name}.",
            context=f"{mark}A river town with nine languages.",
            tried=f"{mark}Sirens and leaflets.",
            asked=f"{mark}How do you reach people who do not read?",
            released_summary=f"{mark}Warnings for everybody, by {name}.",
            by_id=self.people[members[0]].id,
            now=self.now,
        )
        threads.open_for_new(self.db, [initiative])
        talk = threads.of_cohort(self.db, of(initiative.id))
        return Place(cohort.programme_id, of(cohort.id), of(team.id), of(initiative.id), talk)

    def say(self, place: Place, name: str, text: str, parent: int | None = None) -> int:
        """A comment of that person in the talk of that place; its id."""
        person = self.people[name]
        assert person.id is not None
        standing = memberships.standing_of(self.db, person.id)
        vantage = vantage_in_team(self.db, standing, place.team, place.cohort, place.programme, "en")
        thread = threads.thread_now(self.db, vantage, place.thread)
        assert thread is not None
        posted = comments.post(
            self.db,
            thread,
            membership_id=self.memberships[name],
            author_id=person.id,
            text=text,
            language="en",
            parent_id=parent,
            now=self.now,
        )
        place.comments[name] = posted.id
        return posted.id

    def withdraw(self, place: Place, name: str) -> None:
        person = self.people[name]
        assert person.id is not None
        standing = memberships.standing_of(self.db, person.id)
        vantage = vantage_in_team(self.db, standing, place.team, place.cohort, place.programme, "en")
        thread = threads.thread_now(self.db, vantage, place.thread)
        comment = comments.comment_now(self.db, place.comments[name])
        assert thread is not None
        assert comment is not None
        withdrawals.withdraw(self.db, thread, comment, now=self.now)

    def attached(self, place: Place, name: str, mark: str = "") -> int:
        """A picture that came with that person's comment; its id."""
        person_id, comment_id = of(self.people[name].id), place.comments[name]
        return attach_picture(self.db, place.thread, comment_id, person_id, f"{mark} map.png".strip(), self.now)

    def ours(self) -> tuple[Place, Place, Place]:
        """The programme most tests are about."""
        programme = programmes.create(self.db, name="Borders and beyond", edition="2026", host="The Agency")
        flood = cohorts.create(self.db, programme, name="Flood warnings", purpose="Be quicker than the water.")
        care = cohorts.create(self.db, programme, name="Care at home", purpose="Grow old where you live.")
        for name in ("Amara", "Bram", "Chiara", "Dmitri", "Esi", "Farid", "Greta", "Hana", "Ivo"):
            self.person(name)
        self.join("Farid", Role.FACILITATOR, programme_id=programme.id)
        self.join("Greta", Role.SPONSOR, cohort_id=flood.id)
        self.join("Hana", Role.OWNER)
        self.join("Esi", Role.ADVISER, cohort_id=flood.id)
        tide = self.place(flood, "Tide", Part.ASKS, ("Amara", "Bram", "Ivo"))
        reed = self.place(flood, "Reed", Part.BRINGS, ("Chiara",))
        lantern = self.place(care, "Lantern", Part.LEARNS, ("Dmitri",))
        return tide, reed, lantern

    def talk(self, tide: Place) -> None:
        """What was said about Tide's initiative before a test begins."""
        first = self.say(tide, "Chiara", "Have you tried *church bells*?")
        self.say(tide, "Amara", "Not yet. Who rings them at night?", parent=first)
        self.say(tide, "Esi", "A radio play worked for us.")
        self.say(tide, "Farid", "Please meet on Tuesday.")
        self.say(tide, "Bram", "REGRETTED words of Bram.")
        self.withdraw(tide, "Bram")
        self.say(tide, "Ivo", "Said before I left.")
        ended = self.db.get_one(Membership, self.memberships["Ivo"])
        memberships.remove(self.db, ended, by=self.people["Farid"].id, now=self.now)

    def theirs(self) -> Place:
        """The other tenant: every text of it carries the canary."""
        mark = f"{CANARY} "
        programme = programmes.create(self.db, name=f"{mark}programme", purpose=f"{mark}purpose", host=f"{mark}host")
        cohort = cohorts.create(self.db, programme, name=f"{mark}cohort", purpose=f"{mark}purpose")
        self.person("Jun", mark=mark)
        self.person("Kofi", mark=mark)
        place = self.place(cohort, "Quarry", Part.ASKS, ("Jun",), mark)
        self.join("Kofi", Role.FACILITATOR, programme_id=programme.id)
        # A feedback round needs two teams with somebody in them.
        self.person("Lena", mark=mark)
        self.place(cohort, "Pit", Part.LEARNS, ("Lena",), mark)
        self.say(place, "Jun", f"{mark}words of Jun")
        self.say(place, "Kofi", f"{mark}answer of Kofi", parent=place.comments["Jun"])
        return place


def invited(db: Db, builder: Builder, place: Place, by: str, mark: str = "") -> int:
    """An adviser who is asked to come to that place's cohort, and has not."""
    email = f"{mark.strip().lower()}asked@example.org"
    until = builder.now + LASTS
    asked = Invitation(email=email, name=f"{mark}Asked", role=Role.ADVISER, at=builder.now, expires_at=until)
    asked.programme_id, asked.cohort_id, asked.by_id = place.programme, place.cohort, builder.people[by].id
    db.add(asked)
    db.flush()
    return of(asked.id)


def round_in(db: Db, builder: Builder, place: Place, by: str, mark: str = "") -> tuple[int, int]:
    """A feedback round of that place's cohort in which the teams write now: its id and that of the pair in which the
    place's team gives."""
    by_id = of(builder.people[by].id)
    facts = released(db, place.cohort, by_id, plan_of(builder.now, mark=mark), builder.now)
    # Both teams were here: else the job that notes who was would write while tests compare what is written.
    for team in pairs_of.teams_in(db, facts.id):
        db.get_one(RoundTeam, (facts.id, team.id)).seen_at = builder.now
    return facts.id, pair_of(db, facts.id, place.team)


def failed_mail(db: Db) -> int:
    """A mail that its server refused long ago; nothing tries it again by itself."""
    at = utc_now()
    mail = Mail(kind="invitation", to="gone@example.org", subject="S", text=f"{CANARY} https://x.example", at=at)
    mail.dropped_at, mail.error = at, f"{REFUSED} 550 no such person"
    db.add(mail)
    db.flush()
    return of(mail.id)


def build(database: Database) -> World:
    """The whole cast in an empty, migrated database."""
    with database.transaction(writing=True) as db:
        builder = Builder(db)
        tide, reed, lantern = builder.ours()
        builder.talk(tide)
        foreign = builder.theirs()
        lists = {tide.cohort: imported(db, builder, tide.cohort, "Farid")}
        lists[foreign.cohort] = imported(db, builder, foreign.cohort, "Kofi", f"{CANARY} ")
        ids = {name: person.id for name, person in builder.people.items() if person.id is not None}
        emails = {name: person.email for name, person in builder.people.items()}
        asked = {tide.cohort: invited(db, builder, tide, "Farid")}
        asked[foreign.cohort] = invited(db, builder, foreign, "Kofi", f"{CANARY} ")
        shown = {tide.cohort: builder.attached(tide, "Amara"), foreign.cohort: builder.attached(foreign, "Jun", CANARY)}
        given = (tide, reed, lantern, foreign, failed_mail(db), lists, asked, shown)
        begun = {tide.cohort: round_in(db, builder, tide, "Farid")}
        begun[foreign.cohort] = round_in(db, builder, foreign, "Kofi", f"{CANARY} ")
        jun = builder.memberships["Jun"]
        signed = {foreign.cohort: give(db, *begun[foreign.cohort], jun, f"{CANARY} point", builder.now)}
        rounds, pairs = ({cohort: both[at] for cohort, both in begun.items()} for at in (0, 1))
        quoted = asked_quotes(db, builder.people, builder.now, (tide, "Chiara", "Amara"), (foreign, "Kofi", "Jun"))
        prompts = prompted(db, builder, (tide, "Esi", ""), (foreign, "Kofi", f"{CANARY} "))
        texts = {cohort: new_text(db, TEXT_KIND, pair, f"{CANARY} words") for cohort, pair in pairs.items()}
        more = rounds, pairs, prompts, quoted, signed, texts
        met = met_in(db, ids, builder.now, (tide.cohort, "Farid", ""), (foreign.cohort, "Kofi", f"{CANARY} "))
        return World(ids, emails, builder.memberships, *given, *more, *met)
