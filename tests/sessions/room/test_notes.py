"""The notes of a room: several write at once, nothing is lost, and they belong to their slot."""

from __future__ import annotations

import pytest

from cohorts.attributions import set_for_cohort
from cohorts.models import Attribution
from server.clock import utc_now
from server.live.texts import append
from server.live.texts_document import MOST_WORDS
from server.live.texts_taking import Verdict
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.live.writers import Writer, code_of, now, open_socket, same_everywhere
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.world import World


def writers(meeting: Meeting, *names: str) -> list[Writer]:
    """Those people with the notes open, connected."""
    made = [Writer(meeting.house, meeting.world.people[name], meeting.now().notes_id) for name in names]
    assert all(one.connect() for one in made)
    return made


def words(meeting: Meeting) -> str:
    return now(meeting.house, meeting.now().notes_id).words


def test_several_write_at_once_and_all_end_with_the_same(meeting: Meeting) -> None:
    several = writers(meeting, "Amara", "Bram", "Chiara", "Esi", "Farid")
    for number, one in enumerate(several):
        for letter in f"<{number}{number}{number}>":
            one.type(0, letter)
            one.send()
    kept = same_everywhere(meeting.house, meeting.now().notes_id, several)
    assert sorted(kept) == sorted("".join(f"<{number}{number}{number}>" for number in range(5)))
    assert kept in meeting.page("Amara").replace("&lt;", "<").replace("&gt;", ">")


def test_words_outlive_a_cut_and_a_restart(meeting: Meeting) -> None:
    (amara,) = writers(meeting, "Amara")
    amara.type(0, "kept. ")
    amara.settle()
    amara.cut()
    amara.type(6, "Typed without a network.")
    meeting.house.restart()
    amara.settle()
    assert words(meeting) == "kept. Typed without a network."


@pytest.mark.parametrize("rule", list(Attribution))
def test_who_writes_is_named_only_where_everybody_is(house: House, world: World, rule: Attribution) -> None:
    meeting = open_meeting(house, world, rule)
    amara, bram = writers(meeting, "Amara", "Bram")
    amara.type(0, "word")
    amara.settle()
    bram.until(lambda: bram.people["count"])
    assert bram.people == {"count": 1, "names": ["Amara Okoro"] if rule == Attribution.NAMED else []}


def test_without_scripts_a_paragraph_is_added(meeting: Meeting) -> None:
    notes_id = meeting.now().notes_id
    for name in ("Amara", "Esi"):
        sent = {"paragraph": f"From {name}.", "key": f"key-of-{name}"}
        answer = meeting.browser(name).post(f"/texts/{notes_id}/paragraphs", data=sent)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(meeting.path)
    assert words(meeting) == "From Amara.\n\nFrom Esi."
    assert "From Amara." in meeting.page("Chiara")


def test_full_notes_refuse_calmly_and_keep_what_they_have(meeting: Meeting) -> None:
    notes_id = meeting.now().notes_id
    with meeting.house.database(writing=True) as db:
        append(db, notes_id, "x" * (MOST_WORDS - 10), None)
    answer = meeting.browser("Amara").post(
        f"/texts/{notes_id}/paragraphs", data={"paragraph": "Words that do not fit any more.", "key": "k" * 20}
    )
    assert answer.status_code == 422
    assert "This text is full" in answer.text
    assert "Words that do not fit any more." in answer.text
    (bram,) = writers(meeting, "Bram")
    bram.type(0, "y" * 100)
    bram.send()
    bram.until(lambda: bram.verdicts)
    assert bram.verdicts == [Verdict.FULL]
    assert words(meeting) == "x" * (MOST_WORDS - 10)


def test_notes_close_with_the_room_and_open_with_it_again(meeting: Meeting) -> None:
    amara, farid = writers(meeting, "Amara", "Farid")
    amara.type(0, "Said in time.")
    amara.settle()
    meeting.send("Farid", "ending")
    farid.until(lambda: farid.closed)
    amara.type(0, "Too late. ")
    amara.send()
    amara.until(lambda: amara.verdicts[-1] is not Verdict.KEPT)
    assert amara.verdicts[-1] in (Verdict.CLOSED, Verdict.NOT_ALLOWED)
    assert words(meeting) == "Said in time."
    assert "This text is closed" in meeting.page("Bram")
    meeting.send("Farid", "resumption")
    (bram,) = writers(meeting, "Bram")
    assert bram.may_write
    bram.type(0, "Again: ")
    bram.settle()
    assert words(meeting) == "Again: Said in time."


def test_open_page_follows_the_end_of_the_notes(meeting: Meeting) -> None:
    person = meeting.world.people["Amara"]
    assert_live_equals_fresh(meeting.house, person, meeting.path, lambda: meeting.send("Farid", "ending"), reloads=True)


def test_markdown_says_of_which_slot_the_notes_are(meeting: Meeting) -> None:
    (amara,) = writers(meeting, "Amara")
    amara.type(0, "# What we saw\n\n- *one* thing")
    amara.settle()
    answer = meeting.browser("Amara").get(f"{meeting.path}/notes.md")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="notes-')
    lines = answer.text.split("\n\n")
    assert lines[0] == "# Learning from what fails"
    assert "(Lagos)" in lines[1], "the reader's own zone"
    assert "(Accra)" in meeting.browser("Esi").get(f"{meeting.path}/notes.md").text
    assert "- *one* thing" in answer.text
    assert "Amara" not in answer.text


def test_masked_notes_carry_their_rule(house: House, world: World) -> None:
    meeting = open_meeting(house, world, Attribution.NONE)
    assert "Chatham House rule" in meeting.browser("Bram").get(f"{meeting.path}/notes.md").text


@pytest.mark.parametrize("name", ["Dmitri", "Greta", "Hana", "Jun"])
def test_notes_are_for_those_who_may_be_in_the_room(meeting: Meeting, name: str) -> None:
    notes_id, house = meeting.now().notes_id, meeting.house
    person, epoch = meeting.world.people[name], now(house, notes_id).epoch
    assert meeting.browser("Amara").get(f"/texts/{notes_id}").status_code == 200
    assert meeting.browser(name).get(f"/texts/{notes_id}").status_code == 404
    assert meeting.browser(name).get(f"{meeting.path}/notes.md").status_code == 404
    assert code_of(open_socket(house, person, notes_id, 0, epoch)) == 4404


def test_names_of_writers_go_when_the_rule_becomes_stricter(meeting: Meeting) -> None:
    amara, bram = writers(meeting, "Amara", "Bram")

    def seen_by_bram() -> list[str]:
        before = dict(bram.people)
        amara.type(0, "word ")
        amara.settle()
        bram.until(lambda: bram.people["count"] and bram.people != before)
        return list(bram.people["names"])

    assert seen_by_bram() == ["Amara Okoro"]
    cohort, farid = meeting.world.tide.cohort, meeting.world.people["Farid"]
    with meeting.house.database(writing=True) as db:
        set_for_cohort(db, cohort, Attribution.NONE, by_id=farid, now=utc_now())
    while bram.people["count"]:
        bram.hear(0.5)
    assert seen_by_bram() == []
