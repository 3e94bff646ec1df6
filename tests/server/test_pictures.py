"""Pictures are made anew, in a program of its own, within limits."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from server.files import MOST_BYTES
from server.pictures import LONGEST_SIDE, PREVIEW, Damaged, Picture, TooManyPoints, made_anew
from tests import attached

SECRET = b"SECRET of the author"
# What a decoder tells of the format itself.
NEEDED = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression", "loop", "background"}
NEEDED |= {"timestamp", "duration"}


def made(content: bytes, kind: str, tmp_path: Path) -> tuple[Picture, bytes, Image.Image]:
    path = tmp_path / "given"
    path.write_bytes(content)
    with path.open("rb") as source:
        found = made_anew(source, kind, MOST_BYTES)
    found.whole.seek(0)
    whole = found.whole.read()
    return found, whole, Image.open(io.BytesIO(whole))


def with_secrets(kind: str) -> bytes:
    """A picture with words in every place that its format has for them."""
    image, out = Image.new("RGB", (60, 40), "red"), io.BytesIO()
    exif = image.getexif()
    exif[0x013B], exif[0x0112] = SECRET.decode(), 6
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", SECRET.decode())
    kinds: dict[str, dict[str, Any]] = {
        "PNG": {"pnginfo": words},
        "JPEG": {"comment": SECRET},
        "GIF": {"comment": SECRET},
    }
    options: dict[str, Any] = {"exif": exif} if kind != "GIF" else {}
    image.save(out, kind, **options, **kinds.get(kind, {}))
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_nothing_but_the_points_comes_along(kind: str, tmp_path: Path) -> None:
    tail = b"<html><script>alert(1)</script></html>PK\x03\x04" + SECRET
    content = with_secrets(kind) + tail
    assert content.count(SECRET) > 1
    found, whole, image = made(content, kind, tmp_path)
    assert SECRET not in whole
    assert b"<html>" not in whole
    assert not image.getexif()
    assert image.info.keys() <= NEEDED
    # Turned as its camera said, because what said so is gone.
    assert image.size == ((60, 40) if kind == "GIF" else (40, 60))
    assert found.media_type == {"GIF": "image/png"}.get(kind, f"image/{kind.lower()}")
    found.preview.seek(0)
    assert SECRET not in found.preview.read()


def test_a_large_picture_becomes_smaller_and_has_a_bounded_preview(tmp_path: Path) -> None:
    found, _, image = made(attached.picture("JPEG", (6000, 2000)), "JPEG", tmp_path)
    assert max(image.size) == LONGEST_SIDE
    assert (found.width, found.height) == (640, 213)
    assert found.width <= PREVIEW[0]
    assert found.height <= PREVIEW[1]


def test_a_drawing_stays_transparent(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (20, 20), (1, 2, 3, 0)).save(out, "PNG")
    _, _, image = made(out.getvalue(), "PNG", tmp_path)
    assert image.mode == "RGBA"
    assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]


def test_a_bomb_of_points_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb, began = attached.pixel_bomb(), time.process_time()
    assert len(bomb) < 100_000
    with pytest.raises(TooManyPoints):
        made(bomb, "PNG", tmp_path)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n", attached.picture()[:50], b"\x89PNG\r\n\x1a\n" + b"\0" * 5000]
)
def test_what_is_no_picture_is_damaged(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(Damaged):
        made(content, "PNG", tmp_path)
