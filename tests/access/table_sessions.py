"""The rows of the table for thematic sessions: of Flood warnings' session, Farid's, published, with two slots to come.

Each is an address' name with the answers to everybody who might ask, and perhaps what the form says (table.py).
"""

from __future__ import annotations

WHY = {"why": "Flood"}
TIME = {"at": "2027-06-01T14:00", "time_zone": "Europe/Paris", "minutes": "90"}

#                                    anon outs rem  memb coll peer else advi faci spon owne
SESSIONS: dict[str, tuple[str] | tuple[str, dict[str, str]]] = {
    # Sponsors are told that there are sessions, and read those that are open to the programme: this one is not.
    "sessions.list":              ("303 404 404 200 200 200 404 200 200 200 404",),
    "sessions.show":              ("303 404 404 200 200 200 404 200 200 404 404",),
    "sessions.new":               ("303 404 404 403 403 403 404 403 200 403 404",),
    "sessions.web.planning.create": ("303 404 404 403 403 403 404 403 422 403 404",),
    "sessions.edit":              ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.web.planning.change": ("303 404 404 403 403 403 404 403 422 404 404",),
    "sessions.publication":       ("303 404 404 403 403 403 404 403 200 404 404",),
    # It is published already, and can be a draft again because nobody answered.
    "sessions.web.planning.publish": ("303 404 404 403 403 403 404 403 403 404 404",),
    "sessions.web.planning.unpublish": ("303 404 404 403 403 403 404 403 303 404 404",),
    "sessions.cancellation":      ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.web.planning.cancel": ("303 404 404 403 403 403 404 403 303 404 404", WHY),
    "sessions.copies":            ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.web.planning.copy": ("303 404 404 403 403 403 404 403 303 404 404", {"theme": "Another"}),
    "slots.new":                  ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.web.moving.offer":  ("303 404 404 403 403 403 404 403 303 404 404", TIME),
    "slots.times":                ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.web.moving.move":   ("303 404 404 403 403 403 404 403 303 404 404", TIME | {"meaning": "clock"}),
    "slots.seats":                ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.web.moving.seat":   ("303 404 404 403 403 403 404 403 303 404 404", {"capacity": "5"}),
    "slots.cancellation":         ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.web.moving.cancel": ("303 404 404 403 403 403 404 403 303 404 404", WHY),
    "sessions.planner":           ("303 404 404 403 403 403 404 403 200 403 404",),
    "sessions.fairness":          ("303 404 404 403 403 403 404 403 200 403 404",),
}  # fmt: skip

# The room of that slot: three days ahead nobody has been in it, and nobody may go in yet. What can be done in one that
# is open is in tests/sessions/room.
_NO_ROOM = "303 404 404 404 404 404 404 404 404 404 404"
SESSIONS |= {
    "sessions.room.web.room.show":  ("303 404 404 200 200 200 404 200 200 404 404",),
    "sessions.room.web.room.enter": ("303 404 404 403 403 403 404 403 403 404 404",),
    "sessions.room.web.light.choose": ("303 404 404 303 303 303 404 303 303 404 404",),
    "clock":                        ("200 200 200 200 200 200 200 200 200 200 200",),
}  # fmt: skip
SESSIONS |= dict.fromkeys(
    (
        *(f"sessions.room.web.room.{name}" for name in ("confirm_end", "end", "resume")),
        *(f"sessions.room.web.running.{name}" for name in ("go_to", "take_back", "turn_timer")),
        *(f"sessions.room.web.hands.{name}" for name in ("raise_own", "lower_own", "call_on", "lower")),
        *(f"sessions.room.web.sentences.{name}" for name in ("ask", "show", "say")),
        *(f"sessions.room.web.{name}.show" for name in ("projector", "run_sheet")),
    ),
    (_NO_ROOM,),
)
# Its notes and its groups.
SESSIONS |= dict.fromkeys(
    (
        *("room.notes", "room.group", "sessions.room.web.group_page.ask"),
        *(f"sessions.room.web.groups.{name}" for name in ("prepare", "open_all", "extend", "call_all", "end")),
        *(f"sessions.room.web.groups.{name}" for name in ("put", "go")),
    ),
    (_NO_ROOM,),
)

# Answers, who came, calendars and reminders. The first slot is three days ahead, so nobody has come to it yet.
SESSIONS |= {
    "slots.answers":              ("303 404 404 200 200 200 404 200 200 404 404",),
    "sessions.web.answering.answer": ("303 404 404 303 303 303 404 303 303 404 404", {"answer": "yes"}),
    "slots.calendar":             ("303 404 404 200 200 200 404 200 200 404 404",),
    "slots.attendance":           ("303 404 404 403 403 403 404 403 403 404 404",),
    "sessions.web.attending.correct": ("303 404 404 403 403 403 404 403 403 404 404",),
    "sessions.reminders":         ("303 404 404 200 200 200 404 200 200 404 404",),
    "sessions.web.reminding.stop": ("303 404 404 303 303 303 404 303 303 404 404",),
    "sessions.web.reminding.start": ("303 404 404 303 303 303 404 303 303 404 404",),
    # A secret that nobody was sent: who is signed in counts for nothing.
    "calendar.feed":              ("404 404 404 404 404 404 404 404 404 404 404",),
    "sessions.web.reminding.ask": ("404 404 404 404 404 404 404 404 404 404 404",),
    "sessions.web.reminding.silence": ("404 404 404 404 404 404 404 404 404 404 404",),
    "sessions.web.reminding.silenced": ("404 404 404 404 404 404 404 404 404 404 404",),
    "sessions.web.feeds.make":    ("303 200 200 200 200 200 200 200 200 200 200",),
    "sessions.web.feeds.end":     ("303 303 303 303 303 303 303 303 303 303 303",),
}  # fmt: skip

# Polls and questions of a room: nobody has opened the room of these slots, so that there are none.
SESSIONS |= dict.fromkeys(
    (
        *("polls.show", "polls.edit", "questions.edit", "questions.answer"),
        *(f"sessions.room.web.polling.{name}" for name in ("prepare", "turn", "change", "copy")),
        *(f"sessions.room.web.voting.{name}" for name in ("choose", "take_back", "say", "unsay")),
        *(f"sessions.room.web.asking.{name}" for name in ("ask", "change", "withdraw", "restore")),
        *(f"sessions.room.web.asking.{name}" for name in ("want", "want_no_more", "answer", "settle")),
    ),
    (_NO_ROOM,),
)

# What a room agreed, its recap and what people thought of it: no room of these slots has been opened or is over. Those
# that are: tests/sessions/room/test_recap_access.py.
SESSIONS |= dict.fromkeys(
    (
        *("room.outcome", "room.impression", "recap.show", "recap.edit", "recap.markdown", "recap.csv", "recap.pdf"),
        *(f"sessions.room.web.outcomes.{name}" for name in ("write_down", "change", "drop", "restore")),
        *(f"sessions.room.web.recap_edit.{name}" for name in ("change", "merge", "publish", "withdraw")),
        "sessions.room.web.impressions.say",
    ),
    (_NO_ROOM,),
)
