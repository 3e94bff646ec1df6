"""In a cohort under the Chatham House rule, the traits of those who speak are on no surface but the few that list who
belongs where."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from cohorts.models import Attribution
from server.mail import Mail
from tests.house import House
from tests.masking.crawl import (
    LAST,
    LISTED_STREAMS,
    LISTS,
    Collected,
    do,
    listening,
    mailed,
    read,
    replayed,
    routes,
    without_choices,
    written_together,
)
from tests.masking.ground import FOR_THE_SHEET, SPEAKERS, Canary, Masked, lay, meet, say, set_rule
from tests.world import World

READERS = ("Bram", "Chiara", "Nadia", "Farid", "Greta", "Hana")
# Who fills in every form; the facilitator last, whose forms end memberships.
DOING = ("Chiara", "Nadia", "Farid")
# Where notes on the run sheet are shown, and what their writer takes home about themselves.
SHEETS = ("room.sheet_note", "sessions.room.web.run_sheet.", "live.frames", "live.socket", "people.web.my_data.")


def found_in(text: str, canaries: list[Canary]) -> list[str]:
    shown = without_choices(text).casefold()
    return [f"{one.kind} of {one.who}" for one in canaries if one.word.casefold() in shown]


def check(collected: Iterator[Collected], canaries: list[Canary]) -> set[str]:
    """No canary in any of it; the routes it came from."""
    seen = set()
    for one in collected:
        seen.add(one.route)
        listed = one.route.startswith(tuple(LISTS)) or one.where.startswith(LISTED_STREAMS)
        assert listed or not found_in(one.text, canaries), f"{one.where}: {found_in(one.text, canaries)}"
        assert FOR_THE_SHEET not in one.text or is_for_farid(one), one.where
    return seen


def is_for_farid(one: Collected) -> bool:
    """Whether that is a page or a frame of the run sheet, as Farid gets it."""
    return one.where.endswith(("as Farid", "of Farid")) and one.route.startswith(SHEETS)


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    return lay(house, world)


def others_mail(mails: list[Mail], who: str) -> list[Mail]:
    """Those that are not to that person: in their own, they are called by their name."""
    return [mail for mail in mails if not mail.to.startswith(f"zqmail{who}".lower())]


def test_nobody_is_told_who_said_what(masked: Masked, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "sweetspot")
    tide, reed = masked.world.tide, masked.world.reed
    page = f"/initiatives/{tide.initiative}"
    canaries = [one for one in masked.canaries() if one.kind != "team"]
    # Where people are named, everything but the address can be seen.
    for who in SPEAKERS:
        say(masked, who, tide, f"Said by name by {who}")
    shown = found_in(masked.house.visit(masked.people["Chiara"]).get(page).text, canaries)
    assert {one.kind for one in canaries} - {"mail"} == {one.split()[0] for one in shown}
    assert len(shown) == 3 * len(SPEAKERS)
    assert any("ZqnameEsi" in mail.text for mail in others_mail(mailed(masked), "Esi"))
    set_rule(masked, Attribution.ROLE)
    meet(masked, "Bram", "Nadia")
    with listening(masked, READERS) as told:
        for who, place in (("Amara", tide), ("Amara", reed), ("Esi", tide)):
            assert len(list(do(masked, who, place))) > len(DOING)
        seen = check(iter(told()), canaries)
    told_by_mail = mailed(masked)
    for who in SPEAKERS:
        theirs, mails = [one for one in canaries if one.who == who], others_mail(told_by_mail, who)
        assert mails
        assert not [mail.to for mail in mails if found_in(f"{mail.subject}\n{mail.text}", theirs)]
    assert not [mail.to for mail in told_by_mail if FOR_THE_SHEET in mail.text]
    seen |= check(written_together(masked, "Amara", READERS), canaries)
    assert "A team member" in masked.house.visit(masked.people["Chiara"]).get(page).text
    seen |= check(read(masked, None, (tide, reed)), canaries)
    for who in READERS:
        seen |= check(read(masked, who, (tide, reed)), canaries)
        seen |= check(replayed(masked, who), canaries)
    for who in DOING:
        seen |= check(do(masked, who, tide, htmx=True), canaries)
    sheet = f"/slots/{masked.world.slots[tide.cohort][0]}/room/run-sheet"
    assert FOR_THE_SHEET in masked.house.visit(masked.people["Farid"]).get(sheet).text, (
        "there was something to be found"
    )
    there = {one.name for method in ("GET", "POST", "SOCKET") for one in routes(masked, method)}
    assert there - seen == set(LAST), "a route that was not crawled"
    assert not [line for line in caplog.messages if found_in(line, canaries)]
