"""Annotated tags: reading them, making one, and bringing it to origin."""

from dataclasses import dataclass

from flux.git.origin import Origin
from flux.git.process import Process

_FIELDS = (
    "refname:strip=2",
    "*objecttype",
    "*objectname",
    "taggername",
    "taggeremail",
    "taggerdate:unix",
    "contents",
    "contents:signature",
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


class Tags:
    """The annotated tags of a clone."""

    def __init__(self, process: Process, origin: Origin) -> None:
        self._process = process
        self._origin = origin

    def annotated_tags(self) -> list[Tag]:
        """Every annotated tag of a commit, the newest first, of those of one second the highest version."""
        listed = self._process.run(
            "for-each-ref",
            *("--sort=-version:refname", "--sort=-taggerdate"),
            "--format=" + "".join(f"%({field})%00" for field in _FIELDS),
            "refs/tags",
        ).split("\0")
        rows = zip(*[iter(listed)] * len(_FIELDS), strict=False)
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
        forced = ["--force"] if replace else []
        self._process.pipe(message.encode(), "tag", *verbatim, *forced, name, commit)

    def push_tag(self, name: str, over: str | None = None) -> None:
        """Bring a tag to origin, in place of what is `over` there; nothing where there is no origin.

        Raises GitError, also where another tag of that name is there.
        """
        if self._origin.url:
            lease = [f"--force-with-lease=refs/tags/{name}:{over}"] if over else []
            pushing = ("push", "--quiet", "--no-verify", *lease, "origin", f"refs/tags/{name}")
            self._process.run(*pushing, network=True)

    def fetch_tag(self, name: str) -> None:
        """Have a tag as origin has it; nothing where there is no origin. Raises GitError."""
        if self._origin.url:
            self._origin.fetch("origin", f"+refs/tags/{name}:refs/tags/{name}")
