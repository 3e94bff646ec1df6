"""One feedback from its first word to what became of it, without scripts; and everything that may come between."""

from __future__ import annotations

import pytest

from feedback.rounds.models import FeedbackItem, Given, ItemAnswer
from feedback.rounds.phases import Phase
from server.live import texts
from tests.feedback.conftest import parsed
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.world import World


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    return Teams(house, world)


def test_feedback_is_written_signed_revealed_and_answered(teams: Teams) -> None:
    assert "Not begun" in teams.get("Amara", teams.gives()).text
    teams.begin()
    assert "Begun by Amara Okoro" in teams.get("Bram", teams.gives()).text
    teams.write("Amara", "Your *map* is clear.\n\nSECRET: who rings at night?")
    teams.write("Bram", "More church bells.", section=1)
    preview = teams.get("Bram", f"/pairs/{teams.pair()}/signing").text
    assert preview.count('class="item"') == 3
    teams.sign("Bram")
    assert "Signed by Bram Okoro" in teams.get("Amara", teams.gives()).text
    assert "SECRET" not in teams.get("Chiara", teams.received()).text

    teams.at_phase(Phase.REVEALED)
    read = teams.get("Chiara", teams.received()).text
    assert "SECRET: who rings at night?" in read
    assert "<em>map</em>" in read
    assert "From Tide" in read
    first, second, _ = teams.items()
    teams.done("Chiara", f"/items/{first}/thanks")
    teams.done("Chiara", f"/items/{second}/answers", kind="taken on", text="We ask the sexton.", key="k")
    teams.done("Chiara", f"/items/{first}/help", text="It made us ask.")
    for who, page in (("Amara", f"/pairs/{teams.pair()}"), ("Chiara", teams.received()), ("Farid", teams.received())):
        shown = teams.get(who, page).text
        assert "thanked for this" in shown, who
        assert "took this on" in shown
        assert "We ask the sexton." in shown
        assert "It made us ask." in shown


def test_permanent_link_leads_each_team_to_its_own_page(teams: Teams) -> None:
    teams.give()
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    link = f"/items/{item}"
    assert teams.get("Chiara", link).headers["location"] == f"{teams.received()}#item-{item}"
    assert teams.get("Amara", link).headers["location"] == f"/pairs/{teams.pair()}#item-{item}"
    assert teams.get("Esi", link).status_code == 404


def test_signed_feedback_can_be_taken_back_and_changed_until_the_reveal(teams: Teams) -> None:
    teams.give("Once")
    assert "form" not in teams.get("Amara", f"/texts/{teams.texts()[0]}").text.split("<main")[1]
    teams.done("Bram", f"/pairs/{teams.pair()}/taking-back")
    teams.write("Bram", "And twice")
    teams.sign("Bram")
    teams.at_phase(Phase.REVEALED)
    mine = [one.text for one in teams.house.rows(FeedbackItem) if one.pair_id == teams.pair()]
    assert mine == ["Once", "And twice"]
    assert teams.post("Amara", f"/pairs/{teams.pair()}/taking-back").status_code == 403


def test_nobody_signs_what_they_have_not_seen(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "First")
    mark = teams.mark("Amara")
    teams.write("Bram", "Meanwhile")
    answer = teams.post("Amara", f"/pairs/{teams.pair()}/signature", mark=mark)
    assert answer.status_code == 422
    assert "Somebody wrote on" in answer.text
    assert "Meanwhile" in answer.text
    assert [one for one in teams.house.rows(Given) if one.pair_id == teams.pair()] == []
    teams.write("Bram", "It is still open.")
    teams.sign("Amara")


def test_empty_feedback_is_not_signed(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "[a]: http://nothing.example")
    answer = teams.post("Amara", f"/pairs/{teams.pair()}/signature", mark=teams.mark("Amara"))
    assert answer.status_code == 422
    assert "There is nothing to sign yet" in answer.text


def test_point_that_is_too_long_is_kept_and_named(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "x" * 9_999 + "y")
    teams.write("Bram", "z" * 6_000, section=1)
    with teams.house.database(writing=True) as db:
        texts.append(db, teams.texts()[2], "w" * 10_001, None)
    answer = teams.post("Amara", f"/pairs/{teams.pair()}/signature", mark=teams.mark("Amara"))
    assert answer.status_code == 422
    assert "1 characters too long" in answer.text
    assert "www" in teams.get("Amara", f"/pairs/{teams.pair()}").text


