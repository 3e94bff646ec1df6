"""People who were invited to sample teams: some came, some have not yet, one was invited too long ago, and one address
did not work. No mail is written: nobody is at these addresses. Sending an invitation again shows its mail."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import insert, select

from cohorts.invitations import LASTS
from cohorts.models import Acceptance, Cohort, Invitation, InvitationLink, Membership, Role, Team
from demo.samples import DOMAIN
from people.logins import hashed
from people.models import Person
from server.db import Db

# Which of the sample teams, who, how many days ago, and what became of the mail.
WAITING = (
    (0, "Leila Marsh", 3, ""),
    (0, "Tomas Brandt", 20, ""),
    (1, "Wanjiru Odhiambo", 1, ""),
    (1, "Pedro Salgado", 5, "failed"),
    (3, "Anneli Koski", 6, ""),
)


def add_invitations(db: Db, cohort: Cohort, by: Person, now: datetime) -> None:
    """Invitations of every kind into the sample teams of that cohort."""
    found = select(Team).where(Team.cohort_id == cohort.id, Team.sample.is_(True)).order_by(Team.id)  # type: ignore[arg-type, attr-defined]
    sample = list(db.execute(found).scalars())
    for number, name, days, trouble in WAITING:
        email = f"{name.lower().replace(' ', '.')}@{DOMAIN}"
        _invite(db, sample[number], email, name, by, now - timedelta(days=days), now, trouble)
    came = select(Membership, Person).join(Person, Person.id == Membership.person_id)  # type: ignore[arg-type]
    for held, person in db.execute(came.where(Membership.team_id == sample[0].id)):
        at = held.began_at - timedelta(days=2)
        asked = _invite(db, sample[0], person.email, person.name, by, at, held.began_at, "")
        accepted = {"person_id": person.id, "membership_id": held.id, "at": held.began_at}
        db.execute(insert(Acceptance).values(invitation_id=asked.id, **accepted))


def _invite(
    db: Db, team: Team, email: str, name: str, by: Person, at: datetime, now: datetime, trouble: str
) -> Invitation:
    asked = Invitation(email=email, name=name, role=Role.MEMBER, by_id=by.id, at=at, expires_at=at + LASTS)
    cohort = db.get_one(Cohort, team.cohort_id)
    asked.programme_id, asked.cohort_id, asked.team_id = cohort.programme_id, cohort.id, team.id
    asked.lapsed_at = asked.expires_at if asked.expires_at <= now else None
    db.add(asked)
    db.flush()
    assert asked.id is not None
    nobody_knows = hashed(secrets.token_urlsafe(32))
    db.add(InvitationLink(token_hash=nobody_knows, invitation_id=asked.id, at=at, trouble=trouble))
    return asked
