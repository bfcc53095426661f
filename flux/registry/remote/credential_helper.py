"""Runs a Docker credential helper: `docker-credential-NAME get`.

https://github.com/docker/docker-credential-helpers
"""

import json
import subprocess
from dataclasses import dataclass, field

from flux.registry.remote.errors import one_line

HELPER_SECONDS = 30.0
_NOT_FOUND = "credentials not found"


class HelperError(Exception):
    """A helper is missing, hangs, or gave an invalid answer."""


@dataclass(frozen=True)
class Answer:
    """A helper's answer. If the secret is a refresh token, the user is `<token>`."""

    username: str
    secret: str = field(repr=False)


def ask_helper(name: str, server: str) -> Answer | None:
    """Return the helper's answer for a server, None if it has none. Raises HelperError."""
    program = f"docker-credential-{name}"
    code, said = _run(program, server)
    if code:
        if _NOT_FOUND in said.lower():
            return None
        raise HelperError(f"{program} failed: {one_line(said) or 'it did not say why'}")
    try:
        answer = json.loads(said)
        username, secret = answer["Username"], answer["Secret"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise HelperError(f"{program} answered with no credentials") from error
    if not isinstance(username, str) or not isinstance(secret, str):
        raise HelperError(f"{program} answered with no credentials")
    return Answer(username, secret) if username or secret else None


def _run(program: str, server: str) -> tuple[int, str]:
    """Run the helper. Return its exit code and its output."""
    try:
        process = subprocess.Popen(
            [program, "get"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except FileNotFoundError as error:
        raise HelperError(f"{program} not installed or not available in PATH") from error
    except (OSError, ValueError) as error:
        raise HelperError(f"{program!r} could not be run") from error
    with process:
        try:
            said, _ = process.communicate(server.encode(), timeout=HELPER_SECONDS)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise HelperError(f"{program} did not answer within {HELPER_SECONDS:.0f} s") from error
        except OSError as error:
            raise HelperError(f"{program} went away: {error.strerror}") from error
    return process.returncode, said.decode("utf-8", "replace").strip()
