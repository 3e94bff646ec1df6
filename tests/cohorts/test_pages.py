"""The pages of cohorts, teams and initiatives over HTTP, without JavaScript, in the roles of the cast."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from cohorts.initiatives import CHAPTERS, FIELDS
from cohorts.models import Initiative, InitiativeVersion, Removal
from tests.house import House
from tests.world import ROLES, World


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What is tested here is pages; the queries behind them run on both databases elsewhere."""
    return str(request.param)


def browser(house: House, world: World, role: str) -> httpx.Client:
    name = ROLES[role]
    assert name is not None
    return house.visit(world.people[name])


def sent(page: httpx.Response) -> dict[str, str]:
    """What a browser would send of the form in `page` if nothing were changed."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", page.text):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if attributes.get("type") in ("hidden", "text") or " checked" in tag:
            found[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea [^>]*?name="(\w+)"[^>]*>\n?(.*?)</textarea>', page.text, re.DOTALL):
        found[name] = unescape(text)
    return found


def main_of(page: httpx.Response) -> str:
    return "".join(re.findall(r"<main.*?</main>", page.text, re.DOTALL))


def initiative(house: House, world: World) -> Initiative:
    return next(row for row in house.rows(Initiative) if row.id == world.tide.initiative)


def post(client: httpx.Client, url: str, values: dict[str, str]) -> httpx.Response:
    """As a browser sends the form: multipart, lines ended by CR LF."""
    parts = {name: (None, text.replace("\n", "\r\n")) for name, text in values.items()}
    return client.post(url, files=parts)


# role: what the page of team Tide's initiative and the three ways to change something answer
ANSWERS = {
    "member": (200, 200, 403, 403),
    "colleague": (200, 200, 403, 403),
    "peer": (200, 403, 403, 403),
    "elsewhere": (404, 404, 404, 404),
    "adviser": (200, 403, 403, 403),
    "facilitator": (200, 403, 200, 200),
    "sponsor": (200, 403, 403, 403),
    "owner": (404, 404, 200, 200),
    "outsider": (404, 404, 404, 404),
    "removed": (404, 404, 404, 404),
}


@pytest.mark.parametrize("role", ANSWERS)
def test_who_gets_which_form(house: House, world: World, role: str) -> None:
    client, tide = browser(house, world, role), world.tide
    membership = world.memberships["Bram"]
    paths = (
        f"/initiatives/{tide.initiative}",
        f"/initiatives/{tide.initiative}/edit",
        f"/teams/{tide.team}/edit",
        f"/memberships/{membership}/removal",
    )
    assert tuple(client.get(path).status_code for path in paths) == ANSWERS[role]


def test_a_sponsor_reads_names_and_the_released_summary(house: House, world: World) -> None:
    sponsor, peer = browser(house, world, "sponsor"), browser(house, world, "peer")
    team, work = f"/teams/{world.tide.team}", f"/initiatives/{world.tide.initiative}"
    assert {"Amara Okoro", "Team member", "How do you reach people", "Here now", "Last edited"} == {
        words
        for words in ("Amara Okoro", "Team member", "How do you reach people", "Here now", "Last edited")
        if words in peer.get(team).text + peer.get(work).text
    }
    seen = sponsor.get(team).text + sponsor.get(work).text
    assert "Amara Okoro" in seen
    assert "Warnings for everybody, by Tide." in seen
    main = main_of(sponsor.get(team)) + main_of(sponsor.get(work))
    for hidden in ("Team member", "How do you reach people", "reach everybody in time", "Last edited"):
        assert hidden not in main, hidden
    assert "Here now" not in seen


def test_a_team_page_begins_with_its_work_in_plain_words(house: House, world: World) -> None:
    amara, url = browser(house, world, "member"), f"/initiatives/{world.tide.initiative}"
    form = sent(amara.get(f"{url}/edit")) | {"challenge": "**Mothers** & [clinic](https://example.org)\n\n> far *away*"}
    assert post(amara, f"{url}/versions", form).status_code == 303
    page = main_of(amara.get(f"/teams/{world.tide.team}"))
    assert "Mothers &amp; clinic far away" in page
    assert page.index('id="initiative-title"') < page.index('id="members-') < page.index("Feedback rounds")
    assert post(amara, f"{url}/summary", {"summary": "Two\n\n*stars* & <b>"}).status_code == 303
    assert "Two *stars* &amp; &lt;b&gt;" in main_of(browser(house, world, "sponsor").get(f"/teams/{world.tide.team}"))


def test_who_has_not_described_their_challenge_is_led_there(house: House, world: World) -> None:
    page, at = f"/teams/{world.tide.team}", f"/initiatives/{world.tide.initiative}/edit"
    assert at not in browser(house, world, "member").get(page).text
    with house.database(writing=True) as db:
        work = db.get_one(Initiative, world.tide.initiative)
        work.challenge = work.challenge_html = ""
    asked = {role: at in browser(house, world, role).get(page).text for role in ("member", "peer", "facilitator")}
    assert asked == {"member": True, "peer": False, "facilitator": False}


def test_nobody_invented_speaks_for_a_real_team(house: House, world: World) -> None:
    page = browser(house, world, "member").get(f"/teams/{world.tide.team}").text
    assert "Amara Okoro" in page
    client = browser(house, world, "facilitator")
    for name in ("Amara", "Bram"):
        assert client.post(f"/memberships/{world.memberships[name]}/removal").status_code == 303
    assert "Nobody from this organisation has joined yet" in client.get(f"/teams/{world.tide.team}").text


def test_a_removal_ends_access_and_is_harmless_twice(house: House, world: World) -> None:
    bram, farid = browser(house, world, "colleague"), browser(house, world, "facilitator")
    team, removal = f"/teams/{world.tide.team}", f"/memberships/{world.memberships['Bram']}/removal"
    before = len(house.rows(Removal))
    assert bram.get(team).status_code == 200
    answers = [farid.post(removal) for _ in range(2)]
    assert [(answer.status_code, answer.headers["location"]) for answer in answers] == [
        (303, f"{team}?done=member-removed")
    ] * 2
    assert len(house.rows(Removal)) == before + 1
    assert bram.get(team).status_code == 404
    assert "You are not in a programme now" in bram.get("/").text


def test_two_edits_of_different_chapters_are_both_kept(house: House, world: World) -> None:
    amara, bram = browser(house, world, "member"), browser(house, world, "colleague")
    url = f"/initiatives/{world.tide.initiative}"
    mine, theirs = sent(amara.get(f"{url}/edit")), sent(bram.get(f"{url}/edit"))
    assert post(bram, f"{url}/versions", theirs | {"context": "Bram's context"}).status_code == 303
    assert post(amara, f"{url}/versions", mine | {"tried": "Amara's trial"}).status_code == 303
    now = initiative(house, world)
    assert (now.context, now.tried, now.version) == ("Bram's context", "Amara's trial", 3)


@pytest.mark.parametrize(
    ("answer", "stands"),
    [
        ({"challenge_choice": "mine"}, "Amara's\n\nwords"),
        ({"challenge_choice": "theirs"}, "Bram's words"),
        ({"challenge_choice": "both", "challenge": "Both their words"}, "Both their words"),
        # Who writes into the box and forgets the choice means what they wrote.
        ({"challenge": "Both their words"}, "Both their words"),
    ],
)
def test_a_conflict_is_shown_and_resolved(house: House, world: World, answer: dict[str, str], stands: str) -> None:
    amara, bram = browser(house, world, "member"), browser(house, world, "colleague")
    url = f"/initiatives/{world.tide.initiative}"
    mine, theirs = sent(amara.get(f"{url}/edit")), sent(bram.get(f"{url}/edit"))
    post(bram, f"{url}/versions", theirs | {"challenge": "Bram's words"})
    shown = post(amara, f"{url}/versions", mine | {"challenge": "Amara's\n\nwords", "asked": "Amara's question"})
    assert shown.status_code == 409
    assert "Bram Okoro saved this" in unescape(shown.text)
    assert initiative(house, world).asked != "Amara's question"
    form = sent(shown)
    assert (form["base"], form["challenge_mine"], form["asked"]) == ("2", "Amara's\n\nwords", "Amara's question")
    assert "Bram's" in unescape(shown.text)
    # One text from both begins with both.
    assert form["challenge"] == "Amara's\n\nwords\n\nBram's words"
    assert post(amara, f"{url}/versions", form | answer).status_code == 303
    now = initiative(house, world)
    assert (now.challenge, now.asked, now.version) == (stands, "Amara's question", 3)


def test_a_conflict_with_an_error_in_it_comes_back_whole(house: House, world: World) -> None:
    amara, bram = browser(house, world, "member"), browser(house, world, "colleague")
    url = f"/initiatives/{world.tide.initiative}"
    mine, theirs = sent(amara.get(f"{url}/edit")), sent(bram.get(f"{url}/edit"))
    post(bram, f"{url}/versions", theirs | {"challenge": "Bram's words"})
    form = sent(post(amara, f"{url}/versions", mine | {"challenge": "Amara's words"}))
    wrong = {"challenge_choice": "both", "challenge": "x" * 10_001, "title": " "}
    back = post(amara, f"{url}/versions", form | wrong)
    assert back.status_code == 422
    assert "characters long" in back.text
    assert "Give the initiative a title." in back.text
    again = sent(back)
    assert (again["challenge"], again["challenge_mine"], again["challenge_choice"], again["base"]) == (
        "x" * 10_001,
        "Amara's words",
        "both",
        "2",
    )
    assert "Bram's" in unescape(back.text)
    assert post(amara, f"{url}/versions", again | {"challenge_choice": "mine", "title": "New"}).status_code == 303
    assert (initiative(house, world).challenge, initiative(house, world).title) == ("Amara's words", "New")


def test_what_was_written_from_both_is_meant_when_the_form_comes_again(house: House, world: World) -> None:
    amara, bram = browser(house, world, "member"), browser(house, world, "colleague")
    url = f"/initiatives/{world.tide.initiative}"
    mine, theirs = sent(amara.get(f"{url}/edit")), sent(bram.get(f"{url}/edit"))
    post(bram, f"{url}/versions", theirs | {"title": "Bells"})
    form = sent(post(amara, f"{url}/versions", mine | {"title": "Sirens"}))
    assert form["title"] == "Sirens / Bells"
    # The choice was left on "mine", and another field is wrong.
    back = sent(post(amara, f"{url}/versions", form | {"title": "Bells, sirens", "asked": "x" * 10_001}))
    assert post(amara, f"{url}/versions", back | {"asked": "Fine"}).status_code == 303
    assert (initiative(house, world).title, initiative(house, world).asked) == ("Bells, sirens", "Fine")


def test_ten_thousand_characters_of_every_chapter_arrive(house: House, world: World) -> None:
    amara, url = browser(house, world, "member"), f"/initiatives/{world.tide.initiative}"
    written = {name: letter * 10_000 for name, letter in zip(CHAPTERS, "añ日ب", strict=True)}
    form = sent(amara.get(f"{url}/edit"))
    assert post(amara, f"{url}/versions", form | written).status_code == 303
    now = initiative(house, world)
    assert {name: getattr(now, name) for name in CHAPTERS} == written
    assert sent(amara.get(f"{url}/edit")) | {"key": ""} == {**form, **written, "base": "2", "key": ""}


@pytest.mark.parametrize("base", ["0", "77", "999999999999999", "-1", "one", ""])
def test_a_base_that_never_was_loses_nothing(house: House, world: World, base: str) -> None:
    amara, url = browser(house, world, "member"), f"/initiatives/{world.tide.initiative}"
    typed = {name: f"typed {name}" for name in FIELDS}
    back = post(amara, f"{url}/versions", typed | {"base": base})
    assert back.status_code == 422
    assert "Load the page again" in back.text
    assert {name: sent(back)[name] for name in FIELDS} == typed
    assert len([row for row in house.rows(InitiativeVersion) if row.initiative_id == world.tide.initiative]) == 1


def test_a_script_in_an_initiative_is_text(house: House, world: World) -> None:
    amara, url = browser(house, world, "member"), f"/initiatives/{world.tide.initiative}"
    nasty = '<script>alert(1)</script><img src=x onerror=alert(2)> [x](javascript:alert(3)) "><svg/onload=alert(4)>'
    form = sent(amara.get(f"{url}/edit"))
    assert post(amara, f"{url}/versions", form | dict.fromkeys(FIELDS, nasty)).status_code == 303
    for path in (url, f"{url}/edit", f"/teams/{world.tide.team}", f"/cohorts/{world.tide.cohort}"):
        page = amara.get(path).text
        assert "alert(1)" in page or path.startswith("/cohorts"), path
        for trap in ("<script>alert", "<img src=x", "<svg/onload", 'href="javascript'):
            assert trap not in page, path


def test_facilitators_rename_cohort_and_team(house: House, world: World) -> None:
    farid, amara = browser(house, world, "facilitator"), browser(house, world, "member")
    cohort, team = f"/cohorts/{world.tide.cohort}", f"/teams/{world.tide.team}"
    assert farid.post(f"{cohort}/details", data={"name": "Floods", "purpose": "In time"}).status_code == 303
    assert farid.post(f"{team}/details", data={"name": "Ebb", "part": "brings"}).status_code == 303
    page = amara.get(cohort).text
    assert all(words in page for words in ("Floods", "In time", ">Ebb</a>"))
    for values, error in (({"name": "", "part": "asks"}, "Give the team a name."), ({"name": "x"}, "Choose what")):
        back = farid.post(f"{team}/details", data=values)
        assert (back.status_code, error in back.text) == (422, True)
    for path in (f"{cohort}/details", f"{team}/details"):
        assert amara.post(path, data={"name": "Mine", "part": "asks"}).status_code == 403


def test_a_cohort_says_at_once_who_is_here_and_leads_to_what_is_new(house: House, world: World) -> None:
    path, tide = f"/cohorts/{world.tide.cohort}", world.tide
    pages = {role: main_of(browser(house, world, role).get(path)) for role in ("member", "facilitator", "sponsor")}
    for role in ("member", "facilitator"):
        before = pages[role].partition('id="teams-title"')[0]
        assert f'id="presence-cohort-{tide.cohort}"' in before
        assert f'href="#news-{tide.cohort}">What is new</a>' in before
    assert f'id="news-{tide.cohort}"' in browser(house, world, "member").get(path).text
    assert "page-now" not in pages["sponsor"]
    # The name that is pushed when it changes is what the window is called.
    assert "<h1 data-title><bdi>Flood warnings</bdi></h1>" in pages["member"]
    assert pages["facilitator"].count("Who has arrived") == 1


def test_where_the_start_page_leads(house: House, world: World) -> None:
    amara, farid = browser(house, world, "member"), browser(house, world, "facilitator")
    home = amara.get("/")
    assert (home.status_code, home.headers["location"]) == (303, f"/cohorts/{world.tide.cohort}")
    assert all(name in farid.get("/").text for name in ("Flood warnings", "Care at home"))


def test_a_team_is_marked_as_mine_beside_the_fragment(house: House, world: World) -> None:
    pages = {role: browser(house, world, role).get(f"/cohorts/{world.tide.cohort}").text for role in ("member", "peer")}
    rows = {role: re.findall(r'<li class="row" id="team-.*?</li>', page, re.DOTALL) for role, page in pages.items()}
    assert rows["member"] == rows["peer"] != []
    assert f"#team-{world.tide.team} .mine" in pages["member"]
    assert f"#team-{world.tide.team} .mine" not in pages["peer"]
