"""Why something failed, in the same words on every version of Python.

The messages of the standard library differ between versions.
"""

import re
from json import JSONDecodeError
from typing import NamedTuple

from flux.regex import regex

_STRING = regex(r'"(?:[^"\\\x00-\x1f]|\\.)*"')


class Fault(NamedTuple):
    reason: str
    line: int


def of_json(error: ValueError | RecursionError) -> Fault:
    """Return what is wrong with JSON that `json.loads` refused, and in which line."""
    if isinstance(error, UnicodeDecodeError):
        return Fault("not UTF-8", error.object[: error.start].count(b"\n") + 1)
    if isinstance(error, JSONDecodeError):
        at = _place(error.doc, error.pos)
        return Fault(f"not JSON: {_unexpected(error.doc, at)}", error.doc.count("\n", 0, at) + 1)
    return Fault("not JSON that anyone wrote: nested too deeply, or a number too long", 1)


def of_system(error: BaseException) -> str:
    """Return the system's reason: for a file, a connection or a certificate."""
    import http.client
    import ssl

    match error:
        case ssl.SSLCertVerificationError():
            return error.verify_message or "it is not valid"
        case ssl.SSLError(reason=str(reason)):
            return reason.replace("_", " ").lower()
        case OSError(errno=int(), strerror=str(said)):
            return said[:1].lower() + said[1:]
        case TimeoutError():
            return "timed out"
        case http.client.RemoteDisconnected():
            return "the connection was closed before an answer came"
        case http.client.IncompleteRead():
            return "the answer ends too early"
        case http.client.HTTPException():
            return "the answer is not HTTP"
    return str(error)


def _place(text: str, at: int) -> int:
    """Return the place of the error. As in Python up to 3.12, a trailing comma is reported at the bracket
    after it."""
    comma = re.compile(r",\s*(?=[]}])").match(text, at)
    return comma.end() if comma else at


def _unexpected(text: str, at: int) -> str:
    if not text.strip():
        return "it is empty"
    if not text[at:].strip():
        return "it ends too early"
    if text[at] == '"' and not _STRING.match(text, at):
        return "a text in quotes does not end in its line"
    if text[at] in "]}" and text[:at].rstrip().endswith(","):
        return f"a comma before {text[at]!r}"
    return f"unexpected {text[at]!r}"
