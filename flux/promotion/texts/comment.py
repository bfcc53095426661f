"""The one comment that shows the state of a promotion."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from semver import Version

from flux.promotion.clusters.health import Health, Running
from flux.promotion.gates.gate import GateVerdict
from flux.promotion.proposal import Promotion
from flux.promotion.texts.gates import reasons
from flux.promotion.texts.health import message
from flux.promotion.texts.request import MOST_CHARACTERS
from flux.promotion.texts.times import shown_time
from flux.release.markdown import plain

_MOST_ROWS = 200
_MOST_REASON = 300


@dataclass(frozen=True)
class EnvironmentRow:
    """One environment: the version that main has, whether the registry has that version there too, and the
    URL of the open pull request for this promotion, or empty. `health` is what its clusters report. `waits`
    is why the version may not go there yet, or None."""

    environment: str
    desired: str | None
    deployed: bool
    request: str = ""
    health: Health = field(default_factory=lambda: Health(Running.UNKNOWN))
    waits: GateVerdict | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nobody has to wait for a cluster any more."""
        return self.health.state in (Running.RUNNING, Running.UNKNOWN)


def is_reached(promotion: Promotion, desired: str | None) -> bool:
    """Whether an environment with this desired version has the promotion's version or a newer one."""
    return desired is not None and Version.parse(desired) >= Version.parse(promotion.version)


def standing_comment(
    promotion: Promotion, standings: Sequence[EnvironmentRow], image: str, said: Sequence[str]
) -> str:
    """Return Markdown: the image if it is published (else empty), a row for each environment, and a line for
    each text in `said`."""
    rows = ["| Environment | Now |", "| --- | --- |"]
    rows += [f"| `{s.environment}` | {_state(promotion, s)} |" for s in standings[:_MOST_ROWS]]
    if len(standings) > _MOST_ROWS:
        rows.append(f"| … and {len(standings) - _MOST_ROWS} more | `inv status` shows them |")
    published = f"Published as `{image}`." if image else f"{promotion.version} is not published yet."
    text = "\n\n".join([published, "\n".join(rows), *said])
    return text if len(text) <= MOST_CHARACTERS // 2 else text[: MOST_CHARACTERS // 2].rpartition("\n")[0]


def _state(promotion: Promotion, standing: EnvironmentRow) -> str:
    desired = standing.desired
    if desired == promotion.version and standing.deployed and standing.health.state is not Running.UNKNOWN:
        return _running(standing.health)
    waits = f" has to wait: {plain(reasons(standing.waits)[:_MOST_REASON])}" if standing.waits else ""
    if desired == promotion.version:
        follows = f"its tag{waits or ' follows with `inv tag`'}"
        return "✅ deployed" if standing.deployed else f"merged; {follows}"
    if standing.request:
        since = f"from {desired}" if desired else "new"
        return f"proposed in {standing.request}, {since}" + (f";{waits}" if waits else "")
    if is_reached(promotion, desired):
        return f"{desired}, which has replaced it"
    if desired and not standing.deployed:
        return f"{desired}, and its tag does not have that now"
    return (desired or "none") + (f"; {promotion.version}{waits}" if waits else "")


def _running(health: Health) -> str:
    """Return what clusters report about the deployed version."""
    since = f" since {shown_time(health.since)}" if health.since is not None else ""
    if health.state is Running.FAILING:
        return f"❌ failing{since}: {plain(message(health))}"
    if health.state is Running.WAITING:
        return f"⏳ deployed{since}; {plain(message(health))}"
    return f"✅ running{since}" + (", as it did before it came back" if health.returned else "")
