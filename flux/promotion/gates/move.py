"""The moves of environment tags, as deployments record them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from semver import Version

from flux.promotion.clusters.health import ClusterReport
from flux.promotion.gates.state import Stay, Wanted
from flux.regex import regex

_DIGEST, _COMMIT = regex(r"sha256:[0-9a-f]{64}"), regex(r"(?:[0-9a-f]{40})?")
_TIME = regex(r"[0-9]{1,11}(?:\.[0-9]{1,6})?")
_LONGEST_AGO = 24 * 3600


@dataclass(frozen=True)
class Move:
    """A tag was moved to a version at `time`, in seconds since the epoch. `commit` is the commit in the
    image's revision, or empty if unknown. `id` is the deployment's."""

    artifact: str
    environment: str
    version: str
    digest: str
    commit: str
    time: float
    id: int = 0

    @property
    def payload(self) -> dict[str, str]:
        """The fields that a deployment stores."""
        kept = {name: value for name, value in asdict(self).items() if isinstance(value, str)}
        kept.pop("environment")
        return {**kept, "moved": f"{self.time:.3f}"}


def read_move(payload: Mapping[str, str], environment: str, created: float, id: int) -> Move | None:
    """Return the move that a deployment records; None if it is not ours. `created` is when it was made.

    The time in the deployment counts if it is at most a day before `created`.
    """
    fields = {name: payload.get(name, "") for name in ("artifact", "version", "digest", "commit", "moved")}
    moved = fields.pop("moved")
    if not _DIGEST.fullmatch(fields["digest"]) or not _COMMIT.fullmatch(fields["commit"]):
        return None
    if not Version.is_valid(fields["version"]) or not fields["artifact"]:
        return None
    time = float(moved) if _TIME.fullmatch(moved) else created
    if not created - _LONGEST_AGO <= time <= created:
        time = created
    return Move(**fields, environment=environment, time=time, id=id)


def dated(
    moves: Iterable[Move], reports: Sequence[ClusterReport], wanted: Mapping[str, Sequence[Wanted]]
) -> Iterator[Move]:
    """Yield the moves of an artifact, oldest first. A move that was recorded late gets the earliest time that
    the facts allow.

    If a cluster reports a digest that the environment never had before, its tag had moved by then. If the
    digest comes back, the report may be an old one.
    """
    before: dict[str, list[Move]] = {}
    for move in moves:
        earlier = before.setdefault(move.environment, [])
        if all(each.digest != move.digest for each in earlier):
            seen = _first_word(move, reports)
            asked = [each.time for each in wanted.get(move.environment, ()) if each.version == move.version]
            since = max([seen, *asked[-1:], *(each.time for each in earlier)])
            move = replace(move, time=min(move.time, since))
        earlier.append(move)
        yield move


def _first_word(move: Move, reports: Iterable[ClusterReport]) -> float:
    """Return when a cluster first reported the moved digest, else when the tag was moved."""
    where = move.environment, move.digest
    said = (each.time for each in reports if (each.name.environment, each.name.digest) == where)
    return min(said, default=move.time)


def stays_of(moves: Iterable[Move]) -> dict[str, tuple[Stay, ...]]:
    """Return the stays that an artifact's moves result in, by environment."""
    found: dict[str, list[Stay]] = {}
    for move in sorted(moves, key=lambda move: (move.time, move.id)):
        stays = found.setdefault(move.environment, [])
        arrived = None
        if stays:
            last = stays.pop()
            stays.append(replace(last, until=move.time))
            arrived = last.arrived if last.digest == move.digest else None
        stays.append(Stay(move.version, move.digest, move.time, content_since=arrived))
    return {environment: tuple(stays) for environment, stays in found.items()}
