"""Groups: prepared unseen, opened for all at once, called, given more time, brought back; and nobody stuck outside."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from server.clock import utc_now
from server.live.texts_taking import Verdict
from sessions.room.models import Question
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh, following
from tests.live.writers import Writer, now
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.grouped import ATTENDING, act, apart, groups, prepare, put, round_of, url, who


def test_prepared_groups_are_known_to_those_who_run_the_room_alone(meeting: Meeting) -> None:
    before = meeting.page("Amara")
    first, second = prepare(meeting)
    assert who(meeting, first) | who(meeting, second) == set(ATTENDING), "Farid runs the room and needs no place"
    assert {len(who(meeting, one)) for one in (first, second)} == {2}
    assert "Find what fails." not in meeting.page("Amara")
    assert meeting.page("Amara").count("Group 1") == before.count("Group 1") == 0
    assert "Find what fails." in meeting.page("Farid")
    for one in (first, second):
        assert meeting.browser("Amara").get(url(meeting, one)).status_code == 404
        assert meeting.browser("Farid").get(url(meeting, one)).status_code == 200


@pytest.mark.parametrize("name", ["Amara", "Esi", "Farid"])
def test_open_room_pages_follow_the_groups(meeting: Meeting, name: str) -> None:
    person, house = meeting.world.people[name], meeting.house
    if name == "Farid":
        assert_live_equals_fresh(house, person, meeting.path, lambda: prepare(meeting))
    else:
        prepare(meeting)
    assert_live_equals_fresh(house, person, meeting.path, lambda: act(meeting, "opening", group_minutes=10))
    ends = round_of(meeting).ends_at
    assert ends is not None
    assert_live_equals_fresh(
        house, person, meeting.path, lambda: act(meeting, "time", group_minutes=5, ends=ends.isoformat())
    )
    assert_live_equals_fresh(house, person, meeting.path, lambda: act(meeting, "message", message="Two minutes left"))
    other = next(one for one in groups(meeting) if "Bram" not in who(meeting, one))
    assert_live_equals_fresh(house, person, meeting.path, lambda: put(meeting, "Bram", other))
    assert_live_equals_fresh(house, person, meeting.path, lambda: act(meeting, "return"))


@pytest.mark.parametrize("name", ["Amara", "Farid"])
def test_open_group_pages_follow(meeting: Meeting, name: str) -> None:
    first, _ = apart(meeting)
    person, house, path = meeting.world.people[name], meeting.house, url(meeting, first)
    ends = round_of(meeting).ends_at
    assert ends is not None
    assert_live_equals_fresh(house, person, path, lambda: act(meeting, "time", group_minutes=5, ends=ends.isoformat()))
    assert_live_equals_fresh(house, person, path, lambda: act(meeting, "message", message="Two minutes left"))
    assert_live_equals_fresh(house, person, path, lambda: put(meeting, "Chiara", first))
    assert "Amara Okoro" in meeting.browser(name).get(path).text
    assert_live_equals_fresh(house, person, path, lambda: act(meeting, "return"), reloads=True)
    assert f'href="{meeting.path}"' in meeting.browser(name).get(path).text


def test_message_is_announced_in_every_group_and_in_the_room(meeting: Meeting) -> None:
    first, second = apart(meeting)
    pages = {"Amara": url(meeting, first), "Chiara": url(meeting, second), "Esi": meeting.path}
    followers = [Follower(meeting.house, meeting.world.people[name], path) for name, path in pages.items()]
    for one in followers:
        one.connect()
        one.settle()
    act(meeting, "message", message="Write one sentence")
    for one in followers:
        one.settle()
        one.pump(0.3)
        said = [each["text"] for frame in one.frames for each in frame.get("say", ())]
        assert said == ["To all groups: Write one sentence"], one.path
        one.cut()


def test_one_timer_for_all_groups_that_two_extend_once(meeting: Meeting) -> None:
    first, second = apart(meeting)
    ends = round_of(meeting).ends_at
    assert ends is not None
    assert abs(ends - utc_now() - timedelta(minutes=10)) < timedelta(seconds=5)
    assert act(meeting, "time", group_minutes=5, ends=ends.isoformat()) == 303
    assert act(meeting, "time", group_minutes=5, ends=ends.isoformat()) == 422
    later = round_of(meeting).ends_at
    assert later == ends + timedelta(minutes=5)
    for name, group in (("Amara", first), ("Chiara", second)):
        assert f'data-ends="{later.isoformat()}"' in meeting.browser(name).get(url(meeting, group)).text
    assert f'data-ends="{later.isoformat()}"' in meeting.page("Esi")


def test_who_writes_while_the_group_is_closed_keeps_every_acknowledged_word(meeting: Meeting) -> None:
    first, _ = apart(meeting)
    amara = Writer(meeting.house, meeting.world.people["Amara"], first.notes_id or 0)
    assert amara.connect()
    amara.type(0, "Acknowledged.")
    amara.settle()
    amara.type(13, " On its way.")
    amara.send()
    act(meeting, "return")
    while amara.sent and amara.socket:
        amara.hear(0.2)
    kept = "Acknowledged. On its way." if amara.verdicts[-1] is Verdict.KEPT else "Acknowledged."
    assert now(meeting.house, first.notes_id or 0).words == kept
    assert now(meeting.house, first.notes_id or 0).closed
    amara.type(0, "Too late. ")
    amara.sent = None
    amara.send()
    while amara.sent and amara.socket:
        amara.hear(0.2)
    assert amara.verdicts[-1] in (Verdict.CLOSED, Verdict.NOT_ALLOWED)
    assert now(meeting.house, first.notes_id or 0).words == kept


def test_notes_of_groups_stand_in_the_room_when_they_are_back(meeting: Meeting) -> None:
    first, second = apart(meeting)
    for name, group in (("Amara", first), ("Chiara", second)):
        sent = {"paragraph": f"Words of {name}.", "key": f"key-of-{name}"}
        answer = meeting.browser(name).post(f"/texts/{group.notes_id}/paragraphs", data=sent)
        assert answer.headers["location"].startswith(url(meeting, group))
    assert "Words of Amara." not in meeting.page("Chiara"), "not before they are back"
    assert "Words of Amara." in meeting.browser("Farid").get(url(meeting, first)).text
    assert_live_equals_fresh(
        meeting.house, meeting.world.people["Chiara"], meeting.path, lambda: act(meeting, "return")
    )
    page = meeting.page("Chiara")
    assert page.index("Group 1") < page.index("Words of Amara.") < page.index("Group 2")
    exported = meeting.browser("Esi").get(f"{meeting.path}/notes.md").text
    assert "### Group 1\n\nWords of Amara.\n\n### Group 2\n\nWords of Chiara." in exported
    assert "> Find what fails." in exported


def test_groups_that_were_put_away_leave_no_trace(meeting: Meeting) -> None:
    before = meeting.page("Amara")
    with following(meeting.house, meeting.world.people["Amara"], meeting.path) as follower:
        at = follower.positions
        prepare(meeting)
        act(meeting, "return")
        follower.pump(0.5)
        assert follower.positions == at, "who attends cannot count what is prepared"
    assert "Find what fails." not in meeting.page("Amara")
    assert before.count("Group") == meeting.page("Amara").count("Group")
    assert len(prepare(meeting)) == 2


def test_stale_forms_say_what_happened(meeting: Meeting) -> None:
    apart(meeting)
    stale = round_of(meeting).id
    act(meeting, "return")
    prepare(meeting)
    for what, more in (("opening", {"group_minutes": 5}), ("message", {"message": "Hi"}), ("return", {})):
        answer = meeting.send("Farid", f"groups/{what}", round=stale, **more)
        assert answer.status_code == 422, what
        assert "Somebody else did something here first" in answer.text
    assert meeting.send("Amara", "groups/place", round=stale, group=0).status_code == 422


def test_groups_end_with_the_room(meeting: Meeting) -> None:
    first, _ = apart(meeting)
    meeting.send("Farid", "ending")
    assert round_of(meeting).ended_at is not None
    assert now(meeting.house, first.notes_id or 0).closed
    assert "Back to the room" in meeting.browser("Amara").get(url(meeting, first)).text


def test_nobody_stands_outside_after_a_restart(meeting: Meeting) -> None:
    first, _ = apart(meeting)
    follower = Follower(meeting.house, meeting.world.people["Amara"], url(meeting, first))
    meeting.house.restart()
    put(meeting, "Esi", first)
    follower.connect()
    kept, fresh = follower.settle()
    assert kept == fresh
    assert follower.resyncs == 0
    assert "Esi Okoro" in fresh
    follower.cut()


def test_groups_ask_questions_of_their_own(meeting: Meeting) -> None:
    first, _ = apart(meeting)
    house, people, path = meeting.house, meeting.world.people, url(meeting, first)
    amara = meeting.browser("Amara")

    def ask() -> int:
        sent = {"text": "Who rings them?", "attribution": "named", "key": "a-key-of-amara"}
        answer = amara.post(f"/groups/{first.id}/questions", data=sent)
        assert answer.headers["location"].startswith(path)
        return int(answer.status_code)

    assert_live_equals_fresh(house, people["Bram"], path, ask)
    assert "Who rings them?" in meeting.browser("Bram").get(path).text
    assert "Who rings them?" in meeting.browser("Farid").get(path).text
    assert "Who rings them?" not in meeting.page("Bram"), "it is asked in the group, not in the room"
    question = meeting.house.rows(Question)[0].id
    assert_live_equals_fresh(
        house, people["Amara"], path, lambda: meeting.browser("Bram").post(f"/questions/{question}/wants")
    )
    assert meeting.browser("Chiara").post(f"/questions/{question}/wants").status_code == 404
    chiara = meeting.browser("Chiara").post(f"/groups/{first.id}/questions", data={"text": "Mine?"})
    assert chiara.status_code == 404
    act(meeting, "return")
    assert amara.post(f"/groups/{first.id}/questions", data={"text": "Late?"}).status_code == 403


def test_group_shows_another_name(meeting: Meeting) -> None:
    first, _ = apart(meeting)
    sent = {"name": "Bram the Second", "time_zone": "Europe/Amsterdam", "language": "en"}
    for name, path in (("Amara", url(meeting, first)), ("Farid", meeting.path)):
        sent["name"] += "!"
        assert_live_equals_fresh(
            meeting.house,
            meeting.world.people[name],
            path,
            lambda: meeting.browser("Bram").post("/profile/preferences", data=sent),
        )
        assert sent["name"] in meeting.browser(name).get(path).text


def test_forms_of_groups_leave_what_is_typed_beside_them_alone(meeting: Meeting) -> None:
    """Each answers with itself: what stands in another form of the room is still there."""
    client = meeting.house.visit(meeting.world.people["Farid"])

    def sent(to: str, **data: object) -> tuple[int, str]:
        answer = client.post(f"{meeting.path}/{to}", data={"key": "once", **data}, headers={"HX-Request": "true"})
        assert "<main" not in answer.text
        # Beside the form come the parts of the room that it changed.
        found = re.search(r'<form class="(?:room|groups)-form".*?</form>', answer.text, re.DOTALL)
        assert found
        return answer.status_code, found[0]

    status, form = sent("groups", group_how="at random", group_count="99", group_task="Half a thought")
    assert (status, "Half a thought" in form, "Give a number of groups" in form) == (422, True, True)
    status, form = sent("groups", group_how="at random", group_count="2", group_task="Find what fails.")
    assert (status, "Find what fails." in form, 'value="once"' in form) == (200, False, False)
    assert act(meeting, "opening", group_minutes=10) == 303
    assert sent("groups/message", round=round_of(meeting).id, message=" ")[1].count("Write a message first.") == 1
    status, form = sent("groups/message", round=round_of(meeting).id, message="Five minutes left")
    assert (status, "Five minutes left" in form) == (200, False)
    assert "Five minutes left" in client.get(meeting.path).text
