"""The input of the detectors, and their findings: a setting with its evidence, or a gap."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from flux.errors import FluxError


@dataclass(frozen=True)
class Clues:
    """The files and git tags of a clone. `texts` has the contents of the files that are worth reading.

    `repository` is `owner/name` on its forge, or empty. `packages` is the registry where its jobs push
    without a setting, or empty. `fleet` has the clusters' files in the same way.
    """

    paths: Sequence[str]
    texts: Mapping[str, str]
    tags: Collection[str] = ()
    repository: str = ""
    fleet: Mapping[str, str] = field(default_factory=dict)
    links: Sequence[str] = ()
    """The symlinks among the paths."""
    packages: str = ""


@dataclass(frozen=True)
class ProposedSetting:
    """A proposed setting, and the reason."""

    setting: str
    value: object
    evidence: str


@dataclass(frozen=True)
class Gap:
    """Something that is done today and that settings cannot describe, or an error. Setting `setting` closes
    the gap. `advice` says what to do; an error has a hint instead."""

    found: str | FluxError
    advice: str = ""
    setting: str = ""

    @property
    def message(self) -> str:
        return self.found.message if isinstance(self.found, FluxError) else self.found

    @property
    def hint(self) -> str:
        return self.found.hint if isinstance(self.found, FluxError) else self.advice
