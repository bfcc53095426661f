"""What GitHub answers, by a script."""

import json
from collections.abc import Callable

import pytest

from flux.errors import ForgeError
from flux.forge.github.forge import GitHubForge
from tests.registry.scripted import Script, scripted
from tests.servers import Answer

REPOSITORY = {"id": 1, "full_name": "owner/name", "url": "/repos/owner/name", "owner": {"login": "owner"}}


AGAIN = "run the same command again: it continues where this run stopped"


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def reply(data: object, status: int = 200, **headers: str) -> Answer:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Answer(status, json.dumps(data).encode(), named)


def refusal(status: int, message: str, **headers: str) -> Answer:
    return reply({"message": message, "documentation_url": "https://docs.github.com"}, status, **headers)


THERE = reply(REPOSITORY)


RELEASED = reply([])


def forge_at(script: Script, patience: float = 60) -> GitHubForge:
    return GitHubForge(f"http://{script.host}", "owner/name", "secret", patience)


def failure(act: Callable[[GitHubForge], object], *replies: Answer) -> tuple[str, str]:
    """The message and the hint of what comes of these answers; `{host}` in it stands for the server's."""
    with scripted(*replies) as script, pytest.raises(ForgeError) as raised:
        act(forge_at(script))
    assert "secret" not in raised.value.message + raised.value.hint
    return raised.value.message.replace(script.host, "{host}"), raised.value.hint
