"""Initiatives: a team's challenge, its context, what was tried and what is asked; and how two edits become one text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select

from cohorts import teams
from cohorts.audiences import InTeam, Naming
from cohorts.cohorts import ProgrammeFacts
from cohorts.models import Cohort, Initiative, InitiativeVersion, Programme, Team
from cohorts.teams import TeamFacts
from people.models import Organisation, Person
from server.db import Db, ask
from server.forms import clean
from server.live.log import new_stream, new_streams, touch
from server.markdown import to_html

CHAPTERS = ("challenge", "context", "tried", "asked")
FIELDS = ("title", *CHAPTERS)
COLUMNS = (
    *("id", "title", "language", *CHAPTERS, *(f"{name}_html" for name in CHAPTERS)),
    *("released_summary", "version", "changed_at", "stream_id"),
)


# Called when an initiative is saved, in the same transaction: with its id and what is shown of each chapter, before and
# after. server/app.py fills it, once: an initiative is saved by commands too.
when_saved: list[Callable[[Db, int, Mapping[str, str], Mapping[str, str]], object]] = []


@dataclass(frozen=True, slots=True)
class CohortName:
    """What is shown of a cohort around an initiative, and its attribution."""

    id: int
    name: str
    stream_id: int
    talk_stream_id: int
    attribution: str


@dataclass(frozen=True, slots=True)
class InitiativeFacts:
    """An initiative with everything that stands around it."""

    id: int
    title: str
    language: str
    challenge: str
    context: str
    tried: str
    asked: str
    challenge_html: str
    context_html: str
    tried_html: str
    asked_html: str
    released_summary: str
    version: int
    changed_at: datetime
    stream_id: int
    team: TeamFacts
    cohort: CohortName
    programme: ProgrammeFacts

    @property
    def naming(self) -> Naming:
        """What is told there of whose words are whose."""
        return Naming(self.cohort.attribution, self.programme.facilitators_see_authors)


def start(
    db: Db,
    team: Team,
    *,
    title: str,
    challenge: str = "",
    context: str = "",
    tried: str = "",
    asked: str = "",
    language: str = "en",
    released_summary: str = "",
    by_id: int | None = None,
    now: datetime,
) -> Initiative:
    """A team's initiative, with its stream and its first version. The texts are Markdown, `language` a BCP 47 tag."""
    assert team.id is not None
    initiative = Initiative(
        team_id=team.id,
        title=title,
        language=language,
        released_summary=released_summary,
        changed_at=now,
        stream_id=new_stream(db, "initiative"),
    )
    _write(db, initiative, dict(zip(FIELDS, (title, challenge, context, tried, asked), strict=True)), by_id, now)
    return initiative


def start_all(db: Db, teams: Sequence[Team], *, by_id: int | None, now: datetime) -> list[Initiative]:
    """An initiative for each team that bears its name and says nothing yet, in as many statements as one takes."""
    made = []
    for team, stream_id in zip(teams, new_streams(db, "initiative", len(teams)), strict=True):
        assert team.id is not None
        title = " ".join(clean(team.name).split())
        made.append(Initiative(team_id=team.id, title=title, changed_at=now, stream_id=stream_id))
    db.add_all(made)
    db.flush()
    for one in made:
        assert one.id is not None
        texts = {name: getattr(one, name) for name in FIELDS}
        db.add(InitiativeVersion(initiative_id=one.id, version=one.version, by_id=by_id, at=now, **texts))
    db.flush()
    return made


def _write(db: Db, initiative: Initiative, given: Mapping[str, str], by_id: int | None, now: datetime) -> None:
    # Stored as a form would bring it back: else a text nobody touched would look changed at the next save.
    texts = {name: clean(given[name]).strip() for name in FIELDS}
    texts["title"] = " ".join(texts["title"].split())
    for name in FIELDS:
        setattr(initiative, name, texts[name])
    for name in CHAPTERS:
        setattr(initiative, f"{name}_html", to_html(texts[name]))
    initiative.changed_at = now
    db.add(initiative)
    db.flush()
    assert initiative.id is not None
    db.add(InitiativeVersion(initiative_id=initiative.id, version=initiative.version, by_id=by_id, at=now, **texts))


def _everything() -> Any:
    initiative, team = Initiative.__table__, Team.__table__  # type: ignore[attr-defined]
    cohort, programme = Cohort.__table__, Programme.__table__  # type: ignore[attr-defined]
    organisation: Any = Organisation.__table__  # type: ignore[attr-defined]
    return (
        select(
            *(initiative.c[name] for name in COLUMNS),
            *teams.columns(),
            *(cohort.c[name] for name in ("id", "name", "stream_id", "talk_stream_id", "attribution")),
            *(programme.c[each.name] for each in fields(ProgrammeFacts)),
        )
        .select_from(initiative)
        .join(team, team.c.id == initiative.c.team_id)
        .join(cohort, cohort.c.id == team.c.cohort_id)
        .join(programme, programme.c.id == cohort.c.programme_id)
        .join(organisation, organisation.c.id == team.c.organisation_id)
        .order_by(initiative.c.id)
    )


_EVERYTHING = _everything()


@lru_cache(maxsize=512)
def _those(scopes: tuple[ColumnElement[bool], ...], named: tuple[str, ...]) -> Any:
    # Kept, because putting this statement together takes 0.15 ms and asking it 0.07.
    table = Initiative.__table__  # type: ignore[attr-defined]
    return _EVERYTHING.where(*scopes, *(table.c[name] == bindparam(name) for name in named))


