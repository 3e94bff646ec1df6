"""The disk takes nothing more while the server runs: reading goes on, writing is refused, and comes back by itself."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.attached import noise
from tests.faults.crowd import said_in
from tests.faults.installation import Installation, installed
from tests.world import World


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def let_grow(house: Installation, most: int) -> None:
    """No file of that process gets longer than so many bytes from now on: a write beyond that fails (getrlimit(2))."""
    resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))


def test_full_disk_is_refused_and_recovered_from(durable: tuple[str, World]) -> None:
    url, world = durable
    file = Path(str(make_url(url).database))
    where, talk = f"/initiatives/{world.tide.initiative}", f"/threads/{world.tide.thread}/comments"
    with installed(url) as house:
        client = house.visit(world.people["Amara"])
        assert client.get(where).status_code == 200
        said = client.post(talk, data={"text": "Before", "key": "before"})
        assert said.status_code == 303
        log = file.with_name(f"{file.name}-wal")
        let_grow(house, os.path.getsize(log))
        for _ in range(3):
            refused = client.post(talk, data={"text": "While it was full", "key": "while"})
            assert refused.status_code == 503, refused.text[:500]
            assert int(refused.headers["retry-after"]) > 0
            assert "We cannot get at our data right now" in refused.text
            assert client.get(where).status_code == 200
        assert said_in(house, world.tide.thread)["While it was full"] == 0
        let_grow(house, resource.RLIM_INFINITY)
        assert client.post(talk, data={"text": "While it was full", "key": "while"}).status_code == 303
        there = said_in(house, world.tide.thread)
        assert (there["Before"], there["While it was full"]) == (1, 1)


def test_file_that_finds_no_room_is_refused_and_words_are_not(durable: tuple[str, World]) -> None:
    url, world = durable
    log = Path(f"{make_url(url).database}-wal")
    talk = f"/threads/{world.tide.thread}/comments"
    with installed(url) as house:
        client = house.visit(world.people["Amara"])
        assert client.post(talk, data={"text": "Before", "key": "before"}).status_code == 303
        sent = {"file": ("film.txt", noise(6_000_000), "text/plain")}
        # Room for some words and the first step of a file.
        let_grow(house, os.path.getsize(log) + 2_000_000)
        refused = client.post(talk, data={"text": "With a file", "key": "with"}, files=sent)
        assert refused.status_code == 503
        assert "There is no room for files left here." in refused.text
        assert said_in(house, world.tide.thread)["With a file"] == 0
        let_grow(house, resource.RLIM_INFINITY)
        assert client.post(talk, data={"text": "With a file", "key": "with"}, files=sent).status_code == 303
        assert said_in(house, world.tide.thread)["With a file"] == 1
