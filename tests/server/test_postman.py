"""Mail leaves after its commit, once, whatever the server does, and says nothing it should not."""

from __future__ import annotations

import contextlib
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import update

from server.clock import utc_now
from server.db import Database
from server.mail import (
    AWAY,
    JOB_KIND,
    MAIL,
    UNANSWERED,
    MailState,
    post,
    send_again,
)
from server.refusals import NotAllowed
from tests.house import free_port
from tests.server.looping import change, ended, jobs_of, until
from tests.server.outbox import TEXT, delivering, kept, state, written
from tests.services.scripted_smtp import HANG_UP, SILENCE, Script, scripted
from tests.services.smtp import Postbox

MONTH = timedelta(days=31)


def test_a_posted_mail_is_sent_and_its_text_forgotten(bare: Database, postbox: Postbox) -> None:
    with delivering(bare, f"smtp://127.0.0.1:{postbox.port}"):
        (id_,) = written(bare, "amara@example.org")
        (mail,) = postbox.wait_for(1)
        until(lambda: kept(bare)[0].sent_at)
    assert (mail["To"], mail["From"]) == ("amara@example.org", "Sweetspot <post@example.org>")
    assert mail["Subject"] == "Grüße aus Łódź"
    assert mail.get_content().replace("\r\n", "\n") == TEXT
    assert kept(bare)[0].text == ""
    assert state(bare, MailState.SENT) == [id_]


def test_what_was_rolled_back_is_not_sent(bare: Database, postbox: Postbox) -> None:
    with delivering(bare, f"smtp://127.0.0.1:{postbox.port}"):
        with contextlib.suppress(NotAllowed), bare.transaction(writing=True) as db:
            post(db, "nobody@example.org", "No", "No", utc_now())
            raise NotAllowed
        written(bare, "amara@example.org")
        ended(bare, JOB_KIND)
    assert [mail["To"] for mail in postbox.messages] == ["amara@example.org"]


def test_several_processes_send_each_mail_once(bare: Database, postbox: Postbox) -> None:
    addresses = [f"p{n}@example.org" for n in range(12)]
    with ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(delivering(bare, f"smtp://127.0.0.1:{postbox.port}"))
        written(bare, *addresses)
        ended(bare, JOB_KIND, 12)
    assert sorted(str(mail["To"]) for mail in postbox.messages) == sorted(addresses)


def test_a_server_that_comes_back_gets_everything_once(bare: Database) -> None:
    port = free_port()
    addresses = [f"p{n}@example.org" for n in range(20)]
    with delivering(bare, f"smtp://127.0.0.1:{port}"), delivering(bare, f"smtp://127.0.0.1:{port}"):
        written(bare, *addresses)
        until(lambda: all(job.delays >= 3 for job in jobs_of(bare, JOB_KIND)))
        assert all(job.error.startswith(AWAY) for job in jobs_of(bare, JOB_KIND))
        assert len(state(bare, MailState.WAITING)) == 20
        with scripted(Script(), port) as script:
            ended(bare, JOB_KIND, 20)
    arrived = sorted(line[4:] for letter in script.taken for line in letter.split("\r\n") if line.startswith("To: "))
    assert arrived == sorted(addresses)
    assert all(job.attempts == 1 and not job.error for job in jobs_of(bare, JOB_KIND))


def test_who_waited_for_the_server_follows_the_first_that_gets_through(bare: Database) -> None:
    port = free_port()
    with delivering(bare, f"smtp://127.0.0.1:{port}", wait=600, longest=600):
        written(bare, *(f"p{n}@example.org" for n in range(5)))
        until(lambda: all(job.error.startswith(AWAY) for job in jobs_of(bare, JOB_KIND)))
        with scripted(Script(), port) as script:
            written(bare, "last@example.org")
            ended(bare, JOB_KIND, 6)
    assert len(script.taken) == 6


@pytest.mark.parametrize(
    "bad",
    [
        {"GREETING": ["421 too many"]},
        {"GREETING": [HANG_UP]},
        {"EHLO": [HANG_UP]},
        {"MAIL": ["451 later"]},
        {"MAIL": [HANG_UP]},
        {"RCPT": ["450 greylisted, come back"]},
        {"RCPT": ["421 closing"]},
        {"RCPT": [HANG_UP]},
        {"DATA": ["451 later"]},
        {"DATA": [HANG_UP]},
        {"LETTER": ["451 later"]},
    ],
)
def test_what_was_not_taken_is_sent_later_and_once(bare: Database, bad: dict[str, list[str]]) -> None:
    ((verb, answers),) = bad.items()
    good = {"GREETING": "220 here", "EHLO": "250 here", "DATA": "354 go on"}.get(verb, "250 yes")
    with scripted(Script(**{verb: [*answers, *answers, good]})) as script, delivering(bare, script.url):
        written(bare, "amara@example.org")
        (job,) = ended(bare, JOB_KIND)
    assert len(script.taken) == 1
    assert (job.attempts, job.delays, job.error) == (1, 2, "")
    assert kept(bare)[0].sent_at is not None


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "LETTER"])
def test_a_final_refusal_drops_this_mail_and_no_other(bare: Database, verb: str) -> None:
    with scripted(Script(**{verb: ["550 no such person", {"DATA": "354 go on"}.get(verb, "250 yes")]})) as script:
        first, second = written(bare, "nobody@example.org", "amara@example.org")
        with delivering(bare, script.url):
            ended(bare, JOB_KIND, 2)
    assert len(script.taken) == 1
    refused = [mail for mail in kept(bare) if mail.dropped_at]
    assert [mail.error for mail in refused] == ["The mail server refused it. 550 no such person"]
    assert (refused[0].handed_at, refused[0].text) == (None, TEXT)
    assert len(state(bare, MailState.FAILED)) == len(state(bare, MailState.SENT)) == 1
    assert {first, second} == set(state(bare, MailState.FAILED) + state(bare, MailState.SENT))


