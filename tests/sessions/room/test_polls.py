"""Polls: prepared in secret, put to the room, one vote a person, hidden until the results are shown."""

from __future__ import annotations

import secrets
from functools import partial

import pytest
from lxml import html

from sessions.room.models import Poll
from tests.live.harness import assert_live_equals_fresh, following
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.polled import Polling, opened, prepare


def markup(meeting: Meeting, name: str, poll: Polling) -> str:
    """The same as it is sent."""
    (found,) = parsed(meeting.page(name)).xpath(f"//*[@id='poll-{poll.id}']")
    return html.tostring(found, encoding="unicode")


def card(meeting: Meeting, name: str, poll: Polling) -> str:
    """What that person sees of a poll, as text."""
    (found,) = parsed(meeting.page(name)).xpath(f"//*[@id='poll-{poll.id}']")
    return " ".join(found.text_content().split())


def test_prepared_poll_is_known_to_those_who_run_the_room_alone(meeting: Meeting) -> None:
    with following(meeting.house, meeting.world.people["Amara"], meeting.path) as amara:
        before = amara.page.get_element_by_id("page").get("data-positions")
        poll = prepare(meeting, question="Is this known?")
        amara.pump(0.5)
        assert amara.page.get_element_by_id("page").get("data-positions") == before
    assert "Is this known?" in meeting.page("Farid")
    assert "Is this known?" not in meeting.page("Amara")
    for name in ("Amara", "Esi"):
        assert meeting.browser(name).get(f"/polls/{poll.id}").status_code == 404
        assert poll.vote(name, 1) == 404
        assert poll.turn("open", name) == 404
    assert poll.turn("open") == 303
    assert "Is this known?" in meeting.page("Amara")


@pytest.mark.parametrize("name", ["Amara", "Esi", "Farid"])
def test_everything_that_becomes_of_a_poll_is_live(meeting: Meeting, name: str) -> None:
    poll, person = prepare(meeting), meeting.world.people[name]
    for act in ("open", "close", "open", "reveal", "conceal", "reveal", "close"):
        assert_live_equals_fresh(meeting.house, person, meeting.path, partial(poll.turn, act))


@pytest.mark.parametrize("kind", ["single", "several", "scale", "words"])
def test_votes_are_live_once_the_results_are_shown(meeting: Meeting, kind: str) -> None:
    poll = opened(meeting, kind)
    poll.turn("reveal")
    for number, name in enumerate(("Bram", "Farid", "Amara")):
        act = partial(poll.vote, "Amara", number % 2 + 1)
        if kind == "words":
            act = partial(poll.say, "Amara", f"Word {number}")
        elif number == 2:
            poll.post("Amara", "choices/removal", option=1)
        assert_live_equals_fresh(meeting.house, meeting.world.people[name], meeting.path, act)


def test_hidden_votes_are_not_countable(meeting: Meeting) -> None:
    poll = opened(meeting)
    before = markup(meeting, "Bram", poll)
    with following(meeting.house, meeting.world.people["Bram"], meeting.path) as bram:
        at = bram.page.get_element_by_id("page").get("data-positions")
        for name in ("Amara", "Chiara", "Esi"):
            assert poll.vote(name, 1) == 303
        bram.pump(0.6)
        assert bram.page.get_element_by_id("page").get("data-positions") == at
    assert markup(meeting, "Bram", poll) == before
    assert "3 people answered" not in meeting.page("Bram")
    assert "3 people answered" in meeting.page("Farid")
    assert poll.turn("reveal") == 303
    assert "3 people answered" in card(meeting, "Bram", poll)


def test_one_vote_a_person_changed_until_it_is_closed(meeting: Meeting) -> None:
    poll = opened(meeting)
    assert [poll.vote("Amara", option) for option in (1, 1, 2)] == [303] * 3
    assert poll.votes == {"Amara": "[2]"}
    assert f"#vote-{poll.id}-2 .mine" in meeting.page("Amara")
    assert f"#vote-{poll.id}-1 .mine" not in meeting.page("Amara")
    assert f"#vote-{poll.id}-2 .mine" not in meeting.page("Bram")
    assert poll.post("Amara", "choices/removal", option=2).status_code == 303
    assert poll.votes == {}
    poll.vote("Amara", 1)
    assert poll.turn("close") == 303
    late = poll.post("Amara", "choices", option=2)
    assert late.status_code == 422
    assert "yours was not counted" in late.text
    assert "You chose: The train" in late.text
    assert "Your answer that counts: The bus" in late.text
    assert poll.votes == {"Amara": "[1]"}


