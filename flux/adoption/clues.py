"""What the detectors read, and what they find: a setting with its evidence, or what no setting can say."""

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
    """A setting that is proposed, and why."""

    setting: str
    value: object
    evidence: str


@dataclass(frozen=True)
class Gap:
    """What is done today and no setting can say, unless somebody sets the one that it is about."""

    message: str
    hint: str
    setting: str = ""
