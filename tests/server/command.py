"""`sweetspot` run as a program of its own, and what it says."""

from __future__ import annotations

import ctypes
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from server.settings import ROOT
from tests.house import plain_client

COMMAND = [sys.executable, "-c", "import sys; from server.cli import main; sys.exit(main())"]
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SWEETSPOT_")}
    return kept | {"DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": "1"} | settings


def sweetspot(
    *arguments: str, first: Callable[[], None] | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=20,
        preexec_fn=first,
        check=False,
    )


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence of a refusal."""
    assert (done.returncode, done.stdout) == (1, ""), done
    (sentence,) = done.stderr.splitlines()
    assert not sentence[0].islower()
    assert sentence.endswith(".")
    return sentence


def obey_permissions() -> None:
    """Root may write everywhere; what is run next may not (capabilities(7))."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


@contextmanager
def started(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def answer(process: subprocess.Popen[str], url: str) -> httpx.Response:
    """The first answer of a server that is starting."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with plain_client(url) as client:
                return client.get(url, timeout=10)
        except httpx.ConnectError:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline, "nothing answers"
            time.sleep(0.02)


def said(process: subprocess.Popen[str]) -> list[str]:
    """What was printed so far; the command writes it as soon as it listens."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 30)
    assert ready
    return os.read(process.stdout.fileno(), 65_536).decode().splitlines()
