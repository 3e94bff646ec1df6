"""Redis over TLS: `rediss://` is spoken, and the certificate is checked, by the server and by the doctor."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house import free_port, running
from tests.live.harness import following
from tests.server.command import sweetspot
from tests.server.looping import until
from tests.services.certificates import certificate
from tests.services.tls_front import tls_front
from tests.services.valkey import Valkey
from tests.world import World


class Front(NamedTuple):
    """Where an encrypted Valkey is, and a machine's list that knows its certificate."""

    url: str
    trusted: Path


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("tls")
    shown, key = certificate(folder, ["127.0.0.1", "localhost"])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, key)
    # Always our own: what REDIS_URL names may be encrypted already.
    behind = Valkey()
    try:
        behind.start()
        with tls_front(behind.folder / "socket", context) as port:
            yield Front(f"rediss://127.0.0.1:{port}", shown)
    finally:
        behind.close()


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_processes_wake_each_other_through_tls(
    world_database: tuple[str, World], front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(front.trusted))
    url, world = world_database
    # They look for nothing by themselves: what comes, came through Redis.
    given = {"redis_url": front.url, "poll": 3600.0, "url": f"http://127.0.0.1:{free_port()}"}
    path = f"/initiatives/{world.tide.initiative}"
    with running(url, **given) as one, running(url, **given) as other:
        until(lambda: one.inside.wakeup.works and other.inside.wakeup.works)
        with following(other, world.people["Chiara"], path) as page:
            said = {"text": "Said through TLS"}
            answer = one.visit(world.people["Amara"]).post(f"/threads/{world.tide.thread}/comments", data=said)
            assert answer.status_code == 303, answer.text
            page.until(lambda: said["text"] in page.page.text_content())


def test_certificate_nobody_signed_is_refused(
    world_database: tuple[str, World], front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    with running(world_database[0], redis_url=front.url) as house:
        until(lambda: "Redis is away" in caplog.text)
        assert not house.inside.wakeup.works


@pytest.mark.parametrize("trusted", [True, False])
def test_doctor_looks_through_tls(world_database: tuple[str, World], front: Front, trusted: bool) -> None:
    given = {"SSL_CERT_FILE": str(front.trusted)} if trusted else {}
    said = sweetspot("doctor", first=None, DATABASE_URL=world_database[0], REDIS_URL=front.url, **given).stdout
    (line,) = [line for line in said.splitlines() if "Redis " in line[:20]]
    assert ("answers" in line) is trusted, line
    assert ("CERTIFICATE_VERIFY_FAILED" in line) is not trusted, line
