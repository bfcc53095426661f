"""The history of environments, in short."""

from flux.environments.log import Log


def told(found: Log) -> list[str]:
    return [
        f"{e.artifact} {e.environment} {e.before} {e.after} {e.direction}"
        for e in (logged.entry for logged in found.changes)
    ]
