"""Markers: what is written is read, and nothing else is."""

import re

import cmarkgfm
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.promotion.marker import mend_marker, read_key, read_marker, render_key, render_marker
from flux.promotion.proposal import Promotion

MARKER = Promotion("eso", "1.0.0")
LINE = '<!-- flux-release: {"artifact": "eso", "version": "1.0.0"} -->'

# Lone surrogates and NUL among them.
ANY = st.text(st.characters(exclude_categories=())) | st.text(st.sampled_from('-<>!"\\{}\n\r u0'), max_size=9)


def test_the_first_line_of_an_issue() -> None:
    assert render_marker(MARKER) == LINE
    for end in ("", "\n", "\r\n", "\r", "\n\nProse, --> and <!-- a comment -->"):
        assert read_marker(LINE + end) == MARKER
    hard = Promotion("a--b", "1.0.0-rc--1.-")
    assert read_marker(render_marker(hard)) == hard


@pytest.mark.parametrize(
    ("body", "mended"),
    [
        (f"{LINE}\nwords\n", f"{LINE}\nwords\n"),
        ("words\nmore\n", f"{LINE}\n\nwords\nmore\n"),
        ("<!-- flux-release: {} -->\nwords\n", f"{LINE}\nwords\n"),
        ("<!--FLUX-RELEASE: {} -->\nwords\nmore\n", f"{LINE}\nwords\nmore\n"),
        ("words\n<!-- Flux-Release: {} -->\n", f"{LINE}\n\nwords\n<!--: {{}} -->\n"),
        (f"words\n{LINE}\n", f'{LINE}\n\nwords\n<!--: {{"artifact": "eso", "version": "1.0.0"}} -->\n'),
    ],
)
def test_a_marker_is_put_right_and_no_word_is_lost(body: str, mended: str) -> None:
    assert mend_marker(body, MARKER) == mended
    assert read_marker(mended) == MARKER


def test_the_first_line_of_a_comment() -> None:
    """It never changes: comments of years ago are found by it."""
    line = '<!-- flux-promotion: {"key": "a \\u003c!-\\u002d b -\\u002d\\u003e"} -->'
    assert render_key("a <!-- b -->") == line
    assert read_key(line) == "a <!-- b -->"


@given(ANY, ANY)
def test_a_comment_is_found_by_its_key(key: str, prose: str) -> None:
    line = render_key(key)
    assert read_key(line) == key
    assert read_key(f"{line}\n{prose}") == key
    # One comment to whoever reads HTML, and one line.
    assert line.startswith("<!-- ")
    assert line.endswith(" -->")
    assert not re.search(r"--|[<>\r\n]", line[4:-3])
    assert cmarkgfm.github_flavored_markdown_to_html(f"{line}\n\nprose") == (
        "<!-- raw HTML omitted -->\n<p>prose</p>\n"
    )
    assert read_marker(line) is None


@given(st.integers(0, len(LINE)), st.integers(0, 3), ANY)
def test_no_other_line_is_read(at: int, cut: int, put: str) -> None:
    line = LINE[:at] + put + LINE[at + cut :]
    marker = read_marker(line)
    if marker is not None:
        assert re.split("[\r\n]", line)[0] == render_marker(marker)


@pytest.mark.parametrize(
    "body",
    [
        "",
        " " + LINE,
        "\n" + LINE,
        "\ufeff" + LINE,
        LINE + " ",
        LINE + "\x85",
        LINE + "\x0b\nx",
        "> " + LINE,
        "```\n" + LINE + "\n```",
        LINE + "\n" + LINE,
        LINE + "\n" + render_marker(Promotion("app", "9.9.9")),
        LINE + "\n<!--FLUX-RELEASE: {} -->",
        LINE + "\n```\n<!-- \nflux-release",
        LINE.replace("flux-release", "flux-promotion"),
        LINE.replace(": ", ":"),
        LINE.replace(" -->", "-->"),
        LINE.replace("e", "\\u0065"),
        LINE.replace("eso", "Eso"),
        LINE.replace("eso", "../eso"),
        LINE.replace("eso", "es\u043e"),
        LINE.replace("eso", "a" * 129),
        LINE.replace("1.0.0", "1.0"),
        LINE.replace("1.0.0", "v1.0.0"),
        LINE.replace("1.0.0", "1.0.0+b"),
        LINE.replace("1.0.0", "1" * 5000 + ".0.0"),
        LINE.replace('"1.0.0"', "1.0"),
        LINE.replace('"1.0.0"', "null"),
        LINE.replace('"1.0.0"', "[" * 100_000),
        LINE.replace('"}', '", "version": "1.0.0"}'),
        LINE.replace('"}', '", "x": "y"}'),
        '<!-- flux-release: {"version": "1.0.0", "artifact": "eso"} -->',
        "<!-- flux-release: [] -->",
        "<!-- flux-release:  -->",
        "<!-- flux-release: ",
    ],
)
def test_forged(body: str) -> None:
    assert read_marker(body) is None
    assert read_key(body) is None
