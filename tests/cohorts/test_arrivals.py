"""The list of who has come, on both databases."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from cohorts import arrivals
from cohorts.arrivals import Stage
from cohorts.invitations import retract
from cohorts.models import Cohort, Invitation
from server.live.log import TOUCHED
from server.mail import Mail
from tests.cohorts.guests import Guests


def test_the_list_shows_who_came_who_is_invited_and_what_went_wrong(guests: Guests) -> None:
    for name in ("open", "expired", "failed", "taken"):
        guests.invite(f"{name}@example.org")
    cohort, now = guests.world.tide.cohort, guests.now

    def stages() -> dict[str, Stage]:
        with guests.database.transaction(writing=False) as db:
            found = arrivals.in_cohort(db, cohort, [guests.world.tide.team])
            return {one.email.partition("@")[0]: one.stage for one in found}

    before = {**dict.fromkeys(("amara", "bram"), Stage.ARRIVED)}
    assert stages() == before | dict.fromkeys(("open", "expired", "failed", "taken"), Stage.INVITED)
    with guests.database.transaction(writing=True) as db:
        rows = {one.email: one for one in db.execute(select(Invitation)).scalars()}
        rows["expired@example.org"].expires_at = now - timedelta(seconds=1)
        mail = db.execute(select(Mail).where(Mail.to == "failed@example.org")).scalar_one()  # type: ignore[arg-type]
        mail.dropped_at, mail.error = now, "Refused."
        retract(db, rows["taken@example.org"].id or 0, by_id=None, now=now)
    told: list[set[str]] = []
    guests.database.before_commit.append(
        # Other packages may tell more of the same people.
        lambda db: told.append({r for s in db.info.get(TOUCHED, {}).values() for r in s if r.startswith("arrivals")})
    )
    arrivals.refresh(guests.database, now)
    after = {"open": Stage.INVITED, "expired": Stage.EXPIRED, "failed": Stage.FAILED}
    assert stages() == before | after
    assert told == [{f"arrivals-counts-{cohort}", f"arrivals-team-{guests.world.tide.team}"}]
    arrivals.refresh(guests.database, now)
    assert len(told) == 1, "where nothing changed, nothing is written"


def test_sending_again_to_all_reaches_those_who_have_not_come_once(guests: Guests) -> None:
    for name in ("one", "two"):
        guests.invite(f"{name}@example.org")
    (token,) = guests.tokens("one@example.org")
    guests.accept(token, guests.newcomer())
    later = guests.now + timedelta(hours=1)
    rounds = 0
    while rounds < 5:
        with guests.database.transaction(writing=True) as db:
            rounds += 1
            if not arrivals.send_some_again(db, guests.desk(), guests.world.tide.cohort, since=later, now=later):
                break
    assert rounds == 2
    assert len(guests.tokens("one@example.org")) == 1
    assert len(guests.tokens("two@example.org")) == 2


def test_every_cohort_has_a_stream_for_its_arrivals(guests: Guests) -> None:
    with guests.database.transaction(writing=False) as db:
        streams = db.execute(select(Cohort.stream_id, Cohort.talk_stream_id, Cohort.arrivals_stream_id)).all()  # type: ignore[call-overload]
    assert len({one for row in streams for one in row}) == 3 * len(streams)
