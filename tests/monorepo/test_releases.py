"""How many commits changed an artifact since its release, of any history."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.ignore import excludes
from flux.commands.list import list_artifacts
from flux.settings import Settings
from tests.monorepo.histories import NAMES, PATTERNS, Made, changed_at, histories, imported, layers, line
from tests.monorepos import opened

pytestmark = pytest.mark.stories


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