@pytest.mark.parametrize("answer", [HANG_UP, "what?"])
def test_a_letter_without_an_answer_may_have_arrived_and_is_never_sent_twice(bare: Database, answer: str) -> None:
    with scripted(Script(LETTER=[answer, "250 taken"])) as script, delivering(bare, script.url):
        (id_,) = written(bare, "amara@example.org")
        ended(bare, JOB_KIND)
        assert state(bare, MailState.UNCERTAIN) == [id_]
        (mail,) = kept(bare)
        assert mail.error.startswith(UNANSWERED)
        written(bare, "bram@example.org")
        ended(bare, JOB_KIND, 2)
        assert len(script.read) == 2
        # An owner decides; whoever got it twice can tell by its name.
        with bare.transaction(writing=True) as db:
            assert send_again(db, id_, utc_now())
        until(lambda: not state(bare, MailState.UNCERTAIN) and kept(bare)[0].sent_at)
    first, _, again = script.read
    assert first == again
    assert "Message-ID: <" in first


def test_a_server_that_says_nothing_holds_up_nobody_and_ends_with_the_program(
    bare: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(Script(GREETING=[SILENCE])) as script, delivering(bare, script.url):
        written(bare, *(f"p{n}@example.org" for n in range(4)))
        script.wait_for("GREETING", 2)
        begun = utc_now()
    assert (utc_now() - begun).total_seconds() < 3
    assert script.taken == []
    assert all((job.lease, job.attempts, job.ended_at) == (None, 0, None) for job in jobs_of(bare, JOB_KIND))
    monkeypatch.setattr("server.smtp.SECONDS", 0.3)
    with scripted(Script(GREETING=[SILENCE, SILENCE, "220 here"])) as script, delivering(bare, script.url):
        ended(bare, JOB_KIND, 4)
    assert len(script.taken) == 4


def test_the_end_of_the_program_waits_for_a_letter_on_its_way(bare: Database) -> None:
    with scripted(Script(LETTER=[SILENCE])) as script:
        with delivering(bare, script.url):
            written(bare, "amara@example.org")
            script.wait_for("LETTER")
            begun = utc_now()
        assert 4 < (utc_now() - begun).total_seconds() < 8
    assert state(bare, MailState.UNCERTAIN) == [kept(bare)[0].id]


def test_what_the_server_said_counts_even_when_the_lease_was_lost_meanwhile(bare: Database) -> None:
    written(bare, "amara@example.org")
    with scripted(Script()) as script:
        script.before["LETTER"] = lambda: change(bare, JOB_KIND, lease="somebody else")
        with delivering(bare, script.url):
            until(lambda: kept(bare)[0].sent_at)
    (job,) = jobs_of(bare, JOB_KIND)
    assert (job.lease, job.ended_at) == ("somebody else", None)
    assert len(script.taken) == 1


@pytest.mark.parametrize("answer", ["450 later", "550 never", HANG_UP])
def test_who_lost_the_lease_takes_nothing_back_from_the_successor(bare: Database, answer: str) -> None:
    """The successor has handed it over; were that forgotten, a third process would send it again."""
    (id_,) = written(bare, "amara@example.org")
    handed = utc_now()

    def taken_over() -> None:
        change(bare, JOB_KIND, lease="somebody else")
        with bare.transaction(writing=True) as db:
            db.execute(update(MAIL).where(MAIL.c.id == id_).values(handed_at=handed))

    with scripted(Script(RCPT=[answer])) as script:
        script.before["RCPT"] = taken_over
        with delivering(bare, script.url):
            script.wait_for("RCPT")
    (mail,) = kept(bare)
    assert (mail.handed_at, mail.dropped_at, mail.error) == (handed, None, "")


def test_who_lost_the_lease_before_the_letter_left_sends_nothing(bare: Database) -> None:
    written(bare, "amara@example.org")
    with scripted(Script()) as script:
        script.before["RCPT"] = lambda: change(bare, JOB_KIND, lease="somebody else")
        with delivering(bare, script.url):
            script.wait_for("RCPT")
    assert script.read == []
    assert kept(bare)[0].handed_at is None
