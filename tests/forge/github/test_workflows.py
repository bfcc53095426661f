"""What workflows have attested."""

import pytest

from tests.forge.github.replies import THERE, forge_at, refusal, reply
from tests.registry.scripted import scripted
from tests.servers import Answer


@pytest.mark.parametrize(
    ("answer", "attested"),
    [
        (refusal(404, "Not Found"), False),
        (reply({"attestations": []}), False),
        (reply({"attestations": [{"repository_id": 1}]}), True),
    ],
)
def test_what_is_attested(answer: Answer, attested: bool) -> None:
    with scripted(THERE, answer) as script:
        assert forge_at(script).is_attested("sha256:0") is attested
    assert script.asked[1].startswith("GET /repos/owner/name/attestations/sha256:0?")
