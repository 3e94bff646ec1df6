"""What this package and the frame hold about a person: the file that "download my data" makes (GDPR, articles 15, 20).

Packages above have a file of this name too; server/app.py registers their functions as "my data". Each gives named
lists of plain rows. tests/people/test_my_data.py walks all tables, so one that names a person cannot be forgotten.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from people.models import Erasure, Login, Organisation, Person, SignInMail
from server.audit import AuditEntry
from server.db import Db
from server.mail import Mail

MY_DATA = "my data"
Told = dict[str, list[dict[str, Any]]]

_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_HOME: Any = Organisation.__table__  # type: ignore[attr-defined]
_LOGIN: Any = Login.__table__  # type: ignore[attr-defined]
_ASKED: Any = SignInMail.__table__  # type: ignore[attr-defined]
_MAIL: Any = Mail.__table__  # type: ignore[attr-defined]
_ENTRY: Any = AuditEntry.__table__  # type: ignore[attr-defined]
_ERASURE: Any = Erasure.__table__  # type: ignore[attr-defined]


def rows(db: Db, wanted: Any, **given: Any) -> list[dict[str, Any]]:
    """The rows of a query by the names of its columns."""
    return [dict(row) for row in db.execute(wanted, given).mappings()]


def about(db: Db, person_id: int) -> Told:
    """Profile, logins, mails and audit entries of that person."""
    home = _HOME.c.name.label("organisation"), _HOME.c.country.label("organisation_country")
    chosen = (_PERSON.c[name] for name in ("id", "name", "email", "time_zone", "language", "sample"))
    profile = select(*chosen, *home).join_from(_PERSON, _HOME, _HOME.c.id == _PERSON.c.organisation_id)
    email = select(_PERSON.c.email).where(_PERSON.c.id == person_id).scalar_subquery()
    logins = select(_LOGIN.c.agent, _LOGIN.c.began_at, _LOGIN.c.seen_at, _LOGIN.c.ends_at)
    asked = select(_ASKED.c.sent_at, _ASKED.c.used_at, _ASKED.c.next_path)
    mails = select(*(_MAIL.c[name] for name in ("kind", "to", "subject", "at", "sent_at")))
    entries = select(*(_ENTRY.c[name] for name in ("at", "what", "by_id", "person_id", "words")))
    mine = or_(_ENTRY.c.person_id == person_id, _ENTRY.c.by_id == person_id)
    return {
        "profile": rows(db, profile.where(_PERSON.c.id == person_id)),
        "logins": rows(db, logins.where(_LOGIN.c.person_id == person_id).order_by(_LOGIN.c.id)),
        "sign_in_mails": rows(db, asked.where(_ASKED.c.person_id == person_id).order_by(_ASKED.c.id)),
        "mails": rows(db, mails.where(_MAIL.c.to == email).order_by(_MAIL.c.id)),
        "audit_log": rows(db, entries.where(mine).order_by(_ENTRY.c.id)),
        "erasure": rows(db, select(_ERASURE.c.at).where(_ERASURE.c.person_id == person_id)),
    }
