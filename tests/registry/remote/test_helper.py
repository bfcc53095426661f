"""Credential helpers, and those that fail."""

import pytest

from tests import parts
from tests.registry.remote.logins import Docker, refusal


@pytest.mark.parametrize(
    ("prints", "code"), [("not JSON", 0), ("[]", 0), ("{}", 0), ("locked", 1), ("", 1), ("", 0)]
)
def test_a_helper_that_fails(
    docker: Docker, password_registry: parts.Registry, prints: str, code: int
) -> None:
    host = password_registry.host
    docker.configure({"credsStore": "test"})
    docker.helper(prints, code)
    message, hint = refusal(password_registry)
    assert message.startswith(f"the credentials that Docker has for {host} could not be read: ")
    assert hint == f"log in again with `docker login {host}`, or mend {docker.folder / 'config.json'}"
