"""A round that asks for a document: handed in, replaced, read by those it is for, and missed where it is not there."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from cohorts.models import AudienceKind
from feedback.notices import NOTICE
from feedback.rounds import bells, pairs, rounds
from feedback.rounds.models import Asks, HandedIn, Round
from feedback.rounds.phases import Phase
from feedback.rounds.reminders import remind_some
from feedback.rounds.rounds import REMINDS, ROUND
from server.clock import utc_now
from server.files import StoredFile
from server.jobs import JOB
from server.mail import Mail
from tests import attached
from tests.feedback.rounds.teams import Teams
from tests.feedback.rounds.test_bells import told
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.rounds import HOUR, facts_of, plan_of, planned
from tests.world import World

PDF = b"%PDF-1.7\n" + attached.noise(3_000)


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    found = Teams(house, world)
    with house.database(writing=True) as db:
        db.execute(NOTICE.delete())
        asked = {"asks": Asks.DOCUMENT, "document": "Your *plan*, four pages", "hand_in_by": utc_now() + HOUR}
        db.execute(update(ROUND).where(ROUND.c.id == found.round).values(**asked))
    found.at_phase(Phase.WAITING)
    return found


def path(teams: Teams, team: str = "reed") -> str:
    return f"{teams.gives(team)}/document"


def hand_in(
    teams: Teams, who: str = "Chiara", team: str = "reed", name: str = "plan.pdf", content: bytes = PDF, **headers: str
) -> httpx.Response:
    client = teams.house.visit(teams.world.people[who])
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(path(teams, team), files={"file": (name, content, "application/pdf")}, headers=named)


def documents(teams: Teams) -> list[str]:
    return [one.name for one in teams.house.rows(StoredFile) if one.owner_kind == "round document"]


def test_document_is_handed_in_and_read_by_its_givers_its_team_and_the_facilitators(teams: Teams) -> None:
    assert "has not handed in its document yet" in teams.get("Chiara", teams.gives("reed")).text
    assert "Hand in the document" in teams.get("Chiara", f"{path(teams)}/new").text
    answer = hand_in(teams)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{teams.gives('reed')}?done=document-handed-in")
    assert "plan.pdf" in teams.get("Chiara", teams.gives("reed")).text
    shown = teams.get("Amara", f"/pairs/{teams.pair()}").text
    assert "plan.pdf" in shown
    assert f'href="{path(teams)}"' in shown
    for who in ("Chiara", "Amara", "Bram", "Farid"):
        got = teams.get(who, path(teams))
        assert (got.status_code, got.content) == (200, PDF), who
        assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert got.headers["content-disposition"].startswith("attachment;")


def test_nobody_else_learns_of_a_document(teams: Teams) -> None:
    hand_in(teams)
    with teams.house.database(writing=True) as db:
        facts = facts_of(db, teams.round)
        pairs.drop(db, facts, teams.pair(), utc_now())
    for who in ("Amara", "Esi", "Dmitri", "Greta", "Jun"):
        for behind in ("", "/preview"):
            assert teams.get(who, f"{path(teams)}{behind}").status_code == 404, who
        assert teams.get(who, f"{path(teams)}/new").status_code == 404, who
        assert hand_in(teams, who).status_code == 404, who
    assert "plan.pdf" not in teams.get("Amara", teams.gives()).text


@pytest.mark.parametrize(("shared", "status"), [(AudienceKind.TEAM, 404), (AudienceKind.COHORT, 200)])
def test_adviser_reads_it_with_the_feedback_where_the_round_is_shared(
    teams: Teams, shared: AudienceKind, status: int
) -> None:
    hand_in(teams)
    with teams.house.database(writing=True) as db:
        db.execute(update(ROUND).where(ROUND.c.id == teams.round).values(shared_with=shared))
    assert teams.get("Esi", path(teams)).status_code == 404
    teams.at_phase(Phase.REVEALED)
    assert teams.get("Esi", path(teams)).status_code == status


def test_another_document_takes_its_place_until_the_round_opens(teams: Teams) -> None:
    hand_in(teams)
    assert "Hand in another one" in teams.get("Chiara", teams.gives("reed")).text
    assert hand_in(teams, name="better.pdf", content=PDF + b"2").status_code == 303
    assert documents(teams) == ["better.pdf"]
    assert len(teams.house.rows(HandedIn)) == 1
    teams.at_phase(Phase.OPEN)
    refused = hand_in(teams, name="late.pdf", content=PDF + b"3")
    assert refused.status_code == 422
    assert "it stays as it is" in refused.text
    assert documents(teams) == ["better.pdf"]
    assert "Hand in another one" not in teams.get("Chiara", teams.gives("reed")).text
    # The same once more, because its answer was lost, is no other one.
    assert hand_in(teams, name="better.pdf", content=PDF + b"2").status_code == 303


def test_who_is_late_hands_in_until_the_reveal(teams: Teams) -> None:
    teams.at_phase(Phase.OPEN)
    assert hand_in(teams).status_code == 303
    assert "plan.pdf" in teams.get("Amara", f"/pairs/{teams.pair()}").text
    teams.at_phase(Phase.REVEALED)
    assert hand_in(teams, "Amara", "tide").status_code == 403
    assert teams.get("Amara", f"{path(teams, 'tide')}/new").status_code == 403


def test_wrong_files_are_refused_with_the_reason_and_leave_what_was_there(teams: Teams) -> None:
    hand_in(teams)
    for name, content, words in (("a.exe", b"MZ\x90" + b"\0" * 99, "cannot be attached"), ("b.pdf", b"", "empty")):
        refused = hand_in(teams, name=name, content=content)
        assert refused.status_code == 422, name
        assert words in refused.text.lower(), refused.text[-2500:]
    client = teams.house.visit(teams.world.people["Chiara"])
    assert client.post(path(teams), data={"x": "y"}).status_code == 422
    assert documents(teams) == ["plan.pdf"]


def test_script_sends_a_file_and_gets_that_part_of_the_form(teams: Teams) -> None:
    answer = hand_in(teams, hx_request="true")
    assert answer.status_code == 200
    assert 'id="attachments"' in answer.text
    assert "plan.pdf" in answer.text
    assert "<html" not in answer.text


def test_picture_is_made_anew_and_shown(teams: Teams) -> None:
    assert hand_in(teams, name="map.png", content=attached.picture()).status_code == 303
    assert f'src="{path(teams)}/preview"' in teams.get("Amara", f"/pairs/{teams.pair()}").text
    assert teams.get("Amara", f"{path(teams)}/preview").headers["content-type"] == "image/webp"
    assert teams.get("Amara", path(teams)).headers["content-disposition"].startswith("inline;")


def test_round_without_documents_has_no_such_address(teams: Teams) -> None:
    with teams.house.database(writing=True) as db:
        db.execute(update(ROUND).where(ROUND.c.id == teams.round).values(asks=Asks.INITIATIVE))
    assert teams.get("Chiara", f"{path(teams)}/new").status_code == 404
    assert hand_in(teams).status_code == 404
    assert "Our document" not in teams.get("Chiara", teams.gives("reed")).text


def test_who_has_not_handed_in_is_stuck_and_reminded_once(teams: Teams) -> None:
    hand_in(teams)
    run = teams.get("Farid", f"/rounds/{teams.round}/run").text
    stuck = run.split('<section id="run-stuck')[1].split("</section>")[0]
    assert stuck.count("Has not handed in its document.") == 1
    assert "Tide" in stuck
    for _ in range(2):
        teams.done("Farid", f"/rounds/{teams.round}/teams/{teams.world.tide.team}/reminders")
    mails = [mail for mail in teams.house.rows(Mail) if mail.kind == "feedback reminder"]
    assert sorted(mail.to for mail in mails) == [teams.world.emails["Amara"], teams.world.emails["Bram"]]
    assert f"{path(teams, 'tide')}/new" in mails[0].text
    assert told(teams, bells.DOCUMENT_DUE) == ["Amara", "Bram"]
    hand_in(teams, "Amara", "tide")
    assert "Has not handed in" not in teams.get("Farid", f"/rounds/{teams.round}/run").text


def test_reminders_of_a_document_come_before_it_is_due(teams: Teams) -> None:
    now, world = utc_now(), teams.world
    with teams.house.database(writing=True) as db:
        by = now + timedelta(hours=60)
        plan = plan_of(now, opens=timedelta(hours=70), asks=Asks.DOCUMENT, document="A plan", hand_in_by=by)
        facts = planned(db, world.tide.cohort, world.people["Farid"], plan, now)
        rounds.release(db, facts, by_id=world.people["Farid"], now=now)
        asked = db.execute(JOB.select().where(JOB.c.kind == REMINDS, JOB.c.at < facts.opens_at).order_by(JOB.c.at))
        assert [row.at for row in asked if "document" in row.given] == [by - 48 * HOUR, by - 12 * HOUR]
        pages, origin = teams.house.inside.pages, "https://sweetspot.example"
        due = {"round_id": facts.id, "kind": "document 48 hours", "now": now + 12 * HOUR}
        for _ in range(2):
            assert not remind_some(db, pages, origin, due_at=by, **due)  # type: ignore[arg-type]
        assert not remind_some(db, pages, origin, due_at=by + HOUR, **due)  # type: ignore[arg-type]
    mails = [mail for mail in teams.house.rows(Mail) if mail.subject.startswith("Your document is due")]
    assert sorted(mail.to for mail in mails) == sorted(world.emails[name] for name in ("Amara", "Bram", "Chiara"))
    assert "(Rome)" in next(mail.text for mail in mails if mail.to == world.emails["Chiara"])


@pytest.mark.parametrize("who", ["Chiara", "Amara", "Farid"])
def test_open_pages_show_a_document_as_fresh_ones_do(teams: Teams, who: str) -> None:
    at = {"Chiara": teams.gives("reed"), "Amara": f"/pairs/{teams.pair()}", "Farid": f"/rounds/{teams.round}/run"}[who]
    person = teams.world.people[who]
    assert_live_equals_fresh(teams.house, person, at, lambda: hand_in(teams))
    if who == "Chiara":
        assert_live_equals_fresh(teams.house, person, at, lambda: teams.at_phase(Phase.OPEN, turn=True))


def test_form_of_a_round_asks_until_when_documents_are_handed_in(teams: Teams) -> None:
    def plan(**other: str) -> httpx.Response:
        at = {name: (utc_now() + n * 24 * HOUR).strftime("%Y-%m-%dT12:00") for n, name in enumerate(NAMES, 2)}
        fields = {"title": "Plans", "asks": "document", "document": "A plan", "protocol": "free", "gives": "1"}
        fields |= {"section_1_title": "All", "shared_with": "team", "attribution": "named", "time_zone": "UTC", **at}
        return teams.post("Farid", f"/cohorts/{teams.world.tide.cohort}/rounds", **{**fields, "key": "k", **other})

    assert "Give a day and an hour" in plan(hand_in_by="").text
    late = plan(hand_in_by=(utc_now() + 9 * 24 * HOUR).strftime("%Y-%m-%dT12:00"))
    assert late.status_code == 422
    assert "have to be there when the round opens" in late.text
    by = (utc_now() + 24 * HOUR).strftime("%Y-%m-%dT12:00")
    assert plan(hand_in_by=by).status_code == 303
    (made,) = (one for one in teams.house.rows(Round) if one.title == "Plans")
    assert made.hand_in_by is not None
    assert made.hand_in_by.strftime("%Y-%m-%dT%H:%M") == by
    assert by in teams.get("Farid", f"/rounds/{made.id}/edit").text
    assert by in teams.get("Farid", f"/rounds/{made.id}/times").text
    assert "Documents are handed in until" not in teams.get("Farid", f"/rounds/{teams.round}/run").text
    assert plan(asks="initiative", hand_in_by="", key="other").status_code == 303


NAMES = ("opens_at", "reveals_at", "closes_at")
