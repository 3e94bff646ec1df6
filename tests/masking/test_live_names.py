"""Who said what, changing while pages are open: shown to those who may know, and nothing moves for anybody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from cohorts.models import Attribution, Programme
from people import erasure
from people.erasure import GONE
from people.models import Person
from server.app import PANELS
from server.clock import utc_now
from server.live.log import Position, Stream, positions
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh, following
from tests.masking.ground import Masked, lay, say, set_rule
from tests.world import World


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    return lay(house, world)


def rename(masked: Masked, who: str, name: str) -> None:
    fields = {"name": name, "time_zone": "Africa/Accra", "language": "en"}
    assert masked.house.visit(masked.people[who]).post("/profile/preferences", data=fields).status_code == 303


def erase(masked: Masked, who: str) -> None:
    with masked.house.database(writing=True) as db:
        erasure.erase(db, masked.people[who], words=False, now=utc_now(), tell=PANELS[erasure.ERASED])


def let_facilitators_see(masked: Masked) -> None:
    """Farid chooses it for the programme; it is refused once something was said, so nothing was."""
    fields = {"name": "Borders", "time_zone": "UTC", "facilitators_see_authors": "yes"}
    path = f"/programmes/{masked.world.tide.programme}/details"
    assert masked.house.visit(masked.people["Farid"]).post(path, data=fields).status_code == 303


def paths(masked: Masked) -> dict[str, str]:
    tide = masked.world.tide
    return {"talk": f"/initiatives/{tide.initiative}", "cohort": f"/cohorts/{tide.cohort}", "notices": "/notices"}


def test_who_may_unmask_reads_a_new_name_at_once(masked: Masked) -> None:
    let_facilitators_see(masked)
    set_rule(masked, Attribution.ROLE)
    say(masked, "Esi", masked.world.tide, "Dear @Farid, under the rule")
    farid = masked.people["Farid"]
    for number, path in enumerate(paths(masked).values()):
        page = assert_live_equals_fresh(
            masked.house, farid, path, partial(rename, masked, "Esi", f"Esi Renamed {number}"), reloads=True
        )
        assert f"Esi Renamed {number}" in page.here.text_content()


def test_erased_author_is_gone_at_once_for_who_may_unmask(masked: Masked) -> None:
    let_facilitators_see(masked)
    set_rule(masked, Attribution.ROLE)
    say(masked, "Esi", masked.world.tide, "Under the rule")
    path = paths(masked)["talk"]
    page = assert_live_equals_fresh(
        masked.house, masked.people["Farid"], path, lambda: erase(masked, "Esi"), reloads=True
    )
    shown = page.here.text_content()
    assert ("ZqnameEsi" in shown, GONE in shown) == (False, True)


@pytest.mark.parametrize(
    "act", [lambda masked: rename(masked, "Esi", "Esi Renamed"), lambda masked: erase(masked, "Esi")]
)
def test_nothing_moves_for_anybody_else(masked: Masked, act: Callable[[Masked], None]) -> None:
    let_facilitators_see(masked)
    set_rule(masked, Attribution.ROLE)
    say(masked, "Esi", masked.world.tide, "Under the rule")
    with masked.house.database() as db:
        farid, esi = db.get_one(Person, masked.people["Farid"]), db.get_one(Person, masked.people["Esi"])
        bell, theirs = farid.bell_stream_id, {farid.bell_stream_id, esi.stream_id, esi.bell_stream_id}
    before = everywhere(masked)
    act(masked)
    moved = {at.stream_id for at in set(everywhere(masked)) - set(before)}
    assert bell in moved
    # Facilitators see who was invited and has arrived, and who writes in a round.
    run = {one.id for one in masked.house.rows(Stream) if one.kind in ("arrivals", "round run")}
    assert moved <= theirs | run


def everywhere(masked: Masked) -> tuple[Position, ...]:
    streams = [one.id for one in masked.house.rows(Stream)]
    with masked.house.database() as db:
        return positions(db, streams)


def test_where_facilitators_are_not_told_nothing_of_theirs_moves(masked: Masked) -> None:
    set_rule(masked, Attribution.ROLE)
    say(masked, "Esi", masked.world.tide, "Under the rule")
    assert not any(one.facilitators_see_authors for one in masked.house.rows(Programme)[:1])
    with following(masked.house, masked.people["Farid"], paths(masked)["talk"]) as page:
        heard = len(page.frames)
        rename(masked, "Esi", "Esi Renamed")
        page.pump(0.8)
        assert [frame for frame in page.frames[heard:] if not frame.get("beat")] == []


@pytest.mark.parametrize("rule", [Attribution.ROLE, Attribution.NONE])
def test_stricter_rule_leaves_no_name_on_open_pages_of_notices(masked: Masked, rule: str) -> None:
    say(masked, "Esi", masked.world.tide, "Dear @Chiara, by name")
    page = assert_live_equals_fresh(
        masked.house, masked.people["Chiara"], "/notices", lambda: set_rule(masked, rule), reloads=True
    )
    assert "ZqnameEsi" not in page.here.text_content()


@pytest.mark.parametrize("rule", list(Attribution))
def test_who_is_here_is_a_number(masked: Masked, rule: str) -> None:
    """Under every rule: wherever people are named, somebody may choose to speak without their name."""
    set_rule(masked, rule)
    path = paths(masked)["cohort"]
    reader = masked.people["Chiara"]
    with following(masked.house, reader, path) as page:
        page.until(lambda: "One person here" in here(page))
        with following(masked.house, masked.people["Esi"], path):
            # Presence follows the connection in its own time.
            page.until(lambda: "2 people here" in here(page))
            kept, fresh = page.settle()
            assert kept == fresh
            assert "2 people here" in here(page)
        told = [str(frame) for frame in page.frames] + [here(page)]
        assert not [one for one in told if "ZqnameEsi" in one]


def here(page: Follower) -> str:
    (shown,) = page.page.xpath("//*[starts-with(@id, 'presence-cohort-')]")
    return str(shown.text_content())


def test_frames_of_who_chooses_to_be_masked_name_nobody(masked: Masked) -> None:
    """Where everybody else is named: also what is announced, which is only told while it happens."""
    tide, chosen = masked.world.tide, {"attribution": "none"}
    client = masked.house.visit(masked.people["Esi"])
    with following(masked.house, masked.people["Chiara"], paths(masked)["talk"]) as page:
        by_name = say(masked, "Esi", tide, "By name")
        page.until(lambda: "New comment from ZqnameEsi" in str(page.frames))
        heard = len(page.frames)
        first = say(masked, "Esi", tide, "Without", **chosen)
        say(masked, "Esi", tide, "An answer", parent=str(by_name), **chosen)
        page.until(lambda: all(words in str(page.frames[heard:]) for words in ("New comment", "New reply")))
        # Before that, it would be one change with what it changes: a new comment.
        assert client.post(f"/comments/{first}/versions", data={"text": "Other", "version": "1"}).status_code == 303
        page.until(lambda: "A comment was edited" in str(page.frames[heard:]))
        told = str(page.frames[heard:])
        # The answer comes with the list of answers, not with the comment above it.
        assert "ZqnameEsi" not in told
        assert client.post(f"/comments/{first}/withdrawal").status_code == 303
        page.until(lambda: "A comment was withdrawn" in str(page.frames[heard:]))
        assert "ZqnameEsi" not in str(page.frames[heard:])
