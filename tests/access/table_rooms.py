"""The rows of the table for rooms: of Flood warnings' session, which was lived through (tests/lived.py).

Farid runs it and Amara was there in both of its slots. The first is open: she has a hand up, a question, an outcome and
a place in the one group; Bram, Chiara and Esi are in the room with her. The second is over, and its recap is published.
Forms carry what a page that was just loaded has (tests/lived_forms.py). The rows are asked for in their order, in one
world.
"""

from __future__ import annotations

# Of the slot that is over.
OVER = ("room.impression", "sessions.room.web.impressions.say", "sessions.room.web.room.resume")

OUTCOME = {"outcome_kind": "decision", "outcome": "Share the sirens"}
AS_IT_WAS = {"was_kind": "decision", "was_outcome": "Share the sirens"}
POLL = {"kind": "single", "question": "When?", "options": "Now\nLater"}
GROUPS = {"group_how": "by hand", "group_count": "2"}
IN_GROUPS = {"round": "{round}"}
OPENING = IN_GROUPS | {"group_minutes": "10"}
MORE_TIME = IN_GROUPS | {"group_minutes": "5", "ends": "{ends}"}
TO_ALL = IN_GROUPS | {"message": "Two minutes left"}
PLACE = IN_GROUPS | {"person": "{person}", "group": "{group}"}
ROOM = {"version": "{version}"}
TIMER = ROOM | {"act": "extend", "minutes": "5"}
NOTE = {"note": "Ask Bram first", "version": "0"}
TURN = {"act": "reveal", "version": "1"}
RECAP = {"version": "{recap}", "intro": "What we found"}

