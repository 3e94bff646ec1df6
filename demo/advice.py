"""Lets the invented board ask invented teams, and the teams answer: a prompt in every state, through the product's own
verbs, in order."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from cohorts import initiatives
from cohorts.initiatives import FIELDS
from cohorts.models import Attribution, AudienceKind, Cohort
from demo.conversations import Event, Table, Voice
from demo.samples import ago as span
from feedback import comments, threads
from feedback.advice import prompts, responses, stances, withdrawals
from feedback.advice.anchors import Anchor, anchor, shown_text
from feedback.advice.models import ResponseKind, StanceKind
from feedback.advice.prompts import Draft, PromptNow
from feedback.advice.web.fragments import markup_of, texts_in
from feedback.advice.web.points import LONGEST
from feedback.rounds.models import FeedbackItem
from feedback.rounds.pairs import PAIR
from feedback.rounds.rounds import RoundFacts
from feedback.threads import ThreadNow
from people.models import Person
from server.db import Db

ABOUT_A_POINT = (
    "You could thank for this and go on. Which of you would have to do something differently on Monday if it is true?"
)
TEXTS = Path(__file__).parent / "texts" / "prompts.toml"

Told = Mapping[str, Any]


@dataclass(slots=True)
class Asking:
    """One prompt on its way: what is told of it, where it stands, and the id it was given."""

    db: Db
    table: Table
    told: Told
    today: datetime
    ids: list[int] = field(default_factory=list)

    def around(self, voice: Voice) -> ThreadNow:
        kind = self.told.get("audience", AudienceKind.COHORT)
        found = threads.on_initiative(self.db, voice.vantage, self.table.initiative.id)
        return next(one for one in found if one.kind == kind)

    @property
    def now(self) -> PromptNow:
        found = prompts.prompt_now(self.db, self.ids[0])
        assert found is not None
        return found

    def draft(self, chapters: Mapping[str, str]) -> Draft:
        told = self.told
        if "point" in told:
            point: FeedbackItem = told["point"]
            about = Anchor(shown_text(point.html)[:LONGEST], "", "", 0)
            return Draft(told["kind"], told["text"], "", about, item_id=point.id)
        chapter, quote = told.get("chapter", ""), told.get("passage", "")
        found = anchor(chapters[chapter], quote) if quote else None
        if quote and found is None:
            raise ValueError(f"{told['team']} does not say {quote!r}")
        return Draft(told["kind"], told["text"].strip(), chapter, found, source=told.get("source", ""))

    def write(self, now: datetime) -> None:
        voice, told = self.table.voice(self.told["by"]), self.told
        facts = initiatives.read(self.db, id=self.table.initiative.id)[0]
        draft = self.draft(texts_in(markup_of(facts)))
        around = self.around(voice)
        made = prompts.write(
            self.db,
            around,
            facts,
            draft,
            audience_id=around.audience_id,
            membership_id=voice.membership_id,
            author_id=voice.person_id,
            attribution=told.get("attribution", Attribution.NAMED),
            now=now,
        )
        self.ids.append(made)

    def judge(self, handle: str, kind: str, now: datetime) -> None:
        voice = self.table.voice(handle)
        who = {"person_id": voice.person_id, "membership_id": voice.membership_id}
        stances.take(self.db, self.around(voice), self.now, kind, now=now, **who)

    def say(self, said: Told, now: datetime) -> None:
        voice = self.table.voice(said["by"])
        thread = threads.thread_now(self.db, voice.vantage, self.now.thread_id)
        assert thread is not None
        comments.post(
            self.db,
            thread,
            membership_id=voice.membership_id,
            author_id=voice.person_id,
            text=said["text"],
            language="en",
            parent_id=None,
            now=now,
        )

    def answer(self, told: Told, now: datetime) -> None:
        voice = self.table.voice(told["by"])
        parked = told["kind"] == ResponseKind.PARKED
        responses.respond(
            self.db,
            self.around(voice),
            self.now,
            kind=told["kind"],
            text=told["text"],
            parked_until=(self.today + timedelta(days=told["until"])).date() if parked else None,
            membership_id=voice.membership_id,
            author_id=voice.person_id,
            attribution=told.get("attribution", Attribution.NAMED),
            at_version=initiatives.read(self.db, id=self.table.initiative.id)[0].version,
            now=now,
        )

    def edit(self, told: Told, now: datetime) -> None:
        """What the team changed afterwards."""
        facts = initiatives.read(self.db, id=self.table.initiative.id)[0]
        base = {name: str(getattr(facts, name)) for name in FIELDS}
        chapter = base[told["chapter"]].replace(told.get("cut", "\0"), "")
        texts = base | {told["chapter"]: "\n\n".join(part for part in (chapter, told.get("add", "")) if part)}
        initiatives.save(self.db, facts, base=base, texts=texts, by_id=self.table.voice(told["by"]).person_id, now=now)

    def take_back(self, now: datetime) -> None:
        withdrawals.withdraw(self.db, self.around(self.table.voice(self.told["by"])).stream_id, self.now, now=now)

    def events(self) -> Iterator[Event]:
        told, ago = self.told, span(self.told["ago"])
        yield Event(ago, self.write)
        for kind in StanceKind:
            for handle in told.get(kind, ()):
                yield Event(ago - timedelta(hours=1), partial(self.judge, handle, kind))
        for said in told.get("said", ()):
            yield Event(span(said["ago"]), partial(self.say, said))
        for name, act in (("response", self.answer), ("edit", self.edit)):
            if name in told:
                yield Event(span(told[name]["ago"]), partial(act, told[name]))
        if "withdrawn" in told:
            yield Event(span(told["withdrawn"]), self.take_back)


def events(db: Db, cohort: Cohort, cast: Mapping[str, Person], now: datetime) -> Iterator[Event]:
    """All that is asked, answered and changed, for whoever lets it happen among everything else."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    by_team = {found.team.name: found for found in initiatives.read(db) if found.team.cohort_id == cohort.id}
    for told in tomllib.loads(TEXTS.read_text(encoding="utf-8"))["prompt"]:
        if told["team"] in by_team:
            yield from Asking(db, Table(db, by_team[told["team"]], cast), told, midnight).events()


def ask_about_a_point(db: Db, facts: RoundFacts, cast: Mapping[str, Person], now: datetime) -> None:
    """One of the board asks what becomes of a wish that a team received in that round, which the cohort reads."""
    first = select(FeedbackItem, PAIR.c.receiver_id).join(PAIR, PAIR.c.id == FeedbackItem.pair_id)
    first = first.where(PAIR.c.round_id == facts.id, FeedbackItem.html != "").order_by(FeedbackItem.id)  # type: ignore[arg-type]
    # The points of a feedback come in the order of its sections.
    point, team_id = db.execute(first.offset(1).limit(1)).one()
    (initiative,) = initiatives.read(db, team_id=team_id)
    told = {"by": "wilhelmina.boateng", "kind": "question", "text": ABOUT_A_POINT, "point": point}
    Asking(db, Table(db, initiative, cast), told, now).write(now)
