"""The errors for requests that failed or were refused.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from urllib3.exceptions import HTTPError, LocationValueError, ProxyError, SSLError
from urllib3.exceptions import TimeoutError as NoAnswerError

from flux.errors import RegistryError, RegistryUnreachableError
from flux.reasons import of_system
from flux.regex import regex
from flux.registry.remote.address import is_loopback
from flux.retry import FAILED, TransientError, asked_pause

if TYPE_CHECKING:
    from flux.registry.remote.transport import Response

AGAIN = "run the same command again: it continues where this run stopped"
CHECK = "check the setting `registry`"

_MOST_SAID = 300
_MOST_READ = 4000
_RACED = frozenset({"DIGEST_INVALID", "MANIFEST_BLOB_UNKNOWN", "BLOB_UPLOAD_UNKNOWN"})
_LIMIT = regex(r"\brate.?limit|too many requests|toomanyrequests", re.IGNORECASE)
_OUTDATED = regex(r"\btoken\b.*\b(expired|invalid)|\b(expired|invalid)\b.*\btoken\b", re.IGNORECASE)
_MARKUP = regex(r"<(script|style)\b.*?</\1>|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True)
class Refusal:
    """A server's refusal: one line of text, and the codes of its errors."""

    text: str
    codes: frozenset[str] = field(default_factory=frozenset)


def read_refusal(response: "Response") -> Refusal:
    """Read a refusal from the specified JSON errors, or else from any text."""
    try:
        document = json.loads(response.data)
    except (ValueError, RecursionError):
        return _quoted(response)
    found = list(_errors(document))
    if not found:
        return Refusal(_nothing(response))
    codes = frozenset(code for code, _ in found if code)
    return Refusal(one_line("; ".join(f"{code} {message}".strip() for code, message in found)), codes)


def one_line(text: str) -> str:
    """Make text from outside safe to show: one line, printable, and short."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:_MOST_SAID]


def is_rate_limit(response: "Response", refusal: Refusal) -> bool:
    """Whether a rate limit was hit. Some registries answer 403 then, and name the reason in the text."""
    if response.status == 403:
        return "Retry-After" in response.headers or bool(_LIMIT.search(refusal.text))
    return response.status == 429 or "TOOMANYREQUESTS" in refusal.codes


def is_outdated(response: "Response") -> bool:
    """Whether a token or login has expired. Some registries answer 400 or 403 then, without a challenge."""
    return response.status in (400, 403) and bool(_OUTDATED.search(read_refusal(response).text))


def transient(response: "Response", refusal: Refusal, message: str) -> TransientError | None:
    """Return the error if another try may succeed; None if the answer is permanent."""
    is_limit = is_rate_limit(response, refusal)
    asked = asked_pause(response.headers)
    raced = response.status in (400, 404) and refusal.codes & _RACED
    if is_limit or response.status in FAILED or raced or asked is not None:
        return TransientError(RegistryError(message, AGAIN), asked, is_limit)
    return None


def too_late(where: str, url: str, seconds: float, answered: bool) -> RegistryError:
    """Return the error for a request that took too long. It is not retried."""
    message = f"{where} took longer than {seconds:.0f} s"
    if answered:
        return RegistryError(message, "check the network, then run the same command again")
    return _no_answer(_host(url), message)


def network_failure(where: str, url: str, error: HTTPError, answered: bool) -> RegistryError | TransientError:
    """Return the error for a request without an answer. It is transient if the server `answered` before."""
    unreachable = _unreachable(_host(url), error)
    if unreachable is not None:
        return TransientError(unreachable) if answered else unreachable
    if isinstance(error, LocationValueError):
        return RegistryError(f"{where}: not an address", CHECK)
    return TransientError(RegistryError(f"{where} broke off: {_reason(error)}", AGAIN))


def _unreachable(host: str, error: HTTPError) -> RegistryUnreachableError | None:
    match error:
        case ProxyError():
            return RegistryUnreachableError(
                f"the proxy in front of {host} does not answer: {_reason(error)}",
                "check HTTPS_PROXY and NO_PROXY",
            )
        case SSLError():
            return RegistryUnreachableError(
                f"{host} has no certificate that this machine trusts: {_reason(error)}",
                "set SSL_CERT_FILE to a file with its CA; for plain HTTP set `insecure: true`",
            )
        case NoAnswerError():
            return _no_answer(host, _reason(error))
    return None


def _no_answer(host: str, reason: str) -> RegistryUnreachableError:
    here = "start it (`inv registry.up` starts one in a container), or check the setting `registry`"
    return RegistryUnreachableError(
        f"{host} does not answer: {reason}",
        here if is_loopback(host) else "check the network and the setting `registry`",
    )


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _reason(error: HTTPError) -> str:
    """Return the innermost cause, which has the message of the system."""
    cause: BaseException = error
    while (inner := cause.__cause__ or cause.__context__) is not None:
        cause = inner
    return one_line(of_system(cause)) or type(error).__name__


def _errors(document: Any) -> Iterator[tuple[str, str]]:
    """Yield the code and message of each error in a JSON answer, in any of the usual forms."""
    if not isinstance(document, dict):
        return
    listed = document.get("errors")
    for each in listed if isinstance(listed, list) else [document]:
        if isinstance(each, dict):
            code = each.get("code", each.get("error", ""))
            message = each.get("message") or each.get("error_description") or each.get("details") or ""
            if code or message:
                yield _text(code), _text(message)


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _quoted(response: "Response") -> Refusal:
    text = response.data[:_MOST_READ].decode("utf-8", "replace")
    said = one_line(_MARKUP.sub(" ", text)).replace('"', "'")
    return Refusal(f'"{said}"' if said else _nothing(response))


def _nothing(response: "Response") -> str:
    kind = one_line(response.headers.get("Content-Type", "").partition(";")[0])
    return f"no error as registries send them ({kind or 'no content type'})"
