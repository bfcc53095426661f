"""The files that an adoption wants: what somebody wrote stays in them."""

import yaml

from flux.adoption.files import FileState
from flux.commands.init import write_adoption
from tests.commands.test_init import deployed, plan
from tests.commands.test_init import repo as repo
from tests.repo import Repo


def test_what_is_found_later_is_added_to_the_settings(repo: Repo) -> None:
    """A person said what an artifact is, or the registry could not be looked at."""
    repo.write("invoke.yaml", "flux:\n  # said by hand\n  sources: components\n")
    deployed(repo)
    adoption = plan(repo, sources="components")
    (settings,) = adoption.differing
    assert settings.wanted.startswith("flux:\n  # said by hand\n  sources: components\n  release_tag: ")
    assert f"adopted: {repo.head}" in settings.wanted
    write_adoption(repo.path, adoption, force=True)
    again = plan(repo, **yaml.safe_load((repo.path / "invoke.yaml").read_text())["flux"])
    assert {file.state for file in again.files} == {FileState.SAME}


def test_settings_that_nothing_can_be_added_to(repo: Repo) -> None:
    repo.write("invoke.yaml", "flux: {sources: components}\n")
    repo.git("tag", "app/v1.0.0")
    (gap,) = plan(repo, sources="components").gaps
    assert (
        gap.message == "invoke.yaml is not written so that settings can be added to it: release_tag, adopted"
    )


def test_tasks_of_their_own_are_left_alone(repo: Repo) -> None:
    repo.write("tasks.py", "from invoke.tasks import task\n")
    adoption = plan(repo)
    assert "tasks.py" not in [file.path for file in adoption.files]
    (told,) = [each for each in map(str, adoption.notices) if each.startswith("tasks.py")]
    assert "`from flux.tasks import ns`" in told
    repo.write("tasks.py", "from flux.tasks import ns\nns.add_task(mine)\n")
    assert {file.path: file.state for file in plan(repo).files}["tasks.py"] is FileState.SAME