def test_second_signature_changes_nothing(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "Ours")
    mark = teams.mark("Amara")
    for who in ("Amara", "Bram", "Amara"):
        teams.done(who, f"/pairs/{teams.pair()}/signature", mark=mark)
    (given,) = (one for one in teams.house.rows(Given) if one.pair_id == teams.pair())
    assert given.author_id == teams.world.people["Amara"]
    assert len([one for one in teams.house.rows(FeedbackItem) if one.pair_id == teams.pair()]) == 1


def test_what_was_not_signed_is_not_revealed_and_can_be_signed_late(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "SECRET and late")
    teams.at_phase(Phase.REVEALED)
    assert "SECRET" not in teams.get("Chiara", teams.received()).text
    teams.write("Bram", "Still writing")
    teams.sign("Amara")
    assert "SECRET and late" in teams.get("Chiara", teams.received()).text
    assert teams.post("Amara", f"/pairs/{teams.pair()}/taking-back").status_code == 403


def test_words_that_were_never_signed_stay_with_the_team(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "SECRET draft")
    teams.at_phase(Phase.CLOSED)
    page = teams.get("Bram", f"/pairs/{teams.pair()}").text
    assert "SECRET draft" in page
    assert "your team keeps what it wrote" in page
    assert "<form" not in page.split("desk-write")[1].split("</section>")[0]
    assert teams.post("Amara", f"/texts/{teams.texts()[0]}/paragraphs", paragraph="x", key="k").status_code == 403
    assert teams.post("Amara", f"/pairs/{teams.pair()}/signature", mark="").status_code == 403
    assert "SECRET" not in teams.get("Chiara", teams.received()).text


def test_pair_that_is_taken_out_keeps_its_words_for_those_who_wrote_them(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "SECRET words")
    teams.done("Farid", f"/pairs/{teams.pair()}/removal")
    page = teams.get("Bram", f"/pairs/{teams.pair()}").text
    assert "SECRET words" in page
    assert "took this pair out of the round" in page
    assert "Taken out of the round" in teams.get("Amara", teams.gives()).text
    assert teams.post("Amara", f"/pairs/{teams.pair()}/signature", mark="").status_code == 403
    assert teams.post("Amara", f"/texts/{teams.texts()[0]}/paragraphs", paragraph="x", key="k").status_code == 403
    teams.at_phase(Phase.REVEALED)
    assert "SECRET" not in teams.get("Chiara", teams.received()).text


def test_thanks_count_once_and_an_answer_needs_words(teams: Teams) -> None:
    teams.give()
    (item,) = teams.items()
    assert teams.post("Chiara", f"/items/{item}/thanks").status_code == 404
    teams.at_phase(Phase.REVEALED)
    assert teams.get("Chiara", f"/items/{item}/answer?as=answered").status_code == 200
    for _ in range(2):
        teams.done("Chiara", f"/items/{item}/thanks")
    assert teams.post("Chiara", f"/items/{item}/answers", kind="answered", text=" ", key="a").status_code == 422
    long = teams.post("Chiara", f"/items/{item}/answers", kind="answered", text="é" * 10_001, key="a")
    assert long.status_code == 422
    assert "é" * 10_001 in long.text
    for _ in range(2):
        teams.done("Chiara", f"/items/{item}/answers", kind="answered", text="é" * 10_000, key="b")
    assert sorted(one.kind for one in teams.house.rows(ItemAnswer)) == ["answered", "thanked"]


def answer_ids(teams: Teams) -> list[int]:
    return sorted(one.id or 0 for one in teams.house.rows(ItemAnswer))


