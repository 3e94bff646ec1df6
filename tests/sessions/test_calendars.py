"""Calendar files, read by two parsers that know nothing of each other: times in all kinds of zones, news and ends."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ics  # type: ignore[import-untyped]
import pytest
import vobject  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st

from server.clock import utc_now
from server.mail import Mail
from server.postman import message
from server.settings import Settings
from sessions import calendars, slots
from sessions.calendars import CANCEL, PUBLISH, REQUEST, Entry, Reader
from tests.house import House
from tests.scheduled import session_now, slot_now
from tests.sessions.conftest import Browse
from tests.world import World

HOUR = timedelta(hours=1)
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
# An instant, a zone, and what is special then.
TIMES = [
    (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), "Europe/Paris"),  # 1:30, over the hour that does not exist
    (datetime(2027, 3, 28, 1, 15, tzinfo=UTC), "Europe/Paris"),  # 3:15, the first hour of summer
    (datetime(2027, 10, 30, 23, 30, tzinfo=UTC), "Europe/Paris"),  # 1:30, over the hour that comes twice
    (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), "Europe/Paris"),  # 2:30 for the first time
    (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), "Europe/Paris"),  # 2:30 for the second time
    (datetime(2027, 3, 14, 7, 10, tzinfo=UTC), "America/New_York"),  # 3:10, the first hour of summer
    (datetime(2027, 11, 7, 6, 30, tzinfo=UTC), "America/New_York"),  # 1:30 for the second time
    (datetime(2027, 4, 3, 15, 10, tzinfo=UTC), "Australia/Lord_Howe"),  # clocks go back by half an hour
    (datetime(2027, 10, 2, 15, 35, tzinfo=UTC), "Australia/Lord_Howe"),  # and forward
    (datetime(2027, 6, 1, 9, 0, tzinfo=UTC), "Asia/Kolkata"),
    (datetime(2027, 6, 1, 9, 0, tzinfo=UTC), "Asia/Kathmandu"),
    (datetime(2027, 1, 9, 9, 0, tzinfo=UTC), "Pacific/Chatham"),
    (datetime(2027, 6, 1, 22, 30, tzinfo=UTC), "Europe/London"),  # over midnight
    (datetime(2027, 12, 31, 23, 30, tzinfo=UTC), "UTC"),  # over the end of a year
    (datetime(2027, 2, 7, 9, 30, tzinfo=UTC), "Africa/Casablanca"),  # Ramadan
    (datetime(2027, 6, 1, 9, 0, tzinfo=UTC), "America/Sao_Paulo"),
]


def entry(at: datetime, zone: str, **more: object) -> Entry:
    given = {"uid": "7f@sweetspot.example", "sequence": 3, "theme": "What fails; and, why", "status": "CONFIRMED"}
    return Entry(
        starts_at=at,
        ends_at=at + timedelta(minutes=90),
        time_zone=zone,
        url="https://sweetspot.example/sessions/1",
        changed_at=NOW,
        **(given | more),  # type: ignore[arg-type]
    )


def news(one: Entry, method: str = PUBLISH, to: Reader | None = None) -> str:
    return calendars.file_of(one, Settings(), method=method, words="See:", now=NOW, to=to)


def both(text: str) -> list[tuple[datetime, datetime]]:
    """Begin and end of the one event in a file, as `ics` and as `vobject` understand them, in UTC."""
    (first,) = ics.Calendar(text).events
    second = vobject.readOne(text).vevent
    times = [(first.begin.datetime, first.end.datetime), (second.dtstart.value, second.dtend.value)]
    return [(begin.astimezone(UTC), end.astimezone(UTC)) for begin, end in times]


@pytest.mark.parametrize(("at", "zone"), TIMES)
def test_two_parsers_read_the_instant_that_is_meant(at: datetime, zone: str) -> None:
    for found in both(news(entry(at, zone))):
        assert found == (at, at + timedelta(minutes=90))


@pytest.mark.parametrize("zone", sorted({zone for _, zone in TIMES} - {"UTC"}))
def test_zone_in_the_file_agrees_with_iana_at_every_hour(zone: str) -> None:
    """A program that believes the file's VTIMEZONE, and not its own copy of the zones, sees the same instants: for
    every hour of two days around each change of the clocks, by the rules of RFC 5545 alone."""
    file = vobject.readOne(news(entry(datetime(2027, 6, 1, 9, tzinfo=UTC), zone)))
    told = onsets(file.vtimezone)
    starts = [begin for begin, _ in told]
    here, at = ZoneInfo(zone), datetime(2026, 7, 1, tzinfo=UTC)
    while at < datetime(2028, 6, 1, tzinfo=UTC):
        local = at.astimezone(here)
        if local.fold == 0:
            naive = local.replace(tzinfo=None)
            offset = told[bisect_right(starts, naive) - 1][1]
            assert offset == local.utcoffset(), f"{zone} at {naive}"
        at += HOUR / 4


def onsets(component: object) -> list[tuple[datetime, timedelta]]:
    """From which local time on, in the offset that ends then, which offset holds."""
    found = []
    for part in component.getChildren():  # type: ignore[attr-defined]
        if part.name in ("STANDARD", "DAYLIGHT"):
            after = as_delta(part.tzoffsetto.value)
            lists = part.contents.get("rdate", [])
            starts = [part.dtstart.value, *(one for each in lists for one in parsed_dates(each.value))]
            found += [(each.replace(tzinfo=None), after) for each in starts]
    return sorted(found)


def parsed_dates(value: object) -> list[datetime]:
    if isinstance(value, str):
        return [datetime.strptime(one, "%Y%m%dT%H%M%S") for one in value.split(",")]
    return list(value)  # type: ignore[call-overload]


def as_delta(text: str) -> timedelta:
    sign = -1 if text[0] == "-" else 1
    seconds = int(text[5:7] or 0)
    return sign * timedelta(hours=int(text[1:3]), minutes=int(text[3:5]), seconds=seconds)


SOME = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31)).map(lambda at: at.replace(second=0, microsecond=0))


@settings(deadline=None)
@given(at=SOME, zone=st.sampled_from(sorted({zone for _, zone in TIMES})))
def test_any_instant_in_any_of_these_zones(at: datetime, zone: str) -> None:
    instant = at.replace(tzinfo=UTC)
    for found in both(news(entry(instant, zone))):
        assert found == (instant, instant + timedelta(minutes=90))


def test_zone_is_named_by_its_iana_name_and_defined() -> None:
    text = news(entry(datetime(2027, 6, 1, 9, tzinfo=UTC), "Asia/Kathmandu"))
    assert "DTSTART;TZID=Asia/Kathmandu:20270601T144500" in text
    assert "BEGIN:VTIMEZONE\r\nTZID:Asia/Kathmandu" in text
    assert "TZOFFSETTO:+0545" in text


def test_event_says_its_theme_its_address_and_its_version() -> None:
    text = news(entry(datetime(2027, 6, 1, 9, tzinfo=UTC), "Europe/Paris"))
    (event,) = ics.Calendar(text).events
    other = vobject.readOne(text).vevent
    assert (other.summary.value, event.name) == ("What fails; and, why",) * 2
    assert (event.uid, other.uid.value) == ("7f@sweetspot.example",) * 2
    assert (event.url, other.url.value) == ("https://sweetspot.example/sessions/1",) * 2
    assert other.sequence.value == "3"
    assert "DTSTAMP:20260105T120000Z" in text
    assert "LAST-MODIFIED:20260105T120000Z" in text
    assert "METHOD:PUBLISH" in text
    assert "ATTENDEE" not in text
    assert "ORGANIZER" in text


@pytest.mark.parametrize(("method", "status"), [(REQUEST, "CONFIRMED"), (CANCEL, "CANCELLED")])
def test_mailed_news_names_only_its_reader(method: str, status: str) -> None:
    one = entry(datetime(2027, 6, 1, 9, tzinfo=UTC), "Europe/Paris", status=status)
    file = vobject.readOne(news(one, method, Reader("amara@example.org", "yes")))
    assert file.method.value == method
    assert file.vevent.status.value == status
    assert [each.value for each in file.vevent.attendee_list] == ["mailto:amara@example.org"]
    assert file.vevent.attendee.params["RSVP"] == ["FALSE"]


@pytest.mark.parametrize(
    "theme", ["a\r\nATTENDEE:mailto:x@y.z", "x" * 300, "ä" * 200, "BEGIN:VEVENT", "\u65e5\u672c;,\\n", "why\\not"]
)
def test_a_theme_stays_a_theme(theme: str) -> None:
    text = news(entry(datetime(2027, 6, 1, 9, tzinfo=UTC), "Europe/Paris", theme=theme))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\r\nATTENDEE" not in text
    assert text.count("\r\nBEGIN:VEVENT\r\n") == 1
    expected = theme.replace("\r\n", "\n")
    assert vobject.readOne(text).vevent.summary.value == expected


def test_the_file_of_a_mail_travels_with_its_method() -> None:
    file = news(entry(datetime(2027, 6, 1, 9, tzinfo=UTC), "Europe/Paris"), CANCEL, Reader("a@example.org", "yes"))
    mail = Mail(id=1, to="a@example.org", subject="S", text="Words", at=utc_now(), calendar=file)
    (attached,) = message(mail, "sweetspot@example.org").iter_attachments()
    assert attached.get_content_type() == "text/calendar"
    assert attached.get_param("method") == "CANCEL"
    assert vobject.readOne(attached.get_content()).method.value == "CANCEL"
    plain = message(Mail(id=1, to="a@example.org", subject="S", text="Words", at=utc_now()), "s@example.org")
    assert not plain.is_multipart()


def taken(browse: Browse, name: str, slot_id: int) -> str:
    answer = browse(name).get(f"/slots/{slot_id}/calendar.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/calendar")
    return answer.text


def test_one_click_and_news_after_it_was_moved_and_called_off(house: House, world: World, browse: Browse) -> None:
    slot_id = world.slots[world.tide.cohort][0]
    first = vobject.readOne(taken(browse, "Amara", slot_id))
    with house.database(writing=True) as db:
        facts, slot = session_now(db, world.sessions[world.tide.cohort]), slot_now(db, slot_id)
        later = slots.Time(slot.starts_at + HOUR, 45, "Asia/Kolkata")
        slots.move(db, facts, slot, later, now=utc_now())
    second = vobject.readOne(taken(browse, "Amara", slot_id))
    assert first.vevent.uid.value == second.vevent.uid.value
    assert second.vevent.dtstart.value == later.starts_at
    assert int(second.vevent.sequence.value) == int(first.vevent.sequence.value) + 1
    with house.database(writing=True) as db:
        slots.cancel(db, facts, slot_now(db, slot_id), why="Wet", now=utc_now())
    third = vobject.readOne(taken(browse, "Amara", slot_id))
    assert (third.method.value, third.vevent.status.value) == ("CANCEL", "CANCELLED")
    assert int(third.vevent.sequence.value) == int(second.vevent.sequence.value) + 1


def test_who_says_no_after_all_can_take_it_out_of_the_calendar(world: World, browse: Browse) -> None:
    slot_id = world.slots[world.tide.cohort][0]
    told = []
    for answer in ("yes", "no", "yes"):
        browse("Bram").post(f"/slots/{slot_id}/answers", data={"answer": answer})
        file = vobject.readOne(taken(browse, "Bram", slot_id))
        told.append((file.method.value, file.vevent.status.value))
    assert told == [("PUBLISH", "CONFIRMED"), ("CANCEL", "CANCELLED"), ("PUBLISH", "CONFIRMED")]


def test_a_file_tells_no_name_and_no_purpose(house: House, world: World, browse: Browse) -> None:
    slot_id = world.slots[world.tide.cohort][0]
    browse("Bram").post(f"/slots/{slot_id}/answers", data={"answer": "yes"})
    text = taken(browse, "Amara", slot_id)
    for words in ("Okoro", "Nadia", "small", "meet.example.org", "Tide"):
        assert words not in text, words
    assert "Learning from what fails" in text


def test_who_may_not_come_gets_no_file(world: World, browse: Browse) -> None:
    slot_id = world.slots[world.tide.cohort][0]
    for name in ("Jun", "Ivo", "Dmitri", "Greta", "Hana"):
        assert browse(name).get(f"/slots/{slot_id}/calendar.ics").status_code == 404


def test_status_says_what_somebody_answered(world: World, browse: Browse) -> None:
    slot_id = world.slots[world.tide.cohort][0]
    for name in ("Amara", "Bram"):
        browse(name).post(f"/slots/{slot_id}/answers", data={"answer": "yes"})
    browse("Chiara").post(f"/slots/{slot_id}/answers", data={"answer": "yes"})
    browse("Esi").post(f"/slots/{slot_id}/answers", data={"answer": "if need be"})
    files = {name: vobject.readOne(taken(browse, name, slot_id)) for name in ("Amara", "Chiara", "Esi")}
    found = {name: file.vevent.status.value for name, file in files.items()}
    assert found == {"Amara": "CONFIRMED", "Chiara": "TENTATIVE", "Esi": "TENTATIVE"}
