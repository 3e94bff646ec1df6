"""Importing teams and people through the pages: preview, errors in words, what is made, and what is not."""

from __future__ import annotations

import csv
import io
import re
from html import unescape
from typing import Any

import httpx
import pytest

from cohorts.checking import Plan
from cohorts.columns import EXAMPLE, HEADER
from cohorts.imports import State
from cohorts.models import Audience, Import, Initiative, Invitation, Team
from people.models import Organisation
from server.audit import AuditEntry
from server.mail import Mail
from tests.cohorts.lists import as_csv, as_xlsx, confirmed, import_of, now, person, previewed, rested, table, upload
from tests.house import House
from tests.world import World


@pytest.fixture
def farid(house: House, world: World) -> httpx.Client:
    return house.visit(world.people["Farid"])


def words(page: httpx.Response) -> str:
    """What a reader reads of a page."""
    assert page.status_code in (200, 413, 422), page.text[:2000]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def sent_to(house: House) -> dict[str, str]:
    return {mail.to: mail.text for mail in house.rows(Mail) if mail.kind == "invitation" and not mail.error}


def test_from_list_to_invitations(house: House, world: World, farid: httpx.Client) -> None:
    before = {table: len(house.rows(table)) for table in (Team, Initiative, Organisation, Audience)}
    rows = [person(number) for number in range(12)]
    rows[0]["time zone"] = "America/Lima"
    rows += [
        {"team": "tide", "email": "fourth@example.org", "role": "Team member", "language": "Portuguese"},
        {"email": "board@example.org", "role": "critical friend", "name": "Bo Ard"},
        {"team": "Tide", "email": "amara@example.org"},
        {"team": "Team 9", "email": "broken@", "organisation": "Office of Team 9", "country": "Atlantis"},
    ]
    import_id = previewed(house, farid, world.tide.cohort, as_xlsx(table(rows)), "Our list.xlsx")
    page = words(farid.get(f"/imports/{import_id}"))
    for sentence in (
        "If you import it, 14 mails are sent. 3 teams are made. The row with errors is left out.",
        "Import 14 rows and send 14 mails",
        "broken@ This is no email address.",
        "Atlantis We do not know this country.",
        "Has this role already",
    ):
        assert sentence in page, sentence
    assert sent_to(house) == {}
    _, told = confirmed(house, farid, import_id)
    assert told.outcomes == {"invited": 11, "founded": 3}
    mails = sent_to(house)
    assert set(mails) == {*(row["email"] for row in rows[:12]), "fourth@example.org", "board@example.org"}
    assert all(f"{house.inside.settings.origin}/invitations/" in text for text in mails.values())
    clocks = {to: re.findall(r"until .*\((\w+)\)", text)[0] for to, text in mails.items()}
    assert [clocks[f"person{number}@example.org"] for number in (4, 5)] == ["Lima", "Lisbon"]
    assert [clocks[f"{name}@example.org"] for name in ("fourth", "board")] == ["Lagos", "UTC"]
    after = {table: len(house.rows(table)) - count for table, count in before.items()}
    assert after == {Team: 3, Initiative: 3, Organisation: 3, Audience: 6}
    asked = {one.email: one for one in house.rows(Invitation)}
    assert (asked["fourth@example.org"].team_id, asked["fourth@example.org"].language) == (world.tide.team, "pt")
    assert (asked["board@example.org"].role, asked["board@example.org"].team_id) == ("adviser", None)
    assert "14 people are invited" in words(farid.get(f"/imports/{import_id}"))
    assert "Team made, person invited" in words(farid.get(f"/imports/{import_id}/rows"))
    assert "import confirmed" in [entry.what for entry in house.rows(AuditEntry)]


