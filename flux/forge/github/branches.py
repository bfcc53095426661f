"""Branches, their commits, and their protection."""

from base64 import b64encode
from collections.abc import Mapping, Sequence

from github import InputGitTreeElement
from github.Repository import Repository

from flux.forge.forge import Protection
from flux.forge.github.api import done
from flux.forge.github.commit_authors import Makers
from flux.forge.github.protection import find_protection
from flux.forge.github.refs import find_ref, matching_refs
from flux.forge.github.token import CONTENTS_WRITE, METADATA_READ

_FILE = "100644"


class ForgeBranches(Makers):
    def branch(self, name: str) -> str | None:
        with self._github.asking(f"find branch {name}", CONTENTS_WRITE) as repository:
            ref = find_ref(repository, f"heads/{name}")
            return ref.object.sha if ref else None

    def branches(self, prefix: str) -> Mapping[str, str]:
        with self._github.asking(f"find branches {prefix}*", CONTENTS_WRITE) as repository:
            return {name: sha for name, (_, sha) in matching_refs(repository, "heads/", prefix).items()}

    def commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        with self._github.asking("commit", CONTENTS_WRITE) as repository:
            lineage = [repository.get_git_commit(parent) for parent in parents]
            tree = lineage[0].tree
            if files:
                elements = [
                    InputGitTreeElement(path, _FILE, "blob", sha=_blob(repository, content))
                    for path, content in files.items()
                ]
                tree = repository.create_git_tree(elements, tree)
            # GitHub signs commits of its Apps if no author is given.
            made = repository.create_git_commit(message, tree, lineage)
            self._note(made)
            return made.sha

    def create_branch(self, name: str, commit: str) -> bool:
        with self._github.asking(f"create branch {name}", CONTENTS_WRITE) as repository:
            ref = f"refs/heads/{name}"
            return done(lambda: repository.create_git_ref(ref, commit), "reference already exists")

    def advance_branch(self, name: str, commit: str) -> bool:
        with self._github.asking(f"move branch {name}", CONTENTS_WRITE) as repository:
            ref = find_ref(repository, f"heads/{name}")
            if ref is None:
                return False
            refusals = ("fast forward", "fast-forward", "reference does not exist")
            return done(lambda: ref.edit(commit, force=False), *refusals)

    def delete_branch(self, name: str, at: str) -> bool:
        with self._github.asking(f"delete branch {name}", CONTENTS_WRITE) as repository:
            ref = find_ref(repository, f"heads/{name}")
            # GitHub cannot compare while it deletes: a push at this moment is lost.
            if ref is not None and ref.object.sha != at:
                return False
            if ref is not None:
                done(ref.delete, "reference does not exist")
            return True

    def protection(self, branch: str) -> Protection | None:
        with self._github.asking(f"say how {branch} is protected", METADATA_READ) as repository:
            return find_protection(repository, branch)


def _blob(repository: Repository, content: bytes) -> str:
    return repository.create_git_blob(b64encode(content).decode(), "base64").sha
