"""Whose words are whose, told anew: somebody has another name, is erased, or a rule says otherwise.

What is masked is touched on no stream that others follow: what is shown anew at that moment would be known as theirs.
Whoever may see its author is told at their own bell, and loads the page again.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from cohorts.identity import NAMES
from cohorts.models import Removal, Role
from feedback import comments, quotes
from feedback.threads import MEMBERSHIP, PERSON, PROGRAMME
from server.db import Db
from server.live.log import touch

_GONE: Any = Removal.__table__  # type: ignore[attr-defined]


def author_renamed(db: Db, person_id: int) -> None:
    """Say wherever that person's name is read beside what they said that it is another one."""
    comments.author_renamed(db, person_id)
    quotes.asker_renamed(db, person_id)
    _tell_who_unmasks(db, person_id)


def _tell_who_unmasks(db: Db, person_id: int) -> None:
    """The facilitators who see authors, of every programme in which that person had a role: what was said with a
    membership that has ended is still theirs."""
    theirs = select(MEMBERSHIP.c.programme_id).where(MEMBERSHIP.c.person_id == person_id)
    bells = (
        select(PERSON.c.bell_stream_id)
        .distinct()
        .select_from(
            MEMBERSHIP.join(PERSON, PERSON.c.id == MEMBERSHIP.c.person_id)
            .join(PROGRAMME, PROGRAMME.c.id == MEMBERSHIP.c.programme_id)
            .outerjoin(_GONE, _GONE.c.membership_id == MEMBERSHIP.c.id)
        )
        .where(PROGRAMME.c.id.in_(theirs), PROGRAMME.c.facilitators_see_authors, _GONE.c.membership_id.is_(None))
        .where(MEMBERSHIP.c.role == Role.FACILITATOR, PERSON.c.bell_stream_id.is_not(None))
    )
    for stream_id in db.execute(bells).scalars().all():
        touch(db, stream_id, NAMES)
