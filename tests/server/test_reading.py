"""HEAD without a server's help, and what is told to whoever says what they have already (RFC 9110, 13.1.2)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.house import House
from tests.world import World


@pytest.fixture(params=["sqlite"])
def database_kind() -> str:
    return "sqlite"


def sent(house: House, method: str, path: str) -> list[dict[str, Any]]:
    """What the application itself sends: uvicorn takes the content off a HEAD as well, other servers may not."""
    found: list[dict[str, Any]] = []

    async def asked() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            found.append(dict(message))

        headers = [(b"host", house.url.removeprefix("http://").encode())]
        scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
        scope |= {"headers": headers, "client": ("127.0.0.1", 1), "scheme": "http", "http_version": "1.1"}
        await house.app(scope, receive, send)  # type: ignore[arg-type]

    asyncio.run(asked())
    return found


@pytest.mark.parametrize("path", ["/health", "/no/such/page", "/static/css/tokens.css"])
def test_the_application_itself_sends_no_content_for_head(house: House, path: str) -> None:
    get, head = (b"".join(one.get("body", b"") for one in sent(house, method, path)) for method in ("GET", "HEAD"))
    assert (bool(get), head) == (True, b"")


def test_one_who_has_what_is_there_is_told_so(house: House, world: World) -> None:
    client = house.visit(world.people["Amara"])
    etag = client.get("/static/css/tokens.css").headers["etag"]
    for known in ("*", etag, f"W/{etag}", f'"1, 2", W/"x" ,{etag}'):
        answer = client.get("/static/css/tokens.css", headers={"if-none-match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag), known
    lines = [("if-none-match", '"other"'), ("if-none-match", etag)]
    assert client.get("/static/css/tokens.css", headers=lines).status_code == 304
    for known in ("", '"other"', etag.strip('"'), '"*"', f'"a{etag}'):
        assert client.get("/static/css/tokens.css", headers={"if-none-match": known}).status_code == 200, known


def test_anything_there_is_more_than_nothing(house: House, world: World) -> None:
    """`*` asks for nothing that is there already, whatever it looks like; a page has no tag that anybody could name."""
    client, file = house.visit(world.people["Amara"]), f"/attachments/{world.attachments[world.tide.cohort]}"
    for method in ("GET", "HEAD"):
        for path, more in (("/profile", {}), (file, {}), (file, {"range": "bytes=0-3"})):
            answer = client.request(method, path, headers={"if-none-match": "*"} | more)
            assert (answer.status_code, answer.content) == (304, b""), path
            assert "cache-control" in answer.headers
            assert not {"content-length", "content-type", "content-range"} & set(answer.headers), path
            other = client.request(method, path, headers={"if-none-match": '"other"'} | more)
            assert other.status_code == (206 if more else 200)
        assert client.request(method, "/no/such/page", headers={"if-none-match": "*"}).status_code == 404
        assert client.request(method, "/attachments/987654", headers={"if-none-match": "*"}).status_code == 404
    asked = {"if-none-match": "*", "hx-request": "true"}
    assert client.post("/profile/zone", data={"zone": "Europe/Paris"}, headers=asked).status_code == 200
