"""The record of work that is done in stages."""

from dataclasses import dataclass, field

from flux.errors import FluxError
from flux.notice import AnyNotice


@dataclass(frozen=True)
class Work:
    """The work that was done. `errors` are the failures, each with its subject.

    `digests` has the images to sign, as `repository@digest`, no matter who pushed them and when. The key of
    the tip's image is the artifact. The key of the newest release and of desired versions is the artifact and
    the version. Each image has been compared with git.
    """

    repaired: list[str] = field(default_factory=list)
    errors: list[tuple[str, FluxError]] = field(default_factory=list)
    notices: list[AnyNotice] = field(default_factory=list)
    digests: dict[str, str] = field(default_factory=dict)

    def did(self, *what: str) -> None:
        self.repaired.extend(what)

    def fail(self, about: str, error: FluxError) -> None:
        self.errors.append((about, error))

    @property
    def told(self) -> set[str]:
        """The messages of the failures so far."""
        return {error.message for _, error in self.errors}
