"""The forms of rounds keep what was typed on the server, and warn whoever would name themselves in a masked round."""

from __future__ import annotations

import re

import httpx
import pytest
from sqlalchemy import update

from cohorts.models import Attribution
from feedback.models import Draft
from feedback.rounds.models import FeedbackItem, Given, Helped, ItemAnswer, Round
from feedback.rounds.phases import Phase
from feedback.rounds.rounds import ROUND
from server.clock import utc_now
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.rounds import DAY, plan_of, planned
from tests.world import World

MARK = re.compile(r'name="as_it_is" value="(\w+)"')


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    return Teams(house, world)


def begin(teams: Teams, who: str, place: str, **fields: str) -> None:
    """What static/js/drafts.js does after the last key."""
    client = teams.house.visit(teams.world.people[who])
    answer = client.post(
        "/drafts", data={"place": place, "draft": "0", "key": f"shown {place}", **fields}, headers=HTMX
    )
    assert answer.status_code == 200, answer.text
    assert "Draft saved" in answer.text


HTMX = {"hx-request": "true"}


def places(teams: Teams) -> list[str]:
    return [one.place for one in teams.house.rows(Draft)]


def plan(**other: str) -> dict[str, str]:
    at = {name: (utc_now() + n * DAY).strftime("%Y-%m-%dT12:00") for n, name in enumerate(TIMES, 2)}
    fields = {"title": "Second", "asks": "initiative", "protocol": "free", "gives": "1", "section_1_title": "All"}
    return fields | {"shared_with": "team", "attribution": "named", "time_zone": "UTC", **at, **other}


TIMES = ("opens_at", "reveals_at", "closes_at")


def test_plan_that_was_begun_is_there_again_with_everything_typed(teams: Teams) -> None:
    cohort = teams.world.tide.cohort
    new, place = f"/cohorts/{cohort}/rounds/new", f"plan-{cohort}"
    assert "How do the teams give feedback?" in teams.get("Farid", new).text
    begin(teams, "Farid", place, **plan(title="SECRET plan", asks="chapter", repeats="yes", section_3_title="Third"))
    # Whichever protocol is asked for: what was begun comes first, until it is discarded.
    for at in (new, f"{new}?protocol=rubric"):
        shown = teams.get("Farid", at).text
        for words in ("SECRET plan", "Third", "Your draft from", "Discard draft", 'value="free"'):
            assert words in shown, words
        assert re.search(r'name="repeats"[^>]* checked', shown)
        assert re.search(r'value="chapter"[^>]* checked', shown)
    assert teams.get("Farid", f"/drafts/{place}").headers["location"] == new
    assert teams.get("Amara", f"/drafts/{place}").status_code == 403
    teams.done("Farid", f"/cohorts/{cohort}/rounds", **plan(key=f"shown {place}", draft="0", place=place))
    assert places(teams) == []
    assert "How do the teams give feedback?" in teams.get("Farid", new).text


def test_changed_plan_that_was_begun_is_kept_beside_the_round(teams: Teams) -> None:
    with teams.house.database(writing=True) as db:
        facts = planned(db, teams.world.tide.cohort, teams.world.people["Farid"], plan_of(utc_now()), utc_now())
    place, at = f"replan-{facts.id}", f"/rounds/{facts.id}"
    begin(teams, "Farid", place, **plan(title="Better", version=str(facts.version)))
    assert "Better" in teams.get("Farid", f"{at}/edit").text
    assert "Better" not in teams.get("Farid", f"{at}/run").text
    teams.done("Farid", f"{at}/details", **plan(title="Other", version=str(facts.version), key="elsewhere"))
    # Somebody else saved meanwhile: that is said once, and saving again is meant.
    refused = teams.post("Farid", f"{at}/details", **plan(title="Better", version=str(facts.version), key="shown"))
    assert refused.status_code == 422
    version = re.search(r'name="version" value="(\d+)"', refused.text)
    assert version is not None
    teams.done("Farid", f"{at}/details", **plan(title="Better", version=version[1], key=f"shown {place}", place=place))
    assert places(teams) == []
    assert "Better" in [one.title for one in teams.house.rows(Round)]


