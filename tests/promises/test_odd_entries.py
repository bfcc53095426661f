"""A symlink or a submodule in the place of an artifact is refused by name."""

from pathlib import Path

import pytest

from tests.commands.invoking import inv, monorepo
from tests.repo import Repo


@pytest.fixture(params=["symlink", "submodule"])
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Repo:
    repo = monorepo(
        tmp_path / "repo",
        {
            "artifacts/app/x.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n",
            "artifacts/README.md": "x",
        },
    )
    if request.param == "symlink":
        repo.symlink("artifacts/odd", "app")
        repo.commit("odd")
    else:
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/odd")
        repo.git("commit", "--quiet", "-m", "odd")
    return repo


def test_it_is_refused_by_name_and_the_others_go_out(odd: Repo) -> None:
    built = inv(odd, "build", "--json")
    assert built.code == 1
    actions = {result["artifact"]: result["action"] for result in built.document["artifacts"]}
    assert actions == {"app": "pushed", "odd": "failed"}
    assert "odd is a s" in built.err
    assert inv(odd, "build", "-a", "app").code == 0
    for words in (("build", "-a", "odd"), ("changed",), ("changed", "--since", "HEAD^"), ("check",)):
        refused = inv(odd, *words)
        assert refused.code == 1, (words, refused.said)
        assert "odd" in refused.said
        assert "is a s" in refused.said
    checked = inv(odd, "check", "-a", "app")
    assert checked.code == 0, checked.said
