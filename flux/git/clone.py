"""All that is asked of git. Every other module gets commits, trees and blobs from here.

One git process answers for any number of artifacts: `ls-tree` lists all files, `cat-file --batch` reads all
blobs, `log` walks history once. Objects are read as they are stored, never the working tree, and git runs
without what its environment or configuration could change in an answer.
"""

import base64
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

from flux.artifact.changes import Commit, HasFolder
from flux.artifact.content import ATTRIBUTES
from flux.artifact.image import Revision
from flux.artifact.tree import EXECUTABLE, REGULAR, SYMLINK, Change, File
from flux.errors import GitError, HistoryMissingError, RequestError, TipUnknownError

try:
    import git as gitpython
except ModuleNotFoundError:
    raise
except ImportError as error:  # GitPython looks for the program when it is imported
    raise GitError("git was not found", "install git, or add it to PATH") from error

OLDEST_GIT = (2, 31)
"""Which brought `log --diff-merges` and GIT_CONFIG_COUNT."""
FETCH_DEPTH = "check out with `fetch-depth: 0` (actions/checkout), or run `git fetch --unshallow`"

_NO_OBJECT = "0" * 40
_EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
_CONFIGURATION = (
    *("-c", "advice.graftFileDeprecated=false"),
    *("-c", "core.precomposeUnicode=false"),
    *("-c", "i18n.logOutputEncoding=UTF-8"),
    # A pack appears whole; unpacked, a commit is there before its tree, for another run in this clone to see.
    *("-c", "fetch.unpackLimit=1"),
)
_MOST_PATHS = 500
_MOST_CONFLICTS = 127  # that `git merge-file` counts in its exit code
_NETWORK_SECONDS = 300
# How git says that a host wants to know who asks, or does not show this to whom it takes us for.
_REFUSED = re.compile(
    r"could not read (Username|Password)|Authentication failed|repository '.*' not found$|error: 40[134]$"
)

# What a clone that is to be thrown away has instead of this machine's: who commits, and nothing that could
# ask for a key, run a hook, change a file on its way or want the network.
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

_KEPT_ENVIRONMENT = re.compile(
    r"GIT_(SSH|SSL|HTTP|PROXY|ASKPASS|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY|VALUE)|AUTHOR|COMMITTER"
    r"|EXEC_PATH|ALLOW_PROTOCOL|PYTHON|TRACE|CURL)"
)
_DIFF = (
    "--raw",
    "-z",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--no-color",
    "--no-relative",
    "--ignore-submodules=none",
    f"-O{os.devnull}",
)


@dataclass(frozen=True)
class Tag:
    """An annotated tag. `tagger` is `name <email>`, `commit` what it points at in the end, `time` in seconds
    since the epoch."""

    name: str
    commit: str
    message: str
    tagger: str
    time: int


@dataclass(frozen=True)
class Message:
    """A commit, its parents, and what it says."""

    commit: str
    parents: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Access:
    """A token for all that is under a URL, such as `https://github.com`."""

    url: str
    token: str = field(repr=False)

    def environment(self) -> dict[str, str]:
        """Git's configuration for one command (git-config(1), GIT_CONFIG_COUNT).

        The empty value takes away what a checkout may have persisted, since GitHub refuses two headers.
        """
        login = base64.b64encode(f"x-access-token:{self.token}".encode()).decode()
        count = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
        entries: dict[str, str] = {"GIT_CONFIG_COUNT": str(count + 2)}
        for at, value in enumerate(("", f"Authorization: Basic {login}"), start=count):
            entries[f"GIT_CONFIG_KEY_{at}"] = f"http.{self.url.rstrip('/')}/.extraHeader"
            entries[f"GIT_CONFIG_VALUE_{at}"] = value
        return entries


def git_version() -> tuple[int, ...]:
    """That of the git on PATH."""
    return gitpython.Git().version_info


