"""Mail over TLS: a certificate is checked, and a password never travels in the open."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword

from server.smtp import Lines, Unreachable
from tests.services.certificates import certificate
from tests.services.scripted_smtp import Script, scripted
from tests.services.smtp import Postbox, smtp

# A loopback address that counts as another machine: on this one nothing needs to be encrypted.
ELSEWHERE = "127.0.0.2"
LETTER = b"From: post@example.org\r\nTo: amara@example.org\r\nSubject: S\r\n\r\nWords\r\n"
USER, PASSWORD = "post", "a password: with @ signs"
SIGNED_IN = "post:a%20password%3A%20with%20%40%20signs@"


def context(folder: Path, *hosts: str) -> ssl.SSLContext:
    folder.mkdir(exist_ok=True)
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(*certificate(folder, hosts))
    return made


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's certificate, which this machine trusts (SSL_CERT_FILE is OpenSSL's own variable)."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    return context(tmp_path, ELSEWHERE)


@pytest.fixture
def starttls(ours: ssl.SSLContext) -> Iterator[Postbox]:
    def known(server: object, session: object, envelope: object, mechanism: str, given: LoginPassword) -> AuthResult:
        right = (given.login, given.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    with smtp(ELSEWHERE, tls_context=ours, require_starttls=True, authenticator=known, auth_required=True) as postbox:
        yield postbox


def sent(url: str) -> None:
    lines = Lines(url)
    with lines.line() as line:
        line.address("post@example.org", "amara@example.org")
        line.hand_over(LETTER)
    lines.close()


def test_starttls_comes_before_the_password_and_the_letter(starttls: Postbox) -> None:
    sent(f"smtp://{SIGNED_IN}{ELSEWHERE}:{starttls.port}")
    (letter,) = starttls.wait_for(1)
    assert letter["X-Envelope-To"] == "amara@example.org"
    assert [version[:4] for version in starttls.encrypted] == ["TLSv"]


def test_wrong_password_is_said_and_nothing_is_sent(starttls: Postbox) -> None:
    with pytest.raises(Unreachable, match="SMTPAuthenticationError"):
        sent(f"smtp://post:wrong@{ELSEWHERE}:{starttls.port}")
    assert starttls.messages == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.parametrize(("host", "trusted"), [("mail.example.org", True), (ELSEWHERE, False)])
def test_certificate_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, host: str, trusted: bool
) -> None:
    """Another server's, or one that nobody this machine trusts has signed."""
    found = context(tmp_path / "theirs", host)
    context(tmp_path / "ours", ELSEWHERE)
    which = "theirs" if trusted else "ours"
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / which / "certificate.pem"))
    given = {"tls_context": found} if scheme == "smtp" else {"ssl_context": found}
    with smtp(ELSEWHERE, **given) as postbox:
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            sent(f"{scheme}://{ELSEWHERE}:{postbox.port}")
        assert postbox.messages == []


def test_smtps_is_encrypted_from_the_first_byte(ours: ssl.SSLContext) -> None:
    with smtp(ELSEWHERE, ssl_context=ours) as postbox:
        sent(f"smtps://{ELSEWHERE}:{postbox.port}")
        postbox.wait_for(1)
        assert [version[:4] for version in postbox.encrypted] == ["TLSv"]


def test_password_is_kept_from_a_server_that_offers_no_encryption() -> None:
    script = Script(EHLO=["250-here\r\n250 AUTH PLAIN LOGIN"])
    with scripted(script, host=ELSEWHERE) as there:
        with pytest.raises(Unreachable, match="no password was sent"):
            sent(f"smtp://{SIGNED_IN}{ELSEWHERE}:{there.port}")
        assert "AUTH" not in there.asked
        assert "MAIL" not in there.asked