def test_the_same_list_again_does_nothing(house: House, world: World, farid: httpx.Client) -> None:
    content = as_csv(table([person(number) for number in range(7)]), ";", "utf-8-sig")
    first = previewed(house, farid, world.tide.cohort, content)
    second = previewed(house, farid, world.tide.cohort, content)
    confirmed(house, farid, first)
    # Previewed before the first was applied, confirmed after it.
    _, told = confirmed(house, farid, second)
    assert told.outcomes == {"asked": 7}
    third = previewed(house, farid, world.tide.cohort, content)
    assert now(house, third)[1].plans == {Plan.ASKED: 7}
    assert "Everybody in this list is here or is invited already." in words(farid.get(f"/imports/{third}"))
    assert farid.post(f"/imports/{third}/confirmation").status_code == 303
    assert now(house, third)[0].state is State.READY
    assert len(sent_to(house)) == 7
    assert len([team for team in house.rows(Team) if team.name.startswith("Team ")]) == 2


def test_confirmed_twice_is_imported_once(house: House, world: World, farid: httpx.Client) -> None:
    import_id = previewed(house, farid, world.tide.cohort, as_csv(table([person(1)])))
    for _ in range(3):
        assert farid.post(f"/imports/{import_id}/confirmation").status_code == 303
    assert rested(house, import_id)[1].outcomes == {"founded": 1}
    assert farid.post(f"/imports/{import_id}/cancellation").status_code == 303
    assert now(house, import_id)[0].state is State.DONE
    assert len([entry for entry in house.rows(AuditEntry) if entry.what == "import confirmed"]) == 1
    assert list(sent_to(house)) == ["person1@example.org"]


def test_an_upload_sent_twice_is_one_import(house: House, world: World, farid: httpx.Client) -> None:
    sent: dict[str, Any] = {"data": {"key": "the-same-key"}, "files": {"file": ("a.csv", as_csv(table([person(1)])))}}
    answers = [farid.post(f"/cohorts/{world.tide.cohort}/imports", **sent) for _ in range(2)]
    assert import_of(answers[0]) == import_of(answers[1])


def test_a_cancelled_list_is_forgotten(house: House, world: World, farid: httpx.Client) -> None:
    import_id = previewed(house, farid, world.tide.cohort, as_csv(table([person(1)])))
    assert "person1@example.org" in farid.get(f"/imports/{import_id}/rows").text
    assert farid.post(f"/imports/{import_id}/cancellation").status_code == 303
    assert "This import was cancelled" in words(farid.get(f"/imports/{import_id}"))
    for path in ("", "/rows", "/errors"):
        assert "person1@example.org" not in farid.get(f"/imports/{import_id}{path}").text
    assert farid.post(f"/imports/{import_id}/confirmation").status_code == 303
    assert now(house, import_id)[0].state is State.CANCELLED
    assert (sent_to(house), now(house, import_id)[1].rows) == ({}, 0)


WRONG: list[tuple[dict[str, str], str]] = [
    (person(1, email=""), "Write the address that the invitation goes to."),
    (person(1, email="a@example.org\nBcc: b@example.org"), "There is a line break or a hidden character"),
    (person(1, email="=HYPERLINK(1)"), "This is a formula."),
    (person(1, country="Atlantis"), "We do not know this country."),
    (person(1, part="sleeps"), "Use one of: learns, asks, brings."),
    (person(1, role="owner"), "A list can bring these roles: member, adviser, sponsor."),
    (person(1, organisation=""), "This team is new here. Write which organisation it is of."),
    (person(1, country=""), "Write the country of the organisation."),
    ({"email": "x@example.org"}, "Write the name of the team."),
    (
        {"team": "Tide", "organisation": "Another City", "email": "x@example.org"},
        "with another organisation: Port City",
    ),
]


@pytest.mark.parametrize(("row", "sentence"), WRONG)
def test_what_is_wrong_is_said_beside_the_cell(
    house: House, world: World, farid: httpx.Client, row: dict[str, str], sentence: str
) -> None:
    import_id = previewed(house, farid, world.tide.cohort, as_csv(table([row, person(99)])))
    page = farid.get(f"/imports/{import_id}")
    assert sentence in words(page)
    assert page.text.index("Rows with errors</h2>") < page.text.index("The other rows</h2>")
    _, told = confirmed(house, farid, import_id)
    assert (told.plans, told.outcomes) == ({Plan.WRONG: 1, Plan.FOUND: 1}, {"founded": 1})
    assert set(sent_to(house)) == {"person99@example.org"}


