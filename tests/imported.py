"""A list of people in the world before a test begins."""

from __future__ import annotations

import json
from typing import Any

from cohorts.models import Import, ImportRow, Role
from server.db import Db
from server.live.log import new_stream


def imported(db: Db, builder: Any, cohort_id: int, by: str, mark: str = "") -> int:
    """A list that was read and waits to be confirmed: one row that is right, and one that is not."""
    person = {"email": f"{mark.strip().lower()}new@example.org", "name": f"{mark}Newcomer", "role": Role.ADVISER}
    made = Import(
        cohort_id=cohort_id,
        by_id=builder.people[by].id,
        file_name=f"{mark}list.csv",
        at=builder.now,
        read_at=builder.now,
        stream_id=new_stream(db, "import"),
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    good, wrong = {"typed": person, "meant": person}, {"typed": person | {"role": f"{mark}king"}, "meant": {}}
    errors = json.dumps({"role": ["We do not know this.", {}]})
    db.add(ImportRow(import_id=made.id, number=2, cells=json.dumps(good), plan="invite"))
    db.add(ImportRow(import_id=made.id, number=3, cells=json.dumps(wrong), errors=errors, plan="wrong"))
    db.flush()
    return made.id
