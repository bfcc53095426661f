"""The next page, as RFC 8288 lets it be said."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.registry.remote.link import next_link


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ('</x>; rel="next"', "/x"),
        ("</x>; rel=next", "/x"),
        ("</x>;rel=next", "/x"),
        ("</x> ; REL = NEXT", "/x"),
        ('</x>; title="a, b; rel=prev"; rel="next"', "/x"),
        ('</x>; rel="next"; title=y', "/x"),
        ('</x>; rel="prev next"', "/x"),
        ('</p>; rel="prev", </n>; rel="next"', "/n"),
        ('</p>; rel="prev" , </n?a=1,2;3>; rel="next"', "/n?a=1,2;3"),
        ('</n>; crossorigin; rel="next"', "/n"),
        ('</x>; title="rel=next"', None),
        ('</x>; rel="nextish"', None),
        ("</x>", None),
        ("/x; rel=next", None),
        ('< /x >; rel="next"', "/x"),
    ],
)
def test_the_next_page(header: str, target: str | None) -> None:
    assert next_link(header) == target


@given(st.text(st.sampled_from('<>;,="relnxt /\\'), max_size=60))
def test_no_header_is_a_crash(header: str) -> None:
    assert isinstance(next_link(header), str | None)


@pytest.mark.parametrize(
    "header",
    [
        "<" * 60_000,
        "<" + "a" * 60_000,
        "<a>;" + "x" * 60_000,
        "<a>" * 20_000,
        "<a>;x" + " " * 60_000,
        '<a>;x="' + "\\" * 60_000,
    ],
)
def test_no_header_takes_long(header: str) -> None:
    began = time.monotonic()
    next_link(header)
    assert time.monotonic() - began < 2
