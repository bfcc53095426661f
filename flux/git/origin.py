"""Origin: where it is, which refs it has, and what is fetched from it."""

from flux.errors import GitError
from flux.git import output
from flux.git.process import Process


class Origin:
    """The remote called origin of a clone."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def url(self) -> str | None:
        """Where it is; None where there is none."""
        return self._process.origin_url

    def other_remotes(self) -> list[str]:
        """The remotes that are somewhere; of others there may be settings."""
        try:
            listed = self._process.run("config", "--name-only", "--get-regexp", r"^remote\..*\.url$")
        except GitError:
            return []
        names = (name.removeprefix("remote.").removesuffix(".url") for name in listed.splitlines())
        return list(dict.fromkeys(names))

    def list_refs(self, *which: str) -> dict[str, str]:
        """Refs and what they point at; git matches a pattern with the end of a ref's name."""
        listed = self._process.run("ls-remote", *which[:1], "origin", *which[1:], network=True)
        return output.refs(listed, "\t")

    def fetch(self, *what: str) -> None:
        """Fetch exactly this. Raises GitError."""
        quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-gc")
        self._process.run("fetch", *quiet, *what, network=True)
