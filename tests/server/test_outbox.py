"""What an outbox drops, keeps, overtakes and forgets."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server.clock import utc_now
from server.db import Database
from server.mail import (
    AWAY,
    JOB_KIND,
    TOO_OLD,
    UNWRITABLE,
    URGENT_KIND,
    Mail,
    MailState,
    clear,
    post,
    send_again,
)
from server.postman import message
from tests.house import free_port
from tests.server.looping import ended, jobs_of
from tests.server.outbox import TEXT, delivering, kept, state, written
from tests.services.scripted_smtp import Script, scripted
from tests.services.smtp import Postbox

MONTH = timedelta(days=31)


def test_mail_that_expired_while_the_machine_was_off_is_dropped_with_the_reason(
    bare: Database, postbox: Postbox
) -> None:
    old = utc_now() - timedelta(hours=2)
    written(bare, "old@example.org", now=old, expires_at=old + timedelta(minutes=10), kind="sign-in")
    written(bare, "amara@example.org", now=old)
    with delivering(bare, f"smtp://127.0.0.1:{postbox.port}"):
        ended(bare, JOB_KIND)
        ended(bare, URGENT_KIND)
    assert [mail["To"] for mail in postbox.messages] == ["amara@example.org"]
    dropped = kept(bare)[0]
    assert (dropped.sent_at, dropped.error, dropped.text) == (None, TOO_OLD, "")
    assert state(bare, MailState.FAILED) == [dropped.id]


def test_after_three_days_it_is_dropped_and_can_be_sent_again(bare: Database) -> None:
    port = free_port()
    (id_,) = written(bare, "amara@example.org", now=utc_now() - timedelta(days=3))
    with delivering(bare, f"smtp://127.0.0.1:{port}"):
        ended(bare, JOB_KIND)
        assert kept(bare)[0].error.startswith(AWAY)
        assert state(bare, MailState.FAILED) == [id_]
        with scripted(Script(), port) as script:
            with bare.transaction(writing=True) as db:
                assert send_again(db, id_, utc_now())
            ended(bare, JOB_KIND, 2)
    assert len(script.taken) == 1
    with bare.transaction(writing=True) as db:
        assert not send_again(db, id_, utc_now())


def test_without_a_server_mail_waits_for_one(bare: Database, postbox: Postbox) -> None:
    written(bare, "amara@example.org")
    with delivering(bare, ""):
        pass
    assert kept(bare)[0].text == TEXT
    assert len(state(bare, MailState.WAITING)) == 1
    with delivering(bare, f"smtp://127.0.0.1:{postbox.port}"):
        ended(bare, JOB_KIND)
    assert len(postbox.messages) == 1


def test_in_a_demo_the_text_stays(bare: Database, postbox: Postbox) -> None:
    with delivering(bare, f"smtp://127.0.0.1:{postbox.port}", demo=True):
        written(bare, "amara@example.org")
        ended(bare, JOB_KIND)
    (mail,) = kept(bare)
    assert mail.sent_at
    assert mail.text == TEXT


def test_somebody_who_waits_before_the_screen_overtakes(bare: Database) -> None:
    written(bare, *(f"p{n}@example.org" for n in range(30)))
    written(bare, "now@example.org", expires_at=utc_now() + timedelta(minutes=10))
    with scripted(Script()) as script, delivering(bare, script.url):
        ended(bare, JOB_KIND, 30)
    assert any("now@example.org" in letter for letter in script.taken[:2])


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("amara@example.org\r\nBcc: all@example.org", "Hello"),
        ("amara@example.org\nRCPT TO:<all@example.org>", "Hello"),
        ("amara@example.org, bram@example.org", "Hello"),
        ("amara@example.org", "Hello\r\nBcc: all@example.org"),
        ("amara@example.org", "Hello\nBcc: all@example.org"),
    ],
)
def test_no_header_and_no_command_can_be_smuggled_in(
    bare: Database, postbox: Postbox, address: str, subject: str
) -> None:
    assert message(Mail(to="amara@example.org", subject="Hello", text="", at=utc_now()), "post@example.org")["To"]
    with bare.transaction(writing=True) as db:
        post(db, address, subject, "Words", utc_now())
    with delivering(bare, f"smtp://127.0.0.1:{postbox.port}"):
        ended(bare, JOB_KIND)
    assert postbox.messages == []
    assert kept(bare)[0].error.startswith(UNWRITABLE)
    assert kept(bare)[0].dropped_at


def test_mail_is_not_kept_for_ever(bare: Database) -> None:
    written(bare, "old@example.org", now=utc_now() - MONTH)
    written(bare, "amara@example.org")
    with bare.transaction(writing=True) as db:
        clear(db, utc_now())
    assert [mail.to for mail in kept(bare)] == ["amara@example.org"]
    assert [job.ended_at is None for job in jobs_of(bare, JOB_KIND)] == [False, True]
