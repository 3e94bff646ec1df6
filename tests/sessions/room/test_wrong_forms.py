"""A form of the room that is not taken: without scripts the page begins anew, so what is wrong stands at its head."""

from __future__ import annotations

import secrets

import pytest

from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting


@pytest.mark.parametrize(
    ("name", "what", "fields"),
    [
        ("Amara", "questions", {"text": ""}),
        ("Amara", "outcomes", {"outcome_kind": "action", "outcome": "", "outcome_due": "soon"}),
        ("Farid", "polls", {"question": "", "kind": "single", "options": "One"}),
        ("Farid", "timer", {"act": "start", "minutes": "long"}),
        ("Farid", "groups", {"group_how": "at random", "group_count": "999"}),
    ],
)
def test_what_is_wrong_stands_at_the_head_and_leads_to_its_box(
    meeting: Meeting, name: str, what: str, fields: dict[str, str]
) -> None:
    answer = meeting.send(name, what, key=secrets.token_hex(8), **fields)
    assert answer.status_code == 422
    page = parsed(answer.text)
    assert page.findtext(".//title").startswith("Error:")
    links = page.xpath("//main//*[@class='error-summary']//a")
    assert links
    for one in links:
        assert len(page.xpath(f"//*[@id='{one.get('href')[1:]}']")) == 1, one.get("href")
        assert one.text_content() in page.xpath(
            "string(//*[contains(@class, 'room-part')][.//*[@class='field-error']])"
        )
