"""What the detectors read, and what they find: a setting with its evidence, or a gap."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Clues:
    """A clone as git has it. `texts` has the files that are worth reading, of this clone and of the fleet.

    `repository` is `owner/name` on its forge, or empty. `tags` are git's.
    """

    paths: Sequence[str]
    texts: Mapping[str, str]
    tags: Collection[str] = ()
    repository: str = ""
    fleet: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ProposedSetting:
    """A proposed setting, and the reason."""

    setting: str
    value: object
    evidence: str


@dataclass(frozen=True)
class Gap:
    """Something that is done today and that settings cannot describe, unless somebody sets that setting."""

    message: str
    hint: str
    setting: str = ""
