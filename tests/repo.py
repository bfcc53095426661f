"""Real git repositories for tests, a line or two each, with the same commits every time."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import copy
from itertools import count
from pathlib import Path

_PRIVATE = ("COMMIT_EDITMSG", "index", "logs", "worktrees")
"""What git keeps for one clone alone."""

_START = 1_767_225_600  # 2026-01-01T00:00:00Z


class Repo:
    """A repository at `path`, made when there is none.

    Names that are not UTF-8 go in and come out as `os.fsdecode` has them.
    """

    def __init__(self, path: Path, *, bare: bool = False, minutes: Iterator[int] | None = None) -> None:
        self.path = path
        # Clones share it, so that no two commits of a test have the same date.
        self.minutes = count() if minutes is None else minutes
        if not (path / ("HEAD" if bare else ".git")).exists():
            path.mkdir(parents=True, exist_ok=True)
            self.git("init", "--quiet", *(["--bare"] if bare else []))

    def at(self, minutes: int) -> "Repo":
        """The same repository, whose next commit is so many minutes after its first."""
        repo = copy(self)
        repo.minutes = count(minutes)
        return repo

    def git(self, *args: str, date: str | None = None) -> str:
        """What git prints, less the last newline; its complaints are left for pytest to show."""
        env = {**os.environ, "GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date} if date else None
        command = ["git", "-C", str(self.path), *args]
        output = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=env).stdout
        return os.fsdecode(output).rstrip("\n")

    @property
    def head(self) -> str:
        with suppress(OSError):  # where git has it elsewhere
            name = (self.path / ".git/HEAD").read_text().removeprefix("ref: ").rstrip()
            return name if "/" not in name else (self.path / ".git" / name).read_text().rstrip()
        return self.git("rev-parse", "HEAD")

    def write(self, path: str, content: str | bytes, executable: bool = False) -> Path:
        target = self._at(path)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        target.chmod(0o755 if executable else 0o644)
        return target

    def symlink(self, path: str, target: str) -> None:
        self._at(path).symlink_to(target)

    def move(self, old: str, new: str) -> None:
        (self.path / old).rename(self._at(new))

    def remove(self, path: str) -> None:
        target = self.path / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink()

    def commit(
        self,
        message: str = "change",
        *,
        files: Mapping[str, str | bytes] | None = None,
        date: str | None = None,
    ) -> str:
        """Commit everything there is, with `files` written first, and give the commit's hash."""
        for path, content in (files or {}).items():
            self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message, date=date or self._next())
        return self.head

    def branch(self, name: str, at: str = "HEAD") -> None:
        self.git("branch", name, at)

    def checkout(self, ref: str, *, create: bool = False) -> None:
        self.git("checkout", "--quiet", *(["-b"] if create else []), ref)

    def merge(self, branch: str, *, date: str | None = None) -> str:
        self.git("merge", "--quiet", "--no-ff", "--no-edit", branch, date=date or self._next())
        return self.head

    def tag(self, name: str, at: str = "HEAD", *, message: str | None = None) -> None:
        """A lightweight tag, or with a message an annotated one."""
        note = [] if message is None else ["-a", "-m", message]
        self.git("tag", *note, name, at, date=self._next() if note else None)

    def push(self, *args: str) -> None:
        """`git push` with these arguments, or the current branch to origin."""
        self.git("push", "--quiet", *(args or ("--set-upstream", "origin", "HEAD")))

    def clone(self, to: Path, *flags: str) -> "Repo":
        # A plain path would make git ignore --depth and --filter.
        self.git("clone", "--quiet", *flags, self.path.as_uri(), str(to))
        return Repo(to, bare="--bare" in flags, minutes=self.minutes)

    def bare_origin(self) -> "Repo":
        """A bare repository beside this one: its origin from now on, with all that is here.

        As if it had been pushed there and fetched, which takes git five processes.
        """
        here, there = self.path / ".git", self.path.with_name(f"{self.path.name}.git")
        heads = self.git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads/")
        shutil.copytree(here, there, symlinks=True, ignore=lambda at, _: _PRIVATE if at == str(here) else ())
        (there / "HEAD").write_text("ref: refs/heads/main\n")
        (there / "config").write_text(
            "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
        )
        fetched = "+refs/heads/*:refs/remotes/origin/*"
        with (here / "config").open("a") as file:
            file.write(f'[remote "origin"]\n\turl = {there.as_uri()}\n\tfetch = {fetched}\n')
        for line in heads.splitlines():
            oid, _, name = line.partition(" ")
            ref = here / "refs/remotes/origin" / name
            ref.parent.mkdir(parents=True, exist_ok=True)
            ref.write_text(f"{oid}\n")
        return Repo(there, bare=True)

    def _at(self, path: str) -> Path:
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _next(self) -> str:
        return f"{_START + 60 * next(self.minutes)} +0000"