def read(db: Db, *scopes: ColumnElement[bool], **named: int) -> list[InitiativeFacts]:
    """The initiatives in those scopes with all that stands around them, in one query; of these the ones `named` by
    columns of theirs, such as `id=7`."""
    return [_facts(row) for row in ask(db, _those(scopes, tuple(named)), **named)]


def _facts(row: Any) -> InitiativeFacts:
    wide = len(COLUMNS)
    team = teams.facts(row[wide : wide + teams.WIDE])
    return InitiativeFacts(*(*row[:wide], team, CohortName(*row[-11:-6]), ProgrammeFacts(*row[-6:])))


@dataclass(frozen=True, slots=True)
class InitiativeHead:
    """An initiative where many are listed: none of its chapters. `zone`: the programme's."""

    id: int
    title: str
    language: str
    version: int
    team: str
    sample: bool
    cohort: str
    zone: str
    place: InTeam


def heads(db: Db, *scopes: ColumnElement[bool]) -> list[InitiativeHead]:
    """The initiatives in those scopes (of Initiative, Team, Cohort), by cohort and team: one query."""
    initiative, team = Initiative.__table__, Team.__table__  # type: ignore[attr-defined]
    cohort, programme = Cohort.__table__, Programme.__table__  # type: ignore[attr-defined]
    rows = db.execute(
        select(
            *(initiative.c[name] for name in ("id", "title", "language", "version")),
            *(team.c.name.label("team"), team.c.sample, cohort.c.name.label("cohort"), programme.c.time_zone),
            *(team.c.id.label("team_id"), cohort.c.id.label("cohort_id"), programme.c.id.label("programme_id")),
            *(cohort.c.attribution, programme.c.facilitators_see_authors),
        )
        .select_from(initiative)
        .join(team, team.c.id == initiative.c.team_id)
        .join(cohort, cohort.c.id == team.c.cohort_id)
        .join(programme, programme.c.id == cohort.c.programme_id)
        .where(*scopes)
        .order_by(cohort.c.id, team.c.id, initiative.c.id)
    )
    return [InitiativeHead(*(*row[:8], InTeam(*(*row[8:11], Naming(*row[11:]))))) for row in rows]


@dataclass(frozen=True, slots=True)
class Merge:
    """What two edits of one version make: `texts` for every field, my own where both changed it; those are named in
    `conflicts`, and `theirs` holds what stands there now."""

    texts: Mapping[str, str]
    theirs: Mapping[str, str]
    conflicts: tuple[str, ...]
    version: int


def merge(base: Mapping[str, str], theirs: Mapping[str, str], mine: Mapping[str, str], version: int) -> Merge:
    """Three-way, field by field: whoever changed a field wins it, and where both did, differently, somebody decides."""
    clash = tuple(name for name in FIELDS if mine[name] != base[name] != theirs[name] != mine[name])
    texts = {name: theirs[name] if mine[name] == base[name] else mine[name] for name in FIELDS}
    return Merge(texts, theirs, clash, version)


def texts_at(db: Db, initiative_id: int, version: int) -> dict[str, str] | None:
    """The texts as they stood at that version; None: there never was one."""
    stood = db.get(InitiativeVersion, (initiative_id, version))
    return {name: getattr(stood, name) for name in FIELDS} if stood else None


@dataclass(frozen=True, slots=True)
class Saved:
    """Who saved a version, None where nobody did it by hand, and when."""

    name: str | None
    at: datetime


def saved(db: Db, initiative_id: int, version: int) -> Saved | None:
    """Who saved that version."""
    table, person = InitiativeVersion.__table__, Person.__table__  # type: ignore[attr-defined]
    here = (table.c.initiative_id == initiative_id) & (table.c.version == version)
    query = select(person.c.name, table.c.at).outerjoin_from(table, person, person.c.id == table.c.by_id)
    row = db.execute(query.where(here)).first()
    return Saved(*row) if row else None


def save(
    db: Db,
    facts: InitiativeFacts,
    *,
    base: Mapping[str, str],
    texts: Mapping[str, str],
    by_id: int,
    now: datetime,
) -> Merge:
    """Merge `texts`, written over `base`, into the initiative. Nothing is stored while there are conflicts."""
    # Locked, so that on PostgreSQL two saves of one moment meet in the merge and not in the version's primary key.
    initiative = db.get_one(Initiative, facts.id, with_for_update=True)
    theirs = {name: str(getattr(initiative, name)) for name in FIELDS}
    merged = merge(base, theirs, texts, initiative.version)
    if not merged.conflicts and merged.texts != theirs:
        initiative.version += 1
        before = _markup(initiative)
        _write(db, initiative, merged.texts, by_id, now)
        for tell in when_saved:
            tell(db, facts.id, before, _markup(initiative))
        touch(db, facts.stream_id, f"initiative-{facts.id}")
        # Only its readers hear of it: the row of the team in the cohort's list shows nothing of the initiative, because
        # sponsors and owners follow that list and must not be able to count the edits of what they may not read.
        touch(db, facts.cohort.talk_stream_id, f"news-{facts.cohort.id}")
    return merged


def _markup(initiative: Initiative) -> dict[str, str]:
    return {name: str(getattr(initiative, f"{name}_html")) for name in CHAPTERS}


def release(db: Db, facts: InitiativeFacts, summary: str) -> None:
    """Set what sponsors may read; empty: nothing."""
    db.get_one(Initiative, facts.id).released_summary = summary
    touch(db, facts.stream_id, f"initiative-{facts.id}")
