"""What several parts of a room say."""

from __future__ import annotations

from server.languages import N_

NOT_OURS = N_("This form is not one of ours. Load the page again.")
SOMEBODY_ELSE = N_("Somebody else did something here first. This is how it stands now.")
