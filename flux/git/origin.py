"""Origin: its URL, its refs, and fetches from it."""

from collections.abc import Iterable
from functools import cached_property
from random import random
from time import sleep

from flux.errors import GitError
from flux.git import output
from flux.git.process import Process
from flux.regex import regex

# Git's message if another run locks or moves the same ref.
_CROSSED = regex(
    r"cannot lock ref|\.lock': File exists|shallow file has changed"
    r"|incorrect old value|reference already exists"
)
_QUIET = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-gc")
_PAUSES = (0.05, 0.1, 0.2, 0.4)  # seconds


class Origin:
    """The remote called origin of a clone."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def url(self) -> str | None:
        """Return the URL of origin, None if there is no origin."""
        return self._process.origin_url

    @cached_property
    def other_remotes(self) -> list[str]:
        """Return the remotes that have a URL. Some remotes have only other settings."""
        try:
            listed = self._process.run("config", "--name-only", "--get-regexp", r"^remote\..*\.url$")
        except GitError:
            return []
        names = (name.removeprefix("remote.").removesuffix(".url") for name in listed.splitlines())
        return list(dict.fromkeys(names))

    def list_refs(self, *options: str, pattern: str | None = None) -> dict[str, str]:
        """Return refs and their objects. Git compares a pattern with the end of a ref's name."""
        patterns = [pattern] if pattern else []
        listed = self._process.run("ls-remote", *options, "origin", *patterns, network=True)
        return output.refs(listed, "\t")

    def fetch_objects(self, remote: str, oids: Iterable[str]) -> None:
        """Fetch objects by name, and all trees below each tree. Raises GitError if that fails."""
        asking = ("-c", "fetch.negotiationAlgorithm=noop", "fetch", *_QUIET, "--filter=blob:none", "--stdin")
        wanted = "".join(f"{oid}\n" for oid in oids).encode()
        self._process.pipe(wanted, *asking, remote, network=True)

    def fetch(self, *what: str) -> None:
        """Fetch only these refs or objects. Retry if another run locks one. Raises GitError on failure."""
        for pause in (*_PAUSES, None):
            try:
                self._process.run("fetch", *_QUIET, *what, network=True)
                return
            except GitError as error:
                if pause is None or not _CROSSED.search(error.message):
                    raise
                sleep(pause * (1 + random()))
