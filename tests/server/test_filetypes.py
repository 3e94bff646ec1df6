"""What a file is, told by its content; and what its name becomes."""

from __future__ import annotations

import io
import zipfile

import pytest

from server import filetypes
from server.filetypes import ENDINGS, MOST_NAME, look, name_of
from server.refusals import Wrong
from tests import attached

REFUSED: dict[str, tuple[bytes, str]] = {
    "empty.txt": (b"", filetypes.EMPTY),
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', filetypes.WEB),
    "drawing.png": (b'<?xml version="1.0"?><svg/>', filetypes.WEB),
    "page.html": (b"Only words, but a browser would open it as a page.", filetypes.WEB),
    "notes.txt": (b"\xef\xbb\xbf  <!DOCTYPE html><script>alert(1)</script>", filetypes.WEB),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, filetypes.OLD_OFFICE),
    "program.pdf": (b"MZ\x90\0\3\0\0\0", filetypes.OTHER),
    "archive.zip": (attached.document("a/readme.txt"), filetypes.OTHER),
    "macros.docm": (attached.document(more={"word/vbaProject.bin": b"x"}), filetypes.MACROS),
    "cut.docx": (attached.document()[:-30], filetypes.BROKEN),
}


@pytest.mark.parametrize("name", attached.EACH)
def test_each_kind_is_known_by_its_content(name: str) -> None:
    found = look(io.BytesIO(attached.EACH[name]), name)
    assert name.rpartition(".")[2] in found.endings
    # A name that says something else changes nothing; only of text it says which.
    other = look(io.BytesIO(attached.EACH[name]), "letter.exe")
    assert other.media_type == ("text/plain" if name == "list.csv" else found.media_type)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_attached_is_refused_with_the_reason(name: str) -> None:
    content, why = REFUSED[name]
    with pytest.raises(Wrong) as refused:
        look(io.BytesIO(content), name)
    assert refused.value.message.msgid == why


def lying(content: bytes) -> bytes:
    """The same document, whose directory says that its largest part is small."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        large = max(archive.infolist(), key=lambda part: part.file_size)
    true, small = large.file_size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    return content.replace(true, small)


def test_a_document_that_unpacks_to_far_more_is_refused() -> None:
    bomb = attached.document(more={"word/media/image.bin": b"\0" * 30_000_000})
    assert len(bomb) < 100_000
    many = attached.document(more={f"word/{number}": b"" for number in range(filetypes.MOST_PARTS)})
    for content, why in ((bomb, filetypes.UNPACKS), (many, filetypes.UNPACKS), (lying(bomb), filetypes.BROKEN)):
        with pytest.raises(Wrong) as refused:
            look(io.BytesIO(content), "report.docx")
        assert refused.value.message.msgid == why


@pytest.mark.parametrize(
    ("given", "ending", "shown"),
    [
        ("plan.pdf", "pdf", "plan.pdf"),
        ("PLAN.PDF", "pdf", "PLAN.pdf"),
        ("photo.jpeg", "jpg", "photo.jpeg"),
        ("picture.png", "jpg", "picture.jpg"),
        ("moving.gif", "png", "moving.png"),
        ("setup.exe", "txt", "setup.exe.txt"),
        ("../../etc/passwd", "txt", "passwd.txt"),
        ("C:\\Users\\amara\\plan.pdf", "pdf", "plan.pdf"),
        ("two\nlines\r.pdf", "pdf", "two lines.pdf"),
        ("harmless\u202efdp.exe", "txt", "harmlessfdp.exe.txt"),
        ("\u2066\u200fturned.pdf", "pdf", "turned.pdf"),
        (".pdf", "pdf", "pdf.pdf"),
        ("...", "pdf", "file.pdf"),
        ("", "pdf", "file.pdf"),
        ("Πλάνο.pdf", "pdf", "Πλάνο.pdf"),
    ],
)
def test_names_are_one_clean_line_that_ends_as_the_content_asks(given: str, ending: str, shown: str) -> None:
    assert name_of(given, ending) == shown


def test_a_long_name_keeps_its_ending() -> None:
    found = name_of("ü" * 500 + ".docx", "docx")
    assert len(found) == MOST_NAME
    assert found.endswith("ü.docx")
    assert {"html", "svg", "exe", "zip"} & set(ENDINGS) == set()
