"""What this package holds about a person: told when they ask for it, and taken away when they want to be erased."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update

from cohorts import memberships
from cohorts.memberships import LastOwner
from cohorts.models import (
    Acceptance,
    Cohort,
    Import,
    ImportRow,
    InitiativeVersion,
    Invitation,
    InvitationLink,
    Membership,
    Programme,
    Removal,
    Retraction,
    Team,
)
from people.erasure import CannotErase, Leaving
from people.models import Person
from people.traces import Told, rows
from server.db import Db
from server.languages import N_

_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_ASKED: Any = Invitation.__table__  # type: ignore[attr-defined]
_LINK: Any = InvitationLink.__table__  # type: ignore[attr-defined]
_TAKEN: Any = Acceptance.__table__  # type: ignore[attr-defined]
_BACK: Any = Retraction.__table__  # type: ignore[attr-defined]
_VERSION: Any = InitiativeVersion.__table__  # type: ignore[attr-defined]
_IMPORT: Any = Import.__table__  # type: ignore[attr-defined]
_ROW: Any = ImportRow.__table__  # type: ignore[attr-defined]

VERSION = ("initiative_id", "version", "at", "title", "challenge", "context", "tried", "asked")


def about(db: Db, person_id: int) -> Told:
    """Their memberships and invitations, what they saved of initiatives, and the lists they imported or stand in."""
    email = db.execute(select(Person.email).where(Person.id == person_id)).scalar()  # type: ignore[call-overload]
    removals = select(_GONE.c.membership_id, _GONE.c.at).where(_GONE.c.by_id == person_id)
    retracted = select(_BACK.c.invitation_id, _BACK.c.at).where(_BACK.c.by_id == person_id)
    versions = select(*(_VERSION.c[name] for name in VERSION)).where(_VERSION.c.by_id == person_id)
    imports = select(_IMPORT.c.id, _IMPORT.c.cohort_id, _IMPORT.c.file_name, _IMPORT.c.at)
    named = _in_cells(email or "")
    return {
        "memberships": rows(db, _memberships().where(_HELD.c.person_id == person_id).order_by(_HELD.c.id)),
        "memberships_ended_for_others": rows(db, removals),
        "invitations": rows(db, _invitations().where(_ASKED.c.email == email)),
        "invitations_accepted": rows(
            db, select(_TAKEN.c.invitation_id, _TAKEN.c.at).where(_TAKEN.c.person_id == person_id)
        ),
        "invitations_sent": rows(db, _invitations().where(_ASKED.c.by_id == person_id)),
        "invitations_taken_back": rows(db, retracted),
        "initiative_versions": rows(db, versions.order_by(_VERSION.c.at)),
        "imports": rows(db, imports.where(_IMPORT.c.by_id == person_id)),
        "import_rows": rows(db, select(_ROW.c.import_id, _ROW.c.number, _ROW.c.cells).where(named)),
    }


def _in_cells(email: str) -> Any:
    """Rows of imports with that address in them, as it stands in JSON, however it was typed."""
    return func.lower(_ROW.c.cells).contains(json.dumps(email)[1:-1], autoescape=True)


def _memberships() -> Any:
    return (
        select(
            *(_HELD.c[name] for name in ("id", "role", "began_at")),
            _GONE.c.at.label("ended_at"),
            _PROGRAMME.c.name.label("programme"),
            _COHORT.c.name.label("cohort"),
            _TEAM.c.name.label("team"),
        )
        .select_from(_HELD)
        .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
        .outerjoin(_PROGRAMME, _PROGRAMME.c.id == _HELD.c.programme_id)
        .outerjoin(_COHORT, _COHORT.c.id == _HELD.c.cohort_id)
        .outerjoin(_TEAM, _TEAM.c.id == _HELD.c.team_id)
    )


def _invitations() -> Any:
    named = ("id", "email", "name", "language", "role", "programme_id", "cohort_id", "team_id", "at", "expires_at")
    return select(*(_ASKED.c[name] for name in named)).order_by(_ASKED.c.id)


def erase(db: Db, leaving: Leaving) -> None:
    """End every membership; forget the address in invitations and imports. Raises CannotErase for the last owner."""
    for id_ in db.execute(select(_HELD.c.id).where(_HELD.c.person_id == leaving.person_id)).scalars().all():
        try:
            memberships.remove(db, db.get_one(Membership, id_), by=None, now=leaving.now)
        except LastOwner:
            raise CannotErase(
                N_("This is the only owner of the installation. Make somebody else an owner first.")
            ) from None
    _forget_invitations(db, leaving)
    db.execute(update(_ROW).where(_in_cells(leaving.email)).values(cells="{}", errors=""))


def _forget_invitations(db: Db, leaving: Leaving) -> None:
    theirs = select(_ASKED.c.id).where(_ASKED.c.email == leaving.email)
    db.execute(delete(_LINK).where(_LINK.c.invitation_id.in_(theirs)))
    closed = or_(_ASKED.c.id.in_(select(_TAKEN.c.invitation_id)), _ASKED.c.id.in_(select(_BACK.c.invitation_id)))
    for id_ in db.execute(theirs.where(~closed)).scalars().all():
        db.execute(insert(_BACK).values(invitation_id=id_, by_id=None, at=leaving.now))
    unnamed = {"email": f"erased-{leaving.person_id}", "name": ""}
    db.execute(update(_ASKED).where(_ASKED.c.email == leaving.email).values(unnamed))
