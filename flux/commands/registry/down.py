"""Stop the registry in a container."""

from enum import StrEnum

from flux.registry.container import Engine


class Down(StrEnum):
    """What was done so that no registry runs, or in a dry run would be."""

    PURGED = "purged"
    STOPPED = "stopped"
    DOWN = "down"
    """Nothing: none runs. Its container or its data are still there."""
    ABSENT = "absent"
    """Nothing: there is neither a container nor data."""


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
