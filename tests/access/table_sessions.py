"""The rows of the table for thematic sessions: of Flood warnings' session, Farid's, published, with two slots to come.

Each is an address' name with the answers to everybody who might ask, and perhaps what the form says (table.py). Those
of rooms are in table_rooms.py.
"""

from __future__ import annotations

WHY = {"why": "Flood"}
# For the whole of the first cohort.
LEFT = {"kind": "question", "text": "Words", "audience": "1"}
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
    # Advisers leave prompts; the facilitators are asked.
    "session_prompts.new":        ("303 404 404 403 403 403 404 200 403 404 404",),
    "sessions.web.prompts.create": ("303 404 404 403 403 403 404 303 403 404 404", LEFT),
    "session_prompts.own_list":   ("303 404 404 404 404 404 404 200 404 404 404",),
}  # fmt: skip

# Answers, who came, calendars and reminders. The first slot is three days ahead, so nobody has come to it yet.
SESSIONS |= {
    "clock":                        ("200 200 200 200 200 200 200 200 200 200 200",),
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
