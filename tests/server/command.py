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
from tests.house import PATIENCE, plain_client
from tests.server.forked import Forked, forker

COMMAND = [sys.executable, "-c", "import sys; from server.cli import main; sys.exit(main())"]
Program = subprocess.Popen[str] | Forked
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SWEETSPOT_")}
    return kept | {"DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": "1"} | settings


def sweetspot(
    *arguments: str, first: Callable[[], None] | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run it to its end; by itself where it is to do something `first`."""
    with alone(*arguments, first=first, **settings) if first else started(*arguments, **settings) as process:
        stdout, stderr = process.communicate(timeout=PATIENCE)
        return subprocess.CompletedProcess(arguments, process.wait(), stdout, stderr)


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
def alone(*arguments: str, first: Callable[[], None] | None = None, **settings: str) -> Iterator[Program]:
    """It runs for the length of the block, loaded by itself as a user starts it."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=first,  # noqa: PLW1509 - it calls the kernel and nothing else
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def started(*arguments: str, **settings: str) -> Iterator[Program]:
    """The same, without the seconds that loading takes (tests/server/forked.py)."""
    (stdout, out), (stderr, err) = os.pipe(), os.pipe()
    with open(stdout) as said, open(stderr) as complained:
        try:
            process = forker().start(arguments, environment(**settings), out, err)
        finally:
            os.close(out)
            os.close(err)
        process.stdout, process.stderr = said, complained
        try:
            yield process
        finally:
            process.kill()
            process.wait(PATIENCE)


def answer(process: Program, url: str) -> httpx.Response:
    """The first answer of a server that is starting."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            with plain_client(url) as client:
                return client.get(url)
        except httpx.ConnectError:
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
            assert time.monotonic() < deadline, "nothing answers"
            time.sleep(0.02)


def said(process: Program) -> list[str]:
    """What was printed so far; the command writes it as soon as it listens."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    assert ready
    return os.read(process.stdout.fileno(), 65_536).decode().splitlines()
