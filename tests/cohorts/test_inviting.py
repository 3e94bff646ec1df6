"""The form that invites people: what may be pasted into it, what it refuses, and what its lists offer."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import select

from cohorts import invitations
from cohorts.models import Invitation, Role
from cohorts.web.invitation_forms import Invited, pasted
from server.clock import utc_now
from server.mail import Mail
from server.refusals import Wrong
from tests.access.test_query_counts import counted
from tests.house import House
from tests.world import World


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What is tested here is a form; the verbs behind it run on both databases elsewhere."""
    return str(request.param)


def words(page: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


ANA, BEN = Invited("ana@example.org", "Ana Reis"), Invited("ben@example.org")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ana@example.org", [Invited("ana@example.org")]),
        ("Ana Reis <ANA@example.org>", [ANA]),
        ('"Reis, Ana" <ana@example.org>', [Invited("ana@example.org", "Reis, Ana")]),
        ("Reis, Ana <ana@example.org>", [Invited("ana@example.org", "Reis, Ana")]),
        ("Ana Reis <ana@example.org>\r\n\r\n  ben@example.org  ", [ANA, BEN]),
        ("Ana Reis <ana@example.org>; ben@example.org;", [ANA, BEN]),
        ("Ana Reis <ana@example.org>, ben@example.org", [ANA, BEN]),
        ("ben@example.org, Ana Reis <ana@example.org>", [BEN, ANA]),
        ("Reis, Ana <ana@example.org>, ben@example.org", [Invited("ana@example.org", "Reis, Ana"), BEN]),
        ("ben@example.org,ana@example.org", [BEN, Invited("ana@example.org")]),
        ("Ana Reis <ana@example.org>\nana@EXAMPLE.org", [ANA]),
        ("<ben@example.org>", [BEN]),
    ],
)
def test_addresses_are_understood_as_people_paste_them(typed: str, found: list[Invited]) -> None:
    assert list(pasted(typed)) == found


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  \n;",
        "ana",
        "Ana Reis",
        "ana@example",
        "Ana <ana@example.org",
        "a b@example.org",
        "ana@example.org\nBcc: x",
    ],
)
def test_what_is_no_address_is_named(typed: str) -> None:
    with pytest.raises(Wrong) as wrong:
        pasted(typed)
    assert wrong.value.message.msgid.startswith(("Enter at least", "“%(typed)s” is no email address"))


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (("nobody", "Bob"), "These are no email addresses: “nobody”, “Bob”. Each"),
        (("one", "two", "three", "four", "Fay <fay>"), "addresses: “one”, “two”, “three”, “four”, “Fay <fay>”. Each"),
        (tuple("abcdefgh"), "addresses: “a”, “b”, “c”, “d”, “e” and 3 more. Each"),
    ],
)
def test_all_that_is_no_address_is_named_at_once_in_its_order(bad: tuple[str, ...], named: str) -> None:
    with pytest.raises(Wrong) as wrong:
        pasted("\n".join((bad[0], "ana@example.org", *bad[1:])))
    assert named in wrong.value.message.msgid % wrong.value.message.values


def test_of_somebody_pasted_twice_the_first_stays() -> None:
    assert list(pasted("ana@example.org\nben@example.org\nAna Reis <ana@example.org>")) == [
        Invited("ana@example.org"),
        BEN,
    ]


def test_more_than_two_hundred_are_a_list_to_import() -> None:
    assert len(pasted("\n".join(f"p{n}@example.org" for n in range(200)))) == 200
    with pytest.raises(Wrong, match="Import a list"):
        pasted("\n".join(f"p{n}@example.org" for n in range(201)))


def test_sending_again_is_offered_while_somebody_has_not_come(house: House, world: World) -> None:
    farid, path = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/arrivals"
    with house.database(writing=True) as db:
        for one in db.execute(select(Invitation)).scalars().all():
            invitations.retract(db, one.id or 0, by_id=None, now=utc_now())
    assert "/arrivals/mails" not in farid.get(path).text
    farid.post(f"/teams/{world.tide.team}/invitations", data={"people": "ana@example.org"})
    assert "/arrivals/mails" in farid.get(path).text
    assert re.search(r"\d of \d have arrived", words(farid.get(path)).partition("Advisers and sponsors")[2])


def test_one_wrong_line_sends_nothing_and_everything_stays_in_the_box(house: House, world: World) -> None:
    before, farid = len(house.rows(Mail)), house.visit(world.people["Farid"])
    typed = "Ana Reis <ana@example.org>\nnobody at all"
    answer = farid.post(f"/teams/{world.tide.team}/invitations", data={"people": typed})
    assert answer.status_code == 422
    assert "“nobody at all” is no email address." in words(answer)
    assert "Ana Reis &lt;ana@example.org&gt;\nnobody at all" in answer.text
    assert len(house.rows(Mail)) == before


