"""Runs git: its environment, its arguments, and its errors."""

import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from threading import Lock

from flux.errors import GitError, RequestError
from flux.git import output, program
from flux.git.access import Access
from flux.regex import regex

_CONFIGURATION = (
    *("-c", "advice.graftFileDeprecated=false"),
    *("-c", "core.precomposeUnicode=false"),
    *("-c", "i18n.logOutputEncoding=UTF-8"),
    # A pack appears at once. With unpacked objects another run could see a commit without its tree.
    *("-c", "fetch.unpackLimit=1"),
)
LITTLE_MEMORY = (
    *("-c", "core.packedGitWindowSize=4m", "-c", "core.packedGitLimit=32m"),
    *("-c", "core.deltaBaseCacheLimit=16m"),
)
"""Options of a git that reads many objects. A smaller cache makes it slower, a larger one hardly faster. A
larger window of a pack only takes memory."""
_OF_REMOTES = r"^(remote\..*\.(url|promisor|partialclonefilter)|core\.sshcommand)$"
# Git's messages if a host wants credentials, or denies access with the given ones.
_REFUSED = regex(
    r"could not read (Username|Password)|Authentication failed|repository '.*' not found$|error: 40[134]$"
)
_KEPT_ENVIRONMENT = regex(
    r"GIT_(SSH|SSL|HTTP|PROXY|ASKPASS|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY|VALUE)|AUTHOR|COMMITTER"
    r"|EXEC_PATH|ALLOW_PROTOCOL|TRACE|CURL)"
)


