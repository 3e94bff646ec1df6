"""Mail about notices: what somebody was told of and has not read, some minutes later.

A mail says who did what, as its reader would see it on the page, and quotes nobody: the talk stays inside. It is
written in the transaction that notes the notices as mailed, so a process that is killed sends nothing twice; what does
not stand any more, or is not theirs to read any more, is not mailed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from cohorts.memberships import standing_of
from feedback import follows
from feedback.follows import Waiting
from feedback.models import MailWish
from feedback.web.noticing import Group, grouped
from server.clock import utc_now, zone
from server.db import Db
from server.house import House
from server.jobs import Running, Work
from server.languages import N_, Language, choose
from server.mail import post

# Whoever is there reads it meanwhile and gets no mail.
PATIENCE = timedelta(minutes=10)
# Between two mails about one conversation.
APART = timedelta(hours=1)
MORNING = time(8)
# What was not mailed by then is not worth a mail.
STALE = timedelta(days=3)
# A subject has room for 200 characters, in every language.
MOST_IN_SUBJECT = 80


def write_all(running: Running) -> None:
    """Write the mails that are due, each person's in a step of their own."""
    now = utc_now()
    with running.database.transaction(writing=False) as db:
        waiting = [one for one in follows.waiting(db, now - STALE, now - PATIENCE) if is_due(one, now)]
    for one in waiting:
        with running.step() as db:
            _write(db, running.tools, one, now)


def is_due(one: Waiting, now: datetime) -> bool:
    """Whoever wants mail once a day gets it after the first 8 o'clock of their own that follows what they are told."""
    if one.wish != MailWish.DAILY:
        return True
    here = zone(one.time_zone or "UTC")
    local = now.astimezone(here)
    morning = datetime.combine(local.date(), MORNING, here).astimezone(UTC)
    return bool(now >= morning and one.since < morning)


def _write(db: Db, house: House, one: Waiting, now: datetime) -> None:
    """All that is due for one person: a mail for each conversation, or one for the day."""
    language = choose(one.language, "", tuple(house.pages.languages.values()))
    rows = _due(db, one, now)
    found = grouped(rows, standing_of(db, one.id), language.tag)
    for groups in [found] if one.wish == MailWish.DAILY else [[group] for group in found]:
        if groups:
            _post(db, house, one, groups, language, now)
    follows.mailed(db, [row.id for row in rows], now)


def _due(db: Db, one: Waiting, now: datetime) -> Sequence[Any]:
    """The notices of that person to be mailed now; about a conversation that was mailed of just now, later."""
    rows, told_of = follows.not_mailed(db, one.id, now - STALE, mailed_since=now - APART)
    # Nothing is due of a conversation until its oldest notice has waited; then all of it goes together.
    oldest: dict[Any, datetime] = defaultdict(lambda: now)
    for row in rows:
        place = row.thread_id or row.url
        oldest[place] = min(oldest[place], row.at)
    ripe = {place for place, at in oldest.items() if at <= now - PATIENCE}
    return [row for row in rows if (row.thread_id or row.url) in ripe and row.thread_id not in told_of]


def _post(db: Db, house: House, one: Waiting, groups: Sequence[Group], language: Language, now: datetime) -> None:
    origin, daily = house.settings.origin, one.wish == MailWish.DAILY
    links = {group.id: _link(db, origin, one.id, group.thread_id, now) for group in groups if group.thread_id}
    whole = None if len(groups) == 1 and links else _link(db, origin, one.id, None, now)
    context = {"name": one.name, "groups": groups, "links": links, "whole": whole, "origin": origin}
    text = house.pages.text("mail/notices.txt", context | {"zone": one.time_zone or "UTC"}, language)
    subject = _subject(house, groups, language, daily)
    expires_at = now + (timedelta(days=1) if daily else timedelta(hours=12))
    stop = whole or links[groups[0].id]
    post(db, one.email, subject, text, now, kind="notice", expires_at=expires_at, unsubscribe=stop)


def _link(db: Db, origin: str, person_id: int, thread_id: int | None, now: datetime) -> str:
    return f"{origin}/unsubscribe/{follows.new_link(db, person_id, thread_id, now=now)}"


def _subject(house: House, groups: Sequence[Group], language: Language, daily: bool) -> str:
    if daily:
        return house.pages.say(N_("What you were told of in Sweetspot"), language)
    title = groups[0].title
    if not title:
        return groups[0].lines[0].words
    return title if len(title) <= MOST_IN_SUBJECT else title[: MOST_IN_SUBJECT - 1] + "…"


work = Work("notice mails", write_all, every=timedelta(minutes=1))
