"""Quoting outside: asked of the author, answered by them alone, recorded, and never an answer to who they are."""

from __future__ import annotations

import httpx
import pytest

from cohorts import initiatives, memberships
from cohorts.models import Attribution, Membership
from feedback.models import Quote
from server.audit import AuditEntry
from server.clock import utc_now
from tests.house import House
from tests.masking.ground import Masked, lay, say, set_rule
from tests.world import World


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    return lay(house, world)


def ask(masked: Masked, comment: int, who: str = "Chiara", **fields: str) -> httpx.Response:
    given = {"passage": "Church bells", "purpose": "A report", "named": "yes", "key": f"{who}{comment}"} | fields
    return masked.house.visit(masked.people[who]).post(f"/comments/{comment}/quotes", data=given)


def answer(masked: Masked, who: str, given: str) -> httpx.Response:
    quote = masked.house.rows(Quote)[-1]
    return masked.house.visit(masked.people[who]).post(f"/quotes/{quote.id}/answer", data={"answer": given})


def page(masked: Masked, who: str) -> str:
    return masked.house.visit(masked.people[who]).get("/quotes").text


def test_author_is_asked_answers_and_takes_it_back(masked: Masked) -> None:
    comment = say(masked, "Esi", masked.world.tide, "Church bells *worked*.")
    assert ask(masked, comment, passage="bells   worked").status_code == 303
    assert "bells   worked" in page(masked, "Esi")
    assert "Chiara Okoro" in page(masked, "Esi")
    assert "Not answered yet" in page(masked, "Chiara")
    assert answer(masked, "Esi", "yes").status_code == 303
    assert answer(masked, "Esi", "yes").status_code == 303
    assert answer(masked, "Esi", "no").status_code == 422
    for who in ("Chiara", "Farid"):
        assert "Yes, with the author’s name" in page(masked, who)
    assert "A report" not in page(masked, "Bram")
    quote = masked.house.rows(Quote)[-1]
    end = f"/quotes/{quote.id}/end"
    assert masked.house.visit(masked.people["Chiara"]).post(end).status_code == 403
    assert masked.house.visit(masked.people["Esi"]).post(end).status_code == 303
    assert "Taken back." in page(masked, "Chiara")


def test_only_words_that_were_said_can_be_asked_for(masked: Masked) -> None:
    comment = say(masked, "Esi", masked.world.tide, "Church bells")
    refused = ask(masked, comment, passage="Church balls")
    assert refused.status_code == 422
    assert "Church balls" in refused.text
    assert ask(masked, comment, purpose="").status_code == 422
    assert ask(masked, comment, who="Esi").status_code == 403
    assert ask(masked, comment, who="Jun").status_code == 404


def test_masked_author_answers_and_stays_masked(masked: Masked) -> None:
    set_rule(masked, Attribution.ROLE)
    comment = say(masked, "Esi", masked.world.tide, "Church bells")
    assert ask(masked, comment).status_code == 303
    assert masked.house.rows(Quote)[-1].named is False
    assert answer(masked, "Esi", "yes").status_code == 422
    assert answer(masked, "Esi", "unnamed").status_code == 303
    for who in ("Chiara", "Farid"):
        assert "Yes, without a name" in page(masked, who)
        assert "ZqnameEsi" not in page(masked, who)
        assert "ZqnameEsi" not in masked.house.visit(masked.people[who]).get("/notices").text
    told = [one for one in masked.house.rows(AuditEntry) if one.what == "quote answered"]
    assert [(one.by_id, one.person_id, one.words) for one in told] == [(None, masked.people["Chiara"], "unnamed")]


def test_rule_that_comes_later_takes_the_name_from_the_offer(masked: Masked) -> None:
    comment = say(masked, "Esi", masked.world.tide, "Church bells")
    assert ask(masked, comment).status_code == 303
    set_rule(masked, Attribution.NONE)
    assert 'value="yes"' not in page(masked, "Esi")
    assert answer(masked, "Esi", "yes").status_code == 422


def test_passage_goes_with_the_comment(masked: Masked) -> None:
    comment = say(masked, "Esi", masked.world.tide, "Church bells")
    assert ask(masked, comment).status_code == 303
    assert masked.house.visit(masked.people["Esi"]).post(f"/comments/{comment}/withdrawal").status_code == 303
    for who in ("Esi", "Chiara", "Farid"):
        assert "Church bells" not in page(masked, who)
        assert "The comment is not shown any more" in page(masked, who)


def test_questions_of_two_people_do_not_mix(masked: Masked) -> None:
    first = say(masked, "Esi", masked.world.tide, "Church bells one")
    assert ask(masked, first, passage="bells one").status_code == 303
    assert ask(masked, first, who="Bram", passage="Church bells").status_code == 303
    assert page(masked, "Chiara").count("bells one") == 1
    assert "bells one" not in page(masked, "Bram")


def test_whoever_left_reads_here_what_was_answered_and_nothing_that_was_said(masked: Masked) -> None:
    comment, tide = say(masked, "Esi", masked.world.tide, "Church bells"), masked.world.tide
    for who in ("Chiara", "Bram"):
        assert ask(masked, comment, who=who, purpose=f"A report by {who}").status_code == 303
    with masked.house.database() as db:
        title = initiatives.read(db, id=tide.initiative)[0].title
    shown = page(masked, "Chiara")
    assert "Church bells" in shown
    assert f"<bdi>{title}</bdi>" in shown
    with masked.house.database(writing=True) as db:
        held = db.get_one(Membership, masked.world.memberships["Chiara"])
        memberships.remove(db, held, by=masked.people["Farid"], now=utc_now())
    for given in ("", "no"):
        if given:
            (asked,) = (one.id for one in masked.house.rows(Quote) if one.purpose == "A report by Chiara")
            path = f"/quotes/{asked}/answer"
            assert masked.house.visit(masked.people["Esi"]).post(path, data={"answer": given}).status_code == 303
        left = page(masked, "Chiara")
        assert "Church bells" not in left
        assert f"<bdi>{title}</bdi>" not in left
        assert f"/comments/{comment}" not in left
        assert "A report by Chiara" in left
        assert "You no longer take part in that conversation" in left
    assert ">No<" in left
    # Its author, those who run the programme and everybody who is still there read on.
    for who in ("Esi", "Farid", "Bram"):
        assert "Church bells" in page(masked, who), who
