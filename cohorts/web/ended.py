"""The page that takes the place of one its reader no longer has access to.

static/js/live.js goes here when the server has closed a page to its reader. It says nothing of what was there, and
names only the programme in which this reader's own membership ended last: that one they know.
"""

from __future__ import annotations

from cohorts import roles
from server.calls import Call
from server.pages import Page
from server.routes import page


@page("/access-ended")
def show(call: Call) -> Page:
    """What happened, and whom to ask."""
    return Page("cohorts/access_ended.html", {"programme": roles.last_left(call.db, call.signed_in.person_id)})


routes = [show]
