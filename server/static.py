"""Our own files for the browser: read once at the start, named by their content, compressed once.

In memory because every page names its files by content hash, so each is read at the start anyway; what changed has a
new address and what did not is never asked for again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Request, Response
from litestar.params import FromPath

from server.headers import is_known
from server.reading import reading
from server.settings import ROOT
from server.vendored import VENDORED

FOLDER = ROOT / "static"
COMPRESSED = {".css", ".js", ".svg", ".txt"}
YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file: its bytes, the same compressed (or empty), its media type and the hash of its content."""

    body: bytes
    zipped: bytes
    media_type: str
    digest: str


def _static_file(body: bytes, suffix: str, media_type: str) -> StaticFile:
    zipped = gzip.compress(body, 9, mtime=0) if suffix in COMPRESSED else b""
    return StaticFile(body, zipped, media_type, hashlib.sha256(body).hexdigest()[:12])


def _read(path: Path) -> StaticFile:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return _static_file(path.read_bytes(), path.suffix, media_type.replace("application/javascript", "text/javascript"))


def _joined(files: dict[str, StaticFile]) -> StaticFile:
    """Every style sheet in one: a request instead of twenty. The @layer line in the first one decides what wins, so
    the order of the others does not matter; all lie below css/, from where their addresses are read."""
    rest = sorted(name for name in files if name.startswith("css/") and name != "css/sweetspot.css")
    return _static_file(b"\n".join(files[name].body for name in ("css/sweetspot.css", *rest)), ".css", "text/css")


class StaticFiles:
    """Every file under static/, by its path below that folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith(".")]
        self.files = {path.relative_to(folder).as_posix(): _read(path) for path in paths}
        self.files["css/all.css"] = _joined(self.files)
        # Ours, and packages that modules of ours import.
        modules = [name for name in sorted(self.files) if name.startswith(("js/", "vendor/modules/"))]
        self.import_map = json.dumps({"imports": {f"sweetspot/{Path(name).stem}": self.url(name) for name in modules}})
        everything = "".join(file.digest for file in self.files.values())
        self.build = hashlib.sha256(everything.encode()).hexdigest()[:12]

    def url(self, path: str) -> str:
        """The address of `path`, with its content's hash. Raises KeyError for a file of ours that is not there; one
        that the setup did not fetch has an address at which there is nothing."""
        if path in VENDORED and path not in self.files:
            return f"/static/{path}"
        return f"/static/{path}?v={self.files[path].digest}"


@reading("/static/{path:path}", name="static", sync_to_thread=False)
def static_file(request: Request[Any, Any, Any], path: FromPath[Path]) -> Response[bytes]:
    """One of our files. Fonts and images are named inside style sheets without a hash, so those are asked for again."""
    found = request.app.state.house.static.files.get(path.as_posix().lstrip("/"))
    if found is None:
        return Response(b"", status_code=404, media_type="text/plain")
    headers = {"etag": f'"{found.digest}"', "x-content-type-options": "nosniff", "vary": "Accept-Encoding"}
    current = request.query_params.get("v") == found.digest
    headers["cache-control"] = YEAR if current else "public, max-age=86400"
    if is_known(", ".join(request.headers.getall("if-none-match", ())), headers["etag"]):
        return Response(b"", status_code=304, headers=headers, media_type=found.media_type)
    if found.zipped and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.zipped, headers=headers | {"content-encoding": "gzip"}, media_type=found.media_type)
    return Response(found.body, headers=headers, media_type=found.media_type)
