"""What the contract suite of forges asks them."""

import pytest

from flux.forge.forge import Forge
from tests.forge.conftest import Place

ABSENT = 404

LABEL = "flux-release"

ODD = "# Title\n\n- [ ] `at` ☃\n---\ntitle: x\n\n```\n<!-- a: b -->\n```\n\n"


@pytest.fixture
def forge(place: Place) -> Forge:
    return place.forge


def open_issue(forge: Forge, title: str = "Title", body: str = "Body", label: str = LABEL) -> int:
    return forge.create_issue(title, body, label, None).number