def test_who_is_here_or_invited_is_said_and_the_others_are_invited(house: House, world: World) -> None:
    farid, at = house.visit(world.people["Farid"]), f"/teams/{world.tide.team}/invitations"
    listed = f"/cohorts/{world.tide.cohort}/arrivals?done={{}}#arrivals-team-{world.tide.team}"
    assert farid.post(at, data={"people": "ana@example.org"}).headers["location"] == listed.format("invited")
    for typed, said in (
        (
            "ANA@example.org ",
            "ana@example.org was invited before and has not come yet. You can send the invitation again.",
        ),
        ("amara@example.org", "amara@example.org is here already, in this role. No mail was sent."),
        ("amara@example.org\nana@example.org", "All of them are here already or were invited before."),
    ):
        answer = farid.post(at, data={"people": typed})
        assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
        assert f'href="/cohorts/{world.tide.cohort}/arrivals#arrivals-team-{world.tide.team}"' in answer.text
    some = farid.post(at, data={"people": "amara@example.org, ana@example.org, ben@example.org"})
    assert some.headers["location"] == listed.format("some-invited")
    assert "Who is here already, or was invited before, got no mail." in words(farid.get(some.headers["location"]))
    to = [mail.to for mail in house.rows(Mail)]
    assert (to.count("ana@example.org"), to.count("ben@example.org"), to.count("amara@example.org")) == (1, 1, 0)


def test_a_form_that_is_sent_twice_invites_once(house: House, world: World) -> None:
    farid, at = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/invitations"
    key = re.search(r'name="key" value="([^"]+)"', farid.get(f"{at}/new").text)
    assert key
    sent = {"people": "ana@example.org", "role": "sponsor", "key": key[1]}
    answers = [farid.post(at, data=sent) for _ in range(2)]
    assert {one.status_code for one in answers} == {303}
    (asked,) = (one for one in house.rows(Invitation) if one.email == "ana@example.org")
    assert (asked.role, asked.cohort_id, asked.team_id) == (Role.SPONSOR, world.tide.cohort, None)


@pytest.mark.parametrize("role", ["owner", "facilitator", "member", ""])
def test_no_form_gives_a_role_that_its_place_does_not_have(house: House, world: World, role: str) -> None:
    farid = house.visit(world.people["Farid"])
    farid.post(f"/cohorts/{world.tide.cohort}/invitations", data={"people": "ana@example.org", "role": role})
    assert [one.role for one in house.rows(Invitation) if one.email == "ana@example.org"] == [Role.ADVISER]


def test_the_mail_is_written_in_the_chosen_language(house: House, world: World) -> None:
    sent = {"people": "ana@example.org", "language": "en-XA"}
    house.visit(world.people["Farid"]).post(f"/teams/{world.tide.team}/invitations", data=sent)
    mail = next(mail for mail in house.rows(Mail) if mail.to == "ana@example.org")
    assert mail.subject.startswith("Îñ")
    assert "/invitations/" in mail.text


def test_a_long_name_of_a_team_does_not_break_the_subject(house: House, world: World) -> None:
    farid = house.visit(world.people["Farid"])
    farid.post(f"/teams/{world.tide.team}/details", data={"name": "T" * 200, "part": "asks"})
    sent = {"people": "ana@example.org", "language": "en-XA"}
    assert farid.post(f"/teams/{world.tide.team}/invitations", data=sent).status_code == 303
    assert len(next(mail.subject for mail in house.rows(Mail) if mail.to == "ana@example.org")) <= 200


def test_owners_and_facilitators_see_who_is_invited_beside_them(house: House, world: World) -> None:
    hana, at = house.visit(world.people["Hana"]), f"/programmes/{world.tide.programme}/invitations"
    assert hana.post(at, data={"people": "Fay <fay@example.org>"}).headers["location"] == f"{at}?done=invited"
    assert hana.post("/owners/invitations", data={"people": "Olu <olu@example.org>"}).status_code == 303
    assert "Fay" in words(house.visit(world.people["Farid"]).get(at))
    owners = hana.get("/owners/invitations")
    assert "Olu" in words(owners)
    assert "Fay" not in words(owners)
    olu = next(one.id for one in house.rows(Invitation) if one.email == "olu@example.org")
    assert house.visit(world.people["Farid"]).post(f"/invited/{olu}/retraction").status_code == 404
    assert hana.post(f"/invited/{olu}/retraction").headers["location"] == "/owners/invitations?done=taken-back"
    assert "Nobody is on the way" in words(hana.get("/owners/invitations"))


def test_the_list_costs_the_same_with_few_and_with_many(house: House, world: World) -> None:
    farid, path = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/arrivals"
    found = []
    for count in (1, 40):
        typed = "\n".join(f"p{count}-{n}@example.org" for n in range(count))
        farid.post(f"/teams/{world.tide.team}/invitations", data={"people": typed})
        farid.get(path)
        with counted(house) as statements:
            assert farid.get(path).status_code == 200
        found.append(len(statements))
    assert found == [found[0]] * 2
    assert found[0] <= 11
