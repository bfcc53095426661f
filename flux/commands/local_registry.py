"""Bring a registry in a container up, and down again."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flux.errors import RequestError
from flux.registry.container import NAME, Contained, Engine, free_port

IMAGE = "registry:3"


class Up(StrEnum):
    """What was done for a registry to run."""

    CREATED = "created"
    STARTED = "started"
    RUNNING = "running"


class Down(StrEnum):
    """What was done for none to run; or that none ran, or that neither container nor data were there."""

    PURGED = "purged"
    STOPPED = "stopped"
    DOWN = "down"
    ABSENT = "absent"


@dataclass(frozen=True)
class LocalRegistry:
    """The registry that runs, and what was done for that."""

    registry: Contained
    action: Up

    def document(self) -> dict[str, Any]:
        return {
            "registry": self.registry.location,
            "image": self.registry.image,
            "container": NAME,
            "volume": NAME,
            "action": str(self.action),
        }


def bring_up(port: str | None, image: str | None, dry_run: bool) -> LocalRegistry:
    """Find the registry that runs, start the one that is stopped, or create one.

    A stopped one keeps its port as long as that is free. Raises RequestError for another port or image than
    the one that runs has, EngineError where there is no engine.
    """
    wanted = _port(port)
    engine = Engine()
    there = engine.find()
    if there and not _differs(there, wanted, image):
        if there.running:
            engine.wait(there)
            return LocalRegistry(there, Up.RUNNING)
        if free_port(there.port):
            if not dry_run:
                engine.start(there)
            return LocalRegistry(there, Up.STARTED)
    if there and there.running:
        raise RequestError(
            f"a registry of {there.image} runs already, at {there.location}",
            "use it, or run `inv registry.down` first: its data stay",
        )
    free = free_port(wanted)
    if free is None:
        raise RequestError(f"port {wanted} is taken", "leave `--port` out for a free one")
    chosen = Contained(image or (there.image if there else IMAGE), free, running=False)
    if not dry_run:
        if there:
            engine.remove()
        chosen = engine.create(chosen.image, chosen.port)
    return LocalRegistry(chosen, Up.CREATED)


def bring_down(purge: bool, dry_run: bool) -> Down:
    """Stop the registry, and with `purge` remove its container and its data. Raises EngineError."""
    engine = Engine()
    there = engine.find()
    if purge:
        gone = there is not None or engine.has_data()
        if not dry_run:
            if there:
                engine.remove()
            engine.drop_data()
        return Down.PURGED if gone else Down.ABSENT
    if there is None or not there.running:
        return Down.DOWN if there or engine.has_data() else Down.ABSENT
    if not dry_run:
        engine.stop()
    return Down.STOPPED


def _differs(there: Contained, port: int | None, image: str | None) -> bool:
    return port not in (None, there.port) or image not in (None, there.image)


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise RequestError(f"--port is {text!r}, no port", "a port is a number from 1 to 65535")
    return int(text)
