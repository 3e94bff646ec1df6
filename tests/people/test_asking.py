"""Asking for the mail through the running house: who is told what, how often, and with which address."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from people.models import SignInMail
from server.clock import utc_now
from server.jobs import ENQUEUED, Job
from server.mail import URGENT_KIND
from tests.house import House

AMARA, NOBODY = "amara@example.org", "nobody@example.org"


@pytest.fixture
def database_kind() -> str:
    """The statements that differ between the databases are tested on both in test_engines.py."""
    return "sqlite"


def asked(browser: httpx.Client, email: str = AMARA) -> None:
    assert browser.post("/sign-in/mails", data={"email": email}).status_code == 303


def later(house: House, minutes: int) -> None:
    """Let the mails be that much older."""
    with house.database(writing=True) as db:
        db.execute(update(SignInMail).values(sent_at=utc_now() - timedelta(minutes=minutes)))


def alike(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """An answer without what is random in it."""
    body = re.sub(r"/code/[\w-]+|nonce-?=?\"?[\w-]+|nobody@|amara@", "", answer.text)
    return answer.status_code, body, sorted(set(answer.headers) - {"content-length"})


def test_nobody_learns_whether_an_address_is_known(house: House) -> None:
    browser, ways = house.visit(None), {}
    for email in (AMARA, NOBODY):
        first = browser.post("/sign-in/mails", data={"email": email, "next": "/profile"})
        handle = re.sub(r"code/[\w-]+", "code/", first.headers["location"]), len(first.headers["location"])
        page = first.headers["location"]
        tries = [browser.post(f"{page.split('?')[0]}/logins", data={"code": "000000"}) for _ in range(7)]
        ways[email] = [alike(first), handle, alike(browser.get(page)), *(alike(answer) for answer in tries)]
        later(house, 11)
        ways[email].append(alike(browser.post(f"{page.split('?')[0]}/logins", data={"code": "000000"})))
    assert ways[AMARA] == ways[NOBODY]
    assert [mail.to for mail in house.sign_in_mails()] == [AMARA]
    assert len(house.rows(SignInMail)) == 1
    assert [job.kind for job in house.rows(Job) if job.key and job.key.startswith("mail-")] == [URGENT_KIND]


def test_a_known_address_wakes_the_same_work_as_an_unknown(house: House) -> None:
    """Else the time of the answer, or of the next one, would tell them apart."""
    noted: dict[str, list[set[object]]] = {AMARA: [], NOBODY: []}
    for email, found in noted.items():
        listen = found.append
        house.inside.database.after_commit.append(lambda noticed, listen=listen: listen(set(noticed)))
        asked(house.visit(None), email)
        house.inside.database.after_commit.pop()
    assert any(ENQUEUED in noticed for noticed in noted[AMARA])
    assert any(ENQUEUED in noticed for noticed in noted[NOBODY])


def test_an_address_gets_five_mails_an_hour_known_or_not(house: House) -> None:
    for email in (AMARA, NOBODY):
        browser = house.visit(None)
        for _ in range(5):
            asked(browser, email)
        refused = browser.post("/sign-in/mails", data={"email": email.upper()})
        assert refused.status_code == 429
        assert 3500 < int(refused.headers["retry-after"]) <= 3600
        assert "minutes" in refused.text
    assert len(house.sign_in_mails()) == 5
    house.restart()
    assert house.visit(None).post("/sign-in/mails", data={"email": AMARA}).status_code == 429
    asked(house.visit(None), "bram@example.org")


def test_a_client_asks_for_thirty_mails_an_hour(house: House) -> None:
    browser = house.visit(None)
    for number in range(30):
        asked(browser, f"person{number}@example.org")
    assert browser.post("/sign-in/mails", data={"email": AMARA}).status_code == 429
    assert house.sign_in_mails() == []


@pytest.mark.parametrize(
    "email", ["", "nope", "a@b", "a b@example.org", "a@example.org,b@example.org", "x" * 300 + "@e.org"]
)
def test_a_bad_address_comes_back_as_it_was_typed(house: House, email: str) -> None:
    answer = house.visit(None).post("/sign-in/mails", data={"email": email, "next": "/teams/3"})
    assert answer.status_code == 422
    assert f'value="{email}"' in answer.text
    assert 'name="next" value="/teams/3"' in answer.text


def test_no_header_or_markup_gets_through_an_address(house: House) -> None:
    browser = house.visit(None)
    for email in ("amara@example.org\r\nBcc: all@example.org", '"><script>alert(1)</script>@example.org'):
        answer = browser.post("/sign-in/mails", data={"email": email})
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text
    assert house.sign_in_mails() == []
