"""What goes over the wire: requests, replies, and refusals in GitHub's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]

BASE_MODIFIED = "Base branch was modified. Review and try the merge again."


@dataclass(frozen=True)
class Urls:
    """How a caller reached the server: what the URLs in its answers start with."""

    api: str
    html: str


@dataclass
class Request:
    """One that came in, for the log too."""

    method: str
    path: str
    """Without the prefix of GitHub Enterprise Server, percent-encoded as it came."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """By name in lower case."""
    body: Any
    """Of JSON what it says, else the bytes; None where there is none."""
    login: str | None = None
    """Whose token it had."""
    status: int | None = None
    """What it was answered; None where the connection was dropped."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def writes(self) -> bool:
        """Whether it may change something. Queries of GraphQL are sent with POST, too."""
        asks = isinstance(self.body, dict) and str(self.body.get("query", "")).startswith("query ")
        return self.method != "GET" and not (self.path == "/graphql" and asks)


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class RefusedError(Exception):
    """What GitHub answers to what it does not do."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status}: {message}")
        body: JSON = {"message": message}
        if errors is not None:
            body["errors"] = errors
        body |= {"documentation_url": "https://docs.github.com/rest", "status": str(status)}
        self.reply = Reply(status, body, headers or {})


def missing(message: str = "Not Found") -> RefusedError:
    return RefusedError(404, message)


def invalid(
    resource: str, field: str | None, code: str, message: str | None = None, **more: Any
) -> RefusedError:
    """422 with the reason; its code is `custom` where the message says it all."""
    error = {"resource": resource, "code": code, **more}
    if field is not None:
        error["field"] = field
    if message is not None:
        error["message"] = message
    return RefusedError(422, "Validation Failed", errors=[error])
