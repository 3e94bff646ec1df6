"""Every page in both test languages, on a phone and a desk: long words and mirrored pages fit as well.

The rules of WCAG ask about markup, which is the same in all languages: test_accessibility.py asks them in English.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.desk import Desk
from tests.browser.test_accessibility import shown
from tests.conftest import Opened


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_every_page_is_in_the_language_of_its_reader_and_fits(
    desk: Desk, open_house: Callable[..., Opened], language: str
) -> None:
    assert sum(1 for _ in shown(desk, open_house, language, turning=True)) > 100
