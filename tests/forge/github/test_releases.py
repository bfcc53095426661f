"""What is asked for a release."""

import json
from typing import Any

from tests.forge.github.replies import (
    THERE,
    forge_at,
    refusal,
    reply,
)
from tests.registry.scripted import scripted


def test_a_release_is_not_made_the_latest() -> None:
    released = {"id": 1, "tag_name": "eso-v1", "name": "eso 1", "body": None, "author": {"login": "ann"}}
    released["published_at"] = "2026-11-25T16:00:00Z"
    made = reply({**released, "prerelease": True, "draft": False, "html_url": "https://x"}, 201)
    missing = refusal(404, "Not Found")
    with scripted(THERE, missing, reply([]), made, missing) as script:
        forge_at(script).create_release("eso-v1", "a" * 40, "eso 1", "Notes", True)
    sent: dict[str, Any] = json.loads(script.requests[3].body)
    assert sent.pop("generate_release_notes") is False
    assert sent == {
        "tag_name": "eso-v1",
        "target_commitish": "a" * 40,
        "name": "eso 1",
        "body": "Notes",
        "draft": False,
        "prerelease": True,
        "make_latest": "false",
    }
