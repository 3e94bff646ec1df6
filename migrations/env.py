"""Run by Alembic: by `sweetspot migrate` with a connection, or by `alembic revision --autogenerate` without one."""

import os
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, String
from sqlmodel.sql.sqltypes import AutoString

from migrations.tables import metadata
from server.clock import Instant, utc_now
from server.db import Database
from server.migrate import alone
from server.settings import read_settings


def plain_types(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Columns as the database knows them: a migration must still run when the code of today has moved on."""
    if kind == "type" and isinstance(thing, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, AutoString | String):
        return f"sa.String(length={thing.length})" if thing.length else "sa.String()"
    return False


def name_by_date(_context: object, _revision: object, directives: list[Any]) -> None:
    """The version is the minute it was made: file names sort as the migrations run."""
    for script in directives:
        script.rev_id = utc_now().strftime("%Y_%m_%d_%H%M")


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_type=True,
        render_as_batch=True,  # SQLite cannot change a column; batch mode builds the table anew there
        render_item=plain_types,
        process_revision_directives=name_by_date,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with alone(Database(read_settings(os.environ).database_url)) as connection:
        run(connection)
