"""Prompts on a session under the Chatham House rule, in a cohort that names everybody: which adviser asked, agreed or
answered is on no surface."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cohorts.models import Attribution
from feedback.advice.prompts import PROMPT
from feedback.models import Withdrawal
from feedback.threads import COMMENT
from server.clock import utc_now
from server.live.log import Stream
from tests.house import House
from tests.masking.crawl import LISTED_STREAMS, Collected, listening, mailed, replayed
from tests.masking.ground import BOARD, Canary, Masked, lay
from tests.masking.test_canary import found_in, others_mail
from tests.scheduled import session_now
from tests.sessions.conftest import parsed
from tests.sessions.left import RUNNERS, Session
from tests.sessions.room.conftest import open_meeting
from tests.world import World

READERS = ("Bram", "Chiara", "Farid", "Nadia")


class Ruled(Session):
    """A session with a rule of its own."""

    session_id = 0

    @property
    def id(self) -> int:
        return self.session_id


def ruled(masked: Masked, rule: Attribution) -> tuple[Ruled, int]:
    """The session, and a slot of it that runs."""
    meeting = open_meeting(masked.house, masked.world, rule)
    found = Ruled(masked.house, masked.world)
    found.session_id = meeting.session_id
    with masked.house.database(writing=True) as db:
        # What they said before about their team's work is in their name, and would be told as news again.
        for name in ("Amara", "Esi"):
            db.add(Withdrawal(comment_id=masked.world.tide.comments[name], at=utc_now()))
        db.execute(PROMPT.update().values(attribution="none"))
    found.world.people.update(masked.people)
    return found, meeting.slot_id


def shown(masked: Masked, session: Ruled, slot_id: int, prompts: list[int]) -> Iterator[Collected]:
    paths = [
        session.path,
        f"/slots/{slot_id}/room",
        f"/slots/{slot_id}/room/run-sheet",
        "/notices",
        "/desk",
        "/moderation",
    ]
    paths += [f"/prompts/{one}" for one in prompts] + [f"/prompts/{one}/alone" for one in prompts]
    cohort = f"/cohorts/{masked.world.tide.cohort}"
    paths += [f"{session.path}/prompts/new", cohort, f"{cohort}/reading", f"{cohort}/reading/list"]
    for name in READERS:
        client = masked.house.visit(masked.people[name])
        for path in paths:
            answer = client.get(path)
            text = answer.text
            if path == cohort:
                # Its page lists who belongs where; what is new there is said by somebody.
                text = text[text.find('id="news-') :]
                text = text[: text.find("</section>")]
            yield Collected(path, f"GET {path} as {name}", answer.status_code, text)


def check(collected: Iterator[Collected], canaries: list[Canary]) -> int:
    count = 0
    for one in collected:
        if one.where.startswith(LISTED_STREAMS):
            continue
        assert not found_in(one.text, canaries), f"{one.where}: {found_in(one.text, canaries)}"
        assert one.status < 500, one.where
        count += one.status == 200
    return count


def speak(session: Ruled) -> list[int]:
    """Everything an adviser and somebody of a team may do with prompts there."""
    left = session.leave("Who is not in the room?", by="Esi")
    secret = session.leave("Only to those who run it", by="Esi", to=RUNNERS)
    other = session.leave("Who pays in winter?", by=BOARD[0])
    session.leave("Read it", by="Esi", kind="reference", source="A book of bells")
    session.send("Esi", f"/prompts/{other}/stances/agree")
    for who in ("Esi", "Amara"):
        session.say(other, "Some words on that", by=who)
    session.send("Esi", f"/prompts/{left}/versions", text="Who else is not in the room?", version="1")
    session.answer(left)
    session.send("Esi", f"/prompts/{left}/withdrawal")
    session.send("Esi", f"/prompts/{left}/restoration")
    return [left, secret, other]


def test_where_people_are_named_they_are(house: House, world: World) -> None:
    masked = lay(house, world)
    session, _ = ruled(masked, Attribution.NAMED)
    left, _, other = speak(session)
    for prompt in (left, other):
        page = house.visit(masked.people["Bram"]).get(f"/prompts/{prompt}").text
        assert "ZqnameEsi" in page
    assert listed(masked, "ZqnameEsi")


def listed(masked: Masked, word: str) -> bool:
    """Whether the reading list names that with the book that Esi recommended to the session."""
    page = masked.house.visit(masked.people["Bram"]).get(f"/cohorts/{masked.world.tide.cohort}/reading").text
    (book,) = parsed(page).xpath("//li[contains(., 'A book of bells')]")
    return word in book.text_content()


@pytest.mark.parametrize("rule", [Attribution.ROLE, Attribution.NONE])
def test_masked_session_tells_nothing_of_who_asked(house: House, world: World, rule: Attribution) -> None:
    masked = lay(house, world)
    canaries = [one for one in masked.canaries() if one.kind != "team"]
    session, slot_id = ruled(masked, rule)
    with listening(masked, READERS) as told:
        prompts = speak(session)
        count = check(iter(told()), canaries)
    count += check(shown(masked, session, slot_id, prompts), canaries)
    for name in READERS:
        count += check(replayed(masked, name), canaries)
    assert count > 40
    assert listed(masked, "An adviser" if rule == Attribution.ROLE else "A participant")
    theirs = [one for one in canaries if one.who == "Esi"]
    assert not [
        mail.to for mail in others_mail(mailed(masked), "Esi") if found_in(f"{mail.subject}\n{mail.text}", theirs)
    ]
    page = house.visit(masked.people["Bram"]).get(f"/prompts/{prompts[0]}").text
    assert "Who else is not in the room?" in page


def test_new_name_of_who_asked_moves_nothing_there(house: House, world: World) -> None:
    """What is shown anew when somebody is renamed would be known as theirs, also where the rule came later."""
    masked = lay(house, world)
    session, _ = ruled(masked, Attribution.NAMED)
    speak(session)

    def renamed(name: str) -> bool:
        before = {one.id: one.seq for one in house.rows(Stream) if one.kind == "thread"}
        session.send("Esi", "/profile/preferences", name=name, time_zone="Asia/Thimphu", language="en")
        return before != {one.id: one.seq for one in house.rows(Stream) if one.kind == "thread"}

    assert renamed("ZqnameEsi Once")
    with house.database() as db:
        version = session_now(db, session.id).version
    stricter = {"theme": "T", "version": str(version), "open_to": "cohort", "attribution": "role"}
    assert listed(masked, "ZqnameEsi Once")
    session.send("Farid", f"{session.path}/details", **stricter)
    assert not listed(masked, "ZqnameEsi")
    with house.database(writing=True) as db:
        # What they said about their team's work is in their name still.
        db.execute(COMMENT.update().where(COMMENT.c.thread_id == world.tide.thread).values(attribution="none"))
    assert not renamed("ZqnameEsi Twice")
