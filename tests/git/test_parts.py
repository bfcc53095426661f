"""The parts of a clone share what they have read, and one process."""

from flux.git.parts import Parts
from flux.git.process import Process
from tests.git.counted import CountedGit
from tests.repo import Repo


def test_all_parts_ask_one_process(repo: Repo, counted: CountedGit) -> None:
    repo.commit(files={".gitattributes": "*.yaml ident\n"})
    head = repo.head
    counted.forget()
    parts = Parts(Process(repo.path))
    assert parts.commits.head() == parts.refs.ref("refs/heads/main") == head
    assert list(parts.trees.below(head)("artifacts")) == ["app", "db"]
    assert parts.trees.file(head, "artifacts/app/base.yaml") == b"app"
    assert parts.trees.folders_of(head)("artifacts/app")
    assert parts.commits.obtain(head)
    assert [call[0] for call in counted.calls] == ["rev-parse", "cat-file"]
    parts.close()


def test_a_part_that_was_closed_begins_anew(repo: Repo, counted: CountedGit) -> None:
    parts = Parts(Process(repo.path))
    for _ in range(3):
        assert parts.refs.ref("refs/heads/main")
        parts.close()
    assert len(counted.of("cat-file")) == 3