def test_own_vote_is_shown_on_all_of_ones_pages(meeting: Meeting) -> None:
    poll = opened(meeting, "several")
    me = meeting.world.people["Amara"]
    for option, what in ((1, "choices"), (2, "choices"), (1, "choices/removal")):
        assert_live_equals_fresh(
            meeting.house,
            me,
            meeting.path,
            partial(poll.post, "Amara", what, option=option),
        )
    with following(meeting.house, meeting.world.people["Bram"], meeting.path) as bram:
        poll.vote("Amara", 1)
        bram.pump(0.4)
        assert not bram.page.get_element_by_id("page").get("data-mine")


def test_voter_is_answered_with_what_is_their_own_and_reads_the_figures_like_everybody(meeting: Meeting) -> None:
    poll, me = opened(meeting), meeting.world.people["Amara"]
    poll.turn("reveal")
    with following(meeting.house, me, meeting.path) as page:
        browser = meeting.house.visit(me, **{"hx-request": "true"})
        answer = browser.post(f"/polls/{poll.id}/choices", data={"option": 2})
        assert (answer.status_code, answer.text) == (200, "")
        assert (answer.headers["hx-mine"], answer.headers["hx-anew"]) == (f"vote-{poll.id}-2", f"vote-{poll.id}-")
        kept, fresh = page.settle()
        assert kept == fresh
        assert page.resyncs == 0
        # Their notices are not counted for that, and nothing without a name is looked for in the page.
        told = "".join(frame.get("content", "") for frame in page.frames)
        assert 'id="bell"' not in told
        assert 'hx-target="#"' not in told


def test_of_several_persons_are_counted_and_not_crosses(meeting: Meeting) -> None:
    poll = opened(meeting, "several", options="Bus\nTrain\nOn foot")
    for name, options in (("Amara", (1, 2, 3)), ("Bram", (1, 2)), ("Chiara", (1,))):
        for option in options:
            assert poll.vote(name, option) == 303
    poll.turn("reveal")
    said = card(meeting, "Esi", poll)
    assert "3 people answered" in said
    assert "Bus 3 Train 2 On foot 1" in said
    assert "6" not in said


def test_scale_has_an_average(meeting: Meeting) -> None:
    poll = opened(meeting, "scale")
    for name, level in (("Amara", 2), ("Bram", 5), ("Chiara", 4)):
        assert poll.vote(name, level) == 303
    assert poll.vote("Esi", 6) == 422
    assert poll.vote("Esi", 0) == 422
    poll.turn("reveal")
    assert "On average 3.7" in card(meeting, "Esi", poll)


def test_words_that_are_alike_count_together(meeting: Meeting) -> None:
    poll = opened(meeting, "words")
    said = {"Amara": "Trust", "Bram": " trust ", "Chiara": "TRUST.", "Esi": "time  to listen"}
    for name, words in said.items():
        assert poll.say(name, words) == 303
    assert poll.say("Bram", "Trust") == 303
    assert "Trust" not in meeting.page("Amara").replace("Trust</textarea>", "")
    assert 'value="Trust"' in meeting.browser("Amara").get(f"/polls/{poll.id}").text
    poll.turn("reveal")
    assert "4 people answered Trust ×3 time to listen ×1" in card(meeting, "Amara", poll)
    assert poll.post("Amara", "words/removal").status_code == 303
    assert set(poll.votes) == {"Bram", "Chiara", "Esi"}


def test_too_long_an_answer_comes_back(meeting: Meeting) -> None:
    poll, words = opened(meeting, "words"), "long " * 2_000
    answer = poll.post("Amara", "words", words=words)
    assert answer.status_code == 422
    assert "characters long" in answer.text
    assert words.strip() in answer.text
    fragment = meeting.browser("Amara").post(
        f"/polls/{poll.id}/words", data={"words": words}, headers={"hx-request": "true"}
    )
    assert words.strip() in fragment.text
    assert f'id="words-{poll.id}"' in fragment.text
    poll.turn("close")
    late = poll.post("Amara", "words", words="Patience")
    assert late.status_code == 422
    assert "You wrote: Patience" in late.text
    assert poll.votes == {}


def test_what_cannot_be_chosen_is_refused(meeting: Meeting) -> None:
    poll, other = opened(meeting), opened(meeting, options="A\nB\nC\nD\nE")
    assert poll.vote("Amara", 5) == 422, "an option of another poll"
    assert other.vote("Amara", 5) == 303
    assert poll.vote("Amara", 99_999_999_999) == 422
    assert poll.say("Amara", "words") == 422
    assert poll.votes == {}
    for path in (f"/polls/{poll.id + 999}", "/polls/0"):
        assert meeting.browser("Amara").get(path).status_code == 404
        assert meeting.browser("Farid").post(f"{path}/turns", data={"act": "open", "version": 1}).status_code == 404


