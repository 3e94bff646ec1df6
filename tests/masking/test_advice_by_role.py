"""Prompts and answers whose authors are shown by role in a cohort that names everybody: nothing beside them tells who
it was."""

from __future__ import annotations

import re
import secrets

import pytest
from sqlalchemy import update

from cohorts import memberships
from cohorts.models import Attribution, Role
from feedback.advice.models import Response, Stance
from feedback.advice.prompts import STANCE
from people import organisations, persons
from server.clock import utc_now
from tests.feedback.conftest import parsed
from tests.house import House
from tests.masking.ground import BOARD, Masked, lay
from tests.world import World

AGREED, DISAGREED = BOARD


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    return lay(house, world)


def ask(masked: Masked, attribution: str) -> str:
    """A prompt of Esi's for the whole cohort; its address."""
    form, esi = f"/initiatives/{masked.world.tide.initiative}/prompts", masked.house.visit(masked.people["Esi"])
    (choice,) = (
        one
        for one in parsed(esi.get(f"{form}/new").text).xpath("//fieldset[@id='audience']//label")
        if one.text_content().strip() == "the whole cohort"
    )
    audience = parsed(esi.get(f"{form}/new").text).get_element_by_id(choice.get("for")).get("value")
    fields = {"kind": "question", "text": "Who pays?", "audience": audience, "key": secrets.token_hex(8)}
    answer = esi.post(form, data=fields | {"attribution": attribution})
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"].partition("?")[0])


def judge(masked: Masked, path: str) -> None:
    for name, kind in ((AGREED, "agree"), (DISAGREED, "disagree")):
        assert masked.house.visit(masked.people[name]).post(f"{path}/stances/{kind}").status_code == 303


def thought(masked: Masked, path: str, reader: str = "Chiara") -> str:
    page = parsed(masked.house.visit(masked.people[reader]).get(path).text)
    return " ".join(page.xpath("string(//section[@class='stances'])").split())


def test_the_rest_of_the_board_does_not_tell_by_its_names_who_asked(masked: Masked) -> None:
    named = ask(masked, Attribution.NAMED)
    judge(masked, named)
    assert f"{AGREED} Okoro" in thought(masked, named)
    path = ask(masked, Attribution.ROLE)
    judge(masked, path)
    for reader in ("Amara", "Chiara", "Esi", "Farid", *BOARD):
        shown = thought(masked, path, reader)
        assert "Agree 1: An adviser" in shown, reader
        assert "Disagree 1: An adviser" in shown, reader
        assert not re.search("Nadia|Oskar|Esi", shown), reader
    assert {one.attribution for one in masked.house.rows(Stance)[-2:]} == {Attribution.ROLE}


def test_stances_that_were_kept_by_name_are_not_read_by_name(masked: Masked) -> None:
    path = ask(masked, Attribution.ROLE)
    judge(masked, path)
    with masked.house.database(writing=True) as db:
        db.execute(update(STANCE).values(attribution=Attribution.NAMED))
    assert "Agree 1: An adviser" in thought(masked, path)


def respond(masked: Masked, path: str, attribution: str) -> str:
    """What Amara's answer is kept under."""
    fields = {"kind": "took on", "key": secrets.token_hex(8), "attribution": attribution}
    assert masked.house.visit(masked.people["Amara"]).post(f"{path}/responses", data=fields).status_code == 303
    return str(masked.house.rows(Response)[-1].attribution)


def answered(masked: Masked, path: str) -> str:
    page = parsed(masked.house.visit(masked.people["Chiara"]).get(path).text)
    return " ".join(page.xpath("string(//section[@class='responses'])").split())


def join(masked: Masked, name: str) -> None:
    """Somebody more in Tide."""
    tide = masked.world.tide
    with masked.house.database(writing=True) as db:
        home = organisations.add(db, name=f"House of {name}", country="PT").id or 0
        person = persons.add(db, name=f"{name} Okoro", email=f"{name.lower()}@example.org", organisation_id=home)
        memberships.join(db, person=person, role=Role.MEMBER, team_id=tide.team, now=utc_now())


def test_an_answer_by_role_counts_those_who_can_answer(masked: Masked) -> None:
    path = f"/prompts/{masked.world.prompts[masked.world.tide.cohort]}"

    def form() -> tuple[list[str], str]:
        page = parsed(masked.house.visit(masked.people["Amara"]).get(path).text).get_element_by_id("answer-form")
        return page.xpath(".//select[@name='attribution']/option/@value"), " ".join(page.text_content().split())

    # The cohort has three people in teams, and Tide two: only they can answer.
    assert memberships_of(masked) >= memberships.FEW
    offered, words = form()
    assert offered == [Attribution.NAMED, Attribution.NONE]
    assert "Only your team can answer: 2 people. Your role would tell" in words
    assert respond(masked, path, Attribution.ROLE) == Attribution.NONE
    assert "A participant" in answered(masked, path)
    join(masked, "Zoe")
    offered, words = form()
    assert offered == [Attribution.NAMED, Attribution.ROLE, Attribution.NONE]
    assert "Only your team can answer: 3 people." in words
    assert "Your role would tell" not in words
    assert respond(masked, path, Attribution.ROLE) == Attribution.ROLE
    assert "A team member" in answered(masked, path).partition("Answered before")[0]


def memberships_of(masked: Masked) -> int:
    with masked.house.database() as db:
        return memberships.how_many_alike(db, masked.held("Amara"), of_team=False)