class Process:
    """Git in one clone. `root` is the top of its work tree, `objects` the folder of its objects.

    Git uses `access` for origin, if given. Otherwise git uses its own credentials. If origin refuses these,
    `find_access` is called once, with the URL that git fetches from. Raises RequestError if there is no
    clone.
    """

    def __init__(
        self,
        folder: Path,
        access: Access | None = None,
        find_access: Callable[[str], Access | None] | None = None,
    ) -> None:
        self._find_access = None if access else find_access
        self._gaining, self._gained = Lock(), False
        _forget_hooks()
        self._folder = folder
        self._environment = {
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_GRAFT_FILE": os.devnull,
            # Git prints many commits at once, and does not flush after each.
            "GIT_FLUSH": "0",
            "GIT_LITERAL_PATHSPECS": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            # For all commands, since any of them may fetch in a partial clone.
            **(access.environment() if access else {}),
        }
        self.root, self.objects = self._find_root(folder)
        self._folder = self.root

    def _find_root(self, folder: Path) -> tuple[Path, Path]:
        try:
            place = self.run("rev-parse", "--show-toplevel", "--show-object-format", "--git-path", "objects")
        except GitError as error:
            if not error.status:
                raise
            if error.message.startswith("bad config"):
                raise GitError(f"git does not start: {error.message}", "fix that file") from error
            raise RequestError(
                f"{folder} is not in a git work tree: {error.message}",
                error.hint or output.trusting(error.message) or "run this in a clone of the monorepo",
            ) from error
        root, hashes, objects = re.split(r"\n(sha1|sha256)\n", place, maxsplit=1)
        if hashes != "sha1":
            raise RequestError(
                f"{root} has {hashes} objects, but Flux revisions need sha1",
                "convert it, or keep the artifacts in another repository",
            )
        return Path(root), (folder / objects).resolve()

    def environment(self) -> dict[str, str]:
        """Return the variables that git gets in addition to this process's environment."""
        return self._environment

    @cached_property
    def _remotes(self) -> list[tuple[str, str]]:
        """Return the settings of all remotes and of ssh, in the order of the configuration."""
        with suppress(GitError):
            listed = self.fields("config", "-z", "--get-regexp", _OF_REMOTES)
            return [(name, value) for name, _, value in (field.partition("\n") for field in listed)]
        return []

    @cached_property
    def origin_urls(self) -> tuple[str, ...]:
        """Return every URL of origin as configured. An empty URL removes those before it."""
        urls: list[str] = []
        for name, url in self._remotes:
            if name == "remote.origin.url":
                urls = [*urls, url] if url else []
        return tuple(urls)

    @cached_property
    def promisor(self) -> str:
        """Return the promisor remote of a partial clone; empty for a clone that has everything."""
        if not any(self.objects.glob("pack/*.promisor")):
            return ""
        said = {name: value for name, value in self._remotes if name.endswith(".promisor")}
        names = [name[len("remote.") : -len(".promisor")] for name, value in said.items() if _is_on(value)]
        return "origin" if "origin" in names else next(iter(names), "")

    @property
    def filter(self) -> str:
        """Return the filter of a partial clone (`git clone --filter`); empty for another clone."""
        if not self.promisor:
            return ""
        return dict(self._remotes).get(f"remote.{self.promisor}.partialclonefilter") or "an unknown filter"

    @property
    def origin_url(self) -> str | None:
        """Return the URL of origin: the first of several, which git fetches from. None if there is none."""
        return self.origin_urls[0] if self.origin_urls else None

    @cached_property
    def fetch_url(self) -> str | None:
        """Return the URL that git fetches from, with this machine's aliases (url.<base>.insteadOf)."""
        if self.origin_url is None:
            return None
        with suppress(GitError):
            return self.run("remote", "get-url", "origin")
        return self.origin_url

    @property
    def ssh_command(self) -> str:
        """Return the command with which git starts ssh; empty if none is configured (git-config(1))."""
        said = dict(self._remotes).get("core.sshcommand", "")
        return os.environ.get("GIT_SSH_COMMAND") or said

    def remote_urls(self, *options: str) -> list[str]:
        """Return every URL of origin with this machine's aliases; with `--push` the push URLs."""
        with suppress(GitError):
            return self.run("remote", "get-url", "--all", *options, "origin").split("\n")
        return []

    def gain_access(self) -> bool:
        """Find another way to log in after origin refused. Return whether there is one."""
        with self._gaining:
            find, self._find_access = self._find_access, None
            if find and self.fetch_url and (access := find(self.fetch_url)):
                self._environment |= access.environment()
                self._gained = True
            return self._gained

    def run(self, *arguments: str, network: bool = False) -> str:
        """Return git's output without the last newline. Raises GitError if git fails."""
        return self._asking(lambda: self._run_once(arguments, network))

    def fields(self, *arguments: str) -> list[str]:
        """Return git's output as a list of its NUL-terminated fields."""
        return self.run(*arguments).split("\0")[:-1]

    def pipe(
        self,
        content: bytes,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        network: bool = False,
    ) -> str:
        """Return git's output for this input, without the last newlines. Raises GitError if git fails."""
        return self.pipe_all(content, *arguments, environment=environment, network=network).rstrip("\n")

    def pipe_all(
        self,
        content: bytes,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        network: bool = False,
    ) -> str:
        """Like `pipe`, with the last newlines."""
        return self._asking(lambda: self._pipe_once(content, arguments, environment, network))

    def pipe_fields(
        self, fields: Iterable[str], *arguments: str, environment: Mapping[str, str]
    ) -> list[str]:
        """Like `pipe`, with NUL-terminated fields as input and output."""
        content = "".join(field + "\0" for field in fields).encode("utf-8", "surrogateescape")
        return self.pipe(content, *arguments, environment=environment).split("\0")[:-1]

    @contextmanager
    def started(
        self,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        stdin: int = subprocess.PIPE,
    ) -> Iterator["subprocess.Popen[bytes]"]:
        """Run git with pipes to and from it, and end it afterwards. `stdin` may be another process's pipe."""
        surroundings = {**self._environment, **(environment or {})}
        process = program.start(self.command(*arguments), self._folder, surroundings, stdin)
        try:
            yield process
        finally:
            program.end(process)

    def _asking(self, ask: Callable[[], str]) -> str:
        """Return the answer. Ask again if origin refused and there is another way to log in."""
        try:
            return ask()
        except GitError as refused:
            if not _REFUSED.search(refused.message) or not self.gain_access():
                raise
            return ask()

    def _pipe_once(
        self,
        content: bytes,
        arguments: Sequence[str],
        environment: Mapping[str, str] | None,
        network: bool,
    ) -> str:
        with self.started(*arguments, environment=environment) as process:
            return program.answer(process, content, network)

    def _run_once(self, arguments: Sequence[str], network: bool) -> str:
        with self.started(*arguments, stdin=subprocess.DEVNULL) as process:
            return program.answer(process, network=network).removesuffix("\n")

    def command(self, *arguments: str) -> list[str]:
        """Return the command line. Names are UTF-8 by convention, whatever encoding Python uses."""
        encoded = (os.fsdecode(argument.encode("utf-8", "surrogateescape")) for argument in arguments)
        return ["git", *_CONFIGURATION, *encoded]


def _is_on(value: str) -> bool:
    """Whether git reads a configuration value as true."""
    return value.lower() not in ("false", "no", "off", "0")


def _forget_hooks() -> None:
    """Drop the variables of a hook or `git rebase --exec`, which name another index or object store.

    githooks(5) says to unset them, and git inherits this process's environment.
    """
    for name in [n for n in os.environ if n.startswith("GIT_") and not _KEPT_ENVIRONMENT.match(n)]:
        del os.environ[name]
