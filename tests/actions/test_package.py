"""package.yml: how this package itself is published."""

import tomllib

import pytest

from tests.actions.conftest import ROOT, Monorepo

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def dispatch(monorepo: Monorepo, version: str, ref: str = "main") -> dict[str, str]:
    """What becomes of each job, and what they say is shown by a test that fails."""
    repo = monorepo.github.repo_as("alice")
    assert repo.get_workflow("package.yml").create_dispatch(ref, {"version": version}, throw=True)
    jobs = monorepo.runners.settle()
    print(*(f"{job}\n{job.log}" for job in jobs))
    return {job.name: job.result if job.name == "build" else job.log for job in jobs}


def test_main_is_built_attested_and_published(monorepo: Monorepo) -> None:
    jobs = dispatch(monorepo, VERSION)
    assert jobs["build"] == "success"
    names = (f"flux_artifacts-{VERSION}-py3-none-any.whl", f"flux_artifacts-{VERSION}.tar.gz")
    for name in names:
        assert f"published {name}\n" in jobs["publish"]
        assert f"  dist/{name}\n" in jobs["publish"], "attested"


@pytest.mark.parametrize("version", ["9.9.9", "0", "$(exit 0)"])
def test_another_version_is_not_published(monorepo: Monorepo, version: str) -> None:
    assert dispatch(monorepo, version) == {"build": "failure"}


def test_another_branch_is_not_published(monorepo: Monorepo) -> None:
    monorepo.repo.checkout("topic", create=True)
    monorepo.repo.push()
    assert dispatch(monorepo, VERSION, "topic") == {}
