"""An empty clone has the objects of another, and asks nobody for more."""

from pathlib import Path

from flux.git.clone import Clone
from flux.git.empty_clone import empty_clone
from tests.git.conftest import partial
from tests.repo import Repo


def test_what_a_partial_clone_lacks_is_lacking(repo: Repo, tmp_path: Path) -> None:
    clone = partial(repo, tmp_path)
    blob = repo.git("rev-parse", "HEAD:artifacts/app/base.yaml")
    folder = tmp_path / "empty"
    folder.mkdir()
    with Clone(clone.path) as git:
        process = git.parts.process
        environment = empty_clone(folder, process.objects)
        asked = f"{repo.head}\n{blob}\n".encode()
        found = process.pipe(asked, "cat-file", "--batch-check=%(objecttype)", environment=environment)
        assert found == f"commit\n{blob} missing"
        assert process.run("for-each-ref", "--format=%(refname)")
        assert process.pipe(b"", "for-each-ref", environment=environment) == ""
