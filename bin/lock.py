"""`make lock`: choose the newest versions that requirements/*.in and package.json allow, and lock them with hashes.

The locks name no registry, no folder and no machine, so the same file serves everybody.
"""

import json
from typing import TYPE_CHECKING

from bootstrap import ROOT, VENV, run_logged, say

if TYPE_CHECKING:
    from bootstrap import Environment

# In this order: the later ones take the versions of the earlier ones.
LOCKS = ("runtime", "test", "node", "lock")
OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--upgrade",
    "--python-version=3.11",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--custom-compile-command=make lock",
)


def renew(environment: "Environment") -> None:
    from frontend import node_environment, npm

    environment.need("lock")
    for name in LOCKS:
        say(f"Locking requirements/{name}.in ...")
        paths = [f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt"]
        run_logged([str(VENV / "bin/uv"), "pip", "compile", *OPTIONS, *paths], f"Locking requirements/{name}.in")
    say("Locking package.json ...")
    command = [*npm(environment), "install", "--package-lock-only", "--ignore-scripts", "--no-audit", "--no-fund"]
    run_logged(command, "Locking package.json", node_environment())
    forget_addresses()
    say("Locked. Read the differences, then run make test.")


def forget_addresses() -> None:
    """Where a package asks for donations is no part of what is locked."""
    path = ROOT / "package-lock.json"
    lock = json.loads(path.read_text())
    for package in lock["packages"].values():
        package.pop("funding", None)
        package.pop("resolved", None)
    path.write_text(json.dumps(lock, indent=2) + "\n")