def test_rows_are_compared_with_each_other(house: House, world: World, farid: httpx.Client) -> None:
    rows = [
        person(1, "Bells", country="Portugal "),
        person(2, "BELLS ", organisation="", country="", sector="", part=""),
        person(1, "Bells"),
        person(3, "Bells", organisation="Another office"),
        person(4, "Bells", part="asks"),
        person(5, "Bells", country="Spain"),
        person(1, "Drums"),
    ]
    import_id = previewed(house, farid, world.tide.cohort, as_csv(table(rows)))
    page = words(farid.get(f"/imports/{import_id}"))
    for sentence in (
        "The same person is in row 2.",
        "Row 2 says “Office of Bells” for the same team.",
        "Row 2 says “learns” for the same team.",
        # As it was typed: nobody finds "PT" in the list.
        "Spain Row 2 says “Portugal” for the same team.",
    ):
        assert sentence in page, sentence
    _, told = confirmed(house, farid, import_id)
    assert told.outcomes == {"founded": 2, "invited": 1}
    (bells,) = (team for team in house.rows(Team) if team.name == "Bells")
    assert {one.email for one in house.rows(Invitation) if one.team_id == bells.id} == {
        "person1@example.org",
        "person2@example.org",
    }


def test_a_row_whose_cells_are_not_in_their_columns_says_so(house: House, world: World, farid: httpx.Client) -> None:
    rows = table([person(1, time_zone="Europe/Lisbon"), person(2), person(3), person(4)])
    # A comma in a name, one cell that is divided by something else, and one that leaves out what it may.
    rows[1][:2] = ["Bells", "Office, Bells"]
    rows[2] = ["too;few;cells"]
    rows[3] = ["Drums", "Office of Drums", "PT", "public", "learns", "member", "Drummer", "drums@example.org"]
    rows[4] += ["", ""]
    content = as_csv(rows).replace(b'"Office, Bells"', b"Office, Bells")
    import_id = previewed(house, farid, world.tide.cohort, content)
    page = words(farid.get(f"/imports/{import_id}"))
    assert "The whole row This row has 11 cells for 10 columns." in page
    assert "The whole row This row has 1 of 10 cells." in page
    told = now(house, import_id)[1]
    assert told.plans == {Plan.WRONG: 2, Plan.FOUND: 2}
    # In a workbook nothing moves: a remark beside the table is one.
    book = as_xlsx([*table([person(5), person(6)]), ["Tide", *[""] * 6, "seven@example.org", "", "", "a remark"]])
    assert now(house, previewed(house, farid, world.tide.cohort, book))[1].plans == {Plan.FOUND: 1, Plan.INVITE: 2}


def test_errors_come_back_as_a_list_to_put_right(house: House, world: World, farid: httpx.Client) -> None:
    rows = [person(1, email="=cmd|' /C calc'!A0", name="+Plus"), person(2), person(3, email="@nobody")]
    import_id = previewed(house, farid, world.tide.cohort, as_csv(table(rows)))
    answer = farid.get(f"/imports/{import_id}/errors")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    found = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [one["email"] for one in found] == ["'=cmd|' /C calc'!A0", "'@nobody"]
    assert found[0]["name"] == "'+Plus"
    assert "This is a formula." in found[0]["what is wrong"]
    again = previewed(house, farid, world.tide.cohort, answer.content.replace(b"'@nobody", b"right@example.org"))
    page = words(farid.get(f"/imports/{again}"))
    assert "They are left out: what is wrong." in page
    assert now(house, again)[1].to_do == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "This file is empty."),
        (as_csv(table([])), "There is a line with column names, and nobody below it."),
        (b"team,name\nTide,Amara", "Missing: email."),
        (b"Tide,amara@example.org\nTide,b@example.org", "Missing: team, email."),
        (b"team,email,group\nTide,a@example.org,Reed", "Two columns say the same: team."),
        (b"PK\x03\x04 no zip", "This XLSX file is damaged."),
        (b"team,email\nA\0B,a@example.org", "This is neither a spreadsheet nor a text file."),
    ],
)
def test_files_without_rows_say_why(
    house: House, world: World, farid: httpx.Client, content: bytes, sentence: str
) -> None:
    import_id = previewed(house, farid, world.tide.cohort, content)
    one, told = now(house, import_id)
    assert (one.state, told.rows) == (State.UNREADABLE, 0)
    assert sentence in words(farid.get(f"/imports/{import_id}"))
    assert farid.post(f"/imports/{import_id}/confirmation").status_code == 303
    assert now(house, import_id)[0].state is State.UNREADABLE


