"""The ways around a mask that no page of the talk shows: logs, lists of mail, downloads, and those who leave."""

from __future__ import annotations

import re

import httpx
import pytest

from cohorts import memberships
from cohorts.models import Attribution, Membership
from feedback.models import Quote
from people import erasure
from server.app import PANELS
from server.audit import AuditEntry
from server.clock import utc_now
from server.mail import REFUSED, Mail
from tests.house import House
from tests.masking.crawl import mailed
from tests.masking.ground import Masked, lay, say, set_rule
from tests.masking.test_same_bytes import plain
from tests.world import World


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    found = lay(house, world)
    set_rule(found, Attribution.ROLE)
    return found


def post(masked: Masked, who: str, path: str, **fields: str) -> httpx.Response:
    answer = masked.house.visit(masked.people[who]).post(path, data=fields)
    assert answer.status_code in (200, 303), f"{path}: {answer.text[:1000]}"
    return answer


def get(masked: Masked, who: str, path: str) -> str:
    answer = masked.house.visit(masked.people[who]).get(path)
    assert answer.status_code == 200
    return answer.text


def live_through_everything(masked: Masked) -> int:
    """A comment of Esi's: edited, asked for, reported, hidden, appealed, shown again; the comment's id."""
    comment = say(masked, "Esi", masked.world.tide, "Church bells")
    at = f"/comments/{comment}"
    post(masked, "Esi", f"{at}/versions", text="Church bells, loud", version="1")
    post(masked, "Chiara", f"{at}/quotes", passage="bells", purpose="A report", key="asked")
    post(masked, "Esi", f"/quotes/{masked.house.rows(Quote)[-1].id}/answer", answer="unnamed")
    post(masked, "Chiara", f"{at}/reports", reason="Too loud")
    post(masked, "Farid", f"{at}/hidings", reason="Names a town")
    post(masked, "Esi", f"{at}/appeals", words="It does not")
    post(masked, "Farid", f"{at}/decisions", outcome="shown")
    post(masked, "Esi", f"{at}/withdrawal")
    return comment


def test_log_of_deeds_does_not_say_who_spoke(masked: Masked) -> None:
    before = len(masked.house.rows(AuditEntry))
    live_through_everything(masked)
    entries = masked.house.rows(AuditEntry)[before:]
    # What others did with it is there.
    assert {"quote asked", "quote answered", "comment hidden", "appeal decided"} <= {one.what for one in entries}
    esi = masked.people["Esi"]
    assert not [one.what for one in entries if esi in (one.by_id, one.person_id) or "zq" in one.words.lower()]
    for who in ("Farid", "Hana"):
        assert "ZqnameEsi" not in get(masked, who, "/audit")


def test_list_of_mail_does_not_say_who_was_left_out(masked: Masked) -> None:
    """Of a team everybody is told of an answer to what it asks, but whoever wrote it."""
    say(masked, "Amara", masked.world.tide, "One of us says")
    told = {mail.to for mail in mailed(masked)}
    bram = masked.world.emails["Bram"]
    assert bram in told
    assert "zqmailamara@example.org" not in told
    page = get(masked, "Hana", "/mail")
    assert "Somebody who is told" in page
    assert not [address for address in told if address in page]
    # Unless it has to be put right.
    with masked.house.database(writing=True) as db:
        mail = next(one for one in masked.house.rows(Mail) if one.to == bram)
        gone = db.get_one(Mail, mail.id)
        gone.error, gone.dropped_at, gone.sent_at, gone.text = f"{REFUSED} 550 no such mailbox", utc_now(), None, ""
    assert bram in get(masked, "Hana", "/mail")


def test_downloads_of_others_hold_no_author(masked: Masked) -> None:
    comment = live_through_everything(masked)
    mine = post(masked, "Esi", "/profile/data").text
    assert "zqmailesi" in mine
    for who in ("Chiara", "Farid", "Bram"):
        found = post(masked, who, "/profile/data").text
        assert not [
            trait for trait in ("ZqnameEsi", "zqmailesi", "ZqorgEsi", "Tuvalu") if trait.lower() in found.lower()
        ]
        assert f'"{masked.people["Esi"]}"' not in found
    assert str(comment) in post(masked, "Chiara", "/profile/data").text


def test_facilitators_are_not_told_who_reports(masked: Masked) -> None:
    comment = say(masked, "Amara", masked.world.tide, "Church bells")
    post(masked, "Esi", f"/comments/{comment}/reports", reason="Too loud")
    for path in (f"/comments/{comment}/moderation", f"/programmes/{masked.world.tide.programme}/reports", "/notices"):
        page = get(masked, "Farid", path)
        assert "Too loud" in page or "moderation" not in path
        assert not re.search("zq(name|mail|org)|Tuvalu|Bhutan", page, re.IGNORECASE)


@pytest.mark.parametrize("way", ["removed", "erased"])
def test_masked_words_of_who_leaves_look_as_before(masked: Masked, way: str) -> None:
    """Whoever of the masked has left is not told apart from those who stay."""
    tide = masked.world.tide
    comment = say(masked, "Esi", tide, "Church bells")
    post(masked, "Esi", f"/comments/{comment}/versions", text="Church bells, loud", version="1")
    paths = (f"/initiatives/{tide.initiative}", f"/comments/{comment}/history", f"/cohorts/{tide.cohort}")
    before = [plain(get(masked, "Chiara", path)) for path in paths]
    with masked.house.database(writing=True) as db:
        esi = masked.people["Esi"]
        if way == "removed":
            held = db.get_one(Membership, masked.world.memberships["Esi"])
            memberships.remove(db, held, by=masked.people["Farid"], now=utc_now())
        else:
            erasure.erase(db, esi, words=False, now=utc_now(), tell=PANELS[erasure.ERASED])
    after = [plain(get(masked, "Chiara", path)) for path in paths]
    # How often the reader's own access changed is theirs alone.
    assert after == before
    assert "An adviser" in after[0]


def test_file_that_is_called_after_its_author_is_pointed_out(masked: Masked) -> None:
    client = masked.house.visit(masked.people["Esi"])
    file = ("file", ("Plan ZqnameEsi.pdf", b"%PDF-1.7\n%%EOF", "application/pdf"))
    path = f"/threads/{masked.world.tide.thread}/comments"
    answer = client.post(path, data={"text": "Look at this", "key": "filed"}, files=[file])
    assert answer.status_code == 422
    assert "it tells who wrote it: “ZqnameEsi”" in answer.text
    assert "ZqnameEsi" not in get(masked, "Chiara", f"/initiatives/{masked.world.tide.initiative}")
