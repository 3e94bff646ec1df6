"""What advice holds about a person: told when they ask for it, and taken away when they want to be erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from cohorts.models import Attribution
from feedback.advice import bells
from feedback.advice.desk import SEEN
from feedback.advice.prompts import FOUND, GONE, PROMPT, RESPONSE, STANCE, TAKEN, VERSION, carried, touch_found
from feedback.advice.withdrawals import erase_words
from feedback.threads import AUDIENCE, COHORT, THREAD
from people.erasure import Leaving
from people.traces import Told, rows
from server.db import Db


def about(db: Db, person_id: int) -> Told:
    """What they asked, what they answered for their team or a session, and what they agreed with."""
    asked = ("id", "initiative_id", "session_id", "kind", "text", "url", "source", "chapter", "quote")
    when = ("version", "at", "edited_at")
    prompts = select(*(PROMPT.c[name] for name in (*asked, *when)), GONE.c.at.label("withdrawn_at")).select_from(
        PROMPT.outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id)
    )
    versions = select(*(VERSION.c[name] for name in ("prompt_id", "version", "text", "at"))).join_from(
        VERSION, PROMPT, PROMPT.c.id == VERSION.c.prompt_id
    )
    answers = select(*(RESPONSE.c[name] for name in ("id", "prompt_id", "kind", "text", "parked_until", "at")))
    stances = select(*(STANCE.c[name] for name in ("prompt_id", "kind", "at")))
    return {
        "prompts": rows(db, prompts.where(PROMPT.c.author_id == person_id).order_by(PROMPT.c.id)),
        "prompt_versions": rows(db, versions.where(PROMPT.c.author_id == person_id)),
        "responses": rows(db, answers.where(RESPONSE.c.author_id == person_id).order_by(RESPONSE.c.id)),
        "responses_taken_back": rows(db, select(*TAKEN.c).where(TAKEN.c.by_id == person_id)),
        "stances": rows(db, stances.where(STANCE.c.person_id == person_id)),
        "desk_visits": rows(db, select(*SEEN.c).where(SEEN.c.person_id == person_id)),
    }


def erase(db: Db, leaving: Leaving) -> None:
    """Stances go; prompts and answers stay without a name, or lose their words at once. A team's answer stays one:
    the adviser it was given to does not wait again."""
    author_renamed(db, leaving.person_id)
    db.execute(delete(STANCE).where(STANCE.c.person_id == leaving.person_id))
    db.execute(delete(SEEN).where(SEEN.c.person_id == leaving.person_id))
    if not leaving.words:
        return
    db.execute(update(RESPONSE).where(RESPONSE.c.author_id == leaving.person_id).values(text="", html=""))
    ids = list(db.execute(select(PROMPT.c.id).where(PROMPT.c.author_id == leaving.person_id)).scalars())
    gone = set(db.execute(select(GONE.c.prompt_id).where(GONE.c.prompt_id.in_(ids))).scalars())
    for id_ in (id_ for id_ in ids if id_ not in gone):
        db.execute(insert(GONE).values(prompt_id=id_, at=leaving.now))
        bells.forget(db, id_)
    erase_words(db, ids)


def author_renamed(db: Db, person_id: int) -> None:
    """Say wherever that person asked, answered or agreed in their name that it has changed. Where they are masked
    nothing is told: what is shown anew when somebody is renamed would be known as theirs."""

    def by_name(table: Any, whose: Any) -> Any:
        return (whose == person_id) & (table.c.attribution == Attribution.NAMED)

    answered = select(RESPONSE.c.prompt_id).where(by_name(RESPONSE, RESPONSE.c.author_id))
    judged = select(STANCE.c.prompt_id).where(by_name(STANCE, STANCE.c.person_id))
    theirs: Any = or_(by_name(PROMPT, PROMPT.c.author_id), PROMPT.c.id.in_(answered), PROMPT.c.id.in_(judged))
    named = select(AUDIENCE.c.id).join_from(AUDIENCE, COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
    named = named.where(COHORT.c.attribution == Attribution.NAMED)
    found = select(*FOUND).select_from(carried(PROMPT)).where(theirs, PROMPT.c.audience_id.in_(named))
    # Where a session tells less than its cohort, all that was said before its rule became stricter is masked as well.
    for row in db.execute(found.where(THREAD.c.attribution == Attribution.NAMED)).all():
        touch_found(db, row, anew=True)
