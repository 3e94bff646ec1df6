"""The headers of every answer, and what is asked of every request: is it for us, does it come from us, and has the
browser what it asks for already?"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from server.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_TAG = re.compile(r'"[^"]*"')


def policy(settings: Settings, import_map: str) -> str:
    """The Content-Security-Policy with `{nonce}` left open.

    Everything from ourselves; the import map is the one inline script and is named by its hash. Older Safari does not
    count wss:// as 'self', so it is named.
    """
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    socket = settings.origin.replace("http", "ws", 1)
    return (
        f"default-src 'none'; script-src 'self' 'sha256-{digest}'; style-src 'self' 'nonce-{{nonce}}'; "
        f"img-src 'self'; font-src 'self'; connect-src 'self' {socket}; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


def page_headers(settings: Settings, content_policy: str, nonce: str) -> dict[str, str]:
    """The headers of a page or a fragment."""
    found = {
        "content-security-policy": content_policy.replace("{nonce}", nonce),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
        # With no-referrer every form of ours would send `Origin: null`, which the check below refuses.
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=()",
        "vary": "HX-Request, Cookie, Accept-Language",
    }
    if settings.secure:
        found["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return found


def is_for_us(settings: Settings, headers: Mapping[str, str]) -> bool:
    """Whether `Host` names this installation; anything else could end up in a link we mail."""
    return headers.get("host", "") in settings.hosts


def is_from_us(settings: Settings, method: str, headers: Mapping[str, str]) -> bool:
    """Whether an unsafe request comes from a page of ours (cross-site request forgery).

    `Sec-Fetch-Site` cannot be set by a script; browsers without it send `Origin`. Neither: refused. This is the check
    OWASP's CSRF sheet now lists as a primary defence; with SameSite=Lax cookies no token has to sit in the HTML.
    """
    if method in SAFE:
        return True
    if site := headers.get("sec-fetch-site"):
        return site == "same-origin"
    return is_our_origin(settings, headers.get("origin"))


def is_our_origin(settings: Settings, origin: str | None) -> bool:
    """Whether `origin` is ours to the letter. Websockets are checked with this too: CSP and CORS do not cover them."""
    scheme, found, host = (origin or "").partition("://")
    return bool(found) and scheme == settings.origin.partition("://")[0] and host in settings.hosts


def is_known(known: str, etag: str) -> bool:
    """Whether `known` (If-None-Match) names what has that tag (empty: it has none); `*` names whatever is there.

    Tags are compared weakly (RFC 9110, 13.1.2): what is on the way may have weakened ours when it compressed.
    """
    return known.strip() == "*" or etag.removeprefix("W/") in _TAG.findall(known)