def test_no_file_and_one_that_is_too_large(house: House, world: World, farid: httpx.Client) -> None:
    path, before = f"/cohorts/{world.tide.cohort}/imports", len(house.rows(Import))
    without = farid.post(path, files={"file": ("", b"")}, data={"key": "k"})
    assert (without.status_code, "Choose the file with your list." in words(without)) == (422, True)
    slightly = upload(farid, world.tide.cohort, b"x" * (5 * 1024 * 1024 + 1))
    assert (slightly.status_code, "This file is larger than 5 MB." in words(slightly)) == (422, True)
    much = upload(farid, world.tide.cohort, b"x" * 6_000_000)
    assert (much.status_code, "5 MB is the most that can be sent" in words(much)) == (413, True)
    form = farid.post(path, data={"key": "x" * 1_200_000})
    assert form.status_code == 413
    stranger = house.visit(world.people["Amara"])
    assert upload(stranger, world.tide.cohort, b"x" * 6_000_000).status_code == 403
    assert len(house.rows(Import)) == before


def test_the_template_is_a_list(house: House, world: World, farid: httpx.Client) -> None:
    answer = farid.get(f"/cohorts/{world.tide.cohort}/imports/template")
    found = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert found == [list(HEADER), list(EXAMPLE)]
    import_id = previewed(house, farid, world.tide.cohort, answer.content)
    assert "This is the example of the template. Take the line out." in words(farid.get(f"/imports/{import_id}"))
    mine = answer.content.replace(EXAMPLE[HEADER.index("email")].encode(), b"m@example.org")
    assert now(house, previewed(house, farid, world.tide.cohort, mine))[1].to_do == 1


def test_many_rows_are_all_there_and_paged(house: House, world: World, farid: httpx.Client) -> None:
    rows = [person(number) for number in range(450)]
    import_id = previewed(house, farid, world.tide.cohort, as_csv(table(rows)))
    assert now(house, import_id)[1].plans == {Plan.FOUND: 90, Plan.INVITE: 360}
    assert "400 more rows are not shown here." in words(farid.get(f"/imports/{import_id}"))
    path: str | None = f"/imports/{import_id}/rows"
    seen: list[str] = []
    while path:
        page = farid.get(path).text
        seen += re.findall(r"person\d+@example\.org", page)
        found = re.search(r'href="([^"]+)">[^<]*Next rows', page)
        path = unescape(found[1]) if found else None
    assert seen == [row["email"] for row in rows]
    assert "There are no rows here" in words(farid.get(f"/imports/{import_id}/rows?after=99999"))
    assert farid.get(f"/imports/{import_id}/rows?after=many").status_code == 404


def test_what_people_wrote_is_text(house: House, world: World, farid: httpx.Client) -> None:
    nasty = "<script>alert(1)</script>"
    rows = [person(1, nasty, name=nasty), person(2, email=nasty)]
    header = [*HEADER, nasty]
    import_id = previewed(house, farid, world.tide.cohort, as_csv(table(rows, header)), f"{nasty}.csv")
    for path in (f"/imports/{import_id}", f"/imports/{import_id}/rows", f"/cohorts/{world.tide.cohort}/imports"):
        page = farid.get(path).text
        assert "<script>alert" not in page
        assert "alert(1)" in page
