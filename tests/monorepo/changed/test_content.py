"""Which artifacts changed between two commits: what counts as a change."""

import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.artifact.changes import last_changes, passed
from flux.artifact.ignore import excludes
from flux.git.clone import Clone
from flux.report.changed import document
from flux.settings import Settings
from tests.commands.invoking import HOSTILE_NAMES, TERMINAL, changed, push
from tests.monorepo.changed.comparing import compared
from tests.monorepo.changing import FILES, edit, says
from tests.monorepo.changing import repo as repo
from tests.monorepo.histories import PATTERNS, Made, changed_at, histories, imported, layers, line
from tests.repo import Repo


def test_a_file_moved_to_another_artifact_counts_on_both_sides(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/shared.yaml": "a long and similar content\n" * 20})
    repo.move("artifacts/app/shared.yaml", "artifacts/db/shared.yaml")
    repo.commit()
    assert compared(repo).reasons == {
        "app": ["artifacts/app/shared.yaml"],
        "db": ["artifacts/db/shared.yaml"],
    }


def test_a_renamed_artifact_is_a_new_one_and_a_removed_one(repo: Repo) -> None:
    repo.move("artifacts/app", "artifacts/application")
    repo.commit()
    assert says(compared(repo)) == ({"application"}, {"app"})


def test_a_file_moved_out_and_into_artifacts(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/doc.md": "doc\n" * 30, "docs/other.md": "other\n" * 30})
    repo.move("artifacts/app/doc.md", "docs/doc.md")
    repo.move("docs/other.md", "artifacts/db/other.md")
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/doc.md"], "db": ["artifacts/db/other.md"]}


def test_a_deleted_artifact_is_removed(repo: Repo) -> None:
    repo.remove("artifacts/app")
    repo.commit()
    found = compared(repo)
    assert says(found) == (set(), {"app"})
    assert document(found).items() >= {"artifacts": [], "removed": ["app"], "reasons": {}}.items()


def test_all_artifacts_deleted(repo: Repo) -> None:
    repo.remove("artifacts")
    repo.commit()
    assert says(compared(repo)) == (set(), {"app", "db", "web"})


def test_an_artifact_replaced_by_a_file_and_back(repo: Repo) -> None:
    repo.remove("artifacts/app")
    repo.commit(files={"artifacts/app": "now a file\n"})
    assert says(compared(repo)) == (set(), {"app"})
    repo.remove("artifacts/app")
    repo.commit(files=FILES)
    assert says(compared(repo)) == ({"app"}, set())


@pytest.mark.parametrize("file", ["base.yaml", "logo.png"])
def test_an_artifact_replaced_by_a_submodule(repo: Repo, file: str) -> None:
    repo.commit(files={f"artifacts/new/{file}": "x"})
    repo.git("rm", "--quiet", "--cached", f"artifacts/new/{file}")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{repo.head},artifacts/new")
    repo.git("commit", "--quiet", "-m", "submodule")
    assert says(compared(repo)) == (set(), {"new"})


def test_a_file_becomes_a_folder_and_back(repo: Repo) -> None:
    repo.commit(files={"artifacts/app/x": "file"})
    repo.remove("artifacts/app/x")
    repo.commit(files={"artifacts/app/x/y.yaml": "in a folder"})
    assert compared(repo).reasons == {"app": ["artifacts/app/x", "artifacts/app/x/y.yaml"]}
    repo.remove("artifacts/app/x")
    repo.commit(files={"artifacts/app/x": "file"})
    assert compared(repo).reasons == {"app": ["artifacts/app/x", "artifacts/app/x/y.yaml"]}


def test_files_beside_the_artifacts_are_none(repo: Repo) -> None:
    repo.write("artifacts/releaseconfig.json", "{}")
    repo.write("artifacts/README.md", "other")
    repo.symlink("artifacts/link", "app")
    repo.commit(files={"README.md": "other", "artifacts2/app/base.yaml": "x", "other/artifacts/app/y": "y"})
    settings: dict[str, Any] = {"releaseconfig": "artifacts/releaseconfig.json"}
    assert says(compared(repo, **settings)) == (set(), set())
    found = document(changed(repo, **settings))
    assert (found["artifacts"], found["removed"], found["reasons"]) == ([], [], {})


def test_files_of_any_name(repo: Repo) -> None:
    paths = {f"artifacts/app/{name}" for name in HOSTILE_NAMES}

    def reason() -> set[str]:
        found = compared(repo).reasons
        assert set(found) == {"app"}
        return set(found["app"])

    repo.commit(files=dict.fromkeys(paths, "one"))
    assert reason() == paths
    for path in paths:
        repo.write(path, "one", executable=True)
    assert set(changed(repo).uncommitted["app"]) == paths
    repo.commit()
    assert reason() == paths
    for path in paths:
        repo.remove(path)
    repo.commit()
    assert reason() == paths


@pytest.mark.parametrize("sources", ["artifacts", "."])
def test_artifacts_of_any_name(repo: Repo, sources: str) -> None:
    prefix = "" if sources == "." else f"{sources}/"
    files = {name: f"{prefix}{name}/base.yaml" for name in HOSTILE_NAMES}
    repo.commit(files=dict.fromkeys(files.values(), "one"))
    found = compared(repo, sources=sources)
    assert found.reasons == {name: [path] for name, path in files.items()}
    assert json.loads(json.dumps(document(found))) == document(found)
    for name in files:
        repo.remove(f"{prefix}{name}")
    repo.commit()
    assert says(compared(repo, sources=sources)) == (set(), set(files))


def test_a_sources_folder_of_any_name(repo: Repo) -> None:
    for sources in ("with space", "é/日本", "*", ":x", "-x", "[a]/b"):
        repo.commit(files={f"{sources}/app/base.yaml": "one"})
        assert compared(repo, sources=sources).reasons == {"app": [f"{sources}/app/base.yaml"]}


def test_a_mode_is_content(repo: Repo) -> None:
    (repo.path / "artifacts/app/base.yaml").chmod(0o755)
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/base.yaml"]}


def test_a_symlink_is_content(repo: Repo) -> None:
    repo.remove("artifacts/app/base.yaml")
    repo.symlink("artifacts/app/base.yaml", "elsewhere")
    repo.commit()
    assert compared(repo).reasons == {"app": ["artifacts/app/base.yaml"]}


def test_more_names_than_a_command_line_takes(repo: Repo) -> None:
    names = [f"artifact-{number:04}" for number in range(1200)]
    repo.commit(files={f"artifacts/{name}/base.yaml": name for name in names})
    assert compared(repo).artifacts == names


def test_the_same_for_every_event_says_the_same_as_git(repo: Repo) -> None:
    """What `git diff` of people's own says, for one plain case."""
    start = repo.head
    edit(repo, "app", "web")
    listed = subprocess.run(
        ["git", "diff", "--name-only", start, "HEAD"], cwd=repo.path, capture_output=True, text=True
    ).stdout.splitlines()
    expected = {path.split("/")[1]: [path] for path in listed}
    for found in (changed(repo, push(start, repo.head)), changed(repo, TERMINAL), changed(repo, since=start)):
        assert found.reasons == expected


@pytest.mark.stories
@given(
    history=histories(),
    ignore=st.sampled_from(PATTERNS),
    sources=st.sampled_from([".", "artifacts", "a/b"]),
    picks=st.data(),
)
def test_changes_and_revisions_are_those_of_the_layers(
    history: list[Made], ignore: tuple[str, ...], sources: str, picks: st.DataObject
) -> None:
    settings = Settings(sources=sources, ignore=ignore, branch=f"c{len(history)}")
    ignored, base = excludes(ignore), "" if sources == "." else f"{sources}/"
    made = [layers(commit.tree, ignored) for commit in history]
    with TemporaryDirectory() as folder:
        repo, hashes = imported(Path(folder) / "repo", history, base)

        place = st.integers(0, len(history) - 1)
        old, new = picks.draw(place), picks.draw(place)
        found = changed(repo, push(hashes[old], hashes[new]), sources=sources, ignore=ignore)
        assert found.artifacts == sorted(n for n in made[new] if made[old].get(n) != made[new][n])
        assert found.removed == sorted(made[old].keys() - made[new].keys())
        for name, paths in found.reasons.items():
            assert paths, "there is a reason"
            for path in paths:
                inside = path.removeprefix(base)
                assert inside.startswith(f"{name}/")
                assert history[old].tree.get(inside) != history[new].tree.get(inside), "that is true"

        with Clone(repo.path) as repository:
            layout = settings.layout
            names = list(layout.find(repository.below(hashes[new])).folders)
            assert sorted(names) == sorted(made[new])
            asked = picks.draw(st.sets(st.sampled_from(names))) if names else set()
            for wanted in (names, sorted(asked)):
                walk = repository.line(hashes[new], *layout.reach(wanted))
                revisions = last_changes((passed(c, layout) for c in walk), wanted) if wanted else {}
                assert {name: hashes.index(r.commit) for name, r in revisions.items()} == {
                    name: next(at for at, parent in line(history, new) if changed_at(made, name, at, parent))
                    for name in wanted
                }
                assert all(r.time == 1000 * (hashes.index(r.commit) + 1) for r in revisions.values())
