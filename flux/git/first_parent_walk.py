"""A walk along a first-parent line. One process lists the commits; another compares each with its parent."""

from collections.abc import Callable, Generator, Iterator, Sequence
from subprocess import Popen

from flux.git import output
from flux.git.process import LITTLE_MEMORY, Process
from flux.git.trees import RAW_DIFF


def walk_line(
    process: Process,
    span: Sequence[str],
    paths: Sequence[str],
    has: Callable[[str, str], bool],
    *,
    root: bool,
) -> Generator[output.WalkedCommit]:
    """Yield the commits that changed something under the paths, newest first, as git finds them.

    A commit without parents is included if it has one of the paths, which `has` tells. Its changes are
    included if `root` is true. `git log` would compare each commit that it prints twice.
    """
    comparing = (
        *(*LITTLE_MEMORY, "diff-tree", "--stdin", "-r", "--always", "--diff-merges=first-parent"),
        *("--no-show-signature", "--format=tformat:%H %ct %P", *(["--root"] if root else []), *RAW_DIFF),
        *(["--", *paths] if paths else []),
    )
    # Git would read the index, and does not need it.
    environment = {"GIT_INDEX_FILE": str(process.objects / "none")}
    with process.started("rev-list", "--first-parent", *span) as line:
        assert line.stdout
        with process.started(*comparing, environment=environment, stdin=line.stdout.fileno()) as compared:
            line.stdout.close()  # the other process reads it now
            yield from _read(compared, paths, has, root=root)
            for ended in (line, compared):
                _, stderr = ended.communicate()
                if ended.returncode:
                    raise output.error(stderr.decode("utf-8", "replace"))


def _read(
    compared: Popen[bytes], paths: Sequence[str], has: Callable[[str, str], bool], *, root: bool
) -> Iterator[output.WalkedCommit]:
    assert compared.stdout
    for revision, parent, changes in output.parse_log(compared.stdout):
        is_first = not parent and not root
        if changes or (is_first and (not paths or any(has(revision.commit, path) for path in paths))):
            yield revision, parent, changes
