"""A temporary clone of a clone, without an origin."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from flux.git import output
from flux.git.parts import Parts
from flux.git.process import Process

# The clone's settings instead of this machine's: an identity, and nothing that could ask for a key, run a
# hook, filter a file or use the network.
_APART = {
    "user.name": "inv demo",
    "user.email": "demo@localhost",
    "commit.gpgSign": "false",
    "core.autocrlf": "false",
    "core.hooksPath": os.devnull,
    "filter.lfs.clean": "",
    "filter.lfs.process": "",
    "filter.lfs.required": "false",
    "filter.lfs.smudge": "",
    "gc.auto": "0",
    "merge.ff": "true",
}


def clone_apart(source: Parts, folder: Path, branch: str, files: Mapping[str, bytes], message: str) -> None:
    """Clone the commit checked out, as `branch`, into an empty or new folder.

    The clone has no origin and a separate identity. One more commit with the message adds `files`, if any.
    From a shallow or partial clone it gets one commit and no tags: without an origin it could not fetch the
    missing history.
    """
    commit = source.commits.head()
    is_whole = not (source.shallow.edge() or source.process.promisor)
    _copy(source.process, folder, [] if is_whole else ["--no-tags"])
    clone = Parts(Process(folder))
    if not is_whole:
        commit = clone.writing.write_tree_commit(f"{commit}^{{tree}}", [], "All there is\n")
    if files:
        commit = clone.writing.write_commit([commit], files, message)
    clone.process.run("checkout", "--quiet", "--force", "-B", branch, commit)
    for name, oid in clone.refs.refs("refs/heads").items():
        if name != f"refs/heads/{branch}":
            clone.refs.move_ref(name, None, oid)
    if not is_whole:
        clone.shallow.forget()
        # Reflogs name commits whose parents are missing.
        shutil.rmtree(clone.process.objects.with_name("logs"))
    clone.close()


def _copy(source: Process, folder: Path, flags: list[str]) -> None:
    """Clone into the folder. Raises GitError if git cannot."""
    import git  # takes as long as a quick command does

    settings = [quote(f"--config={name}={value}") for name, value in _APART.items()]
    try:
        with git.Repo(source.root) as repository:
            repository.git.update_environment(**source.environment())
            repository.git.set_persistent_git_options(
                c=["protocol.file.allow=always", "clone.rejectShallow=false"]
            )
            clone = repository.clone(
                folder,
                multi_options=["--no-checkout", "--template=", "--origin=origin", *settings, *flags],
                allow_unsafe_options=True,  # they are ours
            )
        with clone:
            clone.delete_remote(clone.remote("origin"))
    except git.GitCommandError as error:
        said = str(error.stderr).strip().removeprefix("stderr: '").removesuffix("'")
        raise output.error(said) from error
