"""Every table of the product: the one list migrations are compared with."""

from importlib import import_module

from sqlmodel import SQLModel

MODULES = (
    "server.live.log",
    "server.live.texts",
    "server.receipts",
    "server.mail",
    "server.jobs",
    "server.audit",
    "server.limits",
    "server.files",
    "people.models",
    "cohorts.models",
    "feedback.models",
    "feedback.advice.models",
    "feedback.rounds.models",
    "sessions.models",
    "sessions.room.models",
)

for module in MODULES:
    import_module(module)

metadata = SQLModel.metadata
