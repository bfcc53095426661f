"""What does not fit goes on in the next line, and says the same."""

from hypothesis import given
from hypothesis import strategies as st

from flux.report.text import Styled, unstyled
from flux.report.wrapping import folded

_WORDS = st.text("abc-/.:`", min_size=1, max_size=30)


@given(st.lists(st.lists(_WORDS, min_size=1, max_size=5).map(" ".join), min_size=1), st.integers(20, 160))
def test_no_word_is_broken_and_none_is_lost(parts: list[str], width: int) -> None:
    lines = ["".join(map(unstyled, line)) for line in folded(parts, width, 2)]
    assert " ".join(lines).split() == "".join(parts).split()
    assert all(len(line) <= width or line.count(" ") == line.count("  ") * 2 or "`" in line for line in lines)


def test_a_command_stays_whole() -> None:
    said = "3 versions are not published: publish one with `inv publish flux-oci-eso-v1.0.0` first"
    assert folded([said], 60, 2) == [
        ["3 versions are not published: publish one with"],
        ["  `inv publish flux-oci-eso-v1.0.0` first"],
    ]


def test_what_fits_stays_as_it_is() -> None:
    assert folded(["    short"], 20, 2) == [["    short"]]
    assert folded([""], 20, 2) == [[""]]


def test_styles_are_kept() -> None:
    parts: list[str | Styled] = [Styled("ok      ", "green"), "docker: only `inv registry.up` needs one"]
    assert folded(parts, 31, 8) == [
        [Styled("ok      ", "green"), "docker: only"],
        ["        `inv registry.up` needs"],
        ["        one"],
    ]
