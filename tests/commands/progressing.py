"""Promotions that go on by rule: with clusters that report, and a clock that is set."""

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flux.commands.ack import Acknowledged, acknowledge
from flux.environments.status import Status, find_status
from flux.forge.forge import PullRequest
from flux.promotion.clusters.status import StatusName
from flux.promotion.gates.rule import Auto
from flux.proposals.gate_states import commit_of
from flux.settings.phases import Phase
from flux.settings.rules import FollowedClusters
from tests.commands.promoted import registry_of
from tests.commands.promoting import World

REPORTER = "flux-reporter[bot]"
HOUR = 3600

RULED = (
    Phase("at", ("at_ring1", "at_ring2"), (("auto", Auto.MINOR),), is_ruled=True),
    Phase("tt", ("tt",), (("soak", 2 * HOUR), ("auto", Auto.PATCH)), is_ruled=True),
    Phase("prod", ("prod_ring1", "prod_ring2"), (("soak", 24 * HOUR), ("healthy", True)), is_ruled=True),
)


@dataclass
class Progress:
    """A world whose clock is set, and whose clusters say what a test lets them say."""

    world: World
    folder: Path
    monkeypatch: pytest.MonkeyPatch
    ahead: float = 0

    @property
    def now(self) -> float:
        return time.time() + self.ahead

    def wait(self, seconds: float) -> None:
        """Set the forge's clock forward."""
        self.ahead += seconds
        if self.world.github:
            self.world.github.advance(timedelta(seconds=seconds))
        else:
            clock = _Clock(self.ahead)
            self.monkeypatch.setattr("flux.forge.local.accounts.time", clock)
            self.monkeypatch.setattr("flux.forge.local.reporting.time", clock)

    def payload(
        self,
        environment: str,
        version: str,
        state: str = "success",
        cluster: str = "eu",
        sender: str = REPORTER,
        artifact: str = "eso",
        kustomization: str = "eso",
    ) -> dict[str, Any]:
        """An event `status` of GitHub's, as far as it is read."""
        manifest = registry_of(self.world, artifact).fetch_manifest(version)
        assert manifest
        name = StatusName(kustomization, environment, manifest.digest, cluster)
        return {
            "id": int(self.now * 1000),
            "sha": commit_of(manifest),
            "context": str(name),
            "state": state,
            "description": f"reconciliation {state}",
            "created_at": datetime.fromtimestamp(self.now, UTC).isoformat(),
            "sender": {"login": sender},
        }

    def say(self, environment: str, version: str, state: str = "success", **more: str) -> Acknowledged:
        """Let a cluster report, and take its word."""
        return self.take(self.payload(environment, version, state, **more))

    def take(self, payload: dict[str, Any], posted: bool = True) -> Acknowledged:
        """Post a status, and take the word of the event that GitHub tells of it."""
        if self.world.github and posted:
            login = payload["sender"]["login"]
            token = self.world.github.app_token(login.removesuffix("[bot]"), statuses="write")
            repository = self.world.github.repo_with(token)
            repository.get_commit(payload["sha"]).create_status(
                payload["state"], description=payload["description"], context=payload["context"]
            )
            event = self.world.github.events[-1]
            assert event.name == "status"
            payload = event.payload
        file = self.folder / "event.json"
        file.write_text(json.dumps(payload))
        with self.world.opened() as monorepo:
            return acknowledge(monorepo, str(file))

    def status(self) -> Status:
        with self.world.opened() as monorepo:
            return find_status(monorepo, [])

    def states(self, artifact: str = "eso") -> dict[str, str]:
        (row,) = (row for row in self.status().rows if row.artifact == artifact)
        return {name: str(health.state) for name, health in row.health.items()}

    def pulls(self) -> dict[str, PullRequest]:
        return {pull.branch: pull for pull in self.world.pulls()}

    def deploy(self) -> None:
        """Merge all that is proposed, and move the tags."""
        for pull in self.world.pulls():
            self.world.merge(pull)
        assert not self.world.tag().failed

    def proposes(self, version: str) -> list[str]:
        """The environments that the open pull request of a version changes."""
        if f"promote/eso-{version}" not in self.pulls():
            return []
        proposed = self.world.proposed(f"promote/eso-{version}").get("eso", {})
        return sorted(name for name, has in proposed.items() if self.world.desired["eso"].get(name) != has)


class _Clock:
    def __init__(self, ahead: float) -> None:
        self._ahead = ahead

    def time(self) -> float:
        return time.time() + self._ahead


def followed(world: World, **settings: Any) -> World:
    """With rules, and clusters of some environments."""
    names = ("at_ring1", "at_ring2", "tt", "prod_ring1", "prod_ring2")
    clusters = {name: FollowedClusters(("eu",), (REPORTER,)) for name in names}
    return world.with_(**{"phases": RULED, "clusters": clusters, **settings})
