"""What is a release and what is not, and how many commits changed an artifact since its release."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.ignore import excludes
from flux.commands.list import list_artifacts
from flux.monorepo.monorepo import Monorepo
from flux.monorepo.release_branches import off_lines
from flux.monorepo.releases import name_stray, releases, tell_apart
from flux.settings import Settings
from tests.commands.invoking import monorepo
from tests.monorepo.histories import NAMES, PATTERNS, Made, changed_at, histories, imported, layers, line
from tests.monorepos import opened
from tests.repo import Repo


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    repo = monorepo(tmp_path / "repo", {f"artifacts/{name}/x.yaml": "a: 1\n" for name in ("app", "db")})
    for name, version in (("app", "1.0.0"), ("app", "1.1.0"), ("db", "1.0.0")):
        repo.tag(f"flux-oci-{name}-v{version}")
    return repo


def test_each_artifact_is_judged_once(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[str] = []

    def off(context: Monorepo, made: list[tuple[str, str]]) -> set[tuple[str, str]]:
        judged.extend(artifact for artifact, _ in made)
        return off_lines(context, made)

    monkeypatch.setattr("flux.monorepo.releases.off_lines", off)
    with opened(repo) as context:
        for names in (["app"], ["app"], ["app", "db"], ["db"], ["gone"], ["app", "db"]):
            found = releases(context, names)
            assert [r.artifact for r in found] == [n for n in ("app", "db", "app") if n in names]
        assert judged == ["app", "app", "db"]
        repo.tag("flux-oci-db-v2.0.0")
        assert len(releases(context, ["db"])) == 1
    with opened(repo) as context:
        assert len(releases(context, ["db"])) == 2


def test_the_releases_of_another_tip(repo: Repo) -> None:
    """As a check of a pull request asks for."""
    first = repo.head
    repo.commit("later", files={"artifacts/app/x.yaml": "a: 2\n"})
    repo.tag("flux-oci-app-v1.2.0")
    with opened(repo, dry_run=True) as context:
        assert len(releases(context, ["app"])) == 3
        context.judge_at(first)
        assert len(releases(context, ["app"])) == 2


def test_tags_that_release_nothing_are_named_by_what_is_to_do(repo: Repo) -> None:
    repo.tag("flux-oci-db-v2.0.0", "HEAD^{tree}")
    repo.checkout("side", create=True)
    repo.commit("beside")
    repo.tag("flux-oci-db-v3.0.0")
    with opened(repo) as context:
        _, stray = tell_apart(context, ["app", "db"])
        (beside, merge), (wrong, delete) = name_stray(context, stray).items()
    assert ("flux-oci-db-v3.0.0" in beside, "flux-oci-db-v2.0.0" in wrong) == (True, True)
    assert merge.startswith("merge the commit into main")
    assert delete.startswith("delete the tag, then release")


@pytest.mark.stories
@given(history=histories(), ignore=st.sampled_from(PATTERNS), picks=st.data())
def test_commits_since_a_release_are_those_that_changed_the_layer(
    history: list[Made], ignore: tuple[str, ...], picks: st.DataObject
) -> None:
    settings = Settings(ignore=ignore, branch=f"c{len(history)}", release_tag="{artifact}/{version}")
    made = [layers(commit.tree, excludes(ignore)) for commit in history]
    head = len(history) - 1
    on_line = {at for at, _ in line(history, head)}
    with TemporaryDirectory() as folder:
        repo, hashes = imported(Path(folder) / "repo", history, "artifacts/")
        repo.git("checkout", "--quiet", "--detach", hashes[head])
        releases = {
            name: [
                (at, f"1.0.{n}")
                for n, at in enumerate(sorted(picks.draw(st.sets(st.sampled_from(sorted(on_line))))))
            ]
            for name in NAMES
        }
        for name, places in releases.items():
            for at, version in places:
                repo.tag(f"{name}/{version}", hashes[at], message=picks.draw(st.sampled_from([None, "x"])))
        with opened(repo, settings) as monorepo:
            listing = list_artifacts(monorepo)
    assert {listed.artifact for listed in listing.artifacts} == made[head].keys()
    for listed in listing.artifacts:
        places = releases.get(listed.artifact, [])
        assert listed.release == (places[-1][1] if places else None)
        if not places:
            assert listed.commits_since is None
            continue
        since = 0
        for at, parent in line(history, head):
            if at == places[-1][0]:
                break
            since += changed_at(made, listed.artifact, at, parent)
        assert listed.commits_since == since
        assert listed.changed is False
