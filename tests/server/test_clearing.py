"""What is past goes by itself, in a running house, without anybody doing anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from feedback.models import Comment, Withdrawal
from people.models import Login, SignInMail
from server.clock import utc_now
from server.jobs import JOB, enqueue
from server.limits import Counter
from server.mail import MAIL, TOO_OLD, Mail, post
from server.receipts import Receipt
from tests.conftest import Opened
from tests.house import House
from tests.server.looping import until

LONG_AGO = timedelta(days=40)


def begin_again(house: House) -> None:
    """Let the hourly work be due now."""
    with house.database(writing=True) as db:
        db.execute(update(JOB).where(JOB.c.key.startswith("every ")).values(at=utc_now()))


def leave_behind(house: House, person_id: int, now: datetime) -> None:
    """One row of everything that is past, and one that is not."""
    with house.database(writing=True) as db:
        for name, at in (("old", now - LONG_AGO), ("new", now)):
            db.add(Receipt(key=name, person_id=person_id, reply="{}", at=at))
            db.add(Counter(key=name, began_at=at, count=1))
            secrets: dict[str, Any] = {
                "handle_hash": f"h{name}",
                "token_hash": f"t{name}",
                "code_hash": name,
                "next_path": "/",
            }
            db.add(SignInMail(person_id=person_id, sent_at=at, **secrets))
            ends_at = at + timedelta(days=1)
            db.add(Login(person_id=person_id, token_hash=name, agent="", began_at=at, seen_at=at, ends_at=ends_at))
            post(db, f"{name}@example.org", "S", "T", at)
            job_id = enqueue(db, f"{name} job", now=at)
            db.execute(update(JOB).where(JOB.c.id == job_id).values(ended_at=at))
        post(db, "useless@example.org", "S", "T", now, kind="sign-in", expires_at=now - timedelta(minutes=1))
        db.execute(update(Withdrawal).values(at=now - timedelta(hours=25)))


def names_left(house: House) -> list[set[str]]:
    with house.database() as db:
        tables = (Receipt.key, Counter.key, SignInMail.code_hash, Login.token_hash)
        found = [set(db.execute(select(column)).scalars()) & {"old", "new"} for column in tables]  # type: ignore[call-overload]
        found.append({to.partition("@")[0] for to in db.execute(select(MAIL.c.to)).scalars()} & {"old", "new"})
        return [*found, {kind.partition(" ")[0] for kind in db.execute(select(JOB.c.kind)).scalars()} & {"old", "new"}]


def test_old_rows_withdrawn_words_and_useless_mail_go(open_house: Callable[..., Opened]) -> None:
    house, world = open_house()
    leave_behind(house, world.people["Amara"], utc_now())
    assert names_left(house) == [{"old", "new"}] * 6
    assert "REGRETTED" in "".join(comment.text for comment in house.rows(Comment))
    begin_again(house)
    until(lambda: names_left(house) == [{"new"}] * 6)
    until(lambda: "REGRETTED" not in "".join(comment.text for comment in house.rows(Comment)))
    (useless,) = [mail for mail in house.rows(Mail) if mail.to == "useless@example.org"]
    assert (useless.text, useless.error, useless.sent_at) == ("", TOO_OLD, None)
