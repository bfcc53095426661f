"""What is said of refusals, from strong evidence only."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPHeaderDict

from flux.registry.remote.errors import is_rate_limit, one_line, read_refusal, transient
from flux.registry.remote.transport import Response

NGINX = (
    b"<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n"
    b"<center><h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx/1.27.0</center>"
    b"\r\n</body></html>"
)


def response(status: int, body: bytes = b"", **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response("http://host/v2/", status, HTTPHeaderDict(named), body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (NGINX, '"413 Request Entity Too Large 413 Request Entity Too Large nginx/1.27.0"'),
        (b"Forbidden by the firewall\n", '"Forbidden by the firewall"'),
        (b"<script>alert(1)</script>Blocked<style>p{}</style>", '"Blocked"'),
        (b'say "hi"', "\"say 'hi'\""),
        (b"\x1b[31mred\x1b[0m\r\n::error::x", '"[31mred[0m ::error::x"'),
        (b"\xff\xfe", '"\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"'),
        (b"<html></html>", "no error as registries send them (text/html)"),
        (b'{"errors": [{"code": "DENIED", "message": "no"}]}', "DENIED no"),
        (b'{"errors": [{"status": 404, "message": "not found"}]}', "not found"),
        (b'{"errors": [1, {"code": "A"}, {"message": "b"}]}', "A; b"),
        (b'{"error": "invalid_grant", "error_description": "gone"}', "invalid_grant gone"),
        (b'{"message": "secondary rate limit"}', "secondary rate limit"),
        (b'{"details": "incorrect username or password"}', "incorrect username or password"),
        (b'{"errors": [{"code": "A", "message": "x\\u001b[2Jy\\nz"}]}', "A x[2Jy z"),
        (b"{}", "no error as registries send them (text/html)"),
        (b"[" * 100_000, f'"{"[" * 300}"'),
    ],
)  # fmt: skip
def test_what_a_registry_says(body: bytes, said: str) -> None:
    assert read_refusal(response(400, body, Content_Type="text/html; charset=x")).text == said


def test_it_is_not_long() -> None:
    for body in (b"x" * 10**5, json.dumps({"message": "x" * 10**5}).encode()):
        assert len(read_refusal(response(500, body)).text) <= 302


@pytest.mark.parametrize("body", [b"<script" * 9_000, b"<" * 60_000, b"<script>" + b"</scrip" * 8_000])
def test_it_does_not_take_long(body: bytes) -> None:
    began = time.monotonic()
    read_refusal(response(500, body))
    assert time.monotonic() - began < 2


@given(
    st.binary(max_size=60) | st.text(st.sampled_from('{}[]"errors:codmsag, 1'), max_size=60).map(str.encode)
)
def test_no_body_is_a_crash(body: bytes) -> None:
    said = read_refusal(response(400, body)).text
    assert said == one_line(said)


@pytest.mark.parametrize(
    ("answer", "limit"),
    [
        (response(429), True),
        (response(403, b"You have exceeded a secondary rate limit."), True),
        (response(403, b'{"message": "API Rate-Limit exceeded"}'), True),
        (response(403, b'{"errors": [{"code": "TOOMANYREQUESTS"}]}'), True),
        (response(403, b"<h1>Too Many Requests</h1>"), True),
        (response(403, Retry_After="1"), True),
        (response(403, b"denied"), False),
        (response(403, b"deliberate limits"), False),
        (response(401, b"rate limit"), False),
    ],
)
def test_what_is_a_rate_limit(answer: Response, limit: bool) -> None:
    assert is_rate_limit(answer, read_refusal(answer)) is limit
    passing = transient(answer, read_refusal(answer), "said")
    assert (passing is not None and passing.is_limit) is limit


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500, 503, 520])
def test_a_pause_that_is_asked_for_counts_on_every_status(status: int) -> None:
    answer = response(status, Retry_After="7")
    passing = transient(answer, read_refusal(answer), "said")
    assert passing is not None
    assert passing.asked == 7


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 501])
def test_what_stays_is_not_tried_again(status: int) -> None:
    answer = response(status, b"no")
    assert transient(answer, read_refusal(answer), "said") is None
