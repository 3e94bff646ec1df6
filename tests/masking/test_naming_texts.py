"""Twenty comments as officials write them, in three languages: what gives somebody away is found, and little else."""

from __future__ import annotations

import time

import pytest

from feedback.naming import Traits, given_away
from feedback.web.masks import words_for
from server.languages import ENGLISH, Language

GERMAN, FRENCH = Language("de", "Deutsch", "ltr"), Language("fr", "Français", "ltr")

INES = Traits(
    "Inês Carvalho",
    "i.carvalho@lisbonlab.example",
    "Lisbon Laboratory for Public Services (LabX)",
    ("Open Counters",),
    words_for("PT", ENGLISH),
    ("Lisbon",),
)
JONAS = Traits(
    "Jonas Brandt",
    "jonas.brandt@bund.example",
    "Bundesamt für Digitale Dienste",
    ("Schnelle Anträge",),
    words_for("DE", GERMAN),
    ("Digitale", "Dienste"),
)
MARTA = Traits(
    "Mārta Ozoliņa",
    "mozolina@varam.example",
    "Ministère de la Transition numérique",
    ("Guichet Riga",),
    words_for("LV", FRENCH),
    ("Transition",),
)
# What is written, by whom, and what of it is pointed out.
TEXTS: tuple[tuple[Traits, str, tuple[str, ...]], ...] = (
    (INES, "We tried this with two counters and lost half of the people at the second form.", ()),
    (INES, "In Lisbon we had the same fight with the legal team. Who signed for you?", ("Lisbon",)),
    (INES, "The Portuguese law on procurement is stricter, so ours took nine months.", ("Portuguese",)),
    (INES, "Happy to show you around. Best, Inês", ("Inês",)),
    (INES, "At LabX we call that a shadow pilot.", ("LabX",)),
    (INES, "Send me the brief: I.Carvalho@lisbonlab.example", ("I.Carvalho@lisbonlab.example",)),
    (INES, "The open counters in your city hall were packed; did anyone ask why?", ("open counters",)),
    (INES, "A laboratory for public services sounds grand, but four people and a kettle did it.", ()),
    (JONAS, "Wir haben den Antrag auf drei Seiten gekürzt, und die Beschwerden blieben gleich.", ()),
    (JONAS, "Bei uns in Deutschland verlangt das Gesetz eine Unterschrift auf Papier.", ("Deutschland",)),
    (JONAS, "Das deutsche Recht lässt das zu, eures vielleicht auch.", ("deutsche",)),
    (JONAS, "Fragt Jonas, der kennt die Zahlen.", ("Jonas",)),
    (JONAS, "Brandts Vorschlag von letzter Woche gilt noch.", ("Brandts",)),
    (JONAS, "Der Brand im Archiv hat uns gezeigt, dass niemand eine Kopie hatte.", ()),
    (JONAS, "Beim BDD dauert so etwas ein Jahr.", ("BDD",)),
    (MARTA, "Nous avons commencé par les usagers, pas par le formulaire.", ()),
    (MARTA, "En Lettonie, la loi impose deux langues sur chaque guichet.", ("Lettonie",)),
    (MARTA, "Chez nous la version lettone arrive toujours en retard.", ("lettone",)),
    (MARTA, "La transition a été plus longue que prévu, et personne ne l'avait dit au ministre.", ()),
    (MARTA, "Écrivez à mozolina, je réponds le soir.", ("mozolina",)),
)


@pytest.mark.parametrize(("traits", "text", "pieces"), TEXTS)
def test_what_gives_its_author_away_is_found_and_nothing_else(
    traits: Traits, text: str, pieces: tuple[str, ...]
) -> None:
    assert given_away(text, traits) == pieces


def test_a_long_text_is_read_in_a_moment() -> None:
    whole = " ".join(text for _, text, _ in TEXTS) * 8
    given_away(whole, INES)
    begun = time.process_time()
    assert given_away(whole, INES)
    assert len(whole) > 8_000
    assert time.process_time() - begun < 0.1
