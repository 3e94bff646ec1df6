"""A certificate for one run of the tests, signed by itself: no program and no package has to be there for it.

Elliptic curve P-256 (FIPS 186-4, D.1.2.3) with plain affine arithmetic. Good for a test that lasts a second and for
nothing else: the time it takes tells about the key.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None
SEQUENCE, SET, INTEGER, BITS, OCTETS, UTF8, GENERALIZED = 0x30, 0x31, 0x02, 0x03, 0x04, 0x0C, 0x18


def _add(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 - 3) * pow(2 * y1, -1, P) if one == two else (y2 - y1) * pow(x2 - x1, -1, P)
    x3 = (slope * slope - x1 - x2) % P
    return x3, (slope * (x1 - x3) - y1) % P


def _times(number: int) -> tuple[int, int]:
    found: Point = None
    doubled: Point = G
    while number:
        found = _add(found, doubled) if number & 1 else found
        doubled, number = _add(doubled, doubled), number >> 1
    assert found is not None
    return found


def _der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = len(body).to_bytes((len(body).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (length if len(body) < 128 else bytes([0x80 | len(length)]) + length) + body


def _integer(number: int) -> bytes:
    return _der(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _oid(hexadecimal: str) -> bytes:
    return _der(0x06, bytes.fromhex(hexadecimal))


# 1.2.840.10045.2.1, 1.2.840.10045.3.1.7, 1.2.840.10045.4.3.2, 2.5.4.3, 2.5.29.17, 2.5.29.19
EC_KEY, P256, ECDSA_SHA256 = _oid("2a8648ce3d0201"), _oid("2a8648ce3d030107"), _oid("2a8648ce3d040302")
COMMON_NAME, OTHER_NAMES, CONSTRAINTS = _oid("550403"), _oid("551d11"), _oid("551d13")


def _signed(text: bytes, private: int) -> bytes:
    digest, once = int.from_bytes(hashlib.sha256(text).digest(), "big"), secrets.randbelow(N - 1) + 1
    r = _times(once)[0] % N
    return _der(SEQUENCE, _integer(r), _integer(pow(once, -1, N) * (digest + r * private) % N))


def _name(host: str) -> bytes:
    try:
        return _der(0x87, ipaddress.ip_address(host).packed)
    except ValueError:
        return _der(0x82, host.encode())


def _pem(words: str, body: bytes) -> str:
    return f"-----BEGIN {words}-----\n{base64.encodebytes(body).decode()}-----END {words}-----\n"


def certificate(folder: Path, hosts: Sequence[str]) -> tuple[Path, Path]:
    """The files of a certificate for those names and addresses, good for a day, and of its key (RFC 5280, RFC 5915)."""
    private = secrets.randbelow(N - 1) + 1
    x, y = _times(private)
    public = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    algorithm, now = _der(SEQUENCE, ECDSA_SHA256), datetime.now(UTC)
    days = [_der(GENERALIZED, f"{now + timedelta(days=by):%Y%m%d%H%M%SZ}".encode()) for by in (-1, 1)]
    who = _der(SEQUENCE, _der(SET, _der(SEQUENCE, COMMON_NAME, _der(UTF8, b"A test of Sweetspot"))))
    more = [
        _der(SEQUENCE, OTHER_NAMES, _der(OCTETS, _der(SEQUENCE, *map(_name, hosts)))),
        _der(SEQUENCE, CONSTRAINTS, _der(0x01, b"\xff"), _der(OCTETS, _der(SEQUENCE, _der(0x01, b"\xff")))),
    ]
    said = _der(
        SEQUENCE,
        *(_der(0xA0, _integer(2)), _integer(secrets.randbits(64)), algorithm, who, _der(SEQUENCE, *days), who),
        _der(SEQUENCE, _der(SEQUENCE, EC_KEY, P256), _der(BITS, b"\0", public)),
        _der(0xA3, _der(SEQUENCE, *more)),
    )
    whole = _der(SEQUENCE, said, algorithm, _der(BITS, b"\0", _signed(said, private)))
    parts = (
        _integer(1),
        _der(OCTETS, private.to_bytes(32, "big")),
        _der(0xA0, P256),
        _der(0xA1, _der(BITS, b"\0", public)),
    )
    shown, kept = folder / "certificate.pem", folder / "key.pem"
    shown.write_text(_pem("CERTIFICATE", whole))
    kept.write_text(_pem("EC PRIVATE KEY", _der(SEQUENCE, *parts)))
    return shown, kept
