"""Comments on both databases: posting, replies, versions, and taking back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feedback import comments, listing, threads, withdrawals
from feedback.comments import AnswersWithdrawn, CommentNow, Posted, Stale
from feedback.models import Comment, CommentVersion, Resolution, Withdrawal
from feedback.windows import window
from feedback.withdrawals import Erased
from server.clock import utc_now
from server.db import Database, Db
from server.live.log import TOUCHED, Change
from tests.feedback.conftest import seen_by, thread_for
from tests.world import World


def say(db: Db, world: World, name: str, text: str, parent: int | None = None) -> Posted:
    thread = thread_for(db, world, name, world.tide)
    mine = world.memberships[name]
    author, now = world.people[name], utc_now()
    return comments.post(
        db, thread, membership_id=mine, author_id=author, text=text, language="en", parent_id=parent, now=now
    )


def one(db: Db, id_: int) -> CommentNow:
    found = comments.comment_now(db, id_)
    assert found is not None
    return found


def touched(db: Db, stream_id: int) -> list[str]:
    return list(db.info.get(TOUCHED, {}).get(stream_id, {}))


def test_comment_brings_the_list_for_its_replies(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        top = say(db, world, "Chiara", "A new thought")
        assert top.regions == (f"comment-{top.id}", f"replies-{top.id}")
        reply = say(db, world, "Amara", "An answer", top.id)
        assert reply.regions == (f"comment-{reply.id}",)


def test_answer_to_a_reply_goes_under_its_top_comment(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        deep = say(db, world, "Esi", "To the reply", world.tide.comments["Amara"])
        assert one(db, deep.id).parent_id == world.tide.comments["Chiara"]


def test_what_was_withdrawn_is_not_answered_nor_another_thread(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        for parent in (world.tide.comments["Bram"], world.foreign.comments["Jun"], 999_999):
            with pytest.raises(AnswersWithdrawn):
                say(db, world, "Esi", "To whom?", parent)


def test_every_change_touches_the_thread_and_the_news(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread = thread_for(db, world, "Chiara", world.tide)
        posted = say(db, world, "Chiara", "News")
        news = [f"news-{world.tide.cohort}"]
        assert touched(db, thread.stream_id) == [*posted.regions]
        assert touched(db, thread.talk_stream_id) == news
    with database.transaction(writing=False) as db:
        changed: Any = Change.__table__  # type: ignore[attr-defined]
        logged = select(changed.c.region).where(changed.c.stream_id == thread.stream_id).order_by(changed.c.seq.desc())
        assert set(db.execute(logged.limit(2)).scalars()) == set(posted.regions)


def test_edit_keeps_what_it_said_and_a_stale_one_changes_nothing(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread, id_ = thread_for(db, world, "Chiara", world.tide), world.tide.comments["Chiara"]
        comments.edit(db, thread, one(db, id_), text="Second", version=1, now=utc_now())
        comments.edit(db, thread, one(db, id_), text="Third", version=2, now=utc_now())
        with pytest.raises(Stale):
            comments.edit(db, thread, one(db, id_), text="From an old window", version=1, now=utc_now())
        said = [(row.version, row.html.strip()) for row in comments.versions(db, id_)]
        assert said == [
            (3, "<p>Third</p>"),
            (2, "<p>Second</p>"),
            (1, "<p>Have you tried <em>church bells</em>?</p>"),
        ]


def test_edit_without_a_change_is_no_version(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread, comment = thread_for(db, world, "Chiara", world.tide), one(db, world.tide.comments["Chiara"])
        comments.edit(db, thread, comment, text=comment.text, version=1, now=utc_now())
        assert [row.version for row in comments.versions(db, comment.id)] == [1]


def test_one_text_tells_the_rows_that_are_there(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread, said = thread_for(db, world, "Chiara", world.tide), world.tide.comments
        withdrawals.withdraw(db, thread, one(db, said["Bram"]), now=utc_now())
        rows = [tuple(row) for row in listing.some_of(db, thread.id, list(said.values()))]
        assert {row[13] is None for row in rows} == {True, False}
        told = listing.in_window(db, thread.id, window(1))
        assert listing.rows_in(told) == rows
        assert {type(row[13]) for row in listing.rows_in(told)} == {datetime, type(None)}
        assert listing.in_window(db, thread.id, window(1)) == told
        assert listing.rows_in(listing.in_window(db, world.reed.thread, window(1))) == []


def test_withdrawn_words_leave_every_query_and_replies_stay(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread, id_ = thread_for(db, world, "Chiara", world.tide), world.tide.comments["Chiara"]
        assert "church bells" in str(listing.in_window(db, thread.id, window(1)))
        comments.edit(db, thread, one(db, id_), text="church bells, again", version=1, now=utc_now())
        vantage = seen_by(db, world, "Esi", world.tide)
        assert "church bells" in str(listing.latest(db, vantage, world.tide.cohort, 8))
        withdrawals.withdraw(db, thread, one(db, id_), now=utc_now())
        withdrawals.withdraw(db, thread, one(db, id_), now=utc_now())
        everything = [
            listing.in_window(db, thread.id, window(1)),
            listing.some_of(db, thread.id, [id_]),
            comments.versions(db, id_),
            listing.latest(db, vantage, world.tide.cohort, 8),
            comments.comment_now(db, id_),
        ]
        assert "church bells" not in str(everything)
        assert "Who rings them" in str(everything)
        assert listing.byline_of(db, vantage, thread, id_) is None
        assert touched(db, thread.stream_id)[-1] == f"comment-{id_}"


def test_a_day_to_put_it_back_then_it_is_erased(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread, id_ = thread_for(db, world, "Chiara", world.tide), world.tide.comments["Chiara"]
        comments.edit(db, thread, one(db, id_), text="Second", version=1, now=utc_now())
        withdrawals.withdraw(db, thread, one(db, id_), now=utc_now())
        withdrawals.restore(db, thread, one(db, id_), now=utc_now() + timedelta(hours=23))
        assert one(db, id_).text == "Second"
        withdrawals.withdraw(db, thread, one(db, id_), now=utc_now())
        with pytest.raises(Erased):
            withdrawals.restore(db, thread, one(db, id_), now=utc_now() + timedelta(hours=25))
        assert db.get_one(Comment, id_, populate_existing=True).text == ""
        assert db.execute(select(CommentVersion).where(CommentVersion.comment_id == id_)).all() == []  # type: ignore[arg-type]
        assert db.get(Withdrawal, id_) is not None
        assert touched(db, thread.stream_id).count(f"comment-{id_}") == 1


def test_resolving_and_reopening_twice_does_no_harm(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread = thread_for(db, world, "Amara", world.tide)
        for name in ("Amara", "Farid"):
            threads.resolve(db, thread, membership_id=world.memberships[name], now=utc_now())
        resolved = thread_for(db, world, "Esi", world.tide).resolved_by
        assert resolved is not None
        assert resolved.name == "Amara Okoro"
        threads.reopen(db, thread)
        threads.reopen(db, thread)
        assert thread_for(db, world, "Esi", world.tide).resolved_by is None
        assert db.get(Resolution, thread.id, populate_existing=True) is None


def test_a_new_name_touches_whatever_shows_it(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        thread = thread_for(db, world, "Amara", world.tide)
        threads.resolve(db, thread, membership_id=world.memberships["Amara"], now=utc_now())
    with database.transaction(writing=True) as db:
        comments.author_renamed(db, world.people["Amara"])
        assert sorted(touched(db, thread.stream_id)) == [
            f"byline-{world.tide.comments['Amara']}",
            f"resolution-{thread.id}",
        ]
        assert touched(db, thread.talk_stream_id) == [f"news-{world.tide.cohort}"]


def test_initiative_has_a_thread_for_each_audience(database: Database, world: World) -> None:
    with database.transaction(writing=False) as db:
        kinds = {
            name: {
                one.kind
                for one in threads.on_initiative(db, seen_by(db, world, name, world.tide), world.tide.initiative)
            }
            for name in ("Amara", "Chiara", "Esi", "Farid", "Greta")
        }
        assert threads.of_cohort(db, world.tide.initiative) == world.tide.thread
    assert kinds == {
        "Amara": {"team", "team and board", "cohort"},
        "Chiara": {"cohort"},
        "Esi": {"team and board", "cohort"},
        "Farid": {"team", "team and board", "cohort", "facilitators"},
        "Greta": set(),
    }
