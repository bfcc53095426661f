"""`inv rules`: the rules in force, of all artifacts or one."""

import pytest

from flux.commands.rules import read_rules
from flux.errors import RequestError
from tests.commands.promoting import World


def test_all_artifacts_with_a_next_version_or_the_one_that_is_named(local: World) -> None:
    with local.opened() as monorepo:
        assert [each.artifact for each in read_rules(monorepo, None).artifacts] == ["eso"]
        assert [each.artifact for each in read_rules(monorepo, "dashboard").artifacts] == ["dashboard"]
        with pytest.raises(RequestError, match="elsewhere"):
            read_rules(monorepo, "elsewhere")
