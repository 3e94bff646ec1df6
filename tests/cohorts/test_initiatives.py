"""Saving an initiative: history, what is told to whom, and nothing stored while two texts are in conflict."""

from __future__ import annotations

from sqlalchemy import select

from cohorts import initiatives
from cohorts.initiatives import CHAPTERS, FIELDS, Merge
from cohorts.models import InitiativeVersion
from cohorts.web.forms import CHECKS
from server.db import Database
from server.live.log import TOUCHED
from tests.cohorts.conftest import NOW, Ground


def save(database: Database, ground: Ground, base: int, **changed: str) -> tuple[Merge, dict[int, list[str]]]:
    """Save over version `base`; what came of it and the regions touched by stream."""
    with database.transaction(writing=True) as db:
        facts = initiatives.read(db, id=ground.initiative)[0]
        stood = initiatives.texts_at(db, ground.initiative, base)
        assert stood is not None
        by_id = ground.people["member"]
        merged = initiatives.save(db, facts, base=stood, texts=stood | changed, by_id=by_id, now=NOW)
        return merged, {stream: list(regions) for stream, regions in db.info.get(TOUCHED, {}).items()}


def now(database: Database, ground: Ground) -> initiatives.InitiativeFacts:
    with database.transaction(writing=False) as db:
        return initiatives.read(db, id=ground.initiative)[0]


def versions(database: Database, ground: Ground) -> list[InitiativeVersion]:
    with database.transaction(writing=False) as db:
        found = select(InitiativeVersion).where(InitiativeVersion.initiative_id == ground.initiative)  # type: ignore[arg-type]
        return sorted(db.execute(found).scalars(), key=lambda row: row.version)


def test_begins_with_its_first_version(database: Database, ground: Ground) -> None:
    one = now(database, ground)
    assert (one.version, one.challenge_html) == (1, "<p>Half</p>\n")
    assert [(row.version, row.challenge) for row in versions(database, ground)] == [(1, "Half")]
    assert one.team.name == "Own"
    assert one.team.organisation.country == "NL"
    assert one.programme.id == ground.programme


def test_a_save_keeps_history_and_tells_only_its_readers(database: Database, ground: Ground) -> None:
    merged, touched = save(database, ground, 1, challenge="*Most*")
    one = now(database, ground)
    assert (merged.conflicts, one.version, one.challenge_html) == ((), 2, "<p><em>Most</em></p>\n")
    assert [row.challenge for row in versions(database, ground)] == ["Half", "*Most*"]
    assert touched == {
        one.stream_id: [f"initiative-{one.id}"],
        one.cohort.talk_stream_id: [f"news-{one.cohort.id}"],
    }


def test_saving_what_is_there_changes_nothing(database: Database, ground: Ground) -> None:
    _, touched = save(database, ground, 1)
    assert touched == {}
    assert now(database, ground).version == 1


def test_two_fields_of_one_version_are_both_kept(database: Database, ground: Ground) -> None:
    save(database, ground, 1, challenge="Theirs")
    merged, _ = save(database, ground, 1, asked="Mine")
    one = now(database, ground)
    assert (merged.conflicts, one.version, one.challenge, one.asked) == ((), 3, "Theirs", "Mine")


def test_a_conflict_stores_nothing(database: Database, ground: Ground) -> None:
    save(database, ground, 1, challenge="Theirs")
    merged, touched = save(database, ground, 1, challenge="Mine", asked="Mine too")
    assert (merged.conflicts, merged.version, touched) == (("challenge",), 2, {})
    assert (merged.texts["challenge"], merged.theirs["challenge"]) == ("Mine", "Theirs")
    one = now(database, ground)
    assert (one.version, one.challenge, one.asked) == (2, "Theirs", "How?")


def test_long_texts_are_kept_to_the_last_letter(database: Database, ground: Ground) -> None:
    written = {name: (letter * 9_999) + "." for name, letter in zip(CHAPTERS, "añ日😀", strict=True)}
    save(database, ground, 1, **written)
    one = now(database, ground)
    assert {name: getattr(one, name) for name in CHAPTERS} == written
    assert {name: getattr(versions(database, ground)[-1], name) for name in CHAPTERS} == written


def test_stored_as_a_form_brings_it_back(database: Database, ground: Ground) -> None:
    save(database, ground, 1, challenge=" one\r\n\r\ntwo \n", title=" A  title ")
    one = now(database, ground)
    assert (one.challenge, one.title) == ("one\n\ntwo", "A title")
    assert {name: CHECKS[name](getattr(one, name)) for name in FIELDS} == {name: getattr(one, name) for name in FIELDS}
