"""Pictures are made anew: decoded to points and encoded again, so nothing else that a file held comes along.

No metadata (place, device, author), no second file behind the first, no colour profile with words in it. Decoders meet
bytes that strangers chose, so they run in a program of their own, with limits on memory and time: this file is that
program as well. It reads the picture from its input and writes to two open files.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from typing import IO, Any

# 50 million points are more than nearly every camera makes, and 200 MB while it is worked on.
MOST_POINTS = 50_000_000
LONGEST_SIDE = 4096
PREVIEW = (640, 480)
SECONDS = 30
MEMORY = 1024 * 1024 * 1024
TOO_MANY, DAMAGED = 3, 4


class TooManyPoints(Exception):
    """The picture is larger than any we take."""


class Damaged(Exception):
    """The picture cannot be decoded within the limits."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture made anew, and a small version of it of `width` by `height`."""

    media_type: str
    whole: IO[bytes]
    preview: IO[bytes]
    width: int
    height: int


def made_anew(source: IO[bytes], picture: str, most_bytes: int) -> Picture:
    """The picture of that Pillow format that `source` begins with, in at most so many bytes. Raises TooManyPoints and
    Damaged."""
    whole, preview = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    # The child reads what is in the file, not what waits to be written to it.
    source.flush()
    outs = (whole.fileno(), preview.fileno())
    command = [sys.executable, "-I", __file__, picture, str(most_bytes), *map(str, outs)]
    try:
        done = subprocess.run(
            command, stdin=source, capture_output=True, pass_fds=outs, timeout=SECONDS, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise Damaged from None
    if done.returncode == TOO_MANY:
        raise TooManyPoints
    if done.returncode:
        raise Damaged
    told = json.loads(done.stdout)
    return Picture(told["media_type"], whole, preview, told["width"], told["height"])


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _opened(picture: str) -> Any:
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = None
    image: Any = Image.open(sys.stdin.buffer, formats=[picture] if picture != "JPEG" else ["JPEG", "MPO"])
    if image.width * image.height > MOST_POINTS or max(image.size) > 60_000:
        sys.exit(TOO_MANY)
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    return _in_plain_colours(ImageOps.exif_transpose(image))


def _in_plain_colours(image: Any) -> Any:
    """With or without transparency, in the colours every screen has; nothing else of what the file said."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            plain = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, io.BytesIO(profile), plain, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
    if image.mode.startswith("I"):
        # Sixteen bits of grey.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    clear = "transparency" in image.info or image.mode in ("RGBA", "LA", "PA", "La", "RGBa")
    wanted = "RGBA" if clear else "L" if image.mode in ("1", "L") else "RGB"
    image = image if image.mode == wanted else image.convert(wanted)
    image.info = {}
    return image


# Photographs stay photographs, drawings stay sharp.
_SAVED: dict[str, tuple[str, str, dict[str, Any]]] = {
    "JPEG": ("JPEG", "image/jpeg", {"quality": 90, "progressive": True}),
    "WEBP": ("WEBP", "image/webp", {"quality": 90}),
    "PNG": ("PNG", "image/png", {}),
    "GIF": ("PNG", "image/png", {}),
}


def _write(picture: str, most_bytes: int, whole_to: int, preview_to: int) -> dict[str, Any]:
    image = _opened(picture)
    kind, media_type, options = _SAVED[picture]
    side = LONGEST_SIDE
    while True:
        image.thumbnail((side, side))
        if _saved(image, whole_to, most_bytes, kind, options):
            break
        side //= 2
    image.thumbnail(PREVIEW)
    _saved(image, preview_to, most_bytes, "WEBP", {"quality": 80})
    return {"media_type": media_type, "width": image.width, "height": image.height}


def _saved(image: Any, to: int, most_bytes: int, kind: str, options: dict[str, Any]) -> bool:
    """Write the picture, unless it comes out larger than it may be."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    fits = out.tell() <= most_bytes
    if fits:
        with os.fdopen(to, "wb", closefd=False) as file:
            file.write(out.getbuffer())
    return fits


def _main(picture: str, most_bytes: str, whole_to: str, preview_to: str) -> int:
    _limit()
    try:
        told = _write(picture, int(most_bytes), int(whole_to), int(preview_to))
    except Exception:
        return DAMAGED
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(_main(*sys.argv[1:]))
