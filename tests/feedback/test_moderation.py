"""Reported, hidden with a reason, appealed once: what everybody reads of it, and what nobody does any more."""

from __future__ import annotations

import httpx
import pytest

from cohorts.memberships import join, remove
from cohorts.models import Membership, Role
from feedback.models import Appeal, Comment, Hiding, Notice, Report
from people.models import Person
from server.audit import AuditEntry
from server.clock import utc_now
from tests.access.test_roles_and_words import everything_shown
from tests.feedback.conftest import Browse
from tests.house import House
from tests.world import World

WORDS, WHY = "radio play", "This names a neighbour"


@pytest.fixture
def comment(world: World) -> int:
    """Esi's comment in Tide's talk."""
    return world.tide.comments["Esi"]


def send(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return client.post(path, data=fields)


def hide(browse: Browse, comment: int, name: str = "Farid", reason: str = WHY) -> httpx.Response:
    return send(browse(name), f"/comments/{comment}/hidings", reason=reason)


def notices_of(house: House, world: World, name: str) -> list[str]:
    return [row.kind for row in house.rows(Notice) if row.person_id == world.people[name]]


def facilitator(house: House, world: World, name: str = "Bram") -> None:
    """Another facilitator of the programme."""
    with house.database(writing=True) as db:
        person = db.get_one(Person, world.people[name])
        join(db, person=person, role=Role.FACILITATOR, programme_id=world.tide.programme, now=utc_now())


def test_reported_twice_is_one_report_and_tells_the_facilitators_once(
    browse: Browse, house: House, world: World, comment: int
) -> None:
    chiara = browse("Chiara")
    assert WORDS in chiara.get(f"/comments/{comment}/report").text
    assert send(chiara, f"/comments/{comment}/reports", reason="").status_code == 422
    for reason in ("First reason", "Better reason"):
        answer = send(chiara, f"/comments/{comment}/reports", reason=reason)
        assert answer.status_code == 303
        assert "Thank you" in chiara.get(answer.headers["location"]).text
    assert [row.reason for row in house.rows(Report)] == ["Better reason"]
    assert notices_of(house, world, "Farid") == ["reported"]
    page = browse("Farid").get(f"/programmes/{world.tide.programme}/reports").text
    assert "Reported once" in page
    assert "Better reason" in browse("Farid").get(f"/comments/{comment}/moderation").text
    for name in ("Amara", "Chiara", "Esi"):
        assert "Better reason" not in everything_shown(house, world, name), name
    assert "Chiara" not in browse("Farid").get(f"/comments/{comment}/moderation").text


def test_hidden_words_are_on_no_page_and_the_reason_is(
    browse: Browse, house: House, world: World, comment: int
) -> None:
    browse("Esi").post(f"/comments/{comment}/versions", data={"text": "A radio play, better", "version": "1"})
    for name in ("Amara", "Chiara", "Farid"):
        assert WORDS in everything_shown(house, world, name)
    for _ in range(2):
        assert hide(browse, comment).status_code == 303
    assert len(house.rows(Hiding)) == 1
    for name in ("Amara", "Chiara", "Esi"):
        assert WORDS not in everything_shown(house, world, name), name
        assert WHY in browse(name).get(f"/initiatives/{world.tide.initiative}").text
        assert WORDS not in browse(name).get(f"/comments/{comment}/history").text
    # Its author reads it on a page of their own, and facilitators where they decide; nobody else.
    assert WORDS in browse("Esi").get(f"/comments/{comment}/hiding").text
    assert WORDS in browse("Farid").get(f"/comments/{comment}/moderation").text
    assert browse("Chiara").get(f"/comments/{comment}/hiding").status_code == 403
    assert "hidden" in notices_of(house, world, "Esi")
    for path, fields in (
        ("versions", {"text": "x", "version": "2"}),
        ("reports", {"reason": "x"}),
        ("reactions/helpful", {}),
    ):
        assert (
            send(browse("Esi" if path == "versions" else "Chiara"), f"/comments/{comment}/{path}", **fields).status_code
            == 403
        )
    refused = browse("Chiara").post(
        f"/threads/{world.tide.thread}/comments", data={"text": "Why?", "parent": str(comment)}
    )
    assert refused.status_code == 422
    noted = [(row.what, row.words) for row in house.rows(AuditEntry) if row.what == "comment hidden"]
    assert noted == [("comment hidden", f"/comments/{comment}: {WHY}")]


def test_author_asks_once_and_another_facilitator_decides(
    browse: Browse, house: House, world: World, comment: int
) -> None:
    facilitator(house, world)
    hide(browse, comment)
    esi = browse("Esi")
    assert send(esi, f"/comments/{comment}/appeals", words="").status_code == 422
    assert send(esi, f"/comments/{comment}/appeals", words="It is my own street").status_code == 303
    again = send(esi, f"/comments/{comment}/appeals", words="Please")
    assert again.status_code == 422
    assert "You have asked for another decision already" in again.text
    assert [row.words for row in house.rows(Appeal)] == ["It is my own street"]
    assert "appealed" in notices_of(house, world, "Bram")
    assert send(browse("Farid"), f"/comments/{comment}/decisions", outcome="shown").status_code == 403
    assert "Another facilitator decides" in browse("Farid").get(f"/comments/{comment}/moderation").text
    assert send(browse("Bram"), f"/comments/{comment}/decisions", outcome="king").status_code == 422
    assert send(browse("Bram"), f"/comments/{comment}/decisions", outcome="shown").status_code == 303
    assert WORDS in browse("Chiara").get(f"/initiatives/{world.tide.initiative}").text
    assert "shown again" in notices_of(house, world, "Esi")
    assert send(esi, f"/comments/{comment}/appeals", words="More").status_code == 403
    # Hidden again, it can be appealed again.
    hide(browse, comment, reason="Another reason")
    assert send(esi, f"/comments/{comment}/appeals", words="Again").status_code == 303
    send(browse("Bram"), f"/comments/{comment}/decisions", outcome="stays")
    send(browse("Bram"), f"/comments/{comment}/decisions", outcome="shown")
    assert WORDS not in browse("Chiara").get(f"/initiatives/{world.tide.initiative}").text
    assert "it stays hidden" in esi.get(f"/comments/{comment}/hiding").text


def test_whoever_hid_it_shows_it_again(browse: Browse, house: House, world: World, comment: int) -> None:
    facilitator(house, world)
    again = f"/comments/{comment}/hidings/end"
    hide(browse, comment)
    assert "Show it again" in browse("Farid").get(f"/comments/{comment}/moderation").text
    assert "Show it again" not in browse("Bram").get(f"/comments/{comment}/moderation").text
    assert send(browse("Bram"), again).status_code == 403
    for _ in range(2):
        assert send(browse("Farid"), again).status_code == 303
    assert WORDS in browse("Chiara").get(f"/initiatives/{world.tide.initiative}").text
    assert notices_of(house, world, "Esi").count("shown again") == 1
    assert [row.what for row in house.rows(AuditEntry)].count("comment shown again") == 1
    # It answers an appeal; what another one has decided stands.
    hide(browse, comment, reason="Another reason")
    send(browse("Esi"), f"/comments/{comment}/appeals", words="Please")
    assert send(browse("Farid"), again).status_code == 303
    assert [row.outcome for row in house.rows(Appeal)] == ["shown"]
    hide(browse, comment, reason="A third reason")
    send(browse("Esi"), f"/comments/{comment}/appeals", words="Please")
    send(browse("Bram"), f"/comments/{comment}/decisions", outcome="stays")
    assert send(browse("Farid"), again).status_code == 403
    assert WORDS not in browse("Chiara").get(f"/initiatives/{world.tide.initiative}").text


def test_what_somebody_hid_who_no_longer_facilitates_others_show_again(
    browse: Browse, house: House, world: World, comment: int
) -> None:
    facilitator(house, world)
    hide(browse, comment)
    with house.database(writing=True) as db:
        remove(db, db.get_one(Membership, world.memberships["Farid"]), by=None, now=utc_now())
    assert send(browse("Bram"), f"/comments/{comment}/hidings/end").status_code == 303
    assert WORDS in browse("Chiara").get(f"/initiatives/{world.tide.initiative}").text


def test_alone_a_facilitator_decides_about_what_they_hid(browse: Browse, world: World, comment: int) -> None:
    hide(browse, comment)
    send(browse("Esi"), f"/comments/{comment}/appeals", words="Please look again")
    assert send(browse("Farid"), f"/comments/{comment}/decisions", outcome="shown").status_code == 303
    assert WORDS in browse("Chiara").get(f"/initiatives/{world.tide.initiative}").text


def test_dismissed_report_waits_no_more(browse: Browse, house: House, world: World, comment: int) -> None:
    send(browse("Amara"), f"/comments/{comment}/reports", reason="Rude")
    for _ in range(2):
        assert send(browse("Farid"), f"/comments/{comment}/dismissals").status_code == 303
    assert [row.outcome for row in house.rows(Report)] == ["dismissed"]
    assert "Left as it is" in browse("Farid").get(f"/programmes/{world.tide.programme}/reports").text
    assert [row.what for row in house.rows(AuditEntry)].count("report dismissed") == 1


def test_withdrawn_while_hidden_and_put_back_is_still_hidden(
    browse: Browse, house: House, world: World, comment: int
) -> None:
    hide(browse, comment)
    assert send(browse("Esi"), f"/comments/{comment}/withdrawal").status_code == 303
    assert WORDS not in browse("Farid").get(f"/comments/{comment}/moderation").text
    assert "A comment was withdrawn" in browse("Amara").get(f"/initiatives/{world.tide.initiative}").text
    assert send(browse("Esi"), f"/comments/{comment}/restoration").status_code == 303
    page = browse("Amara").get(f"/initiatives/{world.tide.initiative}").text
    assert WHY in page
    assert WORDS not in page
    assert any(WORDS in row.text for row in house.rows(Comment))


def test_facilitators_moderate_others_and_not_themselves(browse: Browse, world: World) -> None:
    own = world.tide.comments["Farid"]
    assert hide(browse, own).status_code == 403
    assert hide(browse, own, "Chiara").status_code == 403
    assert browse("Hana").get(f"/programmes/{world.tide.programme}/reports").status_code == 403
    assert browse("Hana").get(f"/comments/{own}/moderation").status_code == 404
    assert "Reported comments" in browse("Farid").get(f"/programmes/{world.tide.programme}").text
    assert "Reported comments" not in browse("Hana").get(f"/programmes/{world.tide.programme}").text