#                                    anon outs rem  memb coll peer else advi faci spon owne
ROOMS: dict[str, tuple[str] | tuple[str, dict[str, str]]] = {
    "sessions.room.web.room.show":  ("303 404 404 200 200 200 404 200 200 404 404",),
    "sessions.room.web.projector.show": ("303 404 404 200 200 200 404 200 200 404 404",),
    "sessions.room.web.sentences.show": ("303 404 404 200 200 200 404 200 200 404 404",),
    "room.notes":                   ("303 404 404 200 200 200 404 200 200 404 404",),
    "room.group":                   ("303 404 404 200 303 303 404 303 200 404 404",),
    "room.outcome":                 ("303 404 404 200 200 200 404 200 200 404 404",),
    "room.add_outcome":             ("303 404 404 200 200 200 404 200 200 404 404",),
    "polls.show":                   ("303 404 404 200 200 200 404 200 200 404 404",),
    "polls.edit":                   ("303 404 404 403 403 403 404 403 200 404 404",),
    "questions.edit":               ("303 404 404 200 403 403 404 403 403 404 404",),
    "questions.answer":             ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.room.web.run_sheet.show": ("303 404 404 403 403 403 404 403 200 404 404",),
    "room.sheet_note":              ("303 404 404 403 403 403 404 403 200 404 404",),
    "sessions.room.web.room.confirm_end": ("303 404 404 403 403 403 404 403 200 404 404",),
    "room.impression":              ("303 404 404 200 403 403 404 403 200 404 404",),
    "recap.show":                   ("303 404 404 200 200 200 404 200 200 404 404",),
    "recap.markdown":               ("303 404 404 200 200 200 404 200 200 404 404",),
    "recap.csv":                    ("303 404 404 200 200 200 404 200 200 404 404",),
    "recap.pdf":                    ("303 404 404 200 200 200 404 200 200 404 404",),
    "recap.edit":                   ("303 404 404 403 403 403 404 403 200 404 404",),
    # What a group asks is for those in it.
    "sessions.room.web.group_page.ask": ("303 404 404 303 404 404 404 404 303 404 404", {"text": "Who rings them?"}),
    "sessions.room.web.room.enter": ("303 404 404 303 303 303 404 303 303 404 404",),
    "sessions.room.web.light.choose": ("303 404 404 303 303 303 404 303 303 404 404",),
    "sessions.room.web.run_sheet.write": ("303 404 404 403 403 403 404 403 303 404 404", NOTE),
    "sessions.room.web.running.go_to": ("303 404 404 403 403 403 404 403 303 404 404", ROOM | {"item": "{line}"}),
    "sessions.room.web.running.turn_timer": ("303 404 404 403 403 403 404 403 303 404 404", TIMER),
    "sessions.room.web.running.take_back": ("303 404 404 403 403 403 404 403 303 404 404", ROOM),
    "sessions.room.web.hands.raise_own": ("303 404 404 303 303 303 404 303 303 404 404",),
    "sessions.room.web.hands.call_on": ("303 404 404 403 403 403 404 403 303 404 404", {"hand": "{hand}"}),
    "sessions.room.web.hands.lower_own": ("303 404 404 303 303 303 404 303 303 404 404",),
    "sessions.room.web.hands.lower": ("303 404 404 403 403 403 404 403 303 404 404", {"hand": "{hand}"}),
    "sessions.room.web.sentences.ask": ("303 404 404 403 403 403 404 403 303 404 404", ROOM | {"moment": "in"}),
    "sessions.room.web.sentences.say": ("303 404 404 303 303 303 404 303 303 404 404", {"sentence": "Start small"}),
    "sessions.room.web.polling.prepare": ("303 404 404 403 403 403 404 403 303 404 404", POLL),
    "sessions.room.web.voting.choose": ("303 404 404 303 303 303 404 303 303 404 404", {"option": "2"}),
    "sessions.room.web.voting.take_back": ("303 404 404 303 303 303 404 303 303 404 404", {"option": "2"}),
    # It is answered by choosing.
    "sessions.room.web.voting.say": ("303 404 404 422 422 422 404 422 422 404 404", {"words": "Bells"}),
    "sessions.room.web.voting.unsay": ("303 404 404 422 422 422 404 422 422 404 404",),
    "sessions.room.web.polling.turn": ("303 404 404 403 403 403 404 403 303 404 404", TURN),
    # Somebody has voted.
    "sessions.room.web.polling.change": ("303 404 404 403 403 403 404 403 422 404 404", POLL | {"version": "1"}),
    "sessions.room.web.polling.copy": ("303 404 404 403 403 403 404 403 303 404 404",),
    "sessions.room.web.asking.ask": ("303 404 404 303 303 303 404 303 303 404 404", {"text": "Who rings them?"}),
    "sessions.room.web.asking.change": ("303 404 404 303 403 403 404 403 403 404 404", {"text": "Who pays for it?"}),
    "sessions.room.web.asking.want": ("303 404 404 403 303 303 404 303 303 404 404",),
    "sessions.room.web.asking.want_no_more": ("303 404 404 403 303 303 404 303 303 404 404",),
    "sessions.room.web.asking.answer": ("303 404 404 403 403 403 404 403 303 404 404", {"answer": "The ministry"}),
    "sessions.room.web.asking.settle": ("303 404 404 403 403 403 404 403 303 404 404", {"state": "open"}),
    # Once its author has taken it back it is there for nobody else.
    "sessions.room.web.asking.withdraw": ("303 404 404 303 404 404 404 404 404 404 404",),
    "sessions.room.web.asking.restore": ("303 404 404 303 403 403 404 403 403 404 404",),
    "sessions.room.web.outcomes.write_down": ("303 404 404 303 303 303 404 303 303 404 404", OUTCOME),
    "sessions.room.web.outcomes.change": ("303 404 404 303 303 303 404 303 303 404 404", OUTCOME | AS_IT_WAS),
    "sessions.room.web.outcomes.drop": ("303 404 404 303 303 303 404 303 303 404 404",),
    "sessions.room.web.outcomes.restore": ("303 404 404 303 303 303 404 303 303 404 404",),
    # There are groups already. Whoever is in no group takes a place in one; who runs it needs none.
    "sessions.room.web.groups.prepare": ("303 404 404 403 403 403 404 403 422 404 404", GROUPS),
    "sessions.room.web.groups.open_all": ("303 404 404 403 403 403 404 403 303 404 404", OPENING),
    "sessions.room.web.groups.extend": ("303 404 404 403 403 403 404 403 303 404 404", MORE_TIME),
    "sessions.room.web.groups.call_all": ("303 404 404 403 403 403 404 403 303 404 404", TO_ALL),
    "sessions.room.web.groups.put": ("303 404 404 403 403 403 404 403 303 404 404", PLACE),
    "sessions.room.web.groups.go": ("303 404 404 303 303 303 404 303 422 404 404", IN_GROUPS | {"group": "0"}),
    "sessions.room.web.groups.end": ("303 404 404 403 403 403 404 403 303 404 404", IN_GROUPS),
    "sessions.room.web.impressions.say": ("303 404 404 303 403 403 404 403 303 404 404", {"level": "4"}),
    "sessions.room.web.recap_edit.change": ("303 404 404 403 403 403 404 403 303 404 404", RECAP),
    "sessions.room.web.recap_edit.merge": ("303 404 404 403 403 403 404 403 303 404 404", RECAP),
    "sessions.room.web.recap_edit.publish": ("303 404 404 403 403 403 404 403 303 404 404",),
    "sessions.room.web.room.end": ("303 404 404 403 403 403 404 403 303 404 404",),
    "sessions.room.web.room.resume": ("303 404 404 403 403 403 404 403 303 404 404",),
    "sessions.room.web.recap_edit.withdraw": ("303 404 404 403 403 403 404 403 303 404 404",),
}  # fmt: skip
