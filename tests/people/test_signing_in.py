"""Signing in through the running house: with the mail, with bad input, and with somebody trying to get in the way."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from people.models import Login, SignInMail
from server.clock import utc_now
from tests.conftest import Opened
from tests.house import House
from tests.services.smtp import Postbox
from tests.world import World

AMARA = "amara@example.org"


@pytest.fixture
def database_kind() -> str:
    """The statements that differ between the databases are tested on both in test_engines.py."""
    return "sqlite"


def asked(browser: httpx.Client, email: str = AMARA, to: str = "/") -> str:
    """Ask for the mail; the address of the page that wants the code."""
    answer = browser.post("/sign-in/mails", data={"email": email, "next": to})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("?")[0]


def mailed(house: House) -> tuple[str, str]:
    """The path of the link and the code of the newest mail."""
    text = house.sign_in_mails()[-1].text
    link, code = re.search(r"/sign-in/link/[\w-]+", text), re.search(r"^(\d{3}) (\d{3})$", text, re.M)
    assert link
    assert code
    return link[0], code[1] + code[2]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def later(house: House, minutes: int) -> None:
    """Let the mails be that much older."""
    with house.database(writing=True) as db:
        db.execute(update(SignInMail).values(sent_at=utc_now() - timedelta(minutes=minutes)))


def signed_in(browser: httpx.Client) -> bool:
    return browser.get("/profile").status_code == 200


def test_the_link_shows_who_signs_in_and_the_button_does_it(house: House) -> None:
    browser = house.visit(None)
    asked(browser, to="/profile")
    link, _ = mailed(house)
    for _ in range(3):  # a mail scanner opens links too
        assert "Amara Okoro" in browser.get(link).text
    assert not signed_in(browser)
    answer = browser.post(f"{link}/logins")
    assert (answer.status_code, answer.headers["location"]) == (303, "/profile")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert signed_in(browser)


def test_the_code_signs_in_however_it_is_typed(house: House) -> None:
    browser = house.visit(None)
    page = asked(browser, " Amara@Example.ORG ")
    _, code = mailed(house)
    assert browser.post(f"{page}/logins", data={"code": f" {code[:3]}-{code[3:]} "}).status_code == 303
    assert signed_in(browser)


def test_the_mail_arrives(postbox: Postbox, open_house: Callable[..., Opened]) -> None:
    house, _ = open_house(smtp_url=f"smtp://127.0.0.1:{postbox.port}")
    asked(house.visit(None))
    (mail,) = postbox.wait_for(1)
    assert mail["To"] == AMARA
    assert f"{house.url}/sign-in/link/" in mail.get_content()


def test_a_link_works_once(house: House) -> None:
    first, second = house.visit(None), house.visit(None)
    asked(first)
    link, _ = mailed(house)
    assert first.post(f"{link}/logins").status_code == 303
    refused = second.post(f"{link}/logins", follow_redirects=True)
    assert refused.status_code == 410
    assert "a link works once" in refused.text
    assert 'href="/sign-in"' in refused.text
    assert not signed_in(second)
    assert "You are signed in as Amara Okoro" in first.get(link).text


def test_an_expired_link_and_a_guessed_one_lead_to_a_new_mail(house: House) -> None:
    browser = house.visit(None)
    asked(browser)
    link, _ = mailed(house)
    later(house, 11)
    for bad, words in ((link, "older than 10 minutes"), (f"/sign-in/link/{secrets.token_urlsafe(32)}", "incomplete")):
        answer = browser.post(f"{bad}/logins", follow_redirects=True)
        assert answer.status_code == 410
        assert words in answer.text
        assert 'href="/sign-in"' in answer.text
    assert not signed_in(browser)


def test_a_wrong_code_comes_back_as_it_was_typed(house: House) -> None:
    browser = house.visit(None)
    page = asked(browser)
    _, code = mailed(house)
    for typed in (wrong(code), "12345", "1234567", "abcdef", "", "١٢٣٤٥٦"):
        answer = browser.post(f"{page}/logins", data={"code": typed})
        assert answer.status_code == 422
        assert f'value="{typed}"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert 'href="/sign-in"' in answer.text
    assert browser.post(f"{page}/logins", data={"code": code}).status_code == 303


def test_five_wrong_codes_are_all_even_from_many_browsers(house: House) -> None:
    page = asked(house.visit(None))
    link, code = mailed(house)
    for _ in range(5):
        assert house.visit(None).post(f"{page}/logins", data={"code": wrong(code)}).status_code == 422
    browser = house.visit(None)
    assert browser.post(f"{page}/logins", data={"code": code}).status_code == 422
    assert not signed_in(browser)
    assert browser.post(f"{link}/logins").status_code == 303


def test_a_form_sent_twice_signs_in_once(house: House) -> None:
    browsers = [house.visit(None), house.visit(None)]
    page = asked(browsers[0])
    _, code = mailed(house)
    answers: list[httpx.Response] = []

    def send(browser: httpx.Client) -> None:
        answers.append(browser.post(f"{page}/logins", data={"code": code}))

    threads = [threading.Thread(target=send, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    assert len(house.rows(Login)) == 1
    (one,) = [browser for browser in browsers if signed_in(browser)]
    again = one.post(f"{page}/logins", data={"code": code})
    assert "You are signed in as Amara Okoro" in again.text


def test_a_planted_cookie_never_becomes_a_login(house: House) -> None:
    planted = secrets.token_urlsafe(32)
    browser = house.visit(None, cookie=f"{house.settings.login_cookie}={planted}")
    asked(browser)
    link, _ = mailed(house)
    answer = browser.post(f"{link}/logins")
    assert answer.status_code == 303
    assert planted not in answer.headers["set-cookie"]
    thief = house.visit(None, cookie=f"{house.settings.login_cookie}={planted}")
    assert not signed_in(thief)


def test_signing_in_ends_the_login_the_browser_came_with(house: House, world: World) -> None:
    browser = house.visit(world.people["Bram"])
    old = house.cookie(world.people["Bram"])
    asked(browser)
    link, _ = mailed(house)
    browser.post(f"{link}/logins")
    browser.cookies.clear()
    assert not signed_in(house.visit(None, cookie=f"{house.settings.login_cookie}={old}"))
    assert [login.person_id for login in house.rows(Login)] == [world.people["Amara"]]


def test_another_host_gets_no_mail_sent(house: House) -> None:
    evil = house.visit(None, host="evil.example.org")
    assert evil.post("/sign-in/mails", data={"email": AMARA}).status_code == 400
    assert house.sign_in_mails() == []
    proxied = house.visit(None, **{"x-forwarded-host": "evil.example.org", "forwarded": "host=evil.example.org"})
    asked(proxied)
    assert "evil" not in house.sign_in_mails()[0].text
    assert f"{house.settings.origin}/sign-in/link/" in house.sign_in_mails()[0].text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_foreign_page_signs_nobody_in_or_out(house: House, world: World, site: str) -> None:
    asked(house.visit(None))
    link, _ = mailed(house)
    foreign = house.visit(world.people["Bram"], **{"sec-fetch-site": site})
    for path, data in (("/sign-in/mails", {"email": AMARA}), (f"{link}/logins", {}), ("/sign-out", {})):
        assert foreign.post(path, data=data).status_code == 403
    assert len(house.sign_in_mails()) == 1
    assert signed_in(house.visit(world.people["Bram"]))


@pytest.mark.parametrize(
    "to",
    [
        "//evil.example.org",
        "/\\evil.example.org",
        "https://evil.example.org",
        "javascript:alert(1)",
        "/\tevil",
        "/a\r\nset-cookie: x=y",
        "teams/3",
        "/sign-in",
        "/" + "x" * 600,
    ],
)
def test_signing_in_only_leads_to_pages_of_ours(house: House, to: str) -> None:
    browser = house.visit(None)
    shown = browser.get("/sign-in", params={"next": to})
    assert 'name="next" value="/"' in shown.text
    asked(browser, to=to)
    link, _ = mailed(house)
    assert browser.post(f"{link}/logins").headers["location"] == "/"
    assert browser.get("/sign-in", params={"next": to}).headers["location"] == "/"


def test_signing_out_ends_the_login_itself(house: House, world: World) -> None:
    browser = house.visit(world.people["Amara"])
    token = house.cookie(world.people["Amara"])
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?done=signed-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert not signed_in(house.visit(None, cookie=f"{house.settings.login_cookie}={token}"))
    assert browser.post("/sign-out").status_code == 303
