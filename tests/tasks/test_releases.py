"""The tasks for releases, as one types them."""

from tests.commands.invoking import inv
from tests.commands.to_release import repo as repo
from tests.repo import Repo


def test_without_arguments(repo: Repo) -> None:
    for arguments in (["release"], ["release", "app"]):
        done = inv(repo, *arguments)
        assert done.code == 2
        assert done.err.startswith("error: release needs ")
