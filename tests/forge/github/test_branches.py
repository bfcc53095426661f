"""What is asked for a commit."""

import json

from tests.forge.github.replies import (
    THERE,
    forge_at,
    reply,
)
from tests.registry.scripted import scripted


def test_a_commit_names_no_author_so_that_github_signs_it() -> None:
    sha = "a" * 40
    made = reply({"sha": sha}, 201)
    with scripted(THERE, reply({"sha": sha, "tree": {"sha": "b" * 40}}), made, made, made) as script:
        forge_at(script).commit([sha], {"file": b"\r\n"}, "Message")
    blob, tree, commit = (json.loads(request.body) for request in script.requests[2:])
    assert blob == {"content": "DQo=", "encoding": "base64"}
    entry = {"path": "file", "mode": "100644", "type": "blob", "sha": sha}
    assert tree == {"base_tree": "b" * 40, "tree": [entry]}
    assert commit == {"message": "Message", "tree": sha, "parents": [sha]}
