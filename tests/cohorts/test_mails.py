"""The page where owners see what became of mail: what it shows, what it never shows, and what its buttons do."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from server.clock import utc_now
from server.mail import AWAY, TOO_OLD, UNANSWERED, Mail, drop_expired, post
from tests.house import House, free_port
from tests.server.looping import until
from tests.services.scripted_smtp import Script, scripted
from tests.world import World

SECRET = "SECRET-LINK"
AWAY_URL = "smtp://127.0.0.1:1"


def posted(house: House, to: str, kind: str = "invitation", minutes: float | None = None) -> int:
    now = utc_now()
    with house.database(writing=True) as db:
        expires_at = now + timedelta(minutes=minutes) if minutes is not None else None
        return post(db, to, SECRET, f"https://x.example/{SECRET}", now, kind=kind, expires_at=expires_at)


def left(house: House, to: str, **values: object) -> None:
    """A mail whose job ended and left it like that."""
    with house.database(writing=True) as db:
        mail = Mail(kind="invitation", to=to, subject=SECRET, text=f"https://x.example/{SECRET}", at=utc_now())
        for name, value in values.items():
            setattr(mail, name, value)
        db.add(mail)


def owner(house: House, world: World) -> httpx.Client:
    return house.visit(world.people["Hana"])


def part(page: str, name: str) -> str:
    """The section of that name; empty if it is not there."""
    _, found, rest = page.partition(f'<section aria-labelledby="{name}-title">')
    return rest.partition("</section>")[0] if found else ""


def test_without_a_server_everything_waits_and_the_page_says_why(house: House, world: World) -> None:
    posted(house, "new@example.org")
    page = owner(house, world).get("/mail").text
    assert "There is no mail server" in page
    assert "SMTP_URL" in page
    assert "new@example.org" in part(page, "waiting")
    assert "When there is a server" in part(page, "waiting")
    assert "Try all waiting" not in page
    assert "/resending" not in page


def test_each_mail_stands_where_it_belongs_and_no_word_of_it_is_shown(open_house) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(smtp_url=AWAY_URL)
    now = utc_now()
    left(house, "perhaps@example.org", handed_at=now, error=f"{UNANSWERED} it hung up")
    left(house, "sent@example.org", handed_at=now, sent_at=now, text="")
    posted(house, "waits@example.org")
    until(lambda: AWAY in owner(house, world).get("/mail").text)
    page = owner(house, world).get("/mail").text
    assert "perhaps@example.org" in part(page, "uncertain")
    assert "it hung up" in part(page, "uncertain")
    assert "sent@example.org" in part(page, "sent")
    assert "waits@example.org" in part(page, "waiting")
    assert AWAY in part(page, "waiting")
    assert "gone@example.org" in part(page, "failed")
    assert "550 no such person" in part(page, "failed")
    assert all(page.count(f"{name}@example.org</bdi></th>") == 1 for name in ("perhaps", "sent", "waits", "gone"))
    assert SECRET not in page
    assert SECRET in "".join(mail.text for mail in house.rows(Mail))


def test_sending_again_delivers_and_says_so(open_house) -> None:  # type: ignore[no-untyped-def]
    with scripted(Script()) as script:
        house, world = open_house(smtp_url=script.url)
        answer = owner(house, world).post(f"/mail/{world.failed_mail}/resending")
        assert answer.headers["location"] == "/mail?done=mail-again"
        until(lambda: script.taken)
        page = until(
            lambda: (
                (found := owner(house, world).get("/mail?done=mail-again").text)
                and ("gone@example.org" in part(found, "sent") and found)
            )
        )
        assert "on its way again" in page
        again = owner(house, world).post(f"/mail/{world.failed_mail}/resending")
        assert again.status_code == 422
        assert "cannot be sent again" in again.text
    assert len(script.taken) == 1


@pytest.mark.parametrize(("kind", "words"), [("sign-in", "asks for a new one"), ("invitation", "Invite them again")])
def test_one_that_is_of_no_use_any_more_says_what_to_do_instead(open_house, kind: str, words: str) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(smtp_url=AWAY_URL)
    mail_id = posted(house, "late@example.org", kind, minutes=-1)
    with house.database(writing=True) as db:
        drop_expired(db, utc_now(), keep_text=False)
    failed = part(owner(house, world).get("/mail").text, "failed")
    assert TOO_OLD in failed
    assert words in failed
    assert f"/mail/{mail_id}/resending" not in failed
    assert owner(house, world).post(f"/mail/{mail_id}/resending").status_code == 422


def test_all_that_waits_can_be_tried_at_once(open_house) -> None:  # type: ignore[no-untyped-def]
    port = free_port()
    house, world = open_house(smtp_url=f"smtp://127.0.0.1:{port}")
    for n in range(3):
        posted(house, f"p{n}@example.org")
    until(lambda: owner(house, world).get("/mail").text.count(AWAY) == 3)
    with scripted(Script(), port) as script:
        answer = owner(house, world).post("/mail/tries")
        assert answer.headers["location"] == "/mail?done=mail-tried"
        until(lambda: len(script.taken) == 3)


def test_owners_find_it_from_the_start_page_and_nobody_else_does(house: House, world: World) -> None:
    assert 'href="/mail"' in owner(house, world).get("/").text
    assert 'href="/mail"' not in house.visit(world.people["Farid"]).get("/").text
