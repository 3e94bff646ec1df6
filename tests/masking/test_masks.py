"""What a mask tells and hides, from each side; and that no deed of its author lifts it."""

from __future__ import annotations

import pytest

from cohorts.identity import Author, for_deeds, listed_as, shown_as, stricter
from cohorts.models import Attribution, Cohort, Role
from cohorts.policies import PEER, READERS, Vantage
from feedback.models import Comment, Thread
from people.erasure import GONE
from server.live.log import positions
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh, assert_same
from tests.masking.ground import Masked, lay, say, set_rule
from tests.world import World

ALICE = Author("Alice", "Port", "NL", Role.ADVISER, "", sample=True)
HERE = Vantage(frozenset(), READERS - {Role.FACILITATOR}, "en")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    return lay(house, world)


def page_of(masked: Masked, who: str, path: str = "") -> str:
    """The page of Tide's initiative for that person."""
    path = path or f"/initiatives/{masked.world.tide.initiative}"
    return masked.house.visit(masked.people[who]).get(path).text


def test_a_mask_tells_the_role_or_nothing() -> None:
    words = {Attribution.ROLE: "An adviser", Attribution.NONE: "A participant"}
    for attribution, name in words.items():
        found = shown_as(ALICE, attribution, HERE)
        assert (found.name, found.masked, found.is_named) == (name, True, False)
        assert {found.organisation, found.country, found.role, found.role_msgid, found.team} == {""}
        assert not found.sample
    assert shown_as(ALICE, Attribution.NAMED, HERE).name == "Alice"
    assert shown_as(ALICE, Attribution.ROLE, Vantage(HERE.audiences, HERE.roles, "en-XA")).name.startswith("Åñ")


def test_own_and_other_team_and_those_who_left_look_the_same() -> None:
    member = Author("Bob", "Port", "NL", Role.MEMBER, "Tide", sample=False)
    other = Author("Cleo", "Bay", "PT", PEER, "Reed", sample=True)
    assert shown_as(member, Attribution.ROLE, HERE) == shown_as(other, Attribution.ROLE, HERE)
    gone = Author(GONE, "Port", "NL", Role.ADVISER, "", sample=False)
    for attribution in (Attribution.ROLE, Attribution.NONE):
        assert shown_as(gone, attribution, HERE) == shown_as(ALICE, attribution, HERE)


def test_the_stricter_of_two_rules_holds_wherever_it_comes_from() -> None:
    order = (Attribution.NAMED, Attribution.ROLE, Attribution.NONE)
    for one in order:
        for other in order:
            wanted = order[max(order.index(one), order.index(other))]
            assert stricter(one, other) == stricter(other, one) == wanted
            here = Vantage(HERE.audiences, HERE.roles, "en", other)
            assert shown_as(ALICE, one, here) == shown_as(ALICE, wanted, HERE)
    # Who belongs where is told under every rule.
    assert listed_as(ALICE, Vantage(HERE.audiences, HERE.roles, "en", Attribution.NONE)).name == "Alice"
    assert [for_deeds(one) for one in order] == [Attribution.NAMED, Attribution.NONE, Attribution.NONE]


def test_only_facilitators_unmask_and_only_where_the_programme_says_so() -> None:
    facilitator = frozenset({Role.FACILITATOR})
    for roles, sees, name in (
        (facilitator, True, "Alice"),
        (facilitator, False, "An adviser"),
        (READERS - facilitator, True, "An adviser"),
    ):
        found = shown_as(ALICE, Attribution.ROLE, Vantage(frozenset(), roles, "en", Attribution.ROLE, sees))
        assert found.name == name
        assert found.others == ("An adviser" if name == "Alice" else "")


def test_facilitators_are_shown_the_name_and_how_others_read_it(masked: Masked) -> None:
    programme = f"/programmes/{masked.world.tide.programme}"
    fields = {"name": "Borders", "time_zone": "UTC", "facilitators_see_authors": "yes"}
    farid = masked.house.visit(masked.people["Farid"])
    assert farid.post(f"{programme}/details", data=fields).status_code == 303
    set_rule(masked, Attribution.ROLE)
    say(masked, "Esi", masked.world.tide, "Under the rule")
    assert "ZqnameEsi" in page_of(masked, "Farid")
    assert "Others read: An adviser" in page_of(masked, "Farid")
    assert "ZqnameEsi" not in page_of(masked, "Chiara")
    assert "The facilitators of the programme see who it is." in page_of(masked, "Chiara")