@pytest.mark.parametrize("rule", ["named", "role"])
def test_what_a_team_answered_can_be_taken_back_by_anybody_of_it(teams: Teams, rule: str) -> None:
    teams.at_phase(Phase.OPEN, attribution=rule)
    teams.give("Bells")
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    teams.done("Chiara", f"/items/{item}/answers", kind="answered", text="SECRET in confidence", key="a")
    teams.done("Chiara", f"/items/{item}/thanks")
    answered, thanked = (f"/items/{item}/answers/{id_}/withdrawal" for id_ in answer_ids(teams))
    assert answered in teams.get("Chiara", teams.received()).text
    assert "SECRET in confidence" in teams.get("Chiara", answered).text
    for who, status in (("Amara", 403), ("Farid", 403), ("Esi", 404), ("Dmitri", 404), ("Greta", 404), ("Jun", 404)):
        assert teams.get(who, answered).status_code == status, who
        assert teams.post(who, answered).status_code == status, who
    pages = (("Amara", f"/pairs/{teams.pair()}"), ("Chiara", teams.received()), ("Farid", teams.received()))
    assert all("SECRET in confidence" in teams.get(*one).text for one in pages)

    # Nobody's words stay against their will, so also once it is closed.
    teams.at_phase(Phase.CLOSED)
    for _ in range(2):
        teams.done("Chiara", answered)
    for one in pages:
        shown = teams.get(*one).text
        assert "SECRET" not in shown, one
        assert shown.count("An answer was taken back.") == 1
        assert "thanked for this" in shown
        (gone,) = parsed(shown).xpath("//li[contains(., 'taken back')]")
        assert gone.text_content().strip() == "An answer was taken back.", "by nobody, and at no time"
    teams.done("Chiara", thanked)
    assert "thanked for this" not in teams.get("Amara", f"/pairs/{teams.pair()}").text
    assert teams.post("Chiara", thanked).status_code == 404, "nothing was said, so nothing stays"
    (row,) = teams.house.rows(ItemAnswer)
    assert (row.kind, row.text, row.html) == ("taken back", "", "")
    assert teams.get("Chiara", f"/items/{item}/answers/{row.id}/withdrawal").status_code == 303
    assert teams.get("Chiara", f"/items/{item}/answers/987654/withdrawal").status_code == 404


def test_taken_back_is_not_done_and_nobody_is_told_of_it(teams: Teams) -> None:
    teams.give()
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    teams.done("Chiara", f"/items/{item}/answers", kind="taken on", text="We ring them.", key="a")
    board, notices = f"/teams/{teams.world.reed.team}/asked", ("Amara", "/notices")
    assert "Not answered yet" not in teams.get("Chiara", board).text
    assert "took on a point" in teams.get(*notices).text
    (one,) = answer_ids(teams)
    teams.done("Chiara", f"/items/{item}/answers/{one}/withdrawal")
    assert "Not answered yet" in teams.get("Chiara", board).text
    assert "took on a point" not in teams.get(*notices).text
    assert "Take it on" in teams.get("Chiara", teams.received()).text
    teams.done("Chiara", f"/items/{item}/thanks")
    assert "thanked for this" in teams.get("Amara", f"/pairs/{teams.pair()}").text


def test_only_the_team_that_received_answers_and_only_until_the_round_closes(teams: Teams) -> None:
    teams.give()
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    for who, status in (("Amara", 403), ("Farid", 403), ("Esi", 404), ("Dmitri", 404), ("Greta", 404), ("Jun", 404)):
        assert teams.post(who, f"/items/{item}/thanks").status_code == status, who
        assert teams.get(who, f"/items/{item}/answer").status_code == status, who
    teams.at_phase(Phase.CLOSED)
    assert teams.post("Chiara", f"/items/{item}/thanks").status_code == 403
    assert "SECRET bells" in teams.get("Chiara", teams.received()).text


def test_what_helped_is_said_once_for_a_feedback_and_can_be_said_anew(teams: Teams) -> None:
    teams.give("One\n\nTwo")
    first, second = teams.items()
    teams.at_phase(Phase.REVEALED)
    teams.done("Chiara", f"/items/{second}/help", text="Because one")
    teams.done("Chiara", f"/items/{first}/help", text="Because two")
    page = teams.get("Amara", f"/pairs/{teams.pair()}").text
    assert "Because two" in page
    assert "Because one" not in page
    assert "Because two" in teams.get("Chiara", f"/items/{first}/helped").text


def test_practice_shows_the_model_only_beside_an_own_try(teams: Teams) -> None:
    path = f"/rounds/{teams.round}/practice"
    assert "Say who asked for it." not in teams.get("Chiara", path).text
    assert teams.post("Chiara", f"/rounds/{teams.round}/tries", text=" ").status_code == 422
    teams.done("Chiara", f"/rounds/{teams.round}/tries", text="MINE alone")
    kept = teams.get("Chiara", path).text
    assert "MINE alone" in kept
    assert "Say who asked for it." in kept
    assert "MINE" not in teams.get("Amara", path).text
    assert "MINE" not in teams.get("Farid", path).text
