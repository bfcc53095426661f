"""The commit of an image."""

from typing import NamedTuple


class Revision(NamedTuple):
    """The last commit that changed the published content of an artifact.

    `time` is the committer's, in seconds since the epoch.
    """

    commit: str
    time: int

    @property
    def tag(self) -> str:
        """Return the commit tag."""
        return self.commit[:12]
