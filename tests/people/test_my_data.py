"""What somebody downloads is everything about them: every table that names a person is told, or is listed here."""

from __future__ import annotations

import json
from datetime import datetime
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
from feedback.advice.models import DeskVisit, Prompt, PromptVersion, Response, ResponseWithdrawal, Stance
from feedback.models import (
    Appeal,
    Draft,
    Follow,
    Hiding,
    Mention,
    Notice,
    NoticeLink,
    NoticeSetting,
    Quote,
    Reaction,
    Report,
    Resolution,
    Visit,
)
from people.models import Erasure, SignInMail
from server.audit import AuditEntry
from server.clock import utc_now
from server.db import Db
from server.mail import post
from server.receipts import Receipt
from tests import rounds, told_sessions
from tests.attached import attach_picture
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
    "mention": ("mentions",),
    "prompt": ("prompts", "prompt_versions"),
    "response": ("responses",),
    "responsewithdrawal": ("responses_taken_back",),
    "stance": ("stances",),
    "deskvisit": ("desk_visits",),
    "follow": ("follows",),
    "notice": ("notices",),
    "noticesetting": ("notice_settings",),
    "noticelink": ("unsubscribe_links",),
    "report": ("reports",),
    "quote": ("quotes_they_asked_for", "quotes_asked_of_them"),
    "hiding": ("comments_hidden_for_others",),
    "appeal": ("appeals",),
    "storedfile": ("files",),
}
TOLD |= {
    "round": ("rounds_run",),
    "handedin": ("documents_handed_in",),
    "roundteam": ("teams_excused",),
    "conflict": ("conflicts",),
    "given": ("feedback_signed",),
    "itemanswer": ("feedback_answers",),
    "helped": ("feedback_helped",),
    "practice": ("feedback_practice",),
    "reminded": ("round_reminders",),
    "unreminded": ("rounds_unreminded",),
}
TOLD |= told_sessions.TOLD
# Tables that name a person and are not told, each with its reason.
NOT_TOLD = {
    "sharedtextupdate": "whose letters of a text they were that a team writes together: the text is the team's",
    "receipt": "for two days, which address a form of theirs was answered with: what the form made is told itself",
}
# Told although no column of theirs names a person.
BESIDE = ("comment_versions", "threads_settled", "import_rows", "feedback_begun", *told_sessions.BESIDE)


def naming_somebody() -> set[str]:
    return {
        table.name
        for table in SQLModel.metadata.sorted_tables
        if any(
            column.name in NAMES_SOMEBODY or any(key.column.table.name == "person" for key in column.foreign_keys)
            for column in table.columns
        )
    }


def told_and_moderated(db: Db, world: World, now: datetime) -> None:
    me, comment, thread = world.people["Chiara"], world.tide.comments["Esi"], world.tide.thread
    db.add(DeskVisit(person_id=me, initiative_id=world.tide.initiative, version=1, at=now))
    db.add(Mention(comment_id=comment, number=0, person_id=me, typed="Chiara"))
    attach_picture(db, thread, world.tide.comments["Chiara"], me, "map.png", now)
    db.add(Follow(person_id=me, thread_id=thread, volume="nothing", at=now))
    db.add(Notice(person_id=me, kind="mention", thread_id=thread, comment_id=comment, at=now))
    db.add(NoticeSetting(person_id=me, mail="daily"))
    db.add(NoticeLink(token_hash="0" * 64, person_id=me, thread_id=thread, at=now))
    db.add(Report(comment_id=comment, by_id=me, reason="Rude", at=now))
    said = world.tide.comments["Chiara"]
    db.add(Quote(comment_id=said, by_id=me, passage="Bells", purpose="A report", named=False, at=now))
    hidden = Hiding(comment_id=world.tide.comments["Chiara"], by_id=me, reason="No", at=now, lifted_at=now)
    db.add(hidden)
    db.flush()
    db.add(Appeal(hiding_id=hidden.id or 0, words="Why?", at=now))


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
        mine = {"author_id": me, "membership_id": world.memberships["Chiara"]}
        about: dict[str, Any] = {**mine, "text": "t", "html": "h", "at": now}
        asked_about = world.prompts[world.tide.cohort]
        prompt = Prompt(initiative_id=world.tide.initiative, audience_id=1, kind="question", **about)
        answer = Response(prompt_id=asked_about, kind="took on", **about)
        db.add_all([prompt, answer])
        db.flush()
        db.add(ResponseWithdrawal(response_id=answer.id or 0, by_id=me, at=now))
        db.add(PromptVersion(prompt_id=prompt.id or 0, version=1, text="t", html="h", at=now))
        db.add(Stance(prompt_id=asked_about, person_id=me, membership_id=about["membership_id"], kind="agree", at=now))
        told_and_moderated(db, world, now)
        rounds.everywhere(db, world, "Chiara", now)
        told_sessions.everywhere(db, world, "Chiara", now)
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