def test_poll_that_somebody_answered_is_not_changed_but_copied(meeting: Meeting) -> None:
    poll = opened(meeting)
    anew = {"kind": "single", "question": "How did you come?", "options": "By bus\nBy train"}
    assert poll.post("Farid", "details", version=poll.now.version, **anew).status_code == 303
    assert "How did you come?" in meeting.page("Amara"), "nobody had voted yet"
    place = f"/polls/{poll.id}/edit"
    assert 'name="question"' in meeting.browser("Farid").get(place).text
    poll.vote("Amara", 1)
    told = meeting.browser("Farid").get(place).text
    assert 'name="question"' not in told, "a form that can only be refused"
    assert "Close it and copy it" in told
    refused = poll.post("Farid", "details", version=poll.now.version, **(anew | {"options": "By train\nBy bus"}))
    assert refused.status_code == 422
    assert "Somebody has voted already" in refused.text
    assert "By train\nBy bus" in refused.text, "what was typed is not lost"
    assert poll.turn("take down") == 422
    answer = poll.post("Farid", "copies", key=secrets.token_hex(8))
    made = Polling(meeting, int(answer.headers["location"].split("/")[2]))
    assert (poll.now.closed_at is not None, made.now.opened_at) == (True, None)
    assert made.now.question == "How did you come?"
    assert "Close it" not in meeting.browser("Farid").get(answer.headers["location"]).text
    assert poll.votes == {"Amara": "[1]"}


def test_only_those_who_run_the_room_run_its_polls(meeting: Meeting) -> None:
    poll = opened(meeting)
    given = {"kind": "single", "question": "Mine?", "options": "a\nb"}
    for name in ("Amara", "Esi"):
        assert meeting.send(name, "polls", **given).status_code == 403
        assert meeting.browser(name).get(f"/polls/{poll.id}/edit").status_code == 403
        assert poll.turn("close", name) == 403
        assert poll.post(name, "details", version=1, **given).status_code == 403
        assert poll.post(name, "copies").status_code == 403
    assert "Run the polls" not in meeting.page("Amara")


def test_prepared_twice_is_once_and_wrong_ones_come_back(meeting: Meeting) -> None:
    given = {"kind": "single", "question": "Once?", "options": "a\nb", "key": secrets.token_hex(8)}
    assert [meeting.send("Farid", "polls", **given).status_code for _ in range(2)] == [303, 303]
    assert len(meeting.house.rows(Poll)) == 1
    wrong = {
        "Write what you ask": {"question": ""},
        "Choose what kind": {"kind": "guess"},
        "each on a line of its own": {"options": "only one"},
        "is there twice": {"options": "Yes\nyes"},
        "is too long": {"options": "a\n" + "b" * 201},
        "characters long": {"question": "q" * 10_000},
    }
    for sentence, other in wrong.items():
        answer = meeting.send("Farid", "polls", **(given | {"key": secrets.token_hex(8)} | other))
        assert answer.status_code == 422, sentence
        assert sentence in answer.text
    assert len(meeting.house.rows(Poll)) == 1


def test_named_poll_names_and_tells_who_is_missing(meeting: Meeting) -> None:
    poll = opened(meeting, named="yes")
    poll.vote("Amara", 1)
    poll.vote("Esi", 2)
    waits = parsed(meeting.page("Farid")).xpath(f"//*[@id='poll-run-{poll.id}']//details[@class='poll-waits']")
    assert "3 people have not answered" in waits[0].text_content()
    assert "Bram" in waits[0].text_content()
    assert "Amara" not in waits[0].text_content()
    assert "have not answered" not in meeting.page("Amara")
    assert "Esi" not in card(meeting, "Bram", poll)
    poll.turn("reveal")
    assert "Who answered what" in card(meeting, "Bram", poll)
    assert "Esi" in card(meeting, "Bram", poll)


def test_secret_poll_never_names(meeting: Meeting) -> None:
    poll = opened(meeting)
    poll.vote("Amara", 1)
    (run,) = parsed(meeting.page("Farid")).xpath(f"//*[@id='poll-run-{poll.id}']")
    poll.turn("reveal")
    for said in (card(meeting, "Bram", poll), run.text_content()):
        assert "One person answered" in said
        assert "Amara" not in said


def test_results_can_be_shown_when_the_room_is_over(meeting: Meeting) -> None:
    poll = opened(meeting)
    poll.vote("Amara", 1)
    assert meeting.send("Farid", "ending").status_code == 303
    late = poll.post("Bram", "choices", option=1)
    assert late.status_code == 422
    assert "takes no votes any more" in late.text
    assert poll.turn("close") == 422
    assert poll.turn("reveal") == 303
    assert "One person answered" in card(meeting, "Bram", poll)