def test_promise_that_facilitators_are_not_told_is_not_taken_back(masked: Masked) -> None:
    set_rule(masked, Attribution.ROLE)
    say(masked, "Esi", masked.world.tide, "Under the rule")
    assert "The facilitators are not told either." in page_of(masked, "Chiara")
    fields = {"name": "Borders", "time_zone": "UTC", "facilitators_see_authors": "yes"}
    path = f"/programmes/{masked.world.tide.programme}/details"
    answer = masked.house.visit(masked.people["Farid"]).post(path, data=fields)
    assert answer.status_code == 422
    assert "That promise is kept" in answer.text
    assert "ZqnameEsi" not in page_of(masked, "Farid")


def test_a_looser_rule_unmasks_nothing_and_a_stricter_one_masks_at_once(masked: Masked) -> None:
    tide = masked.world.tide
    say(masked, "Esi", tide, "Said by name")
    assert page_of(masked, "Chiara").count("ZqnameEsi") > 0
    set_rule(masked, Attribution.NONE)
    assert "ZqnameEsi" not in page_of(masked, "Chiara")
    say(masked, "Amara", tide, "Said under the rule")
    set_rule(masked, Attribution.NAMED)
    shown = page_of(masked, "Chiara")
    assert "ZqnameEsi" in shown
    under = masked.house.rows(Comment)[-1]
    assert (under.attribution, under.text) == (Attribution.NONE, "Said under the rule")
    assert shown.split("Said under the rule")[0].rpartition("<article")[2].count("Zqname") == 0


def test_form_that_does_not_name_the_rule_leaves_it(masked: Masked) -> None:
    set_rule(masked, Attribution.ROLE)
    path = f"/cohorts/{masked.world.tide.cohort}/details"
    assert masked.house.visit(masked.people["Farid"]).post(path, data={"name": "Floods"}).status_code == 303
    assert masked.house.rows(Cohort)[0].attribution == Attribution.ROLE


@pytest.mark.parametrize("path", ["/initiatives/{0.initiative}", "/cohorts/{0.cohort}"])
def test_open_pages_turn_over_with_the_rule(masked: Masked, path: str) -> None:
    """Whoever has the page open is sent to ask for it again: nothing of the old one may stay."""
    page = Follower(masked.house, masked.people["Chiara"], path.format(masked.world.tide))
    page.connect()
    set_rule(masked, Attribution.ROLE)
    assert page.closed_with() == 4403
    page.cut()
    page.resync()
    page.connect()
    kept, fresh = page.settle()
    page.cut()
    assert_same(kept, fresh, "after the rule changed")
    assert "Zqname" not in kept


def test_live_is_fresh_under_the_rule(masked: Masked) -> None:
    set_rule(masked, Attribution.ROLE)
    tide = masked.world.tide
    for who in ("Chiara", "Esi", "Farid"):
        path = f"/initiatives/{tide.initiative}"
        assert_live_equals_fresh(
            masked.house, masked.people[who], path, lambda: say(masked, "Esi", tide, "Live under the rule")
        )


def test_role_that_few_have_is_told_as_nobody(masked: Masked) -> None:
    set_rule(masked, Attribution.ROLE)
    say(masked, "Farid", masked.world.tide, "There is one facilitator")
    say(masked, "Esi", masked.world.tide, "There are three advisers")
    one, three = masked.house.rows(Comment)[-2:]
    assert (one.attribution, three.attribution) == (Attribution.NONE, Attribution.ROLE)
    assert "Where fewer than three people have your role" in page_of(masked, "Farid")


def test_renaming_somebody_moves_nothing_of_what_they_said_masked(masked: Masked) -> None:
    set_rule(masked, Attribution.ROLE)
    say(masked, "Esi", masked.world.tide, "Under the rule")
    with masked.house.database() as db:
        talk = db.get_one(Thread, masked.world.tide.thread).stream_id
        before = positions(db, [talk])
    fields = {"name": "Esi Renamed", "time_zone": "Africa/Accra", "language": "en"}
    assert masked.house.visit(masked.people["Esi"]).post("/profile/preferences", data=fields).status_code == 303
    with masked.house.database() as db:
        assert positions(db, [talk]) == before
