"""Origin: where it is, which refs it has, and what is fetched from it."""

from collections.abc import Iterable
from functools import cached_property
from random import random
from time import sleep

from flux.errors import GitError
from flux.git import output
from flux.git.process import Process
from flux.regex import regex

# What git says where another run locks or moves what it is about to.
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
        """Where it is; None where there is none."""
        return self._process.origin_url

    @cached_property
    def other_remotes(self) -> list[str]:
        """The remotes that are somewhere; of others there may be settings."""
        try:
            listed = self._process.run("config", "--name-only", "--get-regexp", r"^remote\..*\.url$")
        except GitError:
            return []
        names = (name.removeprefix("remote.").removesuffix(".url") for name in listed.splitlines())
        return list(dict.fromkeys(names))

    def list_refs(self, *options: str, pattern: str | None = None) -> dict[str, str]:
        """Refs and what they point at. Git matches a pattern with the end of a ref's name."""
        patterns = [pattern] if pattern else []
        listed = self._process.run("ls-remote", *options, "origin", *patterns, network=True)
        return output.refs(listed, "\t")

    def fetch_objects(self, remote: str, oids: Iterable[str]) -> None:
        """Fetch objects by name, with all trees below those that are trees. Raises GitError."""
        asking = ("-c", "fetch.negotiationAlgorithm=noop", "fetch", *_QUIET, "--filter=blob:none", "--stdin")
        wanted = "".join(f"{oid}\n" for oid in oids).encode()
        self._process.pipe(wanted, *asking, remote, network=True)

    def fetch(self, *what: str) -> None:
        """Fetch exactly this, again where another run was at the same ref. Raises GitError."""
        for pause in (*_PAUSES, None):
            try:
                self._process.run("fetch", *_QUIET, *what, network=True)
                return
            except GitError as error:
                if pause is None or not _CROSSED.search(error.message):
                    raise
                sleep(pause * (1 + random()))
