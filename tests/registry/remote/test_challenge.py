"""Several challenges, in one header or many."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.registry.remote.challenge import Challenge, parse_challenges

REALM = "https://auth.example/token"
NEGOTIATE = Challenge("negotiate")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], []),
        ([""], []),
        (["Basic"], [Challenge("basic")]),
        (['basic realm="x"'], [Challenge("basic", {"realm": "x"})]),
        (
            [f'Bearer realm="{REALM}",service="s",scope="repository:a/b:pull,push"'],
            [Challenge("bearer", {"realm": REALM, "service": "s", "scope": "repository:a/b:pull,push"})],
        ),
        (
            [f'BEARER  Realm = "{REALM}" , SERVICE=s'],
            [Challenge("bearer", {"realm": REALM, "service": "s"})],
        ),
        (
            [f'Negotiate, Basic realm="a, b", Bearer realm="{REALM}"'],
            [NEGOTIATE, Challenge("basic", {"realm": "a, b"}), Challenge("bearer", {"realm": REALM})],
        ),
        (
            ["Negotiate", 'NTLM TlRMTVNTUAAC==, Basic realm="x"'],
            [NEGOTIATE, Challenge("ntlm", {"tlrmtvntuaac": "="}), Challenge("basic", {"realm": "x"})],
        ),
        ([r'Basic realm="say \"hi\" \\"'], [Challenge("basic", {"realm": r'say "hi" \ '.strip()})]),
        (
            ['Basic realm="no end, Bearer realm=x'],
            [Challenge("basic", {"realm": ""}), Challenge("bearer", {"realm": "x"})],
        ),
        (['Bearer realm="first",realm="second"'], [Challenge("bearer", {"realm": "first"})]),
        ([',, "stray", Basic'], [Challenge("basic")]),
    ],
)  # fmt: skip
def test_what_is_asked_for(headers: list[str], expected: list[Challenge]) -> None:
    assert parse_challenges(headers) == expected


def test_a_parameter_that_is_missing_is_empty() -> None:
    assert Challenge("bearer").get("realm") == ""


@given(st.lists(st.text(st.sampled_from('Basicrelm=", \\\t"\n\xe9'), max_size=40), max_size=3))
def test_no_header_is_a_crash(headers: list[str]) -> None:
    for challenge in parse_challenges(headers):
        assert challenge.scheme == challenge.scheme.lower()


@pytest.mark.parametrize(
    "header", ['"' * 60_000, 'a="' * 20_000, "Basic " * 10_000, 'a="\\' * 15_000, "a " * 30_000]
)
def test_no_header_takes_long(header: str) -> None:
    began = time.monotonic()
    parse_challenges([header])
    assert time.monotonic() - began < 2
