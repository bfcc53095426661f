"""Reasons are the same on every Python, and point at what is wrong."""

import errno
import http.client
import json
import os
import socket
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.reasons import Fault, of_json, of_system


def fault(text: str | bytes) -> Fault:
    try:
        json.loads(text if isinstance(text, str) else text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return of_json(error)
    raise AssertionError(f"{text!r} is JSON")


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "it is empty", 1),
        (" \n\t\n", "it is empty", 3),
        ("{", "it ends too early", 1),
        ('{"a":\n', "it ends too early", 2),
        ('{"a": 1', "it ends too early", 1),
        ("[1,\n\n", "it ends too early", 3),
        # Python 3.13 has words of its own for these, and points at the comma.
        ('{"a": 1,}', "a comma before '}'", 1),
        ('{"a": 1,\n\n}', "a comma before '}'", 3),
        ("[1,\n]", "a comma before ']'", 2),
        ("[[1 , ], 2]", "a comma before ']'", 1),
        ("[,]", "a comma before ']'", 1),
        ("[1,,2]", "unexpected ','", 1),
        ("[1 2]", "unexpected '2'", 1),
        ('{"a": 1\n"b": 2}', "unexpected '\"'", 2),
        ('{"a" 1}', "unexpected '1'", 1),
        ("{a: 1}", "unexpected 'a'", 1),
        ("{'a': 1}", 'unexpected "\'"', 1),
        ("{} x", "unexpected 'x'", 1),
        ("nul", "unexpected 'n'", 1),
        ("01", "unexpected '1'", 1),
        ('{"a":}', "unexpected '}'", 1),
        ("<<<<<<< HEAD\n{}", "unexpected '<'", 1),
        ("\ufeff{}", "unexpected '\\ufeff'", 1),
        ('["abc', "a text in quotes does not end in its line", 1),
        ('[\n"abc\n"]', "unexpected '\\n'", 2),
        (r'"\x"', r"unexpected '\\'", 1),
        (r'"\u12"', "unexpected 'u'", 1),
    ],
)
def test_json_that_cannot_be_read(text: str, reason: str, line: int) -> None:
    assert fault(text) == Fault(f"not JSON: {reason}", line)


def test_json_in_another_encoding() -> None:
    assert fault(b'{\n"\xff": 1}') == Fault("not UTF-8", 2)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000])
def test_json_that_nobody_wrote(text: str) -> None:
    assert fault(text) == Fault("not JSON that anyone wrote: nested too deeply, or a number too long", 1)


def fault_or_none(text: str) -> Fault | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return of_json(error)
    return None


@given(st.text(alphabet='{}[],:"\\ \na1-', max_size=30))
def test_any_text_has_a_reason_in_one_of_its_lines(text: str) -> None:
    found = fault_or_none(text)
    if found is not None:
        assert found.reason.startswith("not JSON: ")
        assert 1 <= found.line <= text.count("\n") + 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)),
            "connection refused",
        ),
        (FileNotFoundError(errno.ENOENT, "gone", "/secret/path"), "gone"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name or service not known"),
        (TimeoutError("The read operation timed out"), "timed out"),
        (TimeoutError(), "timed out"),
        (
            http.client.RemoteDisconnected("Remote end closed connection without response"),
            "the connection was closed before an answer came",
        ),
        (http.client.IncompleteRead(b"secret", 9), "the answer ends too early"),
        (http.client.BadStatusLine("SSH-2.0"), "the answer is not HTTP"),
        (RuntimeError("said by a library"), "said by a library"),
    ],
)
def test_what_the_system_said(error: BaseException, reason: str) -> None:
    assert of_system(error) == reason


def test_what_is_wrong_with_a_certificate() -> None:
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] … (_ssl.c:1006)")
    error.verify_message = "self-signed certificate"
    assert of_system(error) == "self-signed certificate"
    other = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    other.reason = "WRONG_VERSION_NUMBER"
    assert of_system(other) == "wrong version number"
