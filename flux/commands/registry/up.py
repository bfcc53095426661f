"""Starts a registry in a container."""

from dataclasses import dataclass
from enum import StrEnum

from flux.errors import RequestError
from flux.registry.container import Contained, Engine, free_port

_IMAGE = "registry:3"


class Up(StrEnum):
    """What was done to start a registry, or would be done in a dry run."""

    CREATED = "created"
    STARTED = "started"
    RUNNING = "running"
    """Nothing was done: it already runs."""


@dataclass(frozen=True)
class LocalRegistry:
    """The running registry, and what was done to start it."""

    registry: Contained
    action: Up


def bring_up(port: str | None, image: str | None, dry_run: bool) -> LocalRegistry:
    """Find a running registry, start a stopped one, or create one.

    A stopped registry keeps its port if the port is still free. Raises RequestError if a registry runs with
    another port or image than requested, and EngineError if there is no container engine.
    """
    wanted = _port(port)
    engine = Engine()
    there = engine.find()
    if there and _fits(there, wanted, image) and (found := _use(engine, there, dry_run)):
        return found
    if there and there.running:
        raise RequestError(
            f"a registry of {there.image} runs already, at {there.location}",
            "use it, or run `inv registry.down` first: its data stays",
        )
    free = free_port(wanted)
    if free is None:
        raise RequestError(f"port {wanted} is taken", "leave `--port` out for a free one")
    chosen = Contained(image or (there.image if there else _IMAGE), free, running=False)
    if not dry_run:
        if there:
            engine.remove()
        chosen = engine.create(chosen.image, chosen.port)
    return LocalRegistry(chosen, Up.CREATED)


def _use(engine: Engine, there: Contained, dry_run: bool) -> LocalRegistry | None:
    """Start the existing registry if necessary. Return None if its port was taken while it was stopped."""
    if there.running:
        engine.wait(there)
        return LocalRegistry(there, Up.RUNNING)
    if not free_port(there.port):
        return None
    if not dry_run:
        engine.start(there)
    return LocalRegistry(there, Up.STARTED)


def _fits(there: Contained, port: int | None, image: str | None) -> bool:
    return port in (None, there.port) and image in (None, there.image)


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise RequestError(f"--port is {text!r}, no port", "a port is a number from 1 to 65535")
    return int(text)
