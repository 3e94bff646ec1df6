"""Mail leaves after its commit, once, and says nothing it should not."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import select

from server.clock import utc_now
from server.db import Database
from server.mail import Mail, Postman, message, post
from server.refusals import NotAllowed
from server.settings import Settings
from tests.services.smtp import Postbox, smtp

NOW = utc_now()


@pytest.fixture
def box() -> Iterator[Postbox]:
    with smtp() as postbox:
        yield postbox


def to(box: Postbox, **changed: object) -> Settings:
    return Settings(smtp_url=f"smtp://127.0.0.1:{box.port}", mail_from="Sweetspot <post@example.org>", **changed)  # type: ignore[arg-type]


def written(database: Database, *addresses: str, ago: timedelta = timedelta()) -> None:
    with database.transaction(writing=True) as db:
        for address in addresses:
            post(db, address, "Grüße aus Łódź", "Line one\n\nhttps://example.org/x\n", NOW - ago)


def kept(database: Database) -> list[Mail]:
    with database.transaction(writing=False) as db:
        return list(db.exec(select(Mail).order_by(Mail.id)))  # type: ignore[arg-type]


def test_a_posted_mail_is_sent_by_the_thread_and_its_text_forgotten(database: Database, box: Postbox) -> None:
    postman = Postman(database, to(box))
    database.after_commit.append(postman.after_commit)
    postman.start()
    written(database, "amara@example.org")
    (mail,) = box.wait_for(1)
    postman.close()
    assert (mail["To"], mail["From"]) == ("amara@example.org", "Sweetspot <post@example.org>")
    assert mail["Subject"] == "Grüße aus Łódź"
    assert "https://example.org/x" in mail.get_content()
    (row,) = kept(database)
    assert row.sent_at is not None
    assert row.text == ""


def test_what_was_rolled_back_is_not_sent(database: Database, box: Postbox) -> None:
    postman = Postman(database, to(box))
    with contextlib.suppress(NotAllowed), database.transaction(writing=True) as db:
        post(db, "amara@example.org", "No", "No", NOW)
        db.flush()
        raise NotAllowed
    assert postman.deliver_waiting() == 0
    assert box.messages == []


def test_what_waited_through_a_restart_is_sent_but_not_what_is_too_old(database: Database, box: Postbox) -> None:
    written(database, "old@example.org", ago=timedelta(hours=2))
    written(database, "amara@example.org")
    postman = Postman(database, to(box))
    postman.start()
    box.wait_for(1)
    postman.close()
    assert [mail["To"] for mail in box.messages] == ["amara@example.org"]


def test_two_workers_send_it_once(database: Database, box: Postbox) -> None:
    written(database, *(f"p{n}@example.org" for n in range(6)))
    workers = [threading.Thread(target=Postman(database, to(box)).deliver_waiting) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(str(mail["To"]) for mail in box.messages) == [f"p{n}@example.org" for n in range(6)]


def test_a_server_that_is_away_is_noted_and_the_text_stays(database: Database) -> None:
    written(database, "amara@example.org")
    with smtp() as gone:
        settings = to(gone)
    assert Postman(database, settings).deliver_waiting() == 0
    (row,) = kept(database)
    assert row.sent_at is None
    assert row.error.startswith("ConnectionRefusedError")
    assert row.text


def test_without_a_server_mail_is_only_kept(database: Database) -> None:
    written(database, "amara@example.org")
    assert Postman(database, Settings()).deliver_waiting() == 0
    (row,) = kept(database)
    assert (row.sent_at, row.error) == (None, "")


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("amara@example.org\r\nBcc: all@example.org", "Hello"),
        ("amara@example.org, bram@example.org", "Hello"),
        ("amara@example.org", "Hello\r\nBcc: all@example.org"),
        ("amara@example.org", "Hello\nBcc: all@example.org"),
    ],
)
def test_no_header_can_be_smuggled_in(database: Database, box: Postbox, address: str, subject: str) -> None:
    assert message(Mail(to="amara@example.org", subject="Hello", text="", at=NOW), "post@example.org")["To"]
    with database.transaction(writing=True) as db:
        post(db, address, subject, "Words", NOW)
    assert Postman(database, to(box)).deliver_waiting() == 0
    assert box.messages == []
    assert kept(database)[0].error


def test_mail_is_not_kept_for_ever(database: Database) -> None:
    written(database, "old@example.org", ago=timedelta(days=31))
    written(database, "amara@example.org")
    assert [mail.to for mail in kept(database)] == ["amara@example.org"]