def test_answers_and_tries_are_kept_for_who_typed_them_alone(teams: Teams) -> None:
    teams.give()
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    forms = {
        f"answer-{item}": (f"/items/{item}/answer", f"/items/{item}/answers", {"kind": "answered"}),
        f"helped-{item}": (f"/items/{item}/helped", f"/items/{item}/help", {}),
        f"try-{teams.round}": (f"/rounds/{teams.round}/practice", f"/rounds/{teams.round}/tries", {}),
    }
    for place, (at, to, beside) in forms.items():
        begin(teams, "Chiara", place, text="SECRET thought", **beside)
        assert "SECRET thought" in teams.get("Chiara", at).text, at
        assert teams.get("Chiara", f"/drafts/{place}").headers["location"] == at
        assert "SECRET" not in teams.get("Amara", at).text
        fields = {"text": "SECRET thought", "key": f"shown {place}", "place": place, **beside}
        teams.done("Chiara", to, **fields)
        assert places(teams) == []
    shown = teams.get("Chiara", f"/items/{item}/answer?as=answered").text
    assert re.search(r'value="answered"[^>]* checked', shown)


def test_two_devices_are_told_which_field_of_a_plan_differs(teams: Teams) -> None:
    place = f"plan-{teams.world.tide.cohort}"
    begin(teams, "Farid", place, **plan(title="On the train"))
    client = teams.house.visit(teams.world.people["Farid"])
    other = {"place": place, "draft": "0", "key": "other", **plan(title="At the desk")}
    answer = client.post("/drafts", data=other)
    assert answer.status_code == 409
    for words in ("On the train", "At the desk", "Title"):
        assert words in answer.text
    assert "Your comment" not in answer.text


def masked(teams: Teams) -> None:
    with teams.house.database(writing=True) as db:
        db.execute(update(ROUND).where(ROUND.c.id == teams.round).values(attribution=Attribution.ROLE))


def passes(answer: httpx.Response) -> str:
    """The mark with which words pass that were refused."""
    assert answer.status_code == 422
    found = MARK.search(answer.text)
    assert found is not None, answer.text[-3000:]
    return found[1]


def test_whoever_signs_is_warned_when_the_words_name_somebody_of_the_team(teams: Teams) -> None:
    masked(teams)
    teams.begin()
    # Bram wrote it, and Amara signs.
    teams.write("Bram", "Ask for **Br**am at the harbour.")
    at = f"/pairs/{teams.pair()}/signature"
    refused = teams.post("Amara", at, mark=teams.mark("Amara"))
    as_it_is = passes(refused)
    assert "it tells who wrote it: “Bram”" in refused.text
    assert [one for one in teams.house.rows(Given) if one.pair_id == teams.pair()] == []
    teams.write("Amara", "Or for anybody of Tide.")
    both = teams.post("Amara", at, mark=teams.mark("Amara"), as_it_is=as_it_is)
    assert passes(both) != as_it_is
    assert "“Tide”" in both.text
    teams.done("Amara", at, mark=teams.mark("Amara"), as_it_is=passes(both))
    assert len([one for one in teams.house.rows(FeedbackItem) if one.pair_id == teams.pair()]) == 2


def test_whoever_answers_is_warned_too(teams: Teams) -> None:
    masked(teams)
    teams.give("Nobody is named")
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    for at, beside in ((f"/items/{item}/answers", {"kind": "taken on"}), (f"/items/{item}/help", {})):
        refused = teams.post("Chiara", at, text="We at Reed agree, Chiara", key=at, **beside)
        as_it_is = passes(refused)
        assert "We at Reed agree, Chiara" in refused.text
        teams.done("Chiara", at, text="We at Reed agree, Chiara", key=at, as_it_is=as_it_is, **beside)
    assert len(teams.house.rows(ItemAnswer)) == 1
    assert [one.text for one in teams.house.rows(Helped) if one.pair_id == teams.pair()] == ["We at Reed agree, Chiara"]


def test_nobody_is_warned_where_everybody_is_named(teams: Teams) -> None:
    teams.give("Amara of Tide says: well done")
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    teams.done("Chiara", f"/items/{item}/answers", kind="answered", text="Thanks, from Chiara at Reed", key="k")
