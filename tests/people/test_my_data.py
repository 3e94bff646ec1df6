"""What somebody downloads is everything about them: every table that names a person is told, or is listed here."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from cohorts.models import (
    Acceptance,
    Import,
    ImportRow,
    Initiative,
    InitiativeVersion,
    Invitation,
    Removal,
    Retraction,
    Role,
)
from feedback.models import Draft, Reaction, Resolution, Visit
from people.models import Erasure, SignInMail
from server.audit import AuditEntry
from server.clock import utc_now
from server.mail import post
from server.receipts import Receipt
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World

NAMES_SOMEBODY = {"person_id", "by_id", "author_id", "email", "to"}
# The part of the file that tells a table.
TOLD = {
    "person": ("profile",),
    "login": ("logins",),
    "signinmail": ("sign_in_mails",),
    "mail": ("mails",),
    "auditentry": ("audit_log",),
    "erasure": ("erasure",),
    "membership": ("memberships",),
    "removal": ("memberships_ended_for_others",),
    "invitation": ("invitations", "invitations_sent"),
    "acceptance": ("invitations_accepted",),
    "retraction": ("invitations_taken_back",),
    "initiativeversion": ("initiative_versions",),
    "import": ("imports",),
    "comment": ("comments",),
    "reaction": ("reactions",),
    "visit": ("visits",),
    "draft": ("drafts",),
}
# Tables that name a person and are not told, each with its reason.
NOT_TOLD = {
    "receipt": "for two days, which address a form of theirs was answered with: what the form made is told itself",
}
# Told although no column of theirs names a person.
BESIDE = ("comment_versions", "threads_settled", "import_rows")


def naming_somebody() -> set[str]:
    return {
        table.name
        for table in SQLModel.metadata.sorted_tables
        if any(
            column.name in NAMES_SOMEBODY or any(key.column.table.name == "person" for key in column.foreign_keys)
            for column in table.columns
        )
    }


def everywhere(house: House, world: World) -> None:
    """Chiara in every table that can name her."""
    Deeds(house, world).edit_comment("Chiara", "Better **words**")
    now, me, email = utc_now(), world.people["Chiara"], world.emails["Chiara"]
    with house.database(writing=True) as db:
        comment, thread = world.tide.comments["Esi"], world.tide.thread
        db.add(Reaction(comment_id=comment, person_id=me, kind="thanks", at=now))
        db.add(Visit(person_id=me, thread_id=thread, comment_id=comment, at=now))
        db.add(Draft(person_id=me, place="thread-9", text='{"text": "unsent"}', at=now))
        db.add(Resolution(thread_id=thread, membership_id=world.memberships["Chiara"], at=now))
        db.add(Removal(membership_id=world.memberships["Bram"], by_id=me, at=now))
        asked = Invitation(email=email, role=Role.ADVISER, by_id=me, at=now, expires_at=now)
        stream = db.get_one(Initiative, world.reed.initiative).stream_id
        listed = Import(cohort_id=world.reed.cohort, by_id=me, file_name="list.csv", at=now, stream_id=stream)
        db.add_all([asked, listed])
        db.flush()
        assert asked.id is not None
        assert listed.id is not None
        db.add(Acceptance(invitation_id=asked.id, person_id=me, membership_id=world.memberships["Chiara"], at=now))
        db.add(Retraction(invitation_id=asked.id, by_id=me, at=now))
        db.add(ImportRow(import_id=listed.id, number=1, cells=json.dumps({"email": email.upper()})))
        secrets: dict[str, Any] = {name: name.ljust(64, "x") for name in ("handle_hash", "token_hash", "code_hash")}
        db.add(SignInMail(person_id=me, sent_at=now, **secrets))
        db.add(Erasure(person_id=me, at=now))
        db.add(AuditEntry(at=now, what="invited", by_id=me, words="somebody"))
        db.execute(insert(Receipt).values(key="key", person_id=me, reply="{}", at=now))
        post(db, email, "Welcome", "secret words", now, kind="invitation")


def downloaded(house: House, person_id: int) -> dict[str, Any]:
    answer = house.visit(person_id).post("/profile/data")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"].startswith('attachment; filename="sweetspot-')
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def test_every_table_that_names_somebody_is_told_or_listed(house: House) -> None:
    assert naming_somebody() == TOLD.keys() | NOT_TOLD.keys()
    assert {"membership", "comment", "mail"} <= naming_somebody()


def test_every_part_holds_what_is_there(house: House, world: World) -> None:
    everywhere(house, world)
    told = downloaded(house, world.people["Chiara"])
    parts = {part for parts in TOLD.values() for part in parts} | set(BESIDE)
    assert told.keys() - {"made_at", "made_by"} == parts
    assert [part for part in sorted(parts) if not told[part]] == []
    assert told["profile"][0]["email"] == world.emails["Chiara"]
    assert told["comments"][0]["text"] == "Better **words**"
    assert told["comment_versions"][0]["text"] == "Have you tried *church bells*?"
    assert any(version["tried"] == "Sirens and leaflets." for version in told["initiative_versions"])
    assert InitiativeVersion.__tablename__ in TOLD


def test_nothing_of_others_and_no_secret_is_in_it(house: House, world: World) -> None:
    everywhere(house, world)
    assert "radio play" in house.visit(world.people["Esi"]).post("/profile/data").text
    text = house.visit(world.people["Chiara"]).post("/profile/data").text
    others = [email for name, email in world.emails.items() if name != "Chiara"]
    assert [word for word in ("radio play", "token_hash", "secret words", *others) if word in text] == []


def test_each_download_is_noted(house: House, world: World) -> None:
    downloaded(house, world.people["Amara"])
    downloaded(house, world.people["Amara"])
    notes = [(row.what, row.by_id, row.person_id) for row in house.rows(AuditEntry) if row.what == "data downloaded"]
    assert notes == [("data downloaded", world.people["Amara"], world.people["Amara"])] * 2
    assert house.visit(None).post("/profile/data").status_code == 303
