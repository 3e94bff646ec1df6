"""Erasing somebody: nothing that names them stays, what others need of their words does, unless they want them gone."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select
from sqlmodel import SQLModel

from cohorts.models import Invitation, InvitationLink, Membership, Removal, Retraction, Role
from feedback.models import Comment, CommentVersion, Draft, Reaction, Visit, Withdrawal
from people import erasure
from people.erasure import GONE, CannotErase
from people.models import Erasure, Login, Organisation, Person
from server.app import PANELS
from server.audit import AuditEntry, note
from server.clock import utc_now
from server.mail import post
from tests.house import House
from tests.live.deeds import Deeds
from tests.live.follower import normal
from tests.live.harness import following
from tests.world import World

HOOKS = PANELS[erasure.ERASED]
TALK = "/initiatives/{0.initiative}"


def erase(house: House, person_id: int, *, words: bool = False) -> None:
    with house.database(writing=True) as db:
        erasure.erase(db, person_id, now=utc_now(), words=words, tell=HOOKS)


def everything(house: House) -> str:
    """Every cell of every table, as text."""
    with house.database() as db:
        return "\n".join(
            repr(tuple(row))
            for table in SQLModel.metadata.sorted_tables
            if table.name != "job"  # the work that comes round by itself goes on meanwhile
            for row in db.execute(table.select())
        )


def surround(house: House, world: World) -> None:
    """Chiara in every table that can name her."""
    Deeds(house, world).edit_comment("Chiara", "Better **words**")
    Deeds(house, world).say("Amara", "Thank you, @Chiara Okoro, and see you")
    house.sign_in(world.people["Chiara"])
    now, person, email = utc_now(), world.people["Chiara"], world.emails["Chiara"]
    with house.database(writing=True) as db:
        comment = world.tide.comments["Esi"]
        db.add(Reaction(comment_id=comment, person_id=person, kind="thanks", at=now))
        db.add(Visit(person_id=person, thread_id=world.tide.thread, comment_id=comment, at=now))
        db.add(Draft(person_id=person, place="thread-9", text='{"text": "unsent"}', at=now))
        asked = Invitation(email=email, name="Chiara Okoro", role=Role.ADVISER, at=now, expires_at=now)
        db.add(asked)
        db.flush()
        db.execute(insert(InvitationLink).values(token_hash="0" * 64, invitation_id=asked.id, at=now))
        post(db, email, "Welcome, Chiara Okoro", "words", now, kind="invitation")
        note(db, "invited", by_id=1, person_id=person, now=now, words=f"Chiara Okoro <{email}>: Reed")


def test_nothing_that_names_them_stays(house: House, world: World) -> None:
    surround(house, world)
    before = everything(house)
    assert "Chiara Okoro" in before
    assert world.emails["Chiara"] in before
    erase(house, world.people["Chiara"])
    after = everything(house)
    assert [word for word in ("Chiara", world.emails["Chiara"], "unsent") if word in after] == []
    assert [row.by_id for row in house.rows(Retraction)] == [None]
    assert house.rows(InvitationLink) == []
    assert [row.person_id for row in house.rows(Erasure)] == [world.people["Chiara"]]
    with house.database() as db:
        held = select(func.count()).select_from(Membership).where(Membership.person_id == world.people["Chiara"])  # type: ignore[arg-type]
        ended = held.join(Removal, Removal.membership_id == Membership.id)  # type: ignore[arg-type]
        assert db.execute(held).scalar() == db.execute(ended).scalar() == 1
        words = db.execute(select(AuditEntry.words).where(AuditEntry.what == "invited")).scalar()  # type: ignore[call-overload]
    assert words == f"{GONE} <{GONE}>: Reed"


def test_their_words_stay_without_a_name(house: House, world: World) -> None:
    page, own = house.visit(world.people["Amara"]), house.visit(world.people["Chiara"])
    with house.database(writing=True) as db:
        home = db.get_one(Organisation, db.get_one(Person, world.people["Chiara"]).organisation_id)
        home.name = "The only house on the hill"
    assert own.get("/profile").status_code == 200
    before = page.get(TALK.format(world.tide)).text
    assert "Chiara Okoro" in before
    assert "The only house on the hill" in before
    erase(house, world.people["Chiara"])
    shown = page.get(TALK.format(world.tide)).text
    assert "church bells" in shown
    assert GONE in shown
    assert "Chiara" not in shown
    assert "The only house on the hill" not in shown
    assert own.get("/profile").status_code == 303


def test_their_words_go_where_that_is_wished(house: House, world: World) -> None:
    surround(house, world)
    assert "Better **words**" in everything(house)
    assert "church bells" in everything(house)
    erase(house, world.people["Chiara"], words=True)
    after = everything(house)
    assert "Better" not in after
    assert "church bells" not in after
    shown = house.visit(world.people["Amara"]).get(TALK.format(world.tide)).text
    assert "Who rings them at night" in shown
    assert {row.comment_id for row in house.rows(Withdrawal)} == {
        world.tide.comments["Bram"],
        world.tide.comments["Chiara"],
    }
    assert house.rows(CommentVersion) == []
    assert "Said before I left" in "".join(row.text for row in house.rows(Comment))


@pytest.mark.parametrize("words", [False, True])
def test_open_pages_show_it_at_once(house: House, world: World, words: bool) -> None:
    with following(house, world.people["Amara"], TALK.format(world.tide)) as page:
        assert "Chiara Okoro" in normal(page.page)
        erase(house, world.people["Chiara"], words=words)
        kept, fresh = page.settle()
        assert kept == fresh
        assert "Chiara" not in kept
        assert ("church bells" in kept) is not words
        assert page.resyncs == 0


def test_last_owner_stays(house: House, world: World) -> None:
    before = everything(house)
    with pytest.raises(CannotErase, match="only owner"):
        erase(house, world.people["Hana"])
    assert everything(house) == before


def test_twice_is_once(house: House, world: World) -> None:
    erase(house, world.people["Chiara"])
    before = everything(house)
    erase(house, world.people["Chiara"])
    assert everything(house) == before
    with house.database() as db:
        assert erasure.is_erased(db, world.people["Chiara"])
        assert not erasure.is_erased(db, world.people["Amara"])


def test_found_as_they_are_typed_on_a_command_line(house: House, world: World) -> None:
    with house.database() as db:
        chiara = db.get_one(Person, world.people["Chiara"])
        typed = (str(chiara.id), chiara.email, f" {chiara.email.upper()}")
        assert [erasure.find(db, who) for who in typed] == [chiara] * 3
        assert erasure.find(db, "nobody@example.org") is None
    erase(house, world.people["Chiara"])
    with house.database() as db:
        assert erasure.find(db, world.emails["Chiara"]) is None
    assert [row.person_id for row in house.rows(Login)] == []
