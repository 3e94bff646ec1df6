"""Inviting, sending again and taking back, on both databases."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from cohorts.acceptance import Closed, State
from cohorts.invitations import AGAIN_AFTER, LASTS, Outcome, retract, send_again
from cohorts.memberships import remove
from cohorts.models import Invitation, InvitationLink, Membership, Role
from server.audit import AuditEntry
from server.mail import Mail
from tests.cohorts.guests import Guests


def test_an_invitation_is_a_mail_with_a_link_that_opens_it(guests: Guests) -> None:
    asked = guests.invite("  Noor@Example.ORG ", name="Noor")
    assert asked.outcome is Outcome.INVITED
    (token,) = guests.tokens("noor@example.org")
    opened = guests.opened(token)
    assert opened is not None
    assert (opened.id, opened.email, opened.state) == (asked.invitation_id, "noor@example.org", State.OPEN)
    assert (opened.by, opened.place.team, opened.place.cohort) == ("Farid Okoro", "Tide", "Flood warnings")
    with guests.database.transaction(writing=False) as db:
        mail = db.execute(select(Mail).where(Mail.to == "noor@example.org")).scalar_one()  # type: ignore[arg-type]
        stored = db.execute(select(InvitationLink.token_hash)).scalars().all()  # type: ignore[call-overload]
        noted = db.execute(select(AuditEntry).where(AuditEntry.what == "invited")).scalar_one()  # type: ignore[arg-type]
    assert mail.kind == "invitation"
    assert mail.expires_at == guests.now + LASTS
    assert "Hello Noor," in mail.text
    assert "Farid Okoro invites you" in mail.text
    assert all(token not in one for one in stored)
    assert (noted.by_id, noted.programme_id) == (guests.world.people["Farid"], guests.world.tide.programme)


def test_its_mail_has_the_time_of_whoever_reads_it(guests: Guests) -> None:
    # Where the team works; where somebody who is here already is; and where the programme is, for its board.
    zones = {"noor@example.org": "Lagos", "chiara@example.org": "Rome", "sam@example.org": "UTC"}
    for email in zones:
        guests.invite(email, Role.ADVISER if email.startswith("sam") else Role.MEMBER)
    with guests.database.transaction(writing=False) as db:
        texts = db.execute(select(Mail.to, Mail.text).where(Mail.to.in_(zones))).all()  # type: ignore[attr-defined,call-overload]
    assert {to: re.findall(r"until .*\((\w+)\)", text) for to, text in texts} == {to: [at] for to, at in zones.items()}
    opened = guests.opened(guests.tokens("noor@example.org")[0])
    assert opened is not None
    assert opened.place.time_zone == "Africa/Lagos"


def test_the_same_address_twice_is_one_invitation_and_one_mail(guests: Guests) -> None:
    first = guests.invite("noor@example.org")
    again = guests.invite(" NOOR@example.org")
    assert (again.outcome, again.invitation_id) == (Outcome.OPEN, first.invitation_id)
    assert len(guests.tokens("noor@example.org")) == 1
    assert guests.invite("noor@example.org", Role.ADVISER).outcome is Outcome.INVITED


def test_who_is_there_is_not_invited_and_who_left_is(guests: Guests) -> None:
    assert guests.invite("AMARA@example.org").outcome is Outcome.HERE
    assert guests.tokens("amara@example.org") == []
    with guests.database.transaction(writing=True) as db:
        remove(db, db.get_one(Membership, guests.world.memberships["Amara"]), by=None, now=guests.now)
    assert guests.invite("amara@example.org").outcome is Outcome.INVITED


def test_two_who_invite_at_the_same_moment_make_one_invitation(guests: Guests) -> None:
    together = threading.Barrier(8)

    def one(_: int) -> Outcome:
        together.wait()
        return guests.invite("noor@example.org").outcome

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(one, range(8)))
    assert outcomes.count(Outcome.INVITED) == 1
    assert outcomes.count(Outcome.OPEN) == 7
    assert len(guests.tokens("noor@example.org")) == 1


@pytest.mark.parametrize("email", ["a@b.org\nBcc: c@d.org", "a@b\u2028.org", "a b@c.org", "nobody", "a@b.org\x00"])
def test_an_address_with_a_line_end_in_it_is_never_written_to(guests: Guests, email: str) -> None:
    before = guests.count(Mail), guests.count(Invitation)
    with pytest.raises(ValueError, match="not an address"):
        guests.invite(email)
    assert (guests.count(Mail), guests.count(Invitation)) == before
    guests.invite("a@b.org")
    assert (guests.count(Mail), guests.count(Invitation)) == (before[0] + 1, before[1] + 1)


def test_another_mail_has_another_link_and_both_work(guests: Guests) -> None:
    asked = guests.invite("noor@example.org")
    assert asked.invitation_id is not None
    with guests.database.transaction(writing=True) as db:
        assert not send_again(db, guests.desk(), asked.invitation_id, guests.now + AGAIN_AFTER / 2)
    later = guests.now + timedelta(days=3)
    with guests.database.transaction(writing=True) as db:
        assert send_again(db, guests.desk(), asked.invitation_id, later)
    tokens = guests.tokens("noor@example.org")
    assert len(set(tokens)) == 2
    ends = guests.now + timedelta(days=16)
    states = [opened.state for token in tokens if (opened := guests.opened(token, ends))]
    assert states == [State.OPEN, State.OPEN]


def test_it_expires_after_two_weeks_and_sending_again_opens_it(guests: Guests) -> None:
    asked = guests.invite("noor@example.org")
    assert asked.invitation_id is not None
    (token,) = guests.tokens("noor@example.org")
    late = guests.now + LASTS
    for at, state in ((late - timedelta(seconds=1), State.OPEN), (late, State.EXPIRED)):
        opened = guests.opened(token, at)
        assert opened is not None
        assert opened.state is state
    with pytest.raises(Closed):
        guests.accept(token, guests.newcomer(), late)
    again = guests.invite("noor@example.org", at=late)
    assert (again.outcome, again.invitation_id) == (Outcome.INVITED, asked.invitation_id)
    assert guests.accept(token, guests.newcomer(), late)


def test_what_was_taken_back_opens_nothing(guests: Guests) -> None:
    asked = guests.invite("noor@example.org")
    assert asked.invitation_id is not None
    with guests.database.transaction(writing=True) as db:
        assert retract(db, asked.invitation_id, by_id=None, now=guests.now)
        assert not retract(db, asked.invitation_id, by_id=None, now=guests.now)
        assert not send_again(db, guests.desk(), asked.invitation_id, guests.now + timedelta(days=1))
    (token,) = guests.tokens("noor@example.org")
    opened = guests.opened(token)
    assert opened is not None
    assert opened.state is State.RETRACTED
    with pytest.raises(Closed):
        guests.accept(token, guests.newcomer())
    assert guests.invite("noor@example.org").outcome is Outcome.INVITED


def test_a_guessed_or_mangled_token_opens_nothing(guests: Guests) -> None:
    guests.invite("noor@example.org")
    (token,) = guests.tokens("noor@example.org")
    for wrong in ("", "x", token[:-1], token + "A", token.swapcase()):
        assert guests.opened(wrong) is None
    assert guests.opened(token) is not None
