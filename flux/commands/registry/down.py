"""Stops the registry in a container."""

from enum import StrEnum

from flux.registry.container import Engine


class Down(StrEnum):
    """What was done to stop the registry, or would be done in a dry run."""

    PURGED = "purged"
    STOPPED = "stopped"
    DOWN = "down"
    """Nothing was done: no registry runs. Its container or its data still exist."""
    ABSENT = "absent"
    """Nothing was done: there is no container and no data."""


def bring_down(purge: bool, dry_run: bool) -> Down:
    """Stop the registry. With `purge`, remove its container and its data too. Raises EngineError."""
    engine = Engine()
    return _purge(engine, dry_run) if purge else _stop(engine, dry_run)


def _purge(engine: Engine, dry_run: bool) -> Down:
    there = engine.find()
    gone = there is not None or engine.has_data()
    if not dry_run:
        if there:
            engine.remove()
        engine.drop_data()
    return Down.PURGED if gone else Down.ABSENT


def _stop(engine: Engine, dry_run: bool) -> Down:
    there = engine.find()
    if there is None or not there.running:
        return Down.DOWN if there or engine.has_data() else Down.ABSENT
    if not dry_run:
        engine.stop()
    return Down.STOPPED