class Clone:
    """A clone on this machine, and through it its origin, which is asked with `access` where that is given.

    Where it is not, and origin refuses what git has of its own, `find_access` is called once, with the URL
    of origin. Raises RequestError where there is no clone.
    """

    def __init__(
        self,
        folder: Path | None = None,
        access: Access | None = None,
        find_access: Callable[[str], Access | None] | None = None,
    ) -> None:
        self._find_access = None if access else find_access
        # A hook or `git rebase --exec` leaves variables that would point git at another index or object
        # store; githooks(5) says to unset them, and GitPython hands on what this process has.
        for name in [n for n in os.environ if n.startswith("GIT_") and not _KEPT_ENVIRONMENT.match(n)]:
            del os.environ[name]
        self._git = gitpython.Git(folder or Path.cwd())
        self._git.update_environment(
            GIT_NO_REPLACE_OBJECTS="1",
            GIT_GRAFT_FILE=os.devnull,
            GIT_LITERAL_PATHSPECS="1",
            GIT_OPTIONAL_LOCKS="0",
            GIT_TERMINAL_PROMPT="0",
            # For all commands: in a partial clone any of them may have to fetch.
            **(access.environment() if access else {}),
        )
        try:
            self.root = Path(self._run("rev-parse", "--show-toplevel"))
            hashes, objects = self._run("rev-parse", "--show-object-format", "--git-path", "objects").split(
                "\n", 1
            )
        except GitError as error:
            raise RequestError(
                f"{folder or Path.cwd()} is not in a git work tree: {error.message}",
                error.hint or _trusting(error.message) or "run this in a clone of the monorepo",
            ) from error
        if hashes != "sha1":
            raise RequestError(
                f"{self.root} is a repository of {hashes} objects, and Flux's revisions are sha1",
                "convert it, or keep the artifacts in another repository",
            )
        self._objects = ((folder or Path.cwd()) / objects).resolve()
        self._shallow_file = self._objects.with_name("shallow")
        self._git = self._at_root()
        self._reading, self._gaining = Lock(), Lock()
        self._gained = False
        self._folders: dict[tuple[str, str], bool] = {}

    def _at_root(self) -> gitpython.Git:
        git = gitpython.Git(self.root)
        git.update_environment(**self._git.environment())
        return git

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._git.clear_cache()

    # Commits

    def commit(self, revision: str) -> str:
        """The commit that a revision names. Raises RequestError where it names none."""
        if (found := self._resolve(revision)) is None and self._shallow():
            with suppress(HistoryMissingError):
                self._complete()
                found = self._resolve(revision)
        if found is None:
            hint = "`git log` and `git branch -a` show what there is"
            raise RequestError(
                f"{revision!r} names no commit in this clone",
                f"the clone is shallow: {FETCH_DEPTH}" if self._shallow() else hint,
            )
        return found

    def _resolve(self, revision: str) -> str | None:
        try:
            found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        except GitError:
            return None
        return found if re.fullmatch("[0-9a-f]{40}", found) else None

    def head(self) -> str:
        """The commit checked out."""
        try:
            return self.commit("HEAD")
        except RequestError as error:
            raise RequestError("this repository has no commit yet", "commit something first") from error

    def obtain(self, commit: str) -> bool:
        """Whether the commit is here, after fetching it from origin where it was not.

        Raises HistoryMissingError where a shallow clone cannot tell, GitError where origin does not answer.
        """
        if self._has(commit):
            return True
        try:
            self._fetch(*(["--depth=1"] if self._shallow() else []), "origin", commit)
        except GitError:
            if self._shallow():
                self._complete()
            elif self.origin_url:
                self._remote_refs("--heads")  # an origin that does not answer may have it all the same
        return self._has(commit)

    def tip(self, branch: str) -> str:
        """The newest commit of `branch` at its home. Raises TipUnknownError where that cannot be asked."""
        if self.origin_url is None:
            for other in self._remotes():
                raise TipUnknownError(
                    f"there is no remote called origin; this clone has {other}",
                    f"`git remote rename {other} origin`",
                )
            try:
                return self.commit(f"refs/heads/{branch}")
            except RequestError as error:
                raise TipUnknownError(
                    f"there is no branch {branch!r}, and no origin to ask for it",
                    "set `flux.branch` in invoke.yaml to the branch that releases come from",
                ) from error
        try:
            tip = self._remote_refs("--heads", f"refs/heads/{branch}").get(f"refs/heads/{branch}")
            if tip is None:
                raise GitError(f"it has no branch {branch!r}")
            if not self._has(tip):
                self._fetch("origin", f"+refs/heads/{branch}:refs/remotes/origin/{branch}")
            return tip
        except GitError as error:
            raise TipUnknownError(
                f"the tip of {branch!r} could not be fetched from origin: {error.message}",
                "check the network and your access to origin, and `flux.branch` in invoke.yaml",
            ) from error

    def last_known_tip(self, branch: str) -> str | None:
        """Where `branch` was when origin was last asked."""
        try:
            return self.commit(f"refs/remotes/origin/{branch}")
        except RequestError:
            return None

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor, None for unrelated histories.

        Raises HistoryMissingError where a shallow clone cannot tell and cannot be completed: half a history
        can name an older ancestor than the best.
        """
        if one == other:
            return one
        if self._shallow():
            self._complete(one, other)
        try:
            return self._run("merge-base", one, other)
        except GitError as error:
            if error.status != 1:
                raise
            return None

    # Trees

    def artifacts(self, commit: str, sources: str, names: Sequence[str] | None = None) -> list[str]:
        """The folders under `sources` (empty or ending in `/`), of those named or all, in git's order."""
        if names is not None and not names:
            return []
        paths = self._paths(sources, names, "")
        lines = self._run_z("ls-tree", "-z", commit, *(["--", *paths] if paths else []))
        found = (line.partition("\t") for line in lines)
        folders = [path[len(sources) :] for entry, _, path in found if entry.split()[1] == "tree"]
        return folders if names is None else [name for name in folders if name in set(names)]

    def files(self, commit: str, sources: str, names: Sequence[str]) -> dict[str, list[File]]:
        """Every file of the named artifacts, with paths relative to the artifact's folder."""
        listed: dict[str, list[File]] = {name: [] for name in names}
        if not names:
            return listed
        paths = self._paths(sources, names, "/")
        for line in self._run_z("ls-tree", "-r", "-z", commit, *(["--", *paths] if paths else [])):
            entry, _, path = line.partition("\t")
            name, _, inside = path[len(sources) :].partition("/")
            if inside and name in listed:
                mode, _, oid = entry.split()
                listed[name].append(File(inside, int(mode, 8), oid))
        return listed

    def changes(self, old: str | None, new: str, sources: str) -> list[Change]:
        """What differs under `sources` between two commits; from nothing at all where `old` is None."""
        under = ["--", sources] if sources else []
        fields = self._run_z("diff", *_DIFF, old or _EMPTY_TREE, new, *under)
        return [_change(raw, path) for raw, path in zip(fields[::2], fields[1::2], strict=True)]

    def folders_of(self, commit: str | None) -> HasFolder:
        """Whether a folder is in the commit's tree; no folder is in that of None."""

        def has(folder: str) -> bool:
            if commit is None:
                return False
            key = (commit, folder)
            if key not in self._folders:
                listed = self._run_z("ls-tree", "-d", "-z", commit, "--", folder)
                self._folders[key] = any(entry.split()[1] == "tree" for entry in listed)
            return self._folders[key]

        return has

    def read(self, oid: str) -> bytes:
        """The content of a blob. One process reads them all, for any number of threads."""
        with self._reading:
            try:
                return self._read(oid)
            except GitError:
                if not self._gain_access():
                    raise
                return self._read(oid)

    def _read(self, oid: str) -> bytes:
        try:
            content: bytes = self._git.get_object_data(oid)[3]
        except (ValueError, OSError) as error:
            self._git.clear_cache()  # the process may be gone, as after a fetch that failed
            raise GitError(
                f"object {oid[:12]} is neither in this clone nor to be had from origin",
                "`git fetch --refetch origin` brings what a clone lacks",
            ) from error
        return content

    def file(self, commit: str, path: str) -> bytes | None:
        """The content of one file at a commit, None where there is none."""
        lines = self._run_z("ls-tree", "-z", commit, "--", path)
        entries = [line.partition("\t")[0].split() for line in lines]
        return next((self.read(oid) for _, kind, oid in entries if kind == "blob"), None)

    def uncommitted(self, sources: str) -> list[str]:
        """Paths under `sources` that the working tree has otherwise than HEAD, or that git does not track."""
        under = ["--", sources] if sources else []
        fields = self._run_z(
            "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", *under
        )
        return [field[3:] for field in fields]

    # History

    def line(
        self, commit: str, sources: str, names: Sequence[str], until: str | None = None
    ) -> Iterator[Commit]:
        """The first-parent line back from `commit`: those commits that changed something of the artifacts,
        without what `until` has.

        Where it meets the edge of a shallow clone it fetches the rest; raises HistoryMissingError where that
        cannot be had.
        """
        span = [commit, *([f"^{until}"] if until else [])]
        for revision, parent, changes in self._walk(span, self._paths(sources, names, ""), root=False):
            if revision.commit in self._shallow():
                self._complete(revision.commit)
                yield from self.line(revision.commit, sources, names, until)
                return
            yield Commit(
                revision,
                [_change(raw, path) for raw, path in changes] if parent else None,
                self.folders_of(revision.commit),
                self.folders_of(parent),
            )

    def file_history(self, commit: str, path: str) -> Iterator[tuple[Revision, str | None]]:
        """The first-parent line back from `commit`: those commits that changed a file, with the blob that it
        was from then on, None where it was gone.

        Where the line meets the edge of a shallow clone it fetches the rest; raises HistoryMissingError where
        that cannot be had.
        """
        edge: str | None = None
        for revision, _, changes in self._walk([commit], [path], root=True):
            if revision.commit in self._shallow():
                edge = revision.commit
                break
            blobs = [_blob(raw) for raw, changed in changes if changed == path]
            yield revision, blobs[0] if blobs else None
        if shallow := self._shallow():  # the file may be older than the edge, and not there any more
            edge = edge or next((c for c in self.first_parents(commit) if c in shallow), None)
        if edge:
            self._complete(edge)
            yield from self.file_history(edge, path)

    def _walk(self, span: Sequence[str], paths: Sequence[str], root: bool) -> Iterator["_Logged"]:
        """The commits of a first-parent line that changed something under the paths, as they are found; of a
        commit without parents what it changed only where `root` says so."""
        arguments = (
            *("-c", f"log.showRoot={str(root).lower()}", "-c", "log.follow=false"),
            *("log", "--first-parent", "--diff-merges=first-parent", "--no-show-signature"),
            *("--format=tformat:%H %ct %P", *_DIFF, *span),
            *(["--", *paths] if paths else []),
        )
        with self._process(*arguments) as process:
            yield from _parse_log(process.stdout)
            _, stderr = process.communicate()
            if process.returncode:
                raise _git_error(stderr.decode("utf-8", "replace"))

    def first_parents(self, commit: str, sought: Sequence[str] = ()) -> list[str]:
        """The first-parent line back from `commit`, newest first, as far as this clone has it.

        A shallow clone that lacks one of the commits `sought` there is completed, if it can be.
        """
        line = self._run("rev-list", "--first-parent", commit).splitlines()
        if not set(sought) <= set(line) and self._shallow():
            with suppress(HistoryMissingError):
                self._complete(commit)
                line = self._run("rev-list", "--first-parent", commit).splitlines()
        return line

    def is_on_line(self, commit: str, tip: str) -> bool:
        """Whether a commit is on the first-parent line back from the tip."""
        if self._shallow():
            self._complete(tip, commit)
        return commit in self.first_parents(tip)

    def merge_of(self, commit: str, tip: str) -> str | None:
        """The commit on the tip's first-parent line that brought `commit` in, None where none has."""
        try:
            self._run("merge-base", "--is-ancestor", commit, tip)
        except GitError:
            return None
        after = self._run("rev-list", "--ancestry-path", f"{commit}..{tip}").splitlines()
        line = set(after).intersection(self.first_parents(tip))
        return next((candidate for candidate in reversed(after) if candidate in line), None)

    def log(self, commit: str, since: str | None, folder: str) -> list[tuple[str, str]]:
        """Commit and subject of what touched a folder up to `commit` and not up to `since`, newest first;
        merges are left out, since what they brought is there."""
        span = [commit, *([f"^{since}"] if since else [])]
        fields = self._run_z(
            *("log", "-z", "--no-merges", "--no-show-signature", "--no-color", "--format=tformat:%H %s"),
            *(*span, "--", folder),
        )
        return [(field[:40], field[41:]) for field in fields]

    def messages(self, commit: str, since: str) -> list[Message]:
        """The commits up to `commit` that are not up to `since`, the newest first."""
        fields = self._run_z(
            *("log", "-z", "--no-show-signature", "--no-color", "--format=tformat:%H%n%P%n%B"),
            *(commit, f"^{since}"),
        )
        found = (field.split("\n", 2) for field in fields)
        return [Message(oid, tuple(parents.split()), text) for oid, parents, text in found]

    def merged(self, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        """The three-way merge of a file's contents, None where they conflict."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder, name) for name in ("ours", "base", "theirs")]
            for path, content in zip(paths, (ours, base, theirs), strict=True):
                path.write_bytes(content)
            with self._process("merge-file", "--stdout", "--quiet", *map(str, paths)) as process:
                output, stderr = process.communicate()
        if process.returncode > _MOST_CONFLICTS:
            raise _git_error(stderr.decode("utf-8", "replace"))
        return None if process.returncode else bytes(output)

    def home_tags(self) -> dict[str, str]:
        """Every tag at origin, with the commit that it points at; this clone's where there is no origin.

        Raises GitError where origin does not answer.
        """
        if self.origin_url is None:
            return self.tags()
        try:
            return _tags(self._remote_refs("--tags"))
        except GitError as error:
            raise GitError(
                f"the release tags could not be fetched from origin: {error.message}",
                "check the network and your access to origin",
            ) from error

    def tags(self) -> dict[str, str]:
        """Every tag of this clone, with the object that it points at in the end."""
        try:
            listed = self._run("show-ref", "--tags", "--dereference")
        except GitError as error:
            if error.status != 1:
                raise
            return {}
        return _tags(_refs(listed, " "))

    # What a checkout would make of a blob

    def attributes(self, commit: str, paths: Sequence[str]) -> dict[str, dict[str, str]]:
        """The attributes in `ATTRIBUTES` that the commit's own .gitattributes give to each path.

        Read through an index that holds nothing but those files, in a scratch repository over the same
        objects, so that no setting of this machine has a say.
        """
        rules = self._attribute_files(commit, paths)
        if not rules:
            return {}
        for rule in rules:
            self.read(rule.partition("\t")[0].split()[2])  # fetched where the clone is a partial one
        with tempfile.TemporaryDirectory() as scratch:
            for folder in ("objects", "refs"):
                (Path(scratch) / folder).mkdir()
            (Path(scratch) / "HEAD").write_text("ref: refs/heads/none\n")
            environment = {
                "GIT_DIR": scratch,
                "GIT_OBJECT_DIRECTORY": str(self._objects),
                "GIT_INDEX_FILE": str(Path(scratch) / "index"),
                "GIT_ATTR_NOSYSTEM": "1",
            }
            self._feed(rules, "update-index", "-z", "--index-info", environment=environment)
            options = ["-c", f"core.attributesFile={os.devnull}", "-c", "core.ignoreCase=false"]
            answer = self._feed(
                paths,
                *options,
                "check-attr",
                "--cached",
                "-z",
                "--stdin",
                *ATTRIBUTES,
                environment=environment,
            )
        given: dict[str, dict[str, str]] = defaultdict(dict)
        for path, attribute, value in zip(answer[::3], answer[1::3], answer[2::3], strict=True):
            given[path][attribute] = value
        return given

    def _attribute_files(self, commit: str, paths: Iterable[str]) -> list[str]:
        """The .gitattributes that can speak of `paths`, as `ls-tree` lists them."""
        folders = {"", *(path[: at + 1] for path in paths for at, part in enumerate(path) if part == "/")}
        if len(folders) <= _MOST_PATHS:
            wanted = [folder + ".gitattributes" for folder in sorted(folders)]
            return self._run_z("ls-tree", "-z", commit, "--", *wanted)
        listed = self._run_z("ls-tree", "-r", "-z", commit)
        return [line for line in listed if line.endswith(".gitattributes") and _folder(line) in folders]

    # Writing: identity, refs, tags and commits

    def identity(self) -> str:
        """Who commits here, as `name <email>`. Raises GitError where git does not know."""
        try:
            return self._run("var", "GIT_AUTHOR_IDENT").rpartition("> ")[0] + ">"
        except GitError as error:
            raise GitError(
                "git does not know who you are",
                "run `git config --global user.name NAME` and `git config --global user.email EMAIL`",
            ) from error

    def ref(self, name: str) -> str | None:
        """The commit that a ref (`refs/heads/main`) is at, None where there is no such ref."""
        return self._resolve(name)

    def refs(self, folder: str) -> dict[str, str]:
        """Every ref under a folder (`refs/heads/`), and what it is at."""
        return _refs(self._run("for-each-ref", "--format=%(objectname) %(refname)", folder), " ")

    def move_ref(self, name: str, new: str | None, old: str | None) -> bool:
        """Move a ref from one commit to another, None being no ref; False where it is not at `old`."""
        if new is None:
            moving = ("update-ref", "--no-deref", "-d", name, old or _NO_OBJECT)
        else:
            moving = ("update-ref", "--no-deref", name, new, old or _NO_OBJECT)
        try:
            self._run(*moving)
        except GitError:
            if self.ref(name) == old:
                raise
            return False
        return True

    def checked_out(self, branch: str) -> str | None:
        """The folder of the work tree that a branch is checked out in."""
        return self._run("for-each-ref", "--format=%(worktreepath)", f"refs/heads/{branch}") or None

    def annotated_tags(self) -> list[Tag]:
        """Every annotated tag of a commit, the newest first, of those of one second the highest version."""
        fields = (
            "refname:strip=2",
            "*objecttype",
            "*objectname",
            "taggername",
            "taggeremail",
            "taggerdate:unix",
        )
        contents = ("contents", "contents:signature")
        listed = self._run(
            "for-each-ref",
            *("--sort=-version:refname", "--sort=-taggerdate"),
            "--format=" + "".join(f"%({field})%00" for field in (*fields, *contents)),
            "refs/tags",
        ).split("\0")
        rows = zip(*[iter(listed)] * (len(fields) + len(contents)), strict=False)
        return [
            Tag(
                name.removeprefix("\n"),
                commit,
                message.removesuffix(signature),
                f"{tagger} {email}",
                int(time),
            )
            for name, kind, commit, tagger, email, time, message, signature in rows
            if kind == "commit"
        ]

    def create_tag(self, name: str, commit: str, message: str, replace: bool = False) -> None:
        """An annotated tag with exactly this message. Raises GitError where there is a tag of that name,
        unless that is to be replaced."""
        verbatim = ("--annotate", "--no-sign", "--cleanup=verbatim", "--file=-")
        self._pipe(message.encode(), "tag", *verbatim, *(["--force"] if replace else []), name, commit)

    def push_tag(self, name: str, over: str | None = None) -> None:
        """Bring a tag to origin, in place of what is `over` there; nothing where there is no origin.

        Raises GitError, also where another tag of that name is there.
        """
        if self.origin_url:
            lease = [f"--force-with-lease=refs/tags/{name}:{over}"] if over else []
            self._run("push", "--quiet", "--no-verify", *lease, "origin", f"refs/tags/{name}", network=True)

    def fetch_tag(self, name: str) -> None:
        """Have a tag as origin has it; nothing where there is no origin. Raises GitError."""
        if self.origin_url:
            self._fetch("origin", f"+refs/tags/{name}:refs/tags/{name}")

    def write_commit(self, parents: Sequence[str], files: Mapping[str, bytes], message: str) -> str:
        """A commit with the first parent's tree and these files instead; no ref, index or file changes."""
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            self._pipe(b"", "read-tree", parents[0], environment=index)
            entries = b"".join(
                b"100644 %s\t%s\0" % (self._write_blob(content).encode(), os.fsencode(path))
                for path, content in files.items()
            )
            self._pipe(entries, "update-index", "--replace", "-z", "--index-info", environment=index)
            # A partial clone does not have the other files.
            tree = self._pipe(b"", "write-tree", "--missing-ok", environment=index)
        lineage = [argument for parent in parents for argument in ("-p", parent)]
        return self._pipe(message.encode(), "commit-tree", tree, *lineage, "-F", "-")

    def _write_blob(self, content: bytes) -> str:
        return self._pipe(content, "hash-object", "-w", "--no-filters", "--stdin")

    def clone(self, folder: Path, branch: str, files: Mapping[str, bytes], message: str) -> "Clone":
        """A clone of what is checked out, as `branch`, in an empty or new folder, for no use but a try.

        It has no origin, and an identity of its own. `files` that are given are in one commit more, with the
        message. Of a shallow or partial repository it has one commit and no tags, since without an origin
        what lacks of the history could not be fetched.
        """
        commit, is_whole = self.head(), not (self._shallow() or self._partial())
        self._run(
            *("-c", "protocol.file.allow=always", "-c", "clone.rejectShallow=false"),
            *("clone", "--quiet", "--no-checkout", "--template=", "--origin=origin"),
            *(f"--config={name}={value}" for name, value in _APART.items()),
            *([] if is_whole else ["--no-tags"]),
            *("--", str(self.root), str(folder)),
        )
        clone = Clone(folder)
        clone._run("remote", "remove", "origin")
        if not is_whole:
            commit = clone._pipe(b"All there is\n", "commit-tree", f"{commit}^{{tree}}")
        if files:
            commit = clone.write_commit([commit], files, message)
        clone._run("checkout", "--quiet", "--force", "-B", branch, commit)
        for other in clone._run("for-each-ref", "--format=%(refname)", "refs/heads").splitlines():
            if other != f"refs/heads/{branch}":
                clone.move_ref(other, None, clone.ref(other))
        if not is_whole:
            clone._shallow_file.unlink(missing_ok=True)
            shutil.rmtree(clone._objects.with_name("logs"))  # they name commits whose parents are not there
        return clone

    # Origin

    @cached_property
    def origin_url(self) -> str | None:
        """Where origin is, as the clone's configuration spells it; None where there is no origin."""
        try:
            # Not `remote get-url`, which has this machine's mirrors and aliases (url.<base>.insteadOf).
            return self._run("config", "--get", "remote.origin.url")
        except GitError:
            return None

    def _remotes(self) -> list[str]:
        """The remotes that are somewhere; of others there may be settings."""
        try:
            names = self._run("config", "--name-only", "--get-regexp", r"^remote\..*\.url$").splitlines()
        except GitError:
            return []
        return list(dict.fromkeys(name.removeprefix("remote.").removesuffix(".url") for name in names))

    def _remote_refs(self, *which: str) -> dict[str, str]:
        """Refs at origin and what they point at; git matches a pattern with the end of a ref's name."""
        return _refs(self._run("ls-remote", *which[:1], "origin", *which[1:], network=True), "\t")

    def _fetch(self, *what: str) -> None:
        quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-gc")
        self._run("fetch", *quiet, *what, network=True)

    def _has(self, commit: str) -> bool:
        try:
            self._run("cat-file", "-e", commit + "^{commit}")
        except GitError:
            return False
        return True

    @property
    def shallow(self) -> bool:
        """Whether this clone lacks the beginning of its history."""
        return bool(self._shallow())

    def _shallow(self) -> set[str]:
        """The commits whose parents this clone lacks."""
        try:
            return set(self._shallow_file.read_text().split())
        except FileNotFoundError:
            return set()

    def _partial(self) -> bool:
        """Whether this clone leaves objects at origin until it needs them."""
        with suppress(GitError):
            return bool(self._run("config", "--get-regexp", r"^remote\..*\.promisor$"))
        return False

    def _complete(self, *commits: str) -> None:
        """Fetch all history before the commits. Raises HistoryMissingError where origin does not have it."""
        for what in dict.fromkeys((commits, ())):
            try:
                self._fetch("--unshallow", "origin", *what)
            except GitError:
                continue
            if not self._shallow():
                return
        raise HistoryMissingError(
            "this clone is shallow, and the history that decides could not be fetched from origin",
            FETCH_DEPTH,
        )

    # Running git

    def _paths(self, sources: str, names: Sequence[str] | None, ending: str) -> list[str]:
        """The narrowest list of paths that is worth its length."""
        if names is None or len(names) > _MOST_PATHS:
            return [sources] if sources else []
        return [f"{sources}{name}{ending}" for name in names]

    def _run(self, *arguments: str, network: bool = False) -> str:
        try:
            return self._run_once(arguments, network)
        except GitError as refused:
            if not _REFUSED.search(refused.message) or not self._gain_access():
                raise
            return self._run_once(arguments, network)

    def _gain_access(self) -> bool:
        """Whether there is another way to ask origin than the one that was refused."""
        with self._gaining:
            find, self._find_access = self._find_access, None
            if find and self.origin_url and (access := find(self.origin_url)):
                self._git.update_environment(**access.environment())
                self._gained = True
            return self._gained

    def _run_once(self, arguments: Iterable[str], network: bool) -> str:
        try:
            output = self._git.execute(
                self._command(arguments),
                kill_after_timeout=_NETWORK_SECONDS if network else None,
                stdout_as_string=False,
            )
            return output.decode("utf-8", "surrogateescape")
        except gitpython.GitCommandError as error:
            raise _git_error(
                str(error.stderr), error.status if isinstance(error.status, int) else 0
            ) from error

    def _command(self, arguments: Iterable[str]) -> list[str | None]:
        """Names are bytes to git, UTF-8 by custom, whatever encoding Python found in the environment."""
        encoded = (os.fsdecode(argument.encode("utf-8", "surrogateescape")) for argument in arguments)
        return [self._git.GIT_PYTHON_GIT_EXECUTABLE, *_CONFIGURATION, *encoded]

    def _run_z(self, *arguments: str) -> list[str]:
        return self._run(*arguments).split("\0")[:-1]

    def _feed(self, fields: Iterable[str], *arguments: str, environment: Mapping[str, str]) -> list[str]:
        content = "".join(field + "\0" for field in fields).encode("utf-8", "surrogateescape")
        return self._pipe(content, *arguments, environment=environment).split("\0")[:-1]

    def _pipe(self, content: bytes, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
        with self._process(*arguments, environment=environment) as process:
            output, stderr = process.communicate(content)
        if process.returncode:
            raise _git_error(stderr.decode("utf-8", "replace"))
        return output.decode("utf-8", "surrogateescape").rstrip("\n")

    @contextmanager
    def _process(
        self, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> Iterator["subprocess.Popen[bytes]"]:
        started = self._git.execute(
            self._command(arguments),
            as_process=True,
            istream=subprocess.PIPE,
            env=dict(environment or {}),
        )
        process = started.proc
        assert process is not None
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def _refs(listed: str, separator: str) -> dict[str, str]:
    """Names and objects of `ls-remote` or `show-ref`, a ref to a line."""
    rows = (line.partition(separator) for line in listed.split("\n") if line)
    return {name: oid for oid, _, name in rows}


def _tags(refs: Mapping[str, str]) -> dict[str, str]:
    """Tags without what comes before and after their names; the peeled one comes after the tag's own."""
    return {name.removeprefix("refs/tags/").removesuffix("^{}"): oid for name, oid in refs.items()}


def _folder(listed: str) -> str:
    return listed.partition("\t")[2].removesuffix(".gitattributes")


def _change(raw: str, path: str) -> Change:
    """One entry of `git diff --raw -z`: `:MODE MODE OID OID STATUS`, and the path."""
    return Change(path, added=raw.endswith("A"), deleted=raw.endswith("D"))


def _blob(raw: str) -> str | None:
    """The blob after such an entry, None where there is none any more."""
    _, mode, _, oid, _ = raw.removeprefix(":").split(" ")
    return oid if int(mode, 8) in (REGULAR, EXECUTABLE, SYMLINK) else None


_Logged = tuple[Revision, str | None, list[tuple[str, str]]]
"""A commit, its first parent, and the entries and paths of what it changed."""


def _parse_log(stream: Any) -> Iterator[_Logged]:
    """Commits of `git log -z --raw` with the header `%H %ct %P`, as they come."""
    header: list[str] = []
    changes: list[tuple[str, str]] = []
    fields = _fields(stream)
    for raw in fields:
        text = raw.removeprefix("\n")  # git's own, before the changes of a commit
        if text.startswith(":"):
            changes.append((text, next(fields)))
        elif text:
            if header:
                yield _logged(header, changes)
            header, changes = text.split(" "), []
    if header:
        yield _logged(header, changes)


def _logged(header: list[str], changes: list[tuple[str, str]]) -> _Logged:
    commit, time, parent = header[:3]
    return Revision(commit, int(time)), parent or None, changes


def _fields(stream: Any) -> Iterator[str]:
    """The NUL-terminated fields of a stream."""
    rest = b""
    while chunk := stream.read1(65536):
        *whole, rest = (rest + chunk).split(b"\0")
        for part in whole:
            yield part.decode("utf-8", "surrogateescape")


def _trusting(message: str) -> str:
    """What lets git read a clone that is somebody else's, where that is what it said."""
    found = re.search("dubious ownership in repository at '(.*)'$", message)
    command = ["git", "config", "--global", "--add", "safe.directory", found[1]] if found else []
    return f"if you trust it: `{shlex.join(command)}`" if command else ""


def _git_error(stderr: str, status: int = 0) -> GitError:
    """What git said, without a credential that a URL carries, be it with slashes that are not escaped."""
    said = stderr.strip().removeprefix("stderr: '").removesuffix("'").strip()
    lines = [re.sub(r"://[^\s'\"]*@", "://", line) for line in said.splitlines()]
    fatal = [line for line in lines if line.startswith(("fatal:", "error:"))]
    first = (fatal or lines or [""])[0]
    if first == "fatal: Could not read from remote repository." and (before := lines[: lines.index(first)]):
        first = before[-1]  # what ssh said, or the host through it
    return GitError(re.sub(r"^(fatal|error): ", "", first), status=status)
